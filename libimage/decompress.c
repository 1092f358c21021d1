#include "libimage/decompress.h"

#include <archive.h>
#include <archive_entry.h>
#include <isa-l/igzip_lib.h>
#include <stdbool.h>
#include <string.h>
#include <zstd.h>

#include "libcommon/alloc.h"

#define INPUT_SIZE ((size_t)128 * 1024)
/* zstd's own limit without --long: a frame may ask for no more memory. */
#define ZSTD_MAX_WINDOW_LOG 27

/* One way to decompress. `step` turns input at in[pos..len) into at most `n` bytes and returns
 * their count; 0 with input left over means that more must be read; *ret_end tells that the stream
 * is complete, so that it may start anew or stop here. */
typedef struct Format {
	const char *name;
	unsigned char magic[6];
	size_t magic_size;
	void (*start)(Decompressor *d);
	ssize_t (*step)(Decompressor *d, void *buf, size_t n, Error **err);
	void (*stop)(Decompressor *d);
} Format;

struct Decompressor {
	DecompressSource *source;
	void *userdata;
	const Format *format;
	unsigned char *in;
	size_t pos, len;
	bool source_end;
	/* Between members or frames: the end of input is no error here. */
	bool at_boundary;
	bool archive_open;
	int64_t total_in, total_out;
	struct inflate_state *gzip;
	ZSTD_DStream *zstd;
	struct archive *archive;
	Error **archive_err;
};

/* Reads more input behind what is there; false at the end of the source. */
static int fill(Decompressor *d, Error **err)
{
	ssize_t k;

	if (d->pos == d->len)
		d->pos = d->len = 0;
	if (d->source_end || d->len == INPUT_SIZE)
		return 0;
	k = d->source(d->userdata, d->in + d->len, INPUT_SIZE - d->len, err);
	if (k < 0)
		return (int)k;
	d->source_end = k == 0;
	d->len += (size_t)k;
	d->total_in += k;
	return k > 0;
}

static int damaged(const Decompressor *d, Error **err)
{
	return error_set(err, EBADMSG, "damaged %s data", d->format->name);
}

static int cut_off(const Decompressor *d, Error **err)
{
	return error_set(err, EBADMSG, "the %s data ends too early", d->format->name);
}

/* ---- gzip ---- */

static void gzip_start(Decompressor *d)
{
	d->gzip = xnew0(struct inflate_state, 1);
	isal_inflate_init(d->gzip);
	d->gzip->crc_flag = ISAL_GZIP;
	d->at_boundary = true;
}

static void gzip_stop(Decompressor *d)
{
	free(d->gzip);
}

/* Behind a member: 1 another one starts, 0 the rest is padding with zeros, which gzip ignores too.
 */
static int gzip_next_member(Decompressor *d, Error **err)
{
	if (d->in[d->pos] == d->format->magic[0]) {
		isal_inflate_reset(d->gzip);
		d->gzip->crc_flag = ISAL_GZIP;
		d->at_boundary = false;
		return 1;
	}
	for (; d->pos < d->len; d->pos++)
		if (d->in[d->pos])
			return error_set(err, EBADMSG, "garbage behind the gzip data");
	return 0;
}

static ssize_t gzip_step(Decompressor *d, void *buf, size_t n, Error **err)
{
	struct inflate_state *s = d->gzip;
	int r;

	if (d->at_boundary) {
		r = gzip_next_member(d, err);
		if (r <= 0)
			return r;
	}
	s->next_in = d->in + d->pos;
	s->avail_in = (uint32_t)(d->len - d->pos);
	s->next_out = buf;
	s->avail_out = (uint32_t)n;
	r = isal_inflate(s);
	d->pos = d->len - s->avail_in;
	if (r < 0)
		return damaged(d, err);
	d->at_boundary = s->block_state == ISAL_BLOCK_FINISH;
	return (ssize_t)(n - s->avail_out);
}

/* ---- zstd ---- */

static void zstd_start(Decompressor *d)
{
	d->zstd = ZSTD_createDStream();
	if (!d->zstd)
		abort();
	(void)ZSTD_DCtx_setParameter(d->zstd, ZSTD_d_windowLogMax, ZSTD_MAX_WINDOW_LOG);
}

static void zstd_stop(Decompressor *d)
{
	ZSTD_freeDStream(d->zstd);
}

static ssize_t zstd_step(Decompressor *d, void *buf, size_t n, Error **err)
{
	ZSTD_inBuffer in = { d->in, d->len, d->pos };
	ZSTD_outBuffer out = { buf, n, 0 };
	size_t r = ZSTD_decompressStream(d->zstd, &out, &in);

	if (ZSTD_isError(r))
		return error_set(err, EBADMSG, "damaged zstd data: %s", ZSTD_getErrorName(r));
	d->pos = in.pos;
	d->at_boundary = r == 0;
	return (ssize_t)out.pos;
}

/* ---- xz and bzip2 ---- */

static ssize_t archive_input(struct archive *a, void *userdata, const void **ret)
{
	Decompressor *d = userdata;
	size_t n;

	if (d->pos == d->len && fill(d, d->archive_err) < 0) {
		archive_set_error(a, EIO, "read error");
		return -1;
	}
	*ret = d->in + d->pos;
	n = d->len - d->pos;
	d->pos = d->len;
	return (ssize_t)n;
}

static void archive_start(Decompressor *d)
{
	d->archive = archive_read_new();
	if (!d->archive)
		abort();
	(void)archive_read_support_filter_xz(d->archive);
	(void)archive_read_support_filter_bzip2(d->archive);
	(void)archive_read_support_format_raw(d->archive);
}

static void archive_stop(Decompressor *d)
{
	(void)archive_read_free(d->archive);
}

static ssize_t archive_result(Decompressor *d, ssize_t r, Error **err)
{
	/* A failed source has explained itself already. */
	if (r >= 0 || (err && *err))
		return r >= 0 ? r : -(*err)->errnum;
	return error_set(err, EBADMSG, "damaged %s data: %s", d->format->name,
			 archive_error_string(d->archive));
}

static ssize_t archive_step(Decompressor *d, void *buf, size_t n, Error **err)
{
	struct archive_entry *entry;
	ssize_t r;

	d->archive_err = err;
	if (!d->archive_open) {
		d->archive_open = true;
		r = archive_read_open(d->archive, d, NULL, archive_input, NULL);
		if (r == ARCHIVE_OK)
			r = archive_read_next_header(d->archive, &entry);
		if (r != ARCHIVE_OK)
			return archive_result(d, -1, err);
	}
	r = archive_read_data(d->archive, buf, n);
	d->at_boundary = r == 0;
	return archive_result(d, r, err);
}

/* ---- plain ---- */

static void plain_start(Decompressor *d)
{
	d->at_boundary = true;
}

static void plain_stop(Decompressor *d)
{
	(void)d;
}

static ssize_t plain_step(Decompressor *d, void *buf, size_t n, Error **err)
{
	size_t k = d->len - d->pos;

	(void)err;
	if (k > n)
		k = n;
	memcpy(buf, d->in + d->pos, k);
	d->pos += k;
	return (ssize_t)k;
}

/* clang-format off */
static const Format formats[] = {
	{ "gzip", { 0x1f, 0x8b }, 2, gzip_start, gzip_step, gzip_stop },
	{ "zstd", { 0x28, 0xb5, 0x2f, 0xfd }, 4, zstd_start, zstd_step, zstd_stop },
	{ "zstd", { 0x50, 0x2a, 0x4d, 0x18 }, 4, zstd_start, zstd_step, zstd_stop },
	{ "xz", { 0xfd, '7', 'z', 'X', 'Z', 0 }, 6, archive_start, archive_step, archive_stop },
	{ "bzip2", { 'B', 'Z', 'h' }, 3, archive_start, archive_step, archive_stop },
	{ NULL, { 0 }, 0, plain_start, plain_step, plain_stop },
};
/* clang-format on */

static int choose_format(Decompressor *d, Error **err)
{
	const Format *f = formats;
	int r = 1;

	while (r > 0 && d->len < sizeof(f->magic))
		r = fill(d, err);
	if (r < 0)
		return r;
	while (f->magic_size &&
	       (d->len < f->magic_size || memcmp(d->in, f->magic, f->magic_size) != 0))
		f++;
	d->format = f;
	f->start(d);
	return 0;
}

Decompressor *decompress_new(DecompressSource *source, void *userdata)
{
	Decompressor *d = xnew0(Decompressor, 1);

	d->source = source;
	d->userdata = userdata;
	d->in = xmalloc(INPUT_SIZE);
	return d;
}

static int check_bomb(const Decompressor *d, Error **err)
{
	if (d->total_out > DECOMPRESS_MAX_OUTPUT)
		return error_set(err, EFBIG, "the data inflates to more than %lld bytes",
				 (long long)DECOMPRESS_MAX_OUTPUT);
	if (d->total_out > DECOMPRESS_FREE_OUTPUT &&
	    d->total_out / DECOMPRESS_MAX_RATIO > d->total_in)
		return error_set(err, EFBIG, "the data inflates to more than %d times its size",
				 DECOMPRESS_MAX_RATIO);
	return 0;
}

/* Whether anything can still come: input is there, or a decoder holds some back. */
static int more_input(Decompressor *d, Error **err)
{
	int r;

	if (d->pos < d->len || d->format->start == archive_start)
		return 1;
	r = fill(d, err);
	if (r != 0 || d->at_boundary)
		return r;
	/* A decoder may owe output for input that it has swallowed. */
	return 2;
}

static ssize_t read_some(Decompressor *d, void *buf, size_t n, Error **err)
{
	for (;;) {
		int more = more_input(d, err);
		ssize_t k;

		if (more <= 0)
			return more;
		k = d->format->step(d, buf, n, err);
		if (k != 0)
			return k;
		if (d->format->start == archive_start)
			return 0;
		if (more == 2 && !d->at_boundary)
			return cut_off(d, err);
	}
}

ssize_t decompress_read(Decompressor *d, void *buf, size_t n, Error **err)
{
	size_t done = 0;
	int r;

	if (!d->format) {
		r = choose_format(d, err);
		if (r < 0)
			return r;
	}
	while (done < n) {
		ssize_t k = read_some(d, (char *)buf + done, n - done, err);

		if (k < 0)
			return k;
		if (k == 0)
			break;
		done += (size_t)k;
	}
	d->total_out += (int64_t)done;
	r = check_bomb(d, err);
	return r < 0 ? r : (ssize_t)done;
}

const char *decompress_name(const Decompressor *d)
{
	return d->format ? d->format->name : NULL;
}

Decompressor *decompress_free(Decompressor *d)
{
	if (d) {
		if (d->format)
			d->format->stop(d);
		free(d->in);
		free(d);
	}
	return NULL;
}
