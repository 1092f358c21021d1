/* digest: SHA-256 by its published test vectors. */
#include "libimage/layer.h"

#include "tests/tap.h"

static void check_of(const char *data, const char *want)
{
	cleanup_free char *got = digest_of(data, strlen(data));

	check_str(got, want);
}

static void test_parts(void)
{
	cleanup(digest_freep) Digest *d = digest_new();
	cleanup_free char *got = NULL;

	digest_update(d, "a", 1);
	digest_update(d, "", 0);
	digest_update(d, "bc", 2);
	got = digest_final(d);
	check_str(got, "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

static void test_names(void)
{
	cleanup_free char *good = digest_of("", 0);
	cleanup_free char *upper = digest_of("", 0);

	check(digest_valid(good));
	check_str(digest_hex(good), good + 7);
	upper[7] = 'E';
	check(!digest_valid(upper));
	check(!digest_valid("sha256:e3b0"));
	check(!digest_valid("sha512:e3b0"));
	check(!digest_valid(
		"sha256:../../../../../../../../../../../../../../../../../etc/passwd01"));
	check(!digest_valid(""));
}

int main(void)
{
	check_of("", "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	check_of("abc", "sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	check_of("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		 "sha256:248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	test_parts();
	test_names();
	return tap_done();
}
