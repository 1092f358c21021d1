#include "libcommon/env-file.h"

#include <fcntl.h>
#include <stdlib.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"

#define ENV_FILE_MAX_SIZE (4 << 20)
#define BYTE_ORDER_MARK "\xef\xbb\xbf"
#define BLANKS " \t\v\f\r"

static int parse_line(const char *line, bool inherit, char ***env, Error **err)
{
	size_t key_length;
	const char *value;

	line += strspn(line, BLANKS);
	if (!*line || *line == '#')
		return 0;
	key_length = strcspn(line, "=");
	if (key_length == 0)
		return error_set(err, EINVAL, "no variable name on line '%s'", line);
	if (strcspn(line, BLANKS) < key_length)
		return error_set(err, EINVAL, "variable '%.*s' contains whitespaces",
				 (int)key_length, line);
	if (line[key_length] || !inherit) {
		strv_add(env, line);
		return 0;
	}
	value = getenv(line);
	if (value)
		strv_addf(env, "%s=%s", line, value);
	return 0;
}

/* Takes the line that begins at `text`; the next one begins behind what it returns. */
static char *line_copy(const char *text, size_t n)
{
	const char *newline = memchr(text, '\n', n);
	size_t length = newline ? (size_t)(newline - text) : n;

	if (length && text[length - 1] == '\r')
		length--;
	return xstrndup(text, length);
}

int env_file_parse(const char *text, size_t n, bool inherit, char ***env, Error **err)
{
	unsigned number = 1;

	if (n && memchr(text, '\0', n))
		return error_set(err, EINVAL, "it holds a NUL byte");
	if (n >= 3 && memcmp(text, BYTE_ORDER_MARK, 3) == 0) {
		text += 3;
		n -= 3;
	}
	for (; n > 0; number++) {
		cleanup_free char *line = line_copy(text, n);
		const char *newline = memchr(text, '\n', n);
		size_t used = newline ? (size_t)(newline - text) + 1 : n;
		int r;

		if (!utf8_valid(line, strlen(line)))
			return error_set(err, EINVAL, "invalid utf8 bytes at line %u", number);
		r = parse_line(line, inherit, env, err);
		if (r < 0)
			return error_prefix(err, r, "line %u", number);
		text += used;
		n -= used;
	}
	return 0;
}

int env_file_read(const char *path, bool inherit, char ***env, Error **err)
{
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	int r = fs_read_file(AT_FDCWD, path, ENV_FILE_MAX_SIZE, &text);

	if (r == -ENOENT)
		return error_set(err, ENOENT, "open %s: no such file or directory", path);
	if (r < 0)
		return error_errno(err, -r, "open %s", path);
	r = env_file_parse(text.data, text.len, inherit, env, err);
	return r < 0 ? error_prefix(err, r, "invalid env file (%s)", path) : 0;
}
