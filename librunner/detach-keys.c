#include "librunner/detach-keys.h"

#define DELETE 0x7f

/* The byte of one key, or -1. */
static int key_byte(const char *key)
{
	static const char symbols[] = "[\\]^_";
	const char *ctrl = startswith(key, "ctrl-"), *symbol;

	if (strlen(key) == 1)
		return (unsigned char)*key;
	if (streq(key, "DEL"))
		return DELETE;
	if (!ctrl || strlen(ctrl) != 1)
		return -1;
	if (*ctrl == '@')
		return 0;
	if (*ctrl >= 'a' && *ctrl <= 'z')
		return *ctrl - 'a' + 1;
	symbol = strchr(symbols, *ctrl);
	return symbol ? 'z' - 'a' + 2 + (int)(symbol - symbols) : -1;
}

int detach_keys_parse(const char *text, DetachKeys *ret, Error **err)
{
	cleanup_strv char **keys = strv_split(text ? text : DETACH_KEYS_DEFAULT, ',');

	*ret = (DetachKeys){ 0 };
	if (text && !*text)
		return 0;
	STRV_FOREACH(it, keys) {
		int byte = key_byte(*it);

		if (byte < 0)
			return error_set(err, EINVAL, "Unknown character: '%s'", *it);
		if (ret->n == DETACH_KEYS_MAX)
			return error_set(err, EINVAL, "more than %d keys", DETACH_KEYS_MAX);
		ret->keys[ret->n++] = (char)byte;
	}
	return 0;
}

/* How many of the last `n` bytes of keys[0…n) and then `c` are a beginning of the keys. */
static size_t still_seen(const DetachKeys *k, char c)
{
	for (size_t keep = k->seen; keep > 0; keep--)
		if (k->keys[keep - 1] == c &&
		    memcmp(k->keys, k->keys + k->seen - (keep - 1), keep - 1) == 0)
			return keep;
	return 0;
}

bool detach_keys_typed(DetachKeys *k, const char *typed, size_t n, Strbuf *out)
{
	for (size_t i = 0; i < n; i++) {
		size_t now;

		if (k->n && typed[i] == k->keys[k->seen]) {
			if (++k->seen < k->n)
				continue;
			k->seen = 0;
			return true;
		}
		now = still_seen(k, typed[i]);
		strbuf_add(out, k->keys, k->seen + 1 - now - (now ? 0 : 1));
		if (!now)
			strbuf_addc(out, typed[i]);
		k->seen = now;
	}
	return false;
}
