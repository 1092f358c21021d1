#include "librunner/init/text.h"

#include <errno.h>
#include <string.h>

void text_add(Text *t, const char *s)
{
	for (; *s && t->n + 1 < sizeof(t->s); s++)
		t->s[t->n++] = *s;
	t->s[t->n] = '\0';
}

void text_vjoin(Text *t, const char *first, va_list ap)
{
	for (const char *s = first; s; s = va_arg(ap, const char *))
		text_add(t, s);
}

const char *text_join(Text *t, const char *first, ...)
{
	va_list ap;

	va_start(ap, first);
	text_vjoin(t, first, ap);
	va_end(ap);
	return t->s;
}

void text_add_number(Text *t, uint64_t n)
{
	char digits[21];
	size_t i = sizeof(digits);

	digits[--i] = '\0';
	do
		digits[--i] = (char)('0' + n % 10);
	while ((n /= 10) > 0);
	text_add(t, digits + i);
}

const char *errno_text(int errnum)
{
	static const struct {
		int errnum;
		const char *text;
	} table[] = {
		{ ENOENT, "no such file or directory" },
		{ EACCES, "permission denied" },
		{ EPERM, "operation not permitted" },
		{ EISDIR, "is a directory" },
		{ ENOTDIR, "not a directory" },
		{ ENOEXEC, "exec format error" },
		{ E2BIG, "argument list too long" },
		{ ENOMEM, "cannot allocate memory" },
		{ ELOOP, "too many levels of symbolic links" },
		{ ENAMETOOLONG, "file name too long" },
		{ ETXTBSY, "text file busy" },
		{ EINVAL, "invalid argument" },
		{ EIO, "input/output error" },
		{ EROFS, "read-only file system" },
		{ ENOSPC, "no space left on device" },
		{ EAGAIN, "resource temporarily unavailable" },
		{ ECONNREFUSED, "connection refused" },
		{ ECONNRESET, "connection reset by peer" },
		{ ENOSYS, "function not implemented" },
	};
	static Text other;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (table[i].errnum == errnum)
			return table[i].text;
	other.n = 0;
	text_add(&other, "errno ");
	text_add_number(&other, (uint64_t)errnum);
	return other.s;
}

bool parse_number(const char *s, uint64_t max, uint64_t *ret)
{
	uint64_t n = 0;

	if (!*s)
		return false;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return false;
		if (n > (max - (uint64_t)(*s - '0')) / 10)
			return false;
		n = n * 10 + (uint64_t)(*s - '0');
	}
	*ret = n;
	return true;
}

const char *after(const char *s, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(s, prefix, n) == 0 ? s + n : NULL;
}
