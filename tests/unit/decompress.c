/* decompress: every format, whole and cut, several members, garbage, bombs. */
#include "libimage/decompress.h"

#include <isa-l/igzip_lib.h>
#include <zstd.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "tests/tap.h"

typedef struct Input {
	const char *data;
	size_t n, pos, step;
} Input;

static ssize_t feed(void *userdata, void *buf, size_t n, Error **err)
{
	Input *in = userdata;

	(void)err;
	if (n > in->n - in->pos)
		n = in->n - in->pos;
	if (in->step && n > in->step)
		n = in->step;
	if (n > 0)
		memcpy(buf, in->data + in->pos, n);
	in->pos += n;
	return (ssize_t)n;
}

/* Everything that comes out, or the error's number. */
static int all(const Strbuf *in, size_t step, Strbuf *out, Error **err)
{
	Input input = { .data = in->data, .n = in->len, .step = step };
	cleanup(decompress_freep) Decompressor *d = decompress_new(feed, &input);
	ssize_t k;

	while ((k = decompress_read(d, strbuf_reserve(out, 1000), 1000, err)) > 0)
		out->len += (size_t)k;
	return (int)k;
}

static void add_gzip(Strbuf *b, const char *text, size_t n)
{
	struct isal_zstream z;
	size_t room = n + 1024;

	isal_deflate_stateless_init(&z);
	z.gzip_flag = IGZIP_GZIP;
	z.end_of_stream = 1;
	z.next_in = (uint8_t *)(uintptr_t)text;
	z.avail_in = (uint32_t)n;
	z.next_out = (uint8_t *)strbuf_reserve(b, room);
	z.avail_out = (uint32_t)room;
	check_int(isal_deflate_stateless(&z), COMP_OK);
	b->len += room - z.avail_out;
}

static void add_zstd(Strbuf *b, const char *text, size_t n)
{
	size_t room = ZSTD_compressBound(n);

	b->len += ZSTD_compress(strbuf_reserve(b, room), room, text, n, 3);
}

static void expect(const Strbuf *in, const char *want, size_t n)
{
	for (size_t step = 0; step < 8; step += 7) {
		cleanup_strbuf Strbuf out = STRBUF_INIT;
		cleanup_error Error *err = NULL;

		check_int(all(in, step, &out, &err), 0);
		check(out.len == n && (n == 0 || memcmp(out.data, want, n) == 0));
	}
}

static void expect_damaged(const Strbuf *in, const char *why)
{
	cleanup_strbuf Strbuf out = STRBUF_INIT;
	cleanup_error Error *err = NULL;

	check_int(all(in, 0, &out, &err), -EBADMSG);
	if (!err || !strstr(err->msg, why))
		check_str(err ? err->msg : NULL, why);
}

static char text[200000];

static void test_format(void (*add)(Strbuf *b, const char *text, size_t n))
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;

	add(&b, text, sizeof(text));
	expect(&b, text, sizeof(text));
	b.len -= 5;
	expect_damaged(&b, "too early");
	b.len /= 2;
	expect_damaged(&b, "too early");
	strbuf_clear(&b);
	add(&b, text, 1000);
	add(&b, "", 0);
	add(&b, text + 1000, sizeof(text) - 1000);
	expect(&b, text, sizeof(text));
	strbuf_clear(&b);
	add(&b, "", 0);
	expect(&b, "", 0);
}

static void test_gzip_tail(void)
{
	static const char zeros[700];
	cleanup_strbuf Strbuf b = STRBUF_INIT;

	add_gzip(&b, text, 3000);
	strbuf_add(&b, zeros, sizeof(zeros));
	expect(&b, text, 3000);
	strbuf_adds(&b, "garbage");
	expect_damaged(&b, "garbage");
	strbuf_clear(&b);
	add_gzip(&b, text, 3000);
	b.data[b.len - 7] ^= 1;
	expect_damaged(&b, "damaged gzip data");
}

static void test_plain(void)
{
	Strbuf b = { .data = text, .len = 5000 }, none = STRBUF_INIT;

	expect(&b, text, 5000);
	b.len = 1;
	expect(&b, text, 1);
	expect(&none, "", 0);
}

static void test_xz(void)
{
	/* printf hello | xz */
	static const unsigned char xz[] = {
		0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00, 0x00, 0x04, 0xe6, 0xd6, 0xb4, 0x46, 0x02,
		0x00, 0x21, 0x01, 0x16, 0x00, 0x00, 0x00, 0x74, 0x2f, 0xe5, 0xa3, 0x01, 0x00,
		0x04, 0x68, 0x65, 0x6c, 0x6c, 0x6f, 0x00, 0x00, 0x00, 0x00, 0xb1, 0x37, 0xb9,
		0xdb, 0xe5, 0xda, 0x1e, 0x9b, 0x00, 0x01, 0x1d, 0x05, 0xb8, 0x2d, 0x80, 0xaf,
		0x1f, 0xb6, 0xf3, 0x7d, 0x01, 0x00, 0x00, 0x00, 0x00, 0x04, 0x59, 0x5a,
	};
	Strbuf b = { .data = (char *)(uintptr_t)xz, .len = sizeof(xz) };

	expect(&b, "hello", 5);
	b.len = 40;
	expect_damaged(&b, "damaged xz data");
}

/* 1.5 GB of zeros in 100 kB of zstd. */
static void test_bomb(void)
{
	enum { PIECE = 64 << 20 };
	cleanup_free char *zeros = xcalloc(1, PIECE), *sink = xmalloc(1 << 20);
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	cleanup_error Error *err = NULL;
	Input input = { 0 };
	Decompressor *d;
	ssize_t k;

	for (int i = 0; i < 24; i++)
		add_zstd(&b, zeros, PIECE);
	input.data = b.data;
	input.n = b.len;
	d = decompress_new(feed, &input);
	do
		k = decompress_read(d, sink, 1 << 20, &err);
	while (k > 0);
	check_int(k, -EFBIG);
	check(err && strstr(err->msg, "times its size"));
	decompress_free(d);
}

int main(void)
{
	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (char)('a' + i * i / 7 % 23);
	test_format(add_gzip);
	test_format(add_zstd);
	test_gzip_tail();
	test_plain();
	test_xz();
	test_bomb();
	return tap_done();
}
