#include "libcommon/cli/progress.h"

#include <fcntl.h>
#include <pty.h>
#include <sys/ioctl.h>

#include "libcommon/fs.h"
#include "libcommon/json.h"
#include "libcommon/str.h"
#include "tests/tap.h"

/* What the docker client gets from a daemon that pulls an image of two layers. */
static const char *const pull[] = {
	"{\"status\":\"Pulling from library/x\",\"id\":\"latest\"}",
	"{\"status\":\"Pulling fs layer\",\"progressDetail\":{},\"id\":\"aaaaaaaaaaaa\"}",
	"{\"status\":\"Pulling fs layer\",\"progressDetail\":{},\"id\":\"bbbbbbbbbbbb\"}",
	"{\"status\":\"Downloading\",\"progressDetail\":{\"current\":500000,\"total\":1000000},"
	"\"id\":"
	"\"aaaaaaaaaaaa\"}",
	"{\"status\":\"Pull complete\",\"progressDetail\":{},\"id\":\"bbbbbbbbbbbb\"}",
	"{\"status\":\"Pull complete\",\"progressDetail\":{},\"id\":\"aaaaaaaaaaaa\"}",
	"{\"status\":\"Digest: sha256:\\u001b[31m00\"}",
	"{\"stream\":\"Step 1\\n\"}",
	"{\"aux\":{\"ID\":\"x\"}}",
	"{\"error\":\"no\"}",
	NULL,
};

static void feed(Progress *p, const char *text)
{
	cleanup_json json_t *v = json_loads(text, 0, NULL);

	progress_message(p, v);
}

static void feed_all(int fd, bool quiet)
{
	Progress *p = progress_new(fd, quiet);

	for (const char *const *line = pull; *line; line++)
		feed(p, *line);
	progress_free(p);
}

static void test_pipe(void)
{
	char got[4096] = "";
	int pipes[2];

	check_int(pipe(pipes), 0);
	feed_all(pipes[1], true);
	feed_all(pipes[1], false);
	close(pipes[1]);
	check(fd_read_full(pipes[0], got, sizeof(got) - 1) > 0);
	close(pipes[0]);
	check_str(got, "latest: Pulling from library/x\n"
		       "aaaaaaaaaaaa: Pulling fs layer\n"
		       "bbbbbbbbbbbb: Pulling fs layer\n"
		       "bbbbbbbbbbbb: Pull complete\n"
		       "aaaaaaaaaaaa: Pull complete\n"
		       "Digest: sha256:\\x1b[31m00\n"
		       "Step 1\n");
}

/* Messages drawn on a terminal of that size. */
static void drawn(unsigned short columns, unsigned short rows, const char *const *messages,
		  const char *want)
{
	struct winsize ws = { .ws_col = columns, .ws_row = rows };
	char got[4096] = "";
	int primary, secondary;
	struct termios raw = { 0 };
	Progress *p;

	cfmakeraw(&raw);
	check_int(openpty(&primary, &secondary, NULL, &raw, &ws), 0);
	p = progress_new(secondary, false);
	for (; *messages; messages++)
		feed(p, *messages);
	progress_free(p);
	close(secondary);
	/* What was written arrives piece by piece, until the terminal says that nobody is there. */
	for (size_t n = 0; n < sizeof(got) - 1;) {
		ssize_t k = read(primary, got + n, sizeof(got) - 1 - n);

		if (k <= 0)
			break;
		n += (size_t)k;
	}
	close(primary);
	check_str(got, want);
}

static void test_terminal(void)
{
	static const char *const half[] = { "{\"status\":\"D\",\"progressDetail\":{\"current\":"
					    "500000,\"total\":1000000},\"id\":\"a\"}",
					    NULL };
	static const char *const unknown[] = {
		"{\"status\":\"D\",\"progressDetail\":{\"current\":1500},\"id\":\"a\"}", NULL
	};
	static const char *const beyond[] = { "{\"status\":\"D\",\"progressDetail\":{\"current\":"
					      "3000,\"total\":1000},\"id\":\"a\"}",
					      NULL };

	drawn(80, 24, pull,
	      "latest: Pulling from library/x\n"
	      "\n\x1b[1A\x1b[2K\raaaaaaaaaaaa: Pulling fs layer \r\x1b[1B"
	      "\n\x1b[1A\x1b[2K\rbbbbbbbbbbbb: Pulling fs layer \r\x1b[1B"
	      "\x1b[2A\x1b[2K\raaaaaaaaaaaa: Downloading    500kB/1MB\r\x1b[2B"
	      "\x1b[1A\x1b[2K\rbbbbbbbbbbbb: Pull complete \r\x1b[1B"
	      "\x1b[2A\x1b[2K\raaaaaaaaaaaa: Pull complete \r\x1b[2B"
	      "Digest: sha256:\\x1b[31m00\nStep 1\n");
	drawn(120, 24, half,
	      "\n\x1b[1A\x1b[2K\ra: D [=========================>                         ]    "
	      "500kB/1MB\r\x1b[1B");
	drawn(10, 24, half, "\n\x1b[1A\x1b[2K\ra: D    5\r\x1b[1B");
	drawn(80, 24, unknown, "\n\x1b[1A\x1b[2K\ra: D    1.5kB\r\x1b[1B");
	drawn(120, 24, beyond,
	      "\n\x1b[1A\x1b[2K\ra: D [==================================================>]      "
	      "3kB\r\x1b[1B");
	/* The first layer's line has left a window of two lines. */
	drawn(80, 2, pull,
	      "latest: Pulling from library/x\n"
	      "\n\x1b[1A\x1b[2K\raaaaaaaaaaaa: Pulling fs layer \r\x1b[1B"
	      "\n\x1b[1A\x1b[2K\rbbbbbbbbbbbb: Pulling fs layer \r\x1b[1B"
	      "\x1b[1A\x1b[2K\rbbbbbbbbbbbb: Pull complete \r\x1b[1B"
	      "Digest: sha256:\\x1b[31m00\nStep 1\n");
}

int main(void)
{
	(void)setenv("TERM", "xterm", 1);
	test_pipe();
	test_terminal();
	return tap_done();
}
