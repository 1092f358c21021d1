#include "libcommon/yaml-write-scalar.h"

#include <stdint.h>

#include "libcommon/alloc.h"

/* ---- would a plain scalar be read as something else? ---- */

static bool one_of(const char *s, const char *const *words)
{
	for (; *words; words++)
		if (streq(s, *words))
			return true;
	return false;
}

static bool is_word(const char *s)
{
	static const char *const words[] = {
		"",	 "~",	  "null",  "Null",  "NULL",  "true", "True", "TRUE", "false",
		"False", "FALSE", ".nan",  ".NaN",  ".NAN",  ".inf", ".Inf", ".INF", "+.inf",
		"+.Inf", "+.INF", "-.inf", "-.Inf", "-.INF", "<<",   "y",    "Y",    "yes",
		"Yes",	 "YES",	  "on",	   "On",    "ON",    "n",    "N",    "no",   "No",
		"NO",	 "off",	  "Off",   "OFF",   NULL,
	};

	return (!*s || strchr("~nNtTfF.<yYoO+-", *s)) && one_of(s, words);
}

static size_t digits(const char *s)
{
	return strspn(s, "0123456789");
}

static bool only(const char *s, const char *allowed)
{
	return *s && s[strspn(s, allowed)] == '\0';
}

/* Whether strtoull takes all of it, which refuses what is out of range. */
static bool fits(const char *s, int base)
{
	errno = 0;
	(void)strtoull(s, NULL, base);
	return errno == 0;
}

static bool is_integer(const char *s)
{
	s += *s == '-' || *s == '+';
	if (*s == '0' && (s[1] == 'x' || s[1] == 'X'))
		return only(s + 2, "0123456789abcdefABCDEF") && fits(s + 2, 16);
	if (*s == '0' && (s[1] == 'o' || s[1] == 'O'))
		return only(s + 2, "01234567") && fits(s + 2, 8);
	if (*s == '0' && (s[1] == 'b' || s[1] == 'B'))
		return only(s + 2, "01") && fits(s + 2, 2);
	return only(s, "0123456789") && fits(s, 10);
}

static bool is_number(const char *s)
{
	size_t before, after = 0;

	s += *s == '-' || *s == '+';
	before = digits(s);
	s += before;
	if (*s == '.') {
		after = digits(++s);
		s += after;
	}
	if (before + after == 0)
		return false;
	if (*s != 'e' && *s != 'E')
		return *s == '\0';
	s++;
	s += *s == '-' || *s == '+';
	return only(s, "0123456789");
}

/* 1:30:00 is a number to YAML 1.1. */
static bool is_sexagesimal(const char *s)
{
	s += *s == '-' || *s == '+';
	if (!digits(s))
		return false;
	s += strspn(s, "0123456789_");
	if (*s != ':')
		return false;
	while (*s == ':') {
		size_t n = digits(++s);

		if (n == 0 || n > 2 || (n == 2 && *s > '5'))
			return false;
		s += n;
	}
	if (*s == '.')
		s += 1 + strspn(s + 1, "0123456789_");
	return *s == '\0';
}

/* One or two digits no greater than `max`, from `min`; NULL if there are none. */
static const char *field(const char *s, unsigned long min, unsigned long max)
{
	size_t n = digits(s);
	unsigned long value = strtoul(s, NULL, 10);

	return n == 0 || n > 2 || value < min || value > max ? NULL : s + n;
}

static const char *skip(const char *s, char c)
{
	return s && *s == c ? s + 1 : NULL;
}

static bool is_zone(const char *s)
{
	if (streq(s, "Z"))
		return true;
	return (*s == '+' || *s == '-') && digits(s + 1) == 2 && s[3] == ':' &&
	       digits(s + 4) == 2 && !s[6];
}

/* 2006-1-2, also with a time behind `T` (then with a zone) or a blank (without). */
static bool is_timestamp(const char *s)
{
	bool zone;

	if (digits(s) != 4 || s[4] != '-')
		return false;
	s = field(s + 5, 1, 12);
	s = skip(s, '-');
	s = s ? field(s, 1, 31) : NULL;
	if (!s || !*s)
		return s != NULL;
	zone = *s == 'T' || *s == 't';
	if (!zone && *s != ' ')
		return false;
	s = field(s + 1, 0, 23);
	s = skip(s, ':');
	s = s ? field(s, 0, 59) : NULL;
	s = skip(s, ':');
	s = s ? field(s, 0, 59) : NULL;
	if (s && *s == '.' && digits(s + 1))
		s += 1 + digits(s + 1);
	return s && (zone ? is_zone(s) : !*s);
}

static bool reads_otherwise(const char *s)
{
	cleanup_free char *plain = NULL;
	size_t n = 0;

	if (is_word(s))
		return true;
	if (!strchr("+-.0123456789", *s))
		return false;
	plain = xstrdup(s);
	for (const char *c = s; *c; c++)
		if (*c != '_')
			plain[n++] = *c;
	plain[n] = '\0';
	if (*s == '.')
		return is_number(s);
	return is_integer(plain) || is_number(plain) || is_sexagesimal(s) || is_timestamp(s);
}

/* ---- what the emitter can write how ---- */

typedef struct Analysis {
	bool plain, single, block, multiline;
} Analysis;

/* By the first bytes of a character, as yaml.v3 has it: beyond the basic plane nothing is. */
static bool printable(const unsigned char *s)
{
	if (*s == '\n' || (*s >= 0x20 && *s <= 0x7e))
		return true;
	if (*s == 0xc2)
		return s[1] >= 0xa0;
	if (*s == 0xed)
		return s[1] < 0xa0;
	if (*s == 0xef)
		return !(s[1] == 0xbb && s[2] == 0xbf) && !(s[1] == 0xbf && s[2] >= 0xbe);
	return *s > 0xc2 && *s <= 0xee;
}

static bool line_break(const unsigned char *s)
{
	return *s == '\n' || *s == '\r' || (s[0] == 0xc2 && s[1] == 0x85) ||
	       (s[0] == 0xe2 && s[1] == 0x80 && (s[2] == 0xa8 || s[2] == 0xa9));
}

static bool blank_or_end(const unsigned char *s)
{
	return *s == '\0' || *s == ' ' || *s == '\t' || line_break(s);
}

/* Whether the character would be taken for an indicator in a block. */
static bool indicates(const unsigned char *s, bool first, bool after_blank, bool before_blank)
{
	if (first && strchr("#,[]{}&*!|>'\"%@`", *s))
		return true;
	if (first && (*s == '?' || *s == '-') && before_blank)
		return true;
	return (*s == ':' && before_blank) || (*s == '#' && after_blank);
}

static Analysis analyze(const char *text)
{
	const unsigned char *s = (const unsigned char *)text;
	bool indicators = startswith(text, "---") || startswith(text, "...");
	bool edge = false, tabs = false, special = false, breaks = false;
	bool break_space = false, space_break = false, trailing_space = false;
	bool previous_space = false, previous_break = false, after_blank = true;

	while (*s) {
		size_t n = *s < 0x80 ? 1 : utf8_length((const char *)s, strlen((const char *)s));
		bool first = s == (const unsigned char *)text, last, broken = line_break(s);
		bool space = *s == ' ';

		n = n ? n : 1;
		last = s[n] == '\0';
		indicators |= indicates(s, first, after_blank, blank_or_end(s + n));
		tabs |= *s == '\t';
		special |= *s != '\t' && !printable(s);
		breaks |= broken;
		edge |= (space || broken) && (first || last);
		trailing_space |= space && last;
		break_space |= space && previous_break;
		space_break |= broken && previous_space;
		previous_space = space;
		previous_break = broken;
		after_blank = blank_or_end(s);
		s += n;
	}
	return (Analysis){
		.plain = !(edge || break_space || space_break || tabs || special || breaks ||
			   indicators),
		.single = !(break_space || space_break || tabs || special),
		.block = *text && !(trailing_space || space_break || special),
		.multiline = breaks,
	};
}

YamlStyle yaml_style(const char *s, bool key)
{
	Analysis a = analyze(s);
	YamlStyle style = strchr(s, '\n')      ? YAML_LITERAL
			  : reads_otherwise(s) ? YAML_DOUBLE
					       : YAML_PLAIN;

	if (key && a.multiline)
		return YAML_DOUBLE;
	if (style == YAML_PLAIN && !a.plain)
		style = YAML_SINGLE;
	if (style == YAML_SINGLE && !a.single)
		style = YAML_DOUBLE;
	return style == YAML_LITERAL && (!a.block || key) ? YAML_DOUBLE : style;
}

/* ---- quotes ---- */

static uint32_t code_point(const unsigned char *s, size_t n)
{
	uint32_t c = n == 1 ? *s : *s & (0x7fu >> n);

	for (size_t i = 1; i < n; i++)
		c = c << 6 | (s[i] & 0x3f);
	return c;
}

static void add_escape(Strbuf *b, uint32_t c)
{
	static const struct {
		uint32_t c;
		char letter;
	} named[] = { { 7, 'a' },    { 8, 'b' },    { 9, 't' },	     { 10, 'n' },    { 11, 'v' },
		      { 12, 'f' },   { 13, 'r' },   { 27, 'e' },     { '"', '"' },   { '\\', '\\' },
		      { 0x85, 'N' }, { 0xa0, '_' }, { 0x2028, 'L' }, { 0x2029, 'P' } };

	for (size_t i = 0; i < sizeof(named) / sizeof(*named); i++) {
		if (named[i].c == c) {
			strbuf_addf(b, "\\%c", named[i].letter);
			return;
		}
	}
	if (c <= 0xff)
		strbuf_addf(b, "\\x%02X", c);
	else
		strbuf_addf(b, c <= 0xffff ? "\\u%04X" : "\\U%08X", c);
}

static void add_double(Strbuf *b, const char *text)
{
	const unsigned char *s = (const unsigned char *)text;

	strbuf_addc(b, '"');
	while (*s) {
		size_t n = utf8_length((const char *)s, strlen((const char *)s));

		n = n ? n : 1;
		if (!printable(s) || line_break(s) || *s == '"' || *s == '\\')
			add_escape(b, code_point(s, n));
		else
			strbuf_add(b, s, n);
		s += n;
	}
	strbuf_addc(b, '"');
}

void yaml_add_flow_scalar(Strbuf *b, const char *s, YamlStyle style)
{
	if (style == YAML_PLAIN) {
		strbuf_adds(b, s);
	} else if (style == YAML_DOUBLE) {
		add_double(b, s);
	} else {
		strbuf_addc(b, '\'');
		for (; *s; s++)
			strbuf_adds(b, *s == '\'' ? "''" : (char[]){ *s, '\0' });
		strbuf_addc(b, '\'');
	}
}
