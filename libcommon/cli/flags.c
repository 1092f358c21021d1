#include "libcommon/cli/flags.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libcommon/units.h"

/* The row for a flag that every command has and that fills no struct. */
static const Flag help_flag = { .name = "help", .kind = FLAG_BOOL };

typedef struct Parser {
	const FlagSet *sets;
	size_t n_sets;
	char **argv; /* what is left */
	FlagsParsed *out;
	Error **err;
} Parser;

/* A row and the struct that it fills. */
typedef struct Found {
	const Flag *flag;
	void *options;
} Found;

const Flag *flags_find(const Flag *flags, const char *name, size_t name_length)
{
	for (const Flag *f = flags; f && f->name; f++)
		if (strlen(f->name) == name_length && memcmp(f->name, name, name_length) == 0)
			return f;
	return NULL;
}

const Flag *flags_find_letter(const Flag *flags, char letter)
{
	for (const Flag *f = flags; f && f->name; f++)
		if (f->letter && f->letter == letter)
			return f;
	return NULL;
}

static Found find_long(const Parser *p, const char *name, size_t n)
{
	for (size_t i = 0; i < p->n_sets; i++) {
		const Flag *f = flags_find(p->sets[i].flags, name, n);

		if (f)
			return (Found){ f, p->sets[i].options };
	}
	return (Found){ n == 4 && memcmp(name, "help", 4) == 0 ? &help_flag : NULL, NULL };
}

static Found find_short(const Parser *p, char letter)
{
	for (size_t i = 0; i < p->n_sets; i++) {
		const Flag *f = flags_find_letter(p->sets[i].flags, letter);

		if (f)
			return (Found){ f, p->sets[i].options };
	}
	return (Found){ letter == 'h' ? &help_flag : NULL, NULL };
}

/* ---- values ---- */

static int set_bool(const Flag *f, const char *value, void *member, Error **err)
{
	(void)f;
	return units_parse_bool(value, member, err);
}

static int set_string(const Flag *f, const char *value, void *member, Error **err)
{
	char **s = member;

	(void)f;
	(void)err;
	free(*s);
	*s = xstrdup(value);
	return 0;
}

static int set_list(const Flag *f, const char *value, void *member, Error **err)
{
	(void)f;
	(void)err;
	strv_add(member, value);
	return 0;
}

static int set_int(const Flag *f, const char *value, void *member, Error **err)
{
	(void)f;
	return units_parse_int(value, member, err);
}

static int set_uint(const Flag *f, const char *value, void *member, Error **err)
{
	cleanup_free char *quoted = str_quote(value);
	uint64_t v;
	int r = units_parse_uint(value, &v, err);

	if (r < 0)
		return r;
	if (v > (uint64_t)(f->max ? f->max : INT64_MAX))
		return error_set(err, ERANGE, "strconv.ParseUint: parsing %s: value out of range",
				 quoted);
	*(int64_t *)member = (int64_t)v;
	return 0;
}

static int set_bytes(const Flag *f, const char *value, void *member, Error **err)
{
	(void)f;
	return units_parse_bytes(value, member, err);
}

static int set_duration(const Flag *f, const char *value, void *member, Error **err)
{
	(void)f;
	return units_parse_duration(value, member, err);
}

static int (*const setters[])(const Flag *f, const char *value, void *member, Error **err) = {
	[FLAG_BOOL] = set_bool,		[FLAG_STRING] = set_string, [FLAG_LIST] = set_list,
	[FLAG_INT] = set_int,		[FLAG_UINT] = set_uint,	    [FLAG_BYTES] = set_bytes,
	[FLAG_DURATION] = set_duration,
};

static int set_value(const Parser *p, Found found, const char *value, Error **err)
{
	const Flag *f = found.flag;

	if (f == &help_flag)
		return set_bool(f, value, &p->out->help, err);
	if (f->kind == FLAG_CALL)
		return f->parse(f, value, found.options, err);
	return setters[f->kind](f, value, (char *)found.options + f->offset, err);
}

static int invalid_value(const Parser *p, const Flag *f, const char *value, Error *reason)
{
	cleanup_error Error *owned = reason;
	cleanup_free char *quoted = str_quote(value);
	char letter[] = { '-', f->letter, ',', ' ', '\0' };

	return error_set(p->err, EINVAL, "invalid argument %s for \"%s--%s\" flag: %s", quoted,
			 f->letter ? letter : "", f->name, owned->msg);
}

static int apply(const Parser *p, Found found, const char *value)
{
	Error *reason = NULL;

	if (found.flag->refused)
		return error_set(p->err, EOPNOTSUPP, "flag --%s is not supported: %s",
				 found.flag->name, found.flag->refused);
	if (set_value(p, found, value, &reason) < 0)
		return invalid_value(p, found.flag, value, reason);
	if (!strv_contains(p->out->given, found.flag->name))
		strv_add(&p->out->given, found.flag->name);
	strv_addf(&p->out->words, "--%s=%s", found.flag->name, value);
	return 0;
}

/* ---- words ---- */

/* The next word, whatever it looks like, as the value of a flag; NULL at the end. */
static const char *take_word(Parser *p)
{
	return *p->argv ? *p->argv++ : NULL;
}

static int parse_long(Parser *p, const char *word)
{
	const char *name = word + 2, *value = strchr(name, '=');
	size_t n = value ? (size_t)(value - name) : strlen(name);
	Found found;

	if (!*name || *name == '-' || *name == '=')
		return error_set(p->err, EINVAL, "bad flag syntax: %s", word);
	found = find_long(p, name, n);
	if (!found.flag)
		return error_set(p->err, EINVAL, "unknown flag: --%.*s", (int)n, name);
	if (value)
		value++;
	else if (found.flag->kind == FLAG_BOOL)
		value = "true";
	else
		value = take_word(p);
	if (!value)
		return error_set(p->err, EINVAL, "flag needs an argument: %s", word);
	return apply(p, found, value);
}

/* A letter as Go's %q shows it. */
static int letter_error(const Parser *p, const char *what, const char *letters)
{
	char one[2] = { *letters, '\0' };
	cleanup_free char *quoted = str_quote(one);

	quoted[0] = quoted[strlen(quoted) - 1] = '\'';
	return error_set(p->err, EINVAL, "%s: %s in -%s", what, quoted, letters);
}

/* Handles the first of combined letters; *letters is what is left of them. */
static int parse_letter(Parser *p, const char **letters)
{
	const char *all = *letters, *value;
	Found found = find_short(p, *all);

	if (!found.flag)
		return letter_error(p, "unknown shorthand flag", all);
	*letters = "";
	if (all[1] == '=' && all[2]) {
		value = all + 2;
	} else if (found.flag->kind == FLAG_BOOL) {
		value = "true";
		*letters = all + 1;
	} else {
		value = all[1] ? all + 1 : take_word(p);
	}
	if (!value)
		return letter_error(p, "flag needs an argument", all);
	return apply(p, found, value);
}

static int parse_word(Parser *p, const char *word)
{
	const char *letters = word + 1;
	int r = 0;

	if (word[1] == '-')
		return parse_long(p, word);
	while (r >= 0 && *letters)
		r = parse_letter(p, &letters);
	return r;
}

int flags_parse(const FlagSet *sets, size_t n_sets, bool interspersed, char **argv,
		FlagsParsed *ret, Error **err)
{
	Parser p = { .sets = sets, .n_sets = n_sets, .argv = argv, .out = ret, .err = err };
	size_t n = 0;
	int r = 0;

	*ret = (FlagsParsed){ .operands = xnew0(char *, strv_length(argv) + 1) };
	while (r >= 0 && *p.argv) {
		char *word = *p.argv++;

		if (streq(word, "--"))
			break;
		if (word[0] == '-' && word[1]) {
			r = parse_word(&p, word);
			continue;
		}
		ret->operands[n++] = word;
		if (!interspersed)
			break;
	}
	while (r >= 0 && *p.argv)
		ret->operands[n++] = *p.argv++;
	return r;
}

bool flags_given(const FlagsParsed *parsed, const char *name)
{
	return strv_contains(parsed->given, name);
}

void flags_parsed_clear(FlagsParsed *parsed)
{
	free(parsed->operands);
	strv_free(parsed->given);
	strv_free(parsed->words);
	*parsed = (FlagsParsed){ 0 };
}

void flags_clear(const Flag *flags, void *options)
{
	for (const Flag *f = flags; f && f->name; f++) {
		void *member = (char *)options + f->offset;

		/* Refused rows have no member. */
		if (f->refused)
			continue;
		if (f->kind == FLAG_STRING)
			*(char **)member = (free(*(char **)member), NULL);
		else if (f->kind == FLAG_LIST)
			*(char ***)member = strv_free(*(char ***)member);
	}
}
