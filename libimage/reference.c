#include "libimage/reference.h"

#include <ctype.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"

#define DEFAULT_REGISTRY "docker.io"
#define LEGACY_REGISTRY "index.docker.io"
#define OFFICIAL_PREFIX "library/"
#define TAG_MAX 128
#define REPOSITORY_MAX 255
#define ID_LENGTH 64
#define DIGEST_HEX_MIN 32
#define INVALID "invalid reference format"

static bool is_lower_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
}

static bool is_alnum(char c)
{
	return is_lower_alnum(c) || (c >= 'A' && c <= 'Z');
}

static bool is_hex(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!((s[i] >= '0' && s[i] <= '9') || (s[i] >= 'a' && s[i] <= 'f')))
			return false;
	return true;
}

bool reference_is_id(const char *text)
{
	return strlen(text) == ID_LENGTH && is_hex(text, ID_LENGTH);
}

/* One label of a domain name: alphanumerics with inner hyphens. Returns what is behind it, or NULL.
 */
static const char *domain_label(const char *s, const char *end)
{
	const char *p = s;

	while (p < end && (is_alnum(*p) || *p == '-'))
		p++;
	return p == s || *s == '-' || p[-1] == '-' ? NULL : p;
}

static const char *domain_host(const char *s, const char *end)
{
	const char *p = s;

	if (p < end && *p == '[') {
		for (p++; p < end && (isxdigit((unsigned char)*p) || *p == ':'); p++)
			;
		return p < end && *p == ']' && p > s + 1 ? p + 1 : NULL;
	}
	while ((p = domain_label(p, end)) && p < end && *p == '.')
		p++;
	return p;
}

/* distribution/reference `domain`: host or [IPv6], with an optional port. */
static bool domain_valid(const char *s, size_t n)
{
	const char *end = s + n, *p = domain_host(s, end), *port;

	if (!p || p == end)
		return p != NULL;
	if (*p++ != ':')
		return false;
	for (port = p; p < end && *p >= '0' && *p <= '9'; p++)
		;
	return p == end && p > port;
}

/* The separator at `p`: one dot, one or two underscores, or any number of hyphens. */
static const char *path_separator(const char *p, const char *end)
{
	if (p < end && *p == '.')
		return p + 1;
	if (p < end && *p == '_')
		return p + (p + 1 < end && p[1] == '_' ? 2 : 1);
	while (p < end && *p == '-')
		p++;
	return p;
}

static bool path_component_valid(const char *s, const char *end)
{
	const char *p = s;

	for (;;) {
		const char *start = p;

		while (p < end && is_lower_alnum(*p))
			p++;
		if (p == start)
			return false;
		if (p == end)
			return true;
		start = p;
		p = path_separator(p, end);
		if (p == start)
			return false;
	}
}

/* Lower-case components between slashes. */
static bool path_valid(const char *s, size_t n)
{
	const char *end = s + n;

	for (;;) {
		const char *slash = memchr(s, '/', (size_t)(end - s));

		if (!path_component_valid(s, slash ? slash : end))
			return false;
		if (!slash)
			return true;
		s = slash + 1;
	}
}

static bool tag_valid(const char *s, size_t n)
{
	if (n == 0 || n > TAG_MAX || !(is_alnum(s[0]) || s[0] == '_'))
		return false;
	for (size_t i = 1; i < n; i++)
		if (!is_alnum(s[i]) && !strchr("_.-", s[i]))
			return false;
	return true;
}

/* `algorithm:hex` by its grammar alone: components of letters and digits, joined by one of `-_+.`.
 */
static bool digest_wellformed(const char *s)
{
	const char *p = s;

	for (;;) {
		if (!isalpha((unsigned char)*p))
			return false;
		while (is_alnum(*p))
			p++;
		if (*p == ':')
			break;
		if (!*p || !strchr("-_+.", *p))
			return false;
		p++;
	}
	for (s = ++p; isxdigit((unsigned char)*p); p++)
		;
	return !*p && p - s >= DIGEST_HEX_MIN;
}

static int digest_check(const char *digest, Error **err)
{
	static const struct {
		const char *prefix;
		size_t hex;
	} algorithms[] = { { "sha256:", 64 }, { "sha384:", 96 }, { "sha512:", 128 } };

	if (!digest_wellformed(digest))
		return error_set(err, EINVAL, INVALID);
	for (size_t i = 0; i < sizeof(algorithms) / sizeof(*algorithms); i++) {
		const char *hex = startswith(digest, algorithms[i].prefix);

		if (!hex)
			continue;
		if (strlen(hex) != algorithms[i].hex)
			return error_set(err, EINVAL, "invalid checksum digest length");
		if (!is_hex(hex, algorithms[i].hex))
			return error_set(err, EINVAL, "invalid checksum digest format");
		return 0;
	}
	return error_set(err, EINVAL, "unsupported digest algorithm");
}

static bool has_upper(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (s[i] >= 'A' && s[i] <= 'Z')
			return true;
	return false;
}

/* What stands before the first slash is a registry when it looks like a host: `localhost`,
 * something with a dot or a colon, or with capitals (which no repository has). */
static bool is_registry(const char *s, size_t n)
{
	return (n == 9 && memcmp(s, "localhost", 9) == 0) || memchr(s, '.', n) ||
	       memchr(s, ':', n) || has_upper(s, n);
}

/* Splits off the registry; *ret_rest is the repository, `library/` included, with tag and digest.
 */
static void registry_split(const char *text, char **ret_registry, char **ret_rest)
{
	const char *slash = strchr(text, '/'), *rest = text;
	char *registry = NULL;

	if (slash && is_registry(text, (size_t)(slash - text))) {
		registry = xstrndup(text, (size_t)(slash - text));
		rest = slash + 1;
	}
	if (!registry || streq(registry, LEGACY_REGISTRY)) {
		free(registry);
		registry = xstrdup(DEFAULT_REGISTRY);
	}
	*ret_registry = registry;
	if (streq(registry, DEFAULT_REGISTRY) && !strchr(rest, '/'))
		*ret_rest = xasprintf(OFFICIAL_PREFIX "%s", rest);
	else
		*ret_rest = xstrdup(rest);
}

/* Takes `repository[:tag][@digest]` apart. The checks come in the order of the reference
 * implementation, because the first that fails chooses the message. */
static int rest_parse(const char *rest, Reference *ref, Error **err)
{
	const char *at = strchr(rest, '@');
	size_t n = at ? (size_t)(at - rest) : strlen(rest);
	const char *colon = memchr(rest, ':', n);
	size_t path = colon ? (size_t)(colon - rest) : n;

	if (!domain_valid(ref->registry, strlen(ref->registry)) || !path_valid(rest, path))
		return error_set(err, EINVAL, INVALID);
	if (colon && !tag_valid(colon + 1, n - path - 1))
		return error_set(err, EINVAL, INVALID);
	if (at && !digest_wellformed(at + 1))
		return error_set(err, EINVAL, INVALID);
	if (path > REPOSITORY_MAX)
		return error_set(err, EINVAL, "repository name must not be more than %d characters",
				 REPOSITORY_MAX);
	ref->repository = xstrndup(rest, path);
	if (colon)
		ref->tag = xstrndup(colon + 1, n - path - 1);
	if (at)
		ref->digest = xstrdup(at + 1);
	if (!at && !colon)
		ref->tag = xstrdup("latest");
	return at ? digest_check(ref->digest, err) : 0;
}

int reference_parse(const char *text, Reference **ret, Error **err)
{
	const char *after = startswith(text, "docker://"), *s = after ? after : text;
	cleanup_reference Reference *ref = xnew0(Reference, 1);
	cleanup_free char *rest = NULL;
	size_t remote;
	int r;

	if (reference_is_id(s))
		return error_set(err, EINVAL,
				 "invalid repository name (%s), cannot specify 64-byte hexadecimal "
				 "strings",
				 s);
	registry_split(s, &ref->registry, &rest);
	remote = strcspn(rest, ":");
	if (has_upper(rest, remote))
		return error_set(err, EINVAL, INVALID ": repository name (%.*s) must be lowercase",
				 (int)remote, rest);
	r = rest_parse(rest, ref, err);
	if (r < 0)
		return r;
	*ret = steal(&ref);
	return 0;
}

/* Without `docker.io/` it would be read as an image of another registry. */
static bool needs_registry(const char *repository)
{
	size_t n = strcspn(repository, "/");

	return repository[n] && is_registry(repository, n);
}

char *reference_familiar_name(const Reference *ref)
{
	const char *official;

	if (!streq(ref->registry, DEFAULT_REGISTRY) || needs_registry(ref->repository))
		return xasprintf("%s/%s", ref->registry, ref->repository);
	official = startswith(ref->repository, OFFICIAL_PREFIX);
	/* `library/a/b` is not official. */
	return xstrdup(official && !strchr(official, '/') ? official : ref->repository);
}

static char *with_tag_and_digest(const char *name, const Reference *ref)
{
	return xasprintf("%s%s%s%s%s", name, ref->tag ? ":" : "", ref->tag ? ref->tag : "",
			 ref->digest ? "@" : "", ref->digest ? ref->digest : "");
}

char *reference_familiar(const Reference *ref)
{
	cleanup_free char *name = reference_familiar_name(ref);

	return with_tag_and_digest(name, ref);
}

char *reference_canonical(const Reference *ref)
{
	cleanup_free char *name = xasprintf("%s/%s", ref->registry, ref->repository);

	return with_tag_and_digest(name, ref);
}

Reference *reference_free(Reference *ref)
{
	if (ref) {
		free(ref->registry);
		free(ref->repository);
		free(ref->tag);
		free(ref->digest);
		free(ref);
	}
	return NULL;
}
