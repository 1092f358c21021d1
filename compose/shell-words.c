#include "compose/shell-words.h"

#include <stdbool.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"

typedef struct Splitter {
	char **words;
	Strbuf word;
	bool any; /* the word has begun */
	bool escaped, in_double, in_single, in_backtick, in_dollar;
	bool end, wrong;
} Splitter;

static bool quoted(const Splitter *s)
{
	return s->in_single || s->in_double || s->in_backtick || s->in_dollar;
}

static void add(Splitter *s, char c)
{
	strbuf_addc(&s->word, c);
	s->any = true;
}

static void end_word(Splitter *s)
{
	if (s->any)
		strv_push(&s->words, strbuf_steal(&s->word));
	s->any = false;
}

static void blank(Splitter *s, char c)
{
	if (quoted(s))
		strbuf_addc(&s->word, c);
	else
		end_word(s);
}

/* A closing quote makes a word, even an empty one. */
static void quote(Splitter *s, char c, bool *in, bool in_other)
{
	if (in_other || s->in_dollar) {
		add(s, c);
		return;
	}
	s->any |= *in;
	*in = !*in;
}

static void parenthesis(Splitter *s, char c)
{
	if (s->in_single || s->in_double || s->in_backtick) {
		add(s, c);
	} else if (c == ')') {
		s->in_dollar = !s->in_dollar;
		add(s, c);
	} else if (!s->in_dollar && s->word.len > 0 && s->word.data[s->word.len - 1] == '$') {
		s->in_dollar = true;
		strbuf_addc(&s->word, c);
	} else {
		s->wrong = true;
	}
}

/* `2>` is a redirection, whose number is no word. */
static void operator(Splitter *s, char c)
{
	if (quoted(s)) {
		add(s, c);
		return;
	}
	if (c == '>' && s->word.len > 0 && *s->word.data >= '0' && *s->word.data <= '9')
		s->any = false;
	s->end = true;
}

static void step(Splitter *s, char c)
{
	if (s->escaped) {
		s->escaped = false;
		add(s, c);
		return;
	}
	switch (c) {
	case '\\':
		if (s->in_single)
			strbuf_addc(&s->word, c);
		else
			s->escaped = true;
		break;
	case ' ':
	case '\t':
	case '\r':
	case '\n':
		blank(s, c);
		break;
	case '`':
		if (!s->in_single && !s->in_double && !s->in_dollar)
			s->in_backtick = !s->in_backtick;
		add(s, c);
		break;
	case '(':
	case ')':
		parenthesis(s, c);
		break;
	case '"':
		quote(s, c, &s->in_double, s->in_single);
		break;
	case '\'':
		quote(s, c, &s->in_single, s->in_double);
		break;
	case ';':
	case '&':
	case '|':
	case '<':
	case '>':
		operator(s, c);
		break;
	default:
		add(s, c);
	}
}

char **shell_words(const char *text)
{
	Splitter s = { .words = xnew0(char *, 1) };

	for (; *text && !s.end && !s.wrong; text++)
		step(&s, *text);
	end_word(&s);
	strbuf_clear(&s.word);
	if (s.wrong || s.escaped || quoted(&s))
		s.words = strv_free(s.words);
	return s.words;
}
