#include "libimage/base64.h"

#include "libcommon/alloc.h"

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int base64_decode(const char *text, Strbuf *ret)
{
	size_t n = strlen(text), pad = 0;
	uint32_t bits = 0;

	while (n > 0 && pad < 2 && text[n - 1] == '=') {
		n--;
		pad++;
	}
	if (n % 4 == 1 || (pad > 0 && (n + pad) % 4 != 0))
		return -EINVAL;
	for (size_t i = 0; i < n; i++) {
		const char *at = text[i] ? strchr(alphabet, text[i]) : NULL;

		if (!at)
			return -EINVAL;
		bits = bits << 6 | (uint32_t)(at - alphabet);
		if (i % 4 == 1)
			strbuf_addc(ret, (char)(bits >> 4));
		else if (i % 4 == 2)
			strbuf_addc(ret, (char)(bits >> 2));
		else if (i % 4 == 3)
			strbuf_addc(ret, (char)bits);
	}
	return 0;
}

char *base64_encode(const void *data, size_t n)
{
	const unsigned char *p = data;
	Strbuf b = STRBUF_INIT;

	for (size_t i = 0; i < n; i += 3) {
		uint32_t v = (uint32_t)p[i] << 16 | (i + 1 < n ? (uint32_t)p[i + 1] << 8 : 0) |
			     (i + 2 < n ? p[i + 2] : 0);

		strbuf_addc(&b, alphabet[v >> 18]);
		strbuf_addc(&b, alphabet[v >> 12 & 63]);
		strbuf_addc(&b, i + 1 < n ? alphabet[v >> 6 & 63] : '=');
		strbuf_addc(&b, i + 2 < n ? alphabet[v & 63] : '=');
	}
	return strbuf_steal(&b);
}
