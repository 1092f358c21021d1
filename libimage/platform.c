#include "libimage/platform.h"

#include <ctype.h>
#include <sys/utsname.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libimage/image.h"

/* Every name somebody uses for an architecture, and Go's name with the variant that it implies. */
static const struct {
	const char *alias, *architecture, *variant;
} aliases[] = {
	{ "i386", "386", NULL },      { "i486", "386", NULL },
	{ "i586", "386", NULL },      { "i686", "386", NULL },
	{ "x86_64", "amd64", NULL },  { "x86-64", "amd64", NULL },
	{ "aarch64", "arm64", NULL }, { "armhf", "arm", "v7" },
	{ "armv7l", "arm", "v7" },    { "armv8l", "arm", "v7" },
	{ "armel", "arm", "v6" },     { "armv6l", "arm", "v6" },
	{ "armv5tel", "arm", "v5" },  { "loongarch64", "loong64", NULL },
};

static const char *const known_architectures[] = {
	"386",	    "amd64", "arm",	"arm64",   "loong64", "mips", "mipsle", "mips64",
	"mips64le", "ppc64", "ppc64le", "riscv64", "s390x",   "wasm", NULL,
};
static const char *const known_systems[] = {
	"aix",	 "android", "darwin",  "dragonfly", "freebsd", "illumos", "ios",     "js",
	"linux", "netbsd",  "openbsd", "plan9",	    "solaris", "wasip1",  "windows", NULL,
};

static char *lower(const char *s, size_t n)
{
	char *copy = xstrndup(s, n);

	for (char *p = copy; *p; p++)
		*p = (char)tolower((unsigned char)*p);
	return copy;
}

static void set(char **field, const char *value)
{
	char *copy = xstrdup(value);

	free(*field);
	*field = copy;
}

static void normalize_variant(Platform *p)
{
	if (p->variant && isdigit((unsigned char)p->variant[0]) && !p->variant[1]) {
		char *v = xasprintf("v%s", p->variant);

		free(p->variant);
		p->variant = v;
	}
	if (streq(p->architecture, "arm") && str_empty(p->variant))
		set(&p->variant, "v7");
	/* The first level of an architecture has no name of its own. */
	if ((streq(p->architecture, "arm64") && streq_null(p->variant, "v8")) ||
	    (streq(p->architecture, "amd64") && streq_null(p->variant, "v1")) ||
	    str_empty(p->variant))
		set(&p->variant, NULL);
}

static void normalize(Platform *p)
{
	if (streq(p->os, "macos"))
		set(&p->os, "darwin");
	for (size_t i = 0; i < sizeof(aliases) / sizeof(*aliases); i++)
		if (streq(p->architecture, aliases[i].alias)) {
			set(&p->architecture, aliases[i].architecture);
			if (aliases[i].variant)
				set(&p->variant, aliases[i].variant);
			break;
		}
	normalize_variant(p);
}

static void host_platform(Platform *p)
{
	struct utsname u;

	set(&p->os, "linux");
	set(&p->architecture, uname(&u) == 0 ? u.machine : "unknown");
	normalize(p);
}

static bool component_valid(const char *s)
{
	for (const char *p = s; *p; p++)
		if (!isalnum((unsigned char)*p) && *p != '_' && *p != '-')
			return false;
	return *s;
}

/* One word is a system (with the host's architecture) or an architecture (of Linux). */
static int parse_single(const char *word, const char *text, Platform *p, Error **err)
{
	cleanup_platform Platform host = { 0 };

	host_platform(&host);
	if (strv_contains((char *const *)known_systems, word) || streq(word, "macos")) {
		set(&p->os, word);
		set(&p->architecture, host.architecture);
		set(&p->variant, host.variant);
		normalize(p);
		return 0;
	}
	set(&p->os, host.os);
	set(&p->architecture, word);
	normalize(p);
	if (strv_contains((char *const *)known_architectures, p->architecture))
		return 0;
	return error_set(err, EINVAL,
			 "\"%s\": unknown operating system or architecture: invalid argument",
			 text);
}

static int check_words(char *const *words, const char *text, Error **err)
{
	if (strchr(text, '*'))
		return error_set(err, EINVAL,
				 "\"%s\": wildcards not yet supported: invalid argument", text);
	if (strv_length(words) > 3)
		return error_set(err, EINVAL,
				 "\"%s\": cannot parse platform specifier: invalid argument", text);
	STRV_FOREACH(w, words)
		if (!component_valid(*w))
			return error_set(err, EINVAL,
					 "\"%s\" is an invalid component of \"%s\": platform "
					 "specifier component must match \"^[A-Za-z0-9_-]+$\": "
					 "invalid argument",
					 *w, text);
	return 0;
}

int platform_parse(const char *text, Platform *ret, Error **err)
{
	cleanup_free char *low = lower(text, strlen(text));
	cleanup_strv char **words = strv_split(low, '/');
	cleanup_platform Platform p = { 0 };
	int r = check_words(words, text, err);

	if (r < 0)
		return r;
	if (!words[1]) {
		r = parse_single(words[0], text, &p, err);
		if (r < 0)
			return r;
	} else {
		p.os = xstrdup(words[0]);
		p.architecture = xstrdup(words[1]);
		p.variant = xstrdup(words[2]);
		normalize(&p);
	}
	*ret = p;
	p = (Platform){ 0 };
	return 0;
}

int platform_choose(const char *text, Platform *ret, Error **err)
{
	const char *fallback = getenv("DOCKER_DEFAULT_PLATFORM");

	if (!str_empty(text))
		return platform_parse(text, ret, err);
	if (!str_empty(fallback))
		return platform_parse(fallback, ret, err);
	*ret = (Platform){ 0 };
	host_platform(ret);
	return 0;
}

char *platform_text(const Platform *p)
{
	return xasprintf("%s/%s%s%s", p->os, p->architecture, p->variant ? "/" : "",
			 p->variant ? p->variant : "");
}

/* The number in "v7"; `base` where there is no variant, -1 where it is no number. */
static int level(const char *variant, int base)
{
	if (!variant)
		return base;
	if (variant[0] != 'v' || !isdigit((unsigned char)variant[1]) || variant[2])
		return -1;
	return variant[1] - '0';
}

/* A lower level of the same architecture runs too, each step down a little worse. */
static int rank_variant(const char *want, const char *offer, int base)
{
	int w = level(want, base), o = level(offer, base);

	if (w < 0 || o < 0)
		return streq_null(want, offer) ? 0 : -1;
	return o <= w ? w - o : -1;
}

/* What a 64-bit processor runs besides its own code, after everything of its own. */
#define RANK_32BIT 10

static int rank_normalized(const Platform *want, const Platform *offer)
{
	bool arm64 = streq(want->architecture, "arm64"), amd64 = streq(want->architecture, "amd64");
	int base = arm64 ? 8 : amd64 ? 1 : 0, r;

	if (!streq(want->os, offer->os))
		return -1;
	if (streq(want->architecture, offer->architecture))
		return rank_variant(want->variant, offer->variant, base);
	if (amd64 && streq(offer->architecture, "386"))
		return RANK_32BIT;
	if (!arm64 || !streq(offer->architecture, "arm"))
		return -1;
	r = rank_variant("v8", offer->variant, 7);
	return r < 0 ? -1 : RANK_32BIT + r;
}

int platform_rank(const Platform *want, const char *os, const char *architecture,
		  const char *variant)
{
	cleanup_platform Platform offer = { 0 };

	/* An entry that does not say what it is for is for everybody, but for nobody in particular.
	 */
	if (str_empty(os) || str_empty(architecture))
		return 2 * RANK_32BIT;
	offer.os = lower(os, strlen(os));
	offer.architecture = lower(architecture, strlen(architecture));
	offer.variant = variant ? lower(variant, strlen(variant)) : NULL;
	normalize(&offer);
	return rank_normalized(want, &offer);
}

int image_runs_on(const Image *image, const char *platform, Error **err)
{
	cleanup_platform Platform want = { 0 };
	int r;

	if (str_empty(platform))
		return 1;
	r = platform_parse(platform, &want, err);
	if (r < 0)
		return r;
	return platform_rank(&want, image->os, image->architecture, image->variant) >= 0;
}

void platform_clear(Platform *p)
{
	free(p->os);
	free(p->architecture);
	free(p->variant);
	*p = (Platform){ 0 };
}
