#include "libcommon/natural.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* Two numbers, of any length; both texts move behind them. Of equal ones that with fewer zeros in
 * front comes first. */
static int compare_numbers(const char **a, const char **b)
{
	const char *x = *a + strspn(*a, "0"), *y = *b + strspn(*b, "0");
	size_t n = strspn(x, "0123456789"), m = strspn(y, "0123456789");
	long zeros = (long)(x - *a) - (long)(y - *b);
	int r;

	*a = x + n;
	*b = y + m;
	if (n != m)
		return n < m ? -1 : 1;
	r = memcmp(x, y, n);
	return r ? r : (zeros > 0) - (zeros < 0);
}

int natural_compare(const char *a, const char *b)
{
	while (*a && *b) {
		int r;

		if (is_digit(*a) && is_digit(*b)) {
			r = compare_numbers(&a, &b);
			if (r)
				return r;
			continue;
		}
		if (is_digit(*a) != is_digit(*b))
			return is_digit(*a) ? -1 : 1;
		if (*a != *b)
			return (unsigned char)*a < (unsigned char)*b ? -1 : 1;
		a++;
		b++;
	}
	return (*a != '\0') - (*b != '\0');
}
