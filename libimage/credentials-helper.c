#include "libimage/credentials-helper.h"

#include <fcntl.h>
#include <signal.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/json.h"
#include "libcommon/spawn.h"
#include "libcommon/str.h"

#define MAX_ANSWER ((size_t)64 * 1024)
#define MAX_SERVER ((size_t)4096) /* what fits into a pipe whatever the reader does */
/* What helpers print on stdout, with exit status 1, when they know nothing about the server. */
#define NOT_FOUND "credentials not found in native keychain"
/* In place of a user name: the secret is an identity token. */
#define TOKEN_USER "<token>"

typedef struct HelperAnswer {
	char *username, *secret;
} HelperAnswer;

/* clang-format off */
static const JsonField answer_fields[] = {
	JSON_STRING(HelperAnswer, "Username", username, JSON_REQUIRED),
	JSON_STRING(HelperAnswer, "Secret", secret, JSON_REQUIRED),
	JSON_END
};
static const JsonType answer_type = { "answer", sizeof(HelperAnswer), answer_fields };
/* clang-format on */

static void answer_clear(HelperAnswer *a)
{
	if (a->secret)
		explicit_bzero(a->secret, strlen(a->secret));
	json_clear(&answer_type, a);
}

static int answer_parse(const Strbuf *out, const char *program, Credentials *ret, Error **err)
{
	cleanup(answer_clear) HelperAnswer a = { 0 };
	cleanup_json json_t *v = NULL;
	int r;

	/* The parser's message could quote the secret. */
	if (json_parse(out->data, out->len, program, &v, NULL) < 0)
		return error_set(err, EINVAL, "%s: its answer is not JSON", program);
	r = json_decode(v, &answer_type, &a, err);
	if (r < 0)
		return error_prefix(err, r, "%s", program);
	if (streq(a.username, TOKEN_USER)) {
		ret->identity_token = steal(&a.secret);
		return 1;
	}
	ret->username = steal(&a.username);
	ret->password = steal(&a.secret);
	return 1;
}

/* A pipe with the server's name in it, ready to be read. */
static int stdin_with(const char *server, Error **err)
{
	cleanup_fd int reader = -1, writer = -1;
	int fds[2], r;

	if (strlen(server) > MAX_SERVER)
		return error_set(err, ENAMETOOLONG, "the registry's name is too long");
	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_errno(err, errno, "pipe");
	reader = fds[0];
	writer = fds[1];
	r = fd_write_all(writer, server, strlen(server));
	if (r < 0)
		return error_errno(err, -r, "pipe");
	return steal_fd(&reader);
}

static void strbuf_wipe(Strbuf *b)
{
	if (b->data)
		explicit_bzero(b->data, b->len);
	strbuf_clear(b);
}

int credentials_helper_get(const char *name, const char *server, Credentials *ret, Error **err)
{
	cleanup_free char *program = xasprintf("docker-credential-%s", name);
	char *argv[] = { program, (char *)"get", NULL };
	cleanup(strbuf_wipe) Strbuf out = STRBUF_INIT;
	cleanup_fd int in = -1;
	Spawn s = SPAWN_INIT;
	int status;

	if (strchr(name, '/'))
		return error_set(err, EINVAL,
				 "credential helper '%s': a name without slashes is needed", name);
	in = stdin_with(server, err);
	if (in < 0)
		return in;
	s.argv = argv;
	s.in = in;
	s.death_signal = SIGTERM;
	status = spawn_run(&s, &out, MAX_ANSWER, err);
	if (status < 0)
		return status;
	if (status == 0)
		return answer_parse(&out, program, ret, err);
	if (out.data && startswith(out.data, NOT_FOUND))
		return 0;
	return error_set(err, EIO, "%s: exit status %d", program, status);
}
