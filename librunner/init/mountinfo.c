#include "librunner/init/mountinfo.h"

#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* A container starts with some fifty mounts; more than this is not read. */
#define MAX_MOUNTINFO (4 << 20)

static char *read_all(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t n = 0, cap = 16384;
	char *text = malloc(cap);
	ssize_t k = -1;

	while (fd >= 0 && text && cap <= MAX_MOUNTINFO) {
		k = read(fd, text + n, cap - n - 1);
		if (k <= 0)
			break;
		n += (size_t)k;
		if (cap - n < 4096) {
			char *larger = realloc(text, cap *= 2);

			if (!larger)
				break;
			text = larger;
		}
	}
	if (fd >= 0)
		(void)close(fd);
	if (k != 0) {
		free(text);
		return NULL;
	}
	text[n] = '\0';
	return text;
}

/* The kernel writes blanks, tabs, newlines and backslashes as three octal digits. */
static void unescape(char *s)
{
	char *out = s;

	for (; *s; s++)
		if (s[0] == '\\' && s[1] >= '0' && s[1] <= '3' && s[2] >= '0' && s[2] <= '7' &&
		    s[3] >= '0' && s[3] <= '7') {
			*out++ = (char)((s[1] - '0') << 6 | (s[2] - '0') << 3 | (s[3] - '0'));
			s += 3;
		} else
			*out++ = *s;
	*out = '\0';
}

/* The fifth field of a line. */
static char *mount_point(char *line)
{
	for (int i = 0; i < 4 && line; i++) {
		line = strchr(line, ' ');
		if (line)
			line++;
	}
	if (!line)
		return NULL;
	line[strcspn(line, " ")] = '\0';
	unescape(line);
	return line;
}

bool mounts_parse(char *text, Mounts *ret)
{
	size_t lines = 1;

	*ret = (Mounts){ .text = text };
	for (const char *p = text; (p = strchr(p, '\n')); p++)
		lines++;
	ret->points = calloc(lines + 1, sizeof(char *));
	if (!ret->points)
		return false;
	for (char *line = text, *next; *line; line = next) {
		char *end = line + strcspn(line, "\n"), *point;

		next = *end ? end + 1 : end;
		*end = '\0';
		point = mount_point(line);
		if (point)
			ret->points[ret->n++] = point;
	}
	return true;
}

bool mounts_read(Mounts *ret)
{
	char *text = read_all("/proc/self/mountinfo");

	*ret = (Mounts){ 0 };
	return text && mounts_parse(text, ret);
}

void mounts_clear(Mounts *m)
{
	free(m->points);
	free(m->text);
	*m = (Mounts){ 0 };
}

bool path_within(const char *path, const char *dir)
{
	size_t n = strlen(dir);

	return strncmp(path, dir, n) == 0 && (path[n] == '/' || path[n] == '\0');
}
