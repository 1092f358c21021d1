#include "librunner/init/command.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "librunner/init/channel.h"
#include "librunner/init/text.h"

/* 0 when the file can be executed, or an errno; *ret_stat tells whether stat(2) gave it. */
static int check_file(const char *path, bool *ret_stat)
{
	struct stat st;

	*ret_stat = stat(path, &st) < 0;
	if (*ret_stat)
		return errno;
	if (S_ISDIR(st.st_mode))
		return EISDIR;
	if (faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0)
		return errno;
	/* access(2) lets root pass where no execute bit is set on some file systems. */
	return st.st_mode & 0111 ? 0 : EACCES;
}

static const char *check_path(const char *file)
{
	bool by_stat;
	int e = check_file(file, &by_stat);

	if (e == 0)
		return file;
	/* Docker maps the text to a status: ENOTDIR is neither "not found" nor "cannot invoke". */
	fail(e == ENOENT    ? 127
	     : e == ENOTDIR ? 125
			    : 126,
	     "exec: \"", file, "\": ", by_stat ? "stat " : "", by_stat ? file : "",
	     by_stat ? ": " : "", errno_text(e), NULL);
}

static const char *search_path(char *const *env)
{
	for (; *env; env++)
		if (after(*env, "PATH="))
			return *env + 5;
	return "";
}

/* One directory of PATH; NULL when the file is not there, or not executable. */
static char *try_dir(const char *dir, size_t n, const char *file)
{
	char *path = malloc(n + strlen(file) + 3);
	bool by_stat;

	if (!path)
		fail(125, "out of memory", NULL);
	memcpy(path, n ? dir : ".", n ? n : 1);
	n = n ? n : 1;
	path[n] = '/';
	memcpy(path + n + 1, file, strlen(file) + 1);
	if (check_file(path, &by_stat) == 0)
		return path;
	free(path);
	return NULL;
}

const char *command_find(char *const *argv, char *const *env)
{
	const char *file = argv[0], *path = search_path(env);

	if (strchr(file, '/'))
		return check_path(file);
	for (const char *end; *file && *path; path = *end ? end + 1 : end) {
		char *found;

		end = strchrnul(path, ':');
		found = try_dir(path, (size_t)(end - path), file);
		if (found && *found != '/')
			fail(125, "exec: \"", file,
			     "\": cannot run executable found relative to current directory", NULL);
		if (found)
			return found;
	}
	fail(127, "exec: \"", file, "\": executable file not found in $PATH", NULL);
}

void command_execute(const char *path, char *const *argv, char *const *env)
{
	Text t = { .n = 0 };

	(void)execve(path, argv, env);
	text_join(&t, "exec ", path, ": ", errno_text(errno), "\n", NULL);
	/* As if it ran: the monitor is told of the start before the first output. */
	channel_close();
	(void)!write(2, t.s, t.n);
	_exit(1);
}
