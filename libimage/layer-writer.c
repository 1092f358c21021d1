#include "libimage/layer-writer.h"

#include <locale.h>
#include <sched.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libimage/layer-entry.h"

typedef struct Writer {
	LayerEntry entry;
	LayerInput *input;
	void *userdata;
	bool got_input;
	struct archive *archive;
} Writer;

static int write_entry(LayerEntry *e, Error **err)
{
	const char *name = archive_entry_pathname(e->entry);
	cleanup_free char *path = NULL;
	LayerNameKind kind;
	int r;

	if (!name)
		return error_set(err, EBADMSG, "tar entry without a name");
	r = layer_name_clean(name, &path, err);
	if (r >= 0)
		r = layer_name_classify(path, &kind, err);
	if (r < 0)
		return r;
	e->path = path;
	r = layer_entry_write(e, kind, err);
	e->path = NULL;
	return r < 0 ? layer_name_prefix(err, r, name) : 0;
}

static ssize_t next_input(struct archive *a, void *userdata, const void **ret)
{
	Writer *w = userdata;
	size_t n = 0;
	int r = w->input(w->userdata, ret, &n);

	if (r < 0) {
		archive_set_error(a, -r, "read error");
		return -1;
	}
	w->got_input |= r > 0;
	w->entry.input_ended = r == 0;
	return r > 0 ? (ssize_t)n : 0;
}

/* In the C locale libarchive warns about each pax name that is not ASCII, and hands out its bytes
 * as they are; in a UTF-8 locale it would silently compose them (NFC), which changes names. */
static bool warning_is_harmless(struct archive *a)
{
	const char *text = archive_error_string(a);

	return text && strstr(text, "can't be converted");
}

static int read_entries(Writer *w, Error **err)
{
	for (size_t n = 0; n < LAYER_MAX_ENTRIES; n++) {
		int r = archive_read_next_header(w->archive, &w->entry.entry);

		if (r == ARCHIVE_EOF)
			return 0;
		/* A stream without a byte is an empty layer. */
		if (r == ARCHIVE_FATAL && !w->got_input)
			return 0;
		if (r != ARCHIVE_OK && !(r == ARCHIVE_WARN && warning_is_harmless(w->archive)))
			return error_set(err, EBADMSG, "damaged tar: %s",
					 archive_error_string(w->archive));
		r = write_entry(&w->entry, err);
		if (r < 0 || w->entry.last)
			return r;
	}
	return error_set(err, EFBIG, "more than %d entries", LAYER_MAX_ENTRIES);
}

static int open_archive(Writer *w, Error **err)
{
	w->archive = archive_read_new();
	if (!w->archive)
		abort();
	w->entry.archive = w->archive;
	if (archive_read_support_format_tar(w->archive) != ARCHIVE_OK ||
	    archive_read_open(w->archive, w, NULL, next_input, NULL) != ARCHIVE_OK) {
		if (!w->got_input)
			return 0;
		return error_set(err, EBADMSG, "not a tar archive: %s",
				 archive_error_string(w->archive));
	}
	return 1;
}

static void writer_clear(Writer *w)
{
	(void)archive_read_free(w->archive);
	metadata_clear(&w->entry.meta);
}

int layer_writer_run(LayerTree *tree, LayerInput *input, void *userdata, int64_t *ret_size,
		     Error **err)
{
	cleanup(writer_clear)
		Writer w = { .entry.tree = tree, .input = input, .userdata = userdata };
	locale_t c = newlocale(LC_ALL_MASK, "C", NULL), before = uselocale(c);
	int r;

	/* Threads of a program share one umask, unless they ask for one of their own. */
	if (unshare(CLONE_FS) < 0)
		r = error_errno(err, errno, "unshare");
	else
		r = (umask(0), open_archive(&w, err));
	if (r > 0)
		r = read_entries(&w, err);
	if (r >= 0)
		r = layer_tree_finish_dirs(tree, err);
	*ret_size = w.entry.size;
	(void)uselocale(before);
	freelocale(c);
	return r < 0 ? r : 0;
}
