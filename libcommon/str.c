#include "libcommon/str.h"

#include <stdio.h>

#include "libcommon/alloc.h"

bool streq_null(const char *a, const char *b)
{
	return a && b ? streq(a, b) : a == b;
}

const char *startswith(const char *s, const char *prefix)
{
	size_t n = strlen(prefix);

	return strncmp(s, prefix, n) == 0 ? s + n : NULL;
}

bool endswith(const char *s, const char *suffix)
{
	size_t n = strlen(s), m = strlen(suffix);

	return n >= m && streq(s + n - m, suffix);
}

int str_to_u64(const char *s, uint64_t *ret)
{
	uint64_t v = 0;

	if (!*s)
		return -EINVAL;
	for (; *s; s++) {
		if (*s < '0' || *s > '9')
			return -EINVAL;
		if (__builtin_mul_overflow(v, (uint64_t)10, &v) ||
		    __builtin_add_overflow(v, (uint64_t)(*s - '0'), &v))
			return -ERANGE;
	}
	*ret = v;
	return 0;
}

int str_to_i64(const char *s, int64_t *ret)
{
	bool negative = *s == '-';
	uint64_t v, limit = (uint64_t)INT64_MAX + (negative ? 1 : 0);
	int r;

	r = str_to_u64(s + (negative ? 1 : 0), &v);
	if (r < 0)
		return r;
	if (v > limit)
		return -ERANGE;
	*ret = negative ? (int64_t)(0 - v) : (int64_t)v;
	return 0;
}

/* The table of well-formed sequences is Unicode 15, table 3-7. */
size_t utf8_length(const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;
	unsigned char low = 0x80, high = 0xbf;
	size_t len;

	if (p[0] < 0x80)
		return 1;
	if (p[0] < 0xc2 || p[0] > 0xf4)
		return 0;
	len = p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	if (len > n)
		return 0;
	if (p[0] == 0xe0)
		low = 0xa0;
	else if (p[0] == 0xed)
		high = 0x9f;
	else if (p[0] == 0xf0)
		low = 0x90;
	else if (p[0] == 0xf4)
		high = 0x8f;
	if (p[1] < low || p[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if (p[i] < 0x80 || p[i] > 0xbf)
			return 0;
	return len;
}

bool utf8_valid(const char *s, size_t n)
{
	while (n > 0) {
		size_t len = utf8_length(s, n);

		if (len == 0)
			return false;
		s += len;
		n -= len;
	}
	return true;
}

size_t strv_length(char *const *v)
{
	size_t n = 0;

	while (v && v[n])
		n++;
	return n;
}

char **strv_free(char **v)
{
	int saved = errno;

	for (char **it = v; it && *it; it++)
		free(*it);
	free(v);
	errno = saved;
	return NULL;
}

char **strv_copy(char *const *v)
{
	size_t n = strv_length(v);
	char **copy = xnew0(char *, n + 1);

	for (size_t i = 0; i < n; i++)
		copy[i] = xstrdup(v[i]);
	return copy;
}

bool strv_contains(char *const *v, const char *s)
{
	STRV_FOREACH(it, v)
		if (streq(*it, s))
			return true;
	return false;
}

bool strv_equal(char *const *a, char *const *b)
{
	size_t n = strv_length(a);

	if (n != strv_length(b))
		return false;
	for (size_t i = 0; i < n; i++)
		if (!streq(a[i], b[i]))
			return false;
	return true;
}

void strv_push(char ***v, char *s)
{
	size_t n = strv_length(*v);

	*v = xreallocarray(*v, n + 2, sizeof(char *));
	(*v)[n] = s;
	(*v)[n + 1] = NULL;
}

void strv_add(char ***v, const char *s)
{
	strv_push(v, xstrdup(s));
}

void strv_addf(char ***v, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	strv_push(v, xvasprintf(fmt, ap));
	va_end(ap);
}

void strv_extend(char ***v, char *const *more)
{
	STRV_FOREACH(it, more)
		strv_add(v, *it);
}

char **strv_split(const char *s, char sep)
{
	char **v = NULL;

	for (;;) {
		const char *end = strchrnul(s, sep);

		strv_push(&v, xstrndup(s, (size_t)(end - s)));
		if (!*end)
			return v;
		s = end + 1;
	}
}

char *strv_join(char *const *v, const char *sep)
{
	Strbuf b = STRBUF_INIT;

	STRV_FOREACH(it, v) {
		if (it != v)
			strbuf_adds(&b, sep);
		strbuf_adds(&b, *it);
	}
	return strbuf_steal(&b);
}

static char **env_find(char **env, const char *name)
{
	size_t n = strlen(name);

	for (char **it = env; it && *it; it++)
		if (strncmp(*it, name, n) == 0 && (*it)[n] == '=')
			return it;
	return NULL;
}

const char *env_get(char *const *env, const char *name)
{
	char **it = env_find((char **)env, name);

	return it ? *it + strlen(name) + 1 : NULL;
}

void env_set(char ***env, const char *name, const char *value)
{
	char **it = env_find(*env, name), *entry = xasprintf("%s=%s", name, value);

	if (it) {
		free(*it);
		*it = entry;
	} else {
		strv_push(env, entry);
	}
}

void env_unset(char **env, const char *name)
{
	char **it = env_find(env, name);

	if (!it)
		return;
	free(*it);
	do
		it[0] = it[1];
	while (*it++);
}

char *strbuf_reserve(Strbuf *b, size_t n)
{
	size_t need = b->len + n + 1;

	if (need > b->cap) {
		b->cap = need > b->cap * 2 ? need : b->cap * 2;
		b->data = xreallocarray(b->data, b->cap, 1);
		b->data[b->len] = '\0';
	}
	return b->data + b->len;
}

void strbuf_add(Strbuf *b, const void *data, size_t n)
{
	char *to = strbuf_reserve(b, n);

	if (n)
		memcpy(to, data, n);
	to[n] = '\0';
	b->len += n;
}

void strbuf_adds(Strbuf *b, const char *s)
{
	strbuf_add(b, s, strlen(s));
}

void strbuf_addc(Strbuf *b, char c)
{
	strbuf_add(b, &c, 1);
}

void strbuf_vaddf(Strbuf *b, const char *fmt, va_list ap)
{
	cleanup_free char *s = xvasprintf(fmt, ap);

	strbuf_adds(b, s);
}

void strbuf_addf(Strbuf *b, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	strbuf_vaddf(b, fmt, ap);
	va_end(ap);
}

void strbuf_consume(Strbuf *b, size_t n)
{
	if (n == 0)
		return;
	memmove(b->data, b->data + n, b->len - n + 1);
	b->len -= n;
}

char *strbuf_steal(Strbuf *b)
{
	char *s = b->data ? b->data : xstrdup("");

	*b = (Strbuf)STRBUF_INIT;
	return s;
}

void strbuf_clear(Strbuf *b)
{
	free(b->data);
	*b = (Strbuf)STRBUF_INIT;
}
