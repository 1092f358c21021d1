#include "libcommon/number-text.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"

static bool same_number(const char *text, double value, int bits)
{
	return bits == 32 ? strtof(text, NULL) == (float)value : strtod(text, NULL) == value;
}

/* "d.ddde+XX"; *ret_digits is how many there are behind the point. */
static char *shortest(double value, int bits, int *ret_digits)
{
	for (int digits = 0; digits < 17; digits++) {
		cleanup_free char *text = xasprintf("%.*e", digits, value);

		*ret_digits = digits;
		if (same_number(text, value, bits))
			return steal(&text);
	}
	*ret_digits = 17;
	return xasprintf("%.17e", value);
}

/* Go's JSON has no zero in front of an exponent of one digit below one. */
static void shorten_exponent(char *text)
{
	char *e = strstr(text, "e-0");

	if (e)
		memmove(e + 2, e + 3, strlen(e + 3) + 1);
}

char *number_text(double value, int bits, NumberTextForm form)
{
	int digits = 0, exponent, low = form == NUMBER_TEXT_JSON ? -6 : -4,
	    high = form == NUMBER_TEXT_JSON ? 21 : 6;
	cleanup_free char *text = NULL;

	if (isnan(value))
		return xstrdup("NaN");
	if (isinf(value))
		return xstrdup(value < 0 ? "-Inf" : "+Inf");
	if (value == 0)
		return xstrdup(signbit(value) ? "-0" : "0");
	text = shortest(value, bits, &digits);
	exponent = (int)strtol(strchr(text, 'e') + 1, NULL, 10);
	if (exponent < low || exponent >= high) {
		if (form == NUMBER_TEXT_JSON)
			shorten_exponent(text);
		return steal(&text);
	}
	if (digits > exponent)
		return xasprintf("%.*f", digits - exponent, value);
	return xasprintf("%.0f", value);
}
