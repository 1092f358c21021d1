/* bootstrap-source: from `bootstrap:…` to lines for apt. */
#include "libimage/bootstrap-source.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libimage/catalogue.h"

#define KEYRINGS "/usr/share/keyrings/"

/* clang-format off */
static const BootstrapDistribution distributions[] = {
	{
		.name = "debian", .origin = "Debian", .security_label = "Debian-Security",
		.components = "main",
		.mirror = "http://deb.debian.org/debian",
		.security_mirror = "http://deb.debian.org/debian-security",
		.rolling = "sid unstable",
		.keyring = KEYRINGS "debian-archive-keyring.gpg",
		.old_keyring = KEYRINGS "debian-archive-removed-keys.gpg",
		.old_suites = "stretch buster",
		.keyring_package = "debian-archive-keyring",
	},
	{
		.name = "ubuntu", .origin = "Ubuntu", .main_architectures = "amd64 i386",
		.components = "main universe",
		.mirror = "http://archive.ubuntu.com/ubuntu",
		.security_mirror = "http://security.ubuntu.com/ubuntu",
		.ports_mirror = "http://ports.ubuntu.com/ubuntu-ports",
		.keyring = KEYRINGS "ubuntu-archive-keyring.gpg",
		.keyring_package = "ubuntu-keyring",
	},
	{ .name = NULL }
};

static const struct {
	const char *architecture, *variant, *debian;
} architectures[] = {
	{ "amd64", NULL, "amd64" },
	{ "386", NULL, "i386" },
	{ "arm64", NULL, "arm64" },
	{ "arm", "v5", "armel" },
	{ "arm", NULL, "armhf" },
	{ "ppc64le", NULL, "ppc64el" },
	{ "s390x", NULL, "s390x" },
	{ "riscv64", NULL, "riscv64" },
	{ "mips64le", NULL, "mips64el" },
	{ "loong64", NULL, "loong64" },
};
/* clang-format on */

const char *bootstrap_debian_arch(const char *architecture, const char *variant)
{
	for (size_t i = 0; i < sizeof(architectures) / sizeof(*architectures); i++)
		if (streq(architectures[i].architecture, architecture) &&
		    (!architectures[i].variant || streq_null(architectures[i].variant, variant)))
			return architectures[i].debian;
	return NULL;
}

const BootstrapDistribution *bootstrap_distribution(const char *name)
{
	for (const BootstrapDistribution *d = distributions; d->name; d++)
		if (streq(d->name, name))
			return d;
	return NULL;
}

/* Whether `word` is one of the blank-separated `words`. */
static bool word_in(const char *words, const char *word)
{
	cleanup_strv char **list = words ? strv_split(words, ' ') : NULL;

	return strv_contains(list, word);
}

const char *bootstrap_keyring(const BootstrapDistribution *d, const char *codename)
{
	return word_in(d->old_suites, codename) ? d->old_keyring : d->keyring;
}

/* ---- the source ---- */

static bool word_valid(const char *s)
{
	size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789-.");

	return n > 0 && !s[n] && *s != '-' && *s != '.';
}

/* A mirror becomes part of a line of sources.list: nothing in it may end the word. */
static bool mirror_valid(const char *s)
{
	const char *rest = startswith(s, "http://");

	if (!rest)
		rest = startswith(s, "https://");
	if (!rest || !*rest)
		return false;
	for (const char *p = rest; *p; p++)
		if (*p <= ' ' || *p >= 0x7f || strchr("\"'[]<>\\^`{|}", *p))
			return false;
	return true;
}

static int check_source(const BootstrapSource *s, const char *text, Error **err)
{
	if (!word_valid(s->distribution) || !word_valid(s->codename))
		return error_set(err, EINVAL,
				 "%s: expected " CATALOGUE_BOOTSTRAP "DISTRIBUTION/CODENAME", text);
	if (s->mirror && !mirror_valid(s->mirror))
		return error_set(err, EINVAL, "%s: the mirror must be an http or https address",
				 text);
	if (!s->mirror && !bootstrap_distribution(s->distribution))
		return error_set(err, EINVAL, "%s: %s needs ?mirror=URL", text, s->distribution);
	return 0;
}

int bootstrap_source_parse(const char *text, BootstrapSource **ret, Error **err)
{
	cleanup_bootstrap_source BootstrapSource *s = xnew0(BootstrapSource, 1);
	const char *rest = startswith(text, CATALOGUE_BOOTSTRAP), *slash, *query;
	int r;

	rest = rest ? rest : "";
	query = strchrnul(rest, '?');
	slash = memchr(rest, '/', (size_t)(query - rest));
	if (!slash)
		slash = query;
	s->distribution = xstrndup(rest, (size_t)(slash - rest));
	s->codename =
		slash < query ? xstrndup(slash + 1, (size_t)(query - slash - 1)) : xstrdup("");
	if (*query) {
		const char *mirror = startswith(query, "?mirror=");

		s->mirror = xstrdup(mirror ? mirror : "");
	}
	r = check_source(s, text, err);
	if (r < 0)
		return r;
	*ret = steal(&s);
	return 0;
}

BootstrapSource *bootstrap_source_free(BootstrapSource *s)
{
	if (s) {
		free(s->distribution);
		free(s->codename);
		free(s->mirror);
		free(s);
	}
	return NULL;
}

/* ---- where packages come from ---- */

static bool is_security(const BootstrapDistribution *d, const char *label, const char *suite)
{
	return d->security_label ? streq(label, d->security_label) : endswith(suite, "-security");
}

/* The first of the host's repositories of that distribution and architecture; NULL for none. A file
 * or an address with a password could not be read by apt in the new tree. */
static char *host_mirror(const BootstrapDistribution *d, const char *arch, const char *indextargets,
			 bool security)
{
	cleanup_strv char **lines = strv_split(indextargets, '\n');

	STRV_FOREACH(it, lines) {
		cleanup_strv char **f = strv_split(*it, ' ');

		if (strv_length(f) != 5 || !streq(f[1], d->origin) ||
		    is_security(d, f[2], f[3]) != security || !streq(f[4], arch) ||
		    !mirror_valid(f[0]) || strchr(f[0], '@'))
			continue;
		return xstrdup(f[0]);
	}
	return NULL;
}

static const char *public_mirror(const BootstrapDistribution *d, const char *arch, bool security)
{
	if (d->ports_mirror && !word_in(d->main_architectures, arch))
		return d->ports_mirror;
	return security ? d->security_mirror : d->mirror;
}

/* The distribution's keyring is in the new tree under the same name, except for releases whose keys
 * have retired since. */
static void add_line(char ***lines, const BootstrapDistribution *d, const char *codename,
		     const char *mirror, const char *suite)
{
	cleanup_free char *options = NULL;

	if (d && !word_in(d->old_suites, codename))
		options = xasprintf("[signed-by=%s] ", d->keyring);
	strv_addf(lines, "deb %s%s %s %s", options ? options : "", mirror, suite,
		  d ? d->components : "main");
}

char **bootstrap_apt_lines(const BootstrapSource *s, const char *arch, const char *indextargets)
{
	const BootstrapDistribution *d = bootstrap_distribution(s->distribution);
	cleanup_free char *mirror = NULL, *security = NULL, *updates = NULL, *fixes = NULL;
	char **lines = NULL;

	if (s->mirror) {
		add_line(&lines, d, s->codename, s->mirror, s->codename);
		return lines;
	}
	mirror = host_mirror(d, arch, indextargets, false);
	security = host_mirror(d, arch, indextargets, true);
	if (!mirror)
		mirror = xstrdup(public_mirror(d, arch, false));
	if (!security)
		security = xstrdup(public_mirror(d, arch, true));
	add_line(&lines, d, s->codename, mirror, s->codename);
	if (word_in(d->rolling, s->codename))
		return lines;
	updates = xasprintf("%s-updates", s->codename);
	fixes = xasprintf("%s-security", s->codename);
	add_line(&lines, d, s->codename, mirror, updates);
	add_line(&lines, d, s->codename, security, fixes);
	return lines;
}
