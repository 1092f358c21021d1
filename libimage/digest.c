/* The only file that knows OpenSSL. */
#include "libimage/layer.h"

#include <openssl/evp.h>
#include <string.h>

#include "libcommon/alloc.h"

struct Digest {
	EVP_MD_CTX *ctx;
};

Digest *digest_new(void)
{
	Digest *d = xnew0(Digest, 1);

	/* Fails only without memory, or when a FIPS policy forbids SHA-256, which none does. */
	d->ctx = EVP_MD_CTX_new();
	if (!d->ctx || EVP_DigestInit_ex(d->ctx, EVP_sha256(), NULL) != 1)
		abort();
	return d;
}

void digest_update(Digest *d, const void *data, size_t n)
{
	if (EVP_DigestUpdate(d->ctx, data, n) != 1)
		abort();
}

static char *digest_text(const unsigned char *raw)
{
	static const char digits[] = "0123456789abcdef";
	char *text = xmalloc(sizeof(DIGEST_PREFIX) + DIGEST_HEX);
	char *p = stpcpy(text, DIGEST_PREFIX);

	for (size_t i = 0; i < DIGEST_HEX / 2; i++) {
		*p++ = digits[raw[i] >> 4];
		*p++ = digits[raw[i] & 15];
	}
	*p = '\0';
	return text;
}

char *digest_final(Digest *d)
{
	unsigned char raw[EVP_MAX_MD_SIZE];

	if (EVP_DigestFinal_ex(d->ctx, raw, NULL) != 1)
		abort();
	return digest_text(raw);
}

Digest *digest_free(Digest *d)
{
	if (d) {
		EVP_MD_CTX_free(d->ctx);
		free(d);
	}
	return NULL;
}

char *digest_of(const void *data, size_t n)
{
	cleanup(digest_freep) Digest *d = digest_new();

	digest_update(d, data, n);
	return digest_final(d);
}
