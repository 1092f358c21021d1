/* number-text: numbers as Go writes them, in the fewest digits that tell them from all others. */
#pragma once

typedef enum {
	NUMBER_TEXT_G, /* strconv's 'g', of fmt and YAML: an exponent from 10^6 on and below 10^-4
			*/
	NUMBER_TEXT_JSON, /* encoding/json: an exponent from 10^21 on and below 10^-6 */
} NumberTextForm;

/* `bits` is 32 or 64; "NaN", "+Inf", "-Inf". The caller frees it. */
char *number_text(double value, int bits, NumberTextForm form);
