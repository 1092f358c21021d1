#include "librunner/init/identity.h"

#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Larger files are not read: then only numbers can be resolved. */
#define MAX_FILE (8 << 20)
#define MAX_ID 2147483647
#define MAX_FIELDS 7

typedef struct Slice {
	const char *s;
	size_t n;
} Slice;

static bool slice_is(Slice a, const char *s, size_t n)
{
	return a.n == n && memcmp(a.s, s, n) == 0;
}

static bool slice_number(Slice a, uint64_t *ret)
{
	char digits[24];

	if (a.n >= sizeof(digits))
		return false;
	memcpy(digits, a.s, a.n);
	digits[a.n] = '\0';
	return parse_number(digits, MAX_ID, ret);
}

/* Splits the next line at colons; returns the number of fields, 0 at the end of the text. Lines
 * without a colon have one field. */
static size_t next_line(const char **text, Slice fields[MAX_FIELDS])
{
	const char *p = *text, *end;
	size_t n = 0;

	if (!p || !*p)
		return 0;
	end = strchrnul(p, '\n');
	*text = *end ? end + 1 : end;
	for (; n < MAX_FIELDS; n++) {
		const char *colon = memchr(p, ':', (size_t)(end - p));
		const char *stop = colon && n + 1 < MAX_FIELDS ? colon : end;

		fields[n] = (Slice){ p, (size_t)(stop - p) };
		if (stop == end)
			return n + 1;
		p = stop + 1;
	}
	return n;
}

/* Whether a name or number, as the user wrote it, means the entry. Digits are always a number. */
static bool matches(Slice name, uint64_t id, const char *wanted, size_t n)
{
	uint64_t number;

	if (slice_number((Slice){ wanted, n }, &number))
		return number == id;
	return slice_is(name, wanted, n);
}

static bool find_user(const char *passwd, const char *wanted, size_t n, Slice *ret_name,
		      Identity *ret)
{
	Slice f[MAX_FIELDS];
	uint64_t uid, gid;

	for (size_t k; (k = next_line(&passwd, f)) > 0;) {
		if (k < 4 || !slice_number(f[2], &uid) || !slice_number(f[3], &gid) ||
		    !matches(f[0], uid, wanted, n))
			continue;
		ret->uid = (uid_t)uid;
		ret->gid = (gid_t)gid;
		*ret_name = f[0];
		if (k > 5 && f[5].n > 0 && f[5].n < sizeof(ret->home)) {
			memcpy(ret->home, f[5].s, f[5].n);
			ret->home[f[5].n] = '\0';
		}
		return true;
	}
	return false;
}

static bool find_group(const char *group, const char *wanted, gid_t *ret)
{
	Slice f[MAX_FIELDS];
	uint64_t gid;

	for (size_t k; (k = next_line(&group, f)) > 0;)
		if (k >= 3 && slice_number(f[2], &gid) &&
		    matches(f[0], gid, wanted, strlen(wanted))) {
			*ret = (gid_t)gid;
			return true;
		}
	return false;
}

static bool is_member(Slice members, Slice name)
{
	const char *p = members.s, *end = members.s + members.n;

	while (p < end) {
		const char *comma = memchr(p, ',', (size_t)(end - p));
		size_t n = (size_t)((comma ? comma : end) - p);

		if (slice_is(name, p, n))
			return true;
		p += n + 1;
	}
	return false;
}

static int add_group(Identity *id, gid_t gid, Text *why)
{
	for (size_t i = 0; i < id->n_groups; i++)
		if (id->groups[i] == gid)
			return 0;
	if (id->n_groups == IDENTITY_MAX_GROUPS) {
		text_add(why, "too many groups");
		return -1;
	}
	id->groups[id->n_groups++] = gid;
	return 0;
}

static int add_memberships(Identity *id, const char *group, Slice name, Text *why)
{
	Slice f[MAX_FIELDS];
	uint64_t gid;

	for (size_t k; (k = next_line(&group, f)) > 0;)
		if (k >= 4 && slice_number(f[2], &gid) && is_member(f[3], name) &&
		    add_group(id, (gid_t)gid, why) < 0)
			return -1;
	return 0;
}

static bool all_digits(const char *s, size_t n)
{
	return n > 0 && strspn(s, "0123456789") >= n;
}

/* Says why a user or a group cannot be found. `article` is Docker's "unable" or "Unable". */
static int not_found(Text *why, const char *unable, const char *what, const char *s, size_t n)
{
	char *name = strndup(s, n);

	if (all_digits(s, n) || (*s == '-' && all_digits(s + 1, n - 1)))
		text_add(why, "uids and gids must be in range 0-2147483647");
	else
		text_join(why, unable, " to find ", what, " ", name ? name : "",
			  ": no matching entries in ", *what == 'u' ? "passwd" : "group", " file",
			  NULL);
	free(name);
	return -1;
}

static int resolve_group(const char *wanted, const char *unable, const char *group, gid_t *ret,
			 Text *why)
{
	uint64_t number;

	if (find_group(group, wanted, ret))
		return 0;
	if (!parse_number(wanted, MAX_ID, &number))
		return not_found(why, unable, "group", wanted, strlen(wanted));
	*ret = (gid_t)number;
	return 0;
}

static int resolve_user(const char *wanted, size_t n, const char *passwd, Slice *ret_name,
			Identity *id, Text *why)
{
	uint64_t number;

	if (n == 0) {
		wanted = "0";
		n = 1;
	}
	if (find_user(passwd, wanted, n, ret_name, id))
		return 0;
	if (!slice_number((Slice){ wanted, n }, &number))
		return not_found(why, "unable", "user", wanted, n);
	id->uid = (uid_t)number;
	return 0;
}

int identity_resolve(const char *user, char *const *further, const char *passwd, const char *group,
		     Identity *ret, Text *why)
{
	const char *wanted = user ? user : "", *colon = strchrnul(wanted, ':');
	const char *wanted_group = *colon ? colon + 1 : "";
	Slice name = { "", 0 };
	gid_t gid;

	*ret = (Identity){ .home = "/" };
	if (resolve_user(wanted, (size_t)(colon - wanted), passwd, &name, ret, why) < 0)
		return -1;
	if (*wanted_group && resolve_group(wanted_group, "unable", group, &ret->gid, why) < 0)
		return -1;
	ret->groups[ret->n_groups++] = ret->gid;
	if (!*wanted_group && name.n > 0 && add_memberships(ret, group, name, why) < 0)
		return -1;
	for (; further && *further; further++)
		if (resolve_group(*further, "Unable", group, &gid, why) < 0 ||
		    add_group(ret, gid, why) < 0)
			return -1;
	return 0;
}

/* Reads a regular file whole; NULL when there is none, or nothing that could be one. */
static char *read_text(const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	struct stat st;
	char *text = NULL;
	ssize_t n = -1;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode) && st.st_size <= MAX_FILE)
		text = malloc((size_t)st.st_size + 1);
	if (text)
		n = pread(fd, text, (size_t)st.st_size, 0);
	(void)close(fd);
	if (n < 0) {
		free(text);
		return NULL;
	}
	text[n] = '\0';
	return text;
}

int identity_load(const char *user, char *const *further, Identity *ret, Text *why)
{
	char *passwd = read_text("/etc/passwd"), *group = read_text("/etc/group");
	int r = identity_resolve(user, further, passwd, group, ret, why);

	free(passwd);
	free(group);
	return r;
}
