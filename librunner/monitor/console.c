#include "librunner/monitor/console.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/log-files.h"
#include "librunner/monitor/boot.h"

/* A guest can write there for ever: at this size the log is rotated, and one old file stays. */
#define CONSOLE_MAX_SIZE (1 << 20)
#define CONSOLE_KEEP 1
#define READ_SIZE 4096
/* What is read in one turn of the loop. */
#define READS_PER_TURN 16

struct Console {
	int dirfd; /* the monitor's */
	int master;
	int slave; /* held, so that the master never hangs up */
	int log;
	LoopSource *source;
};

static int log_open(Console *c)
{
	return openat(c->dirfd, CONSOLE_LOG, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
		      0640);
}

static void log_rotate(Console *c)
{
	struct stat st;

	if (fstat(c->log, &st) < 0 || st.st_size < CONSOLE_MAX_SIZE ||
	    log_files_rotate(c->dirfd, CONSOLE_LOG, CONSOLE_KEEP) < 0)
		return;
	(void)fd_close(c->log);
	c->log = log_open(c);
}

/* A terminal ends lines by \r\n; the log by \n. */
static size_t drop_returns(char *text, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++)
		if (text[i] != '\r')
			text[kept++] = text[i];
	return kept;
}

static void copy(Console *c)
{
	char text[READ_SIZE];
	ssize_t n;

	for (int i = 0; i < READS_PER_TURN && (n = read(c->master, text, sizeof(text))) > 0; i++) {
		(void)fd_write_all(c->log, text, drop_returns(text, (size_t)n));
		log_rotate(c);
	}
}

static void on_output(int fd, uint32_t events, void *userdata)
{
	(void)fd;
	(void)events;
	copy(userdata);
}

/* The terminal's two ends; the path of the slave in `path`. */
static int terminal_open(Console *c, char *path, size_t size)
{
	int unlock = 0, number;

	c->master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (c->master < 0 || ioctl(c->master, TIOCSPTLCK, &unlock) < 0 ||
	    ioctl(c->master, TIOCGPTN, &number) < 0)
		return -errno;
	(void)snprintf(path, size, "/dev/pts/%d", number);
	c->slave = open(path, O_RDWR | O_NOCTTY | O_CLOEXEC);
	return c->slave < 0 ? -errno : 0;
}

void console_open(Monitor *m, Binds *b)
{
	Console *c = xnew0(Console, 1);
	char path[32] = "";
	int r;

	c->dirfd = m->dirfd;
	c->master = c->slave = c->log = -1;
	/* Of an earlier run, as the log that systemd-nspawn begins anew. */
	(void)unlinkat(m->dirfd, CONSOLE_LOG ".1", 0);
	r = terminal_open(c, path, sizeof(path));
	if (r >= 0) {
		c->log = log_open(c);
		c->source = loop_add_fd(m->loop, c->master, EPOLLIN, on_output, c);
	}
	if (r < 0 || c->log < 0 || !c->source) {
		log_debug("no console for the guest: %s", r < 0 ? strerror(-r) : "no log");
		console_free(c);
		return;
	}
	m->run->console = c;
	binds_add_copy(b, path, "/dev/console");
}

Console *console_free(Console *c)
{
	if (!c)
		return NULL;
	if (c->source)
		copy(c);
	loop_source_free(c->source);
	(void)fd_close(c->master);
	(void)fd_close(c->slave);
	(void)fd_close(c->log);
	free(c);
	return NULL;
}
