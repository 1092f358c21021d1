#include "libcommon/sha256.h"

#include <stdlib.h>
#include <string.h>

#include "libcommon/cleanup.h"
#include "tests/tap.h"

static void test(const char *text, size_t repeat, const char *want)
{
	size_t n = strlen(text);
	char *all = malloc(n * repeat + 1);
	cleanup_free char *got = NULL;

	for (size_t i = 0; i < repeat; i++)
		memcpy(all + i * n, text, n);
	got = sha256_hex(all, n * repeat);
	check_str(got, want);
	free(all);
}

int main(void)
{
	test("", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	test("abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	test("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
	     "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
	test("a", 1000000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
	return tap_done();
}
