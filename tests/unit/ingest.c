/* ingest: images taken into a store of their own, layer by layer; what is on disk afterwards. */
#include "libimage/layer.h"

#include <fcntl.h>
#include <sys/sysmacros.h>
#include <sys/wait.h>
#include <sys/xattr.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "tests/tap.h"
#include "tests/unit/tar.h"

#define MAX_LAYERS 8

static char root[] = "/tmp/racker-ingest-XXXXXX";
static Store *store;

/* An image made of tars in memory. */
typedef struct TestImage {
	Strbuf tars[MAX_LAYERS];
	size_t n;
	char *config, *config_digest, *manifest, *manifest_digest;
	LayerDescriptor layers[MAX_LAYERS];
} TestImage;

static Strbuf *layer(TestImage *image)
{
	return &image->tars[image->n++];
}

/* Seals the tars and writes config and manifest. `wrong_diff`: the config names another diffID. */
static IngestSource seal(TestImage *image, bool wrong_diff)
{
	cleanup_strbuf Strbuf config = STRBUF_INIT;

	strbuf_adds(&config, "{\"architecture\":\"amd64\",\"os\":\"linux\",\"config\":{\"Cmd\":"
			     "[\"x\"]},\"rootfs\":{\"type\":\"layers\",\"diff_ids\":[");
	for (size_t i = 0; i < image->n; i++) {
		cleanup_free char *other = digest_of("other", 5);

		tar_end(&image->tars[i]);
		image->layers[i].digest = digest_of(image->tars[i].data, image->tars[i].len);
		image->layers[i].size = (int64_t)image->tars[i].len;
		strbuf_addf(&config, "%s\"%s\"", i ? "," : "",
			    wrong_diff ? other : image->layers[i].digest);
	}
	strbuf_adds(&config, "]}}");
	image->config = strbuf_steal(&config);
	image->config_digest = digest_of(image->config, strlen(image->config));
	image->manifest = xasprintf("{\"schemaVersion\":2,\"config\":{\"digest\":\"%s\"}}",
				    image->config_digest);
	image->manifest_digest = digest_of(image->manifest, strlen(image->manifest));
	return (IngestSource){ .manifest = image->manifest,
			       .manifest_size = strlen(image->manifest),
			       .manifest_digest = image->manifest_digest,
			       .manifest_type = "application/vnd.oci.image.manifest.v1+json",
			       .config = image->config,
			       .config_size = strlen(image->config),
			       .config_digest = image->config_digest,
			       .layers = image->layers,
			       .n_layers = image->n };
}

static void test_image_clear(TestImage *image)
{
	for (size_t i = 0; i < image->n; i++) {
		strbuf_clear(&image->tars[i]);
		free(image->layers[i].digest);
	}
	free(image->config);
	free(image->config_digest);
	free(image->manifest);
	free(image->manifest_digest);
}
#define cleanup_test_image cleanup(test_image_clear)

static int fetch(Ingest *in, TestImage *image, size_t i, Error **err)
{
	LayerJob *job;
	int r = layer_job_new(in, i, &job, err);

	for (size_t n = (size_t)layer_job_offset(job); r >= 0 && n < image->tars[i].len;) {
		size_t k = image->tars[i].len - n < 700 ? image->tars[i].len - n : 700;

		r = layer_job_write(job, image->tars[i].data + n, k, err);
		n += k;
	}
	if (r >= 0)
		r = layer_job_finish(job, err);
	return r < 0 ? r : layer_job_wait(job, err);
}

static int take_in(TestImage *image, const IngestSource *source, char *const *names, Error **err)
{
	cleanup_ingest Ingest *in = NULL;
	int r = ingest_new(store, source, &in, err);

	for (size_t i = 0; r >= 0 && i < image->n; i++)
		if (ingest_layer_state(in, i) != LAYER_PRESENT)
			r = fetch(in, image, i, err);
	return r < 0 ? r : ingest_commit(in, names, NULL, NULL, err);
}

/* Takes it in; the directory of its topmost layer, or -1. */
static int top_of(TestImage *image)
{
	cleanup_error Error *err = NULL;
	cleanup_image Image *found = NULL;
	cleanup_free char *path = NULL;
	IngestSource source = seal(image, false);

	check_int(take_in(image, &source, NULL, &err), 0);
	if (err)
		check_str(err->msg, NULL);
	if (image_find(store, image->config_digest, &found, NULL) < 0)
		return -1;
	path = xasprintf("layers/%s", found->layers[image->n - 1]);
	return fs_open_dir(store_fd(store), path);
}

static struct stat stat_of(int dirfd, const char *path)
{
	struct stat st = { 0 };

	check_int(fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW), 0);
	return st;
}

static bool exists(int dirfd, const char *path)
{
	struct stat st;

	return fstatat(dirfd, path, &st, AT_SYMLINK_NOFOLLOW) == 0;
}

static bool is_whiteout(int dirfd, const char *path)
{
	struct stat st = stat_of(dirfd, path);

	return S_ISCHR(st.st_mode) && st.st_rdev == makedev(0, 0);
}

static void check_content(int dirfd, const char *path, const char *want)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;

	check_int(fs_read_file(dirfd, path, 1000, &b), 0);
	check_str(b.data, want);
}

static bool is_opaque(int dirfd, const char *path)
{
	cleanup_fd int fd = fs_open_dir(dirfd, path);
	char value = 0;

	return fgetxattr(fd, "trusted.overlay.opaque", &value, 1) == 1 && value == 'y';
}

static void add_base(TestImage *image)
{
	Strbuf *b = layer(image);

	tar_add(b, TAR_DIR("./", .mode = 0711, .mtime = 50));
	tar_add(b, TAR_DIR("usr/lib", .mode = 0751, .uid = 3, .gid = 4, .mtime = 77));
	tar_add(b, TAR_FILE("usr/lib/x", "xx", .uid = 5, .mode = 04750, .mtime = 78));
	tar_add(b, TAR_LINK("lib", "usr/lib"));
	tar_add(b, TAR_DIR("d", .mode = 01777, .mtime = 79));
	tar_add(b, TAR_FILE("d/1", "one"));
}

/* ---- what lands on disk ---- */

static void test_metadata(void)
{
	cleanup_test_image TestImage image = { 0 };
	Strbuf *b = layer(&image);
	cleanup_fd int top = -1;
	struct stat st;

	tar_add(b, TAR_DIR("g", .mode = 02775, .gid = 50, .mtime = 1000));
	tar_add(b, TAR_FILE("g/f", "data", .mode = 0640, .mtime = 1001));
	tar_add(b, TAR_FILE("su", "s", .mode = 06755, .uid = 7, .gid = 8, .mtime = 1002));
	tar_add(b, TAR_HARD("hard", "g/f"));
	tar_add(b, TAR_LINK("dangling", "/no/where", .mtime = 1003));
	tar_add(b, TAR_FILE("dup", "1"));
	tar_add(b, TAR_FILE("dup", "22"));
	tar_add(b, (TarEntry){ .name = "null", .type = '3', .major = 1, .minor = 3 });
	tar_add(b, (TarEntry){ .name = "fifo", .type = '6' });
	tar_pax(b, "SCHILY.xattr.user.a", "\0b", 2);
	tar_add(b, TAR_FILE("x", ""));
	top = top_of(&image);
	st = stat_of(top, "g");
	check(st.st_mode == (S_IFDIR | 02775) && st.st_gid == 50 && st.st_mtime == 1000);
	st = stat_of(top, "g/f");
	check(st.st_mode == (S_IFREG | 0640) && st.st_gid == 0 && st.st_mtime == 1001);
	check_int(st.st_nlink, 2);
	check_int(st.st_ino, stat_of(top, "hard").st_ino);
	st = stat_of(top, "su");
	check(st.st_mode == (S_IFREG | 06755) && st.st_uid == 7 && st.st_gid == 8);
	check_int(stat_of(top, "dangling").st_mtime, 1003);
	check_content(top, "dup", "22");
	check(stat_of(top, "null").st_rdev == makedev(1, 3));
	check(S_ISFIFO(stat_of(top, "fifo").st_mode));
	st = stat_of(top, ".");
	check(st.st_mode == (S_IFDIR | 0755));
}

/* NFD and bytes that are no UTF-8 at all stay as they are, by pax too. */
static void test_names(void)
{
	cleanup_test_image TestImage image = { 0 };
	Strbuf *b = layer(&image);
	cleanup_fd int top = -1;

	tar_pax(b, "path", "nfd-e\xcc\x81", 7);
	tar_add(b, TAR_FILE("short", "a"));
	tar_pax(b, "path", "raw-\xff", 5);
	tar_add(b, TAR_FILE("short", "b"));
	tar_add(b, TAR_FILE("ustar-e\xcc\x81", "c"));
	tar_add(b, TAR_LINK("link", "to-\xfe"));
	top = top_of(&image);
	check_content(top, "nfd-e\xcc\x81", "a");
	check_content(top, "raw-\xff", "b");
	check_content(top, "ustar-e\xcc\x81", "c");
	check(exists(top, "link"));
}

static void test_implied(void)
{
	cleanup_test_image TestImage image = { 0 };
	cleanup_fd int top = -1;
	struct stat st;
	Strbuf *b;

	add_base(&image);
	b = layer(&image);
	tar_add(b, TAR_FILE("usr/lib/new", "n"));
	tar_add(b, TAR_FILE("lib/through", "t"));
	tar_add(b, TAR_FILE("only/here", "h", .mtime = 5));
	top = top_of(&image);
	st = stat_of(top, "usr/lib");
	check(st.st_mode == (S_IFDIR | 0751) && st.st_uid == 3 && st.st_gid == 4);
	check_int(st.st_mtime, 77);
	check_content(top, "usr/lib/through", "t");
	check(!exists(top, "lib"));
	st = stat_of(top, "only");
	check(st.st_mode == (S_IFDIR | 0755) && st.st_mtime == 5);
	st = stat_of(top, ".");
	check(st.st_mode == (S_IFDIR | 0711) && st.st_mtime == 50);
}

static void test_hard_link_below(void)
{
	cleanup_test_image TestImage image = { 0 };
	cleanup_fd int top = -1;
	struct stat st;
	Strbuf *b;

	add_base(&image);
	b = layer(&image);
	tar_add(b, TAR_HARD("y", "usr/lib/x"));
	tar_add(b, TAR_HARD("z", "lib/x"));
	top = top_of(&image);
	check_content(top, "y", "xx");
	st = stat_of(top, "usr/lib/x");
	check(st.st_mode == (S_IFREG | 04750) && st.st_uid == 5 && st.st_mtime == 78);
	check_int(st.st_nlink, 3);
	check_int(stat_of(top, "z").st_ino, st.st_ino);
	check_int(stat_of(top, "usr/lib").st_mtime, 77);
}

static void test_whiteouts(void)
{
	cleanup_test_image TestImage image = { 0 };
	cleanup_fd int top = -1;
	Strbuf *b;

	add_base(&image);
	b = layer(&image);
	tar_add(b, TAR_FILE("lib/.wh.x", ""));
	tar_add(b, TAR_FILE("d/.wh.nothing", ""));
	tar_add(b, TAR_FILE("nowhere/.wh.z", ""));
	tar_add(b, TAR_FILE("d/new", "n"));
	tar_add(b, TAR_FILE(".wh.d", ""));
	top = top_of(&image);
	check(is_whiteout(top, "usr/lib/x"));
	check(!exists(top, "d/nothing"));
	check(!exists(top, "nowhere"));
	check(is_opaque(top, "d"));
	check_content(top, "d/new", "n");
}

static void test_replaced(void)
{
	cleanup_test_image TestImage image = { 0 };
	cleanup_fd int top = -1;
	Strbuf *b;

	add_base(&image);
	b = layer(&image);
	tar_add(b, TAR_FILE("d", "file"));
	tar_add(b, TAR_DIR("d", .mode = 0700));
	tar_add(b, TAR_FILE("d/n", "n"));
	tar_add(b, TAR_FILE("usr/lib/.wh..wh..opq", ""));
	tar_add(b, TAR_LINK("lib", "elsewhere"));
	tar_add(b, TAR_FILE("lib/f", "f"));
	top = top_of(&image);
	check(is_opaque(top, "d"));
	check_int(stat_of(top, "d").st_mode, S_IFDIR | 0700);
	check(is_opaque(top, "usr/lib"));
	check_int(stat_of(top, "usr/lib").st_mode, S_IFDIR | 0751);
	check_content(top, "elsewhere/f", "f");
}

static void test_links_stay_inside(void)
{
	cleanup_test_image TestImage image = { 0 };
	Strbuf *b = layer(&image);
	cleanup_fd int top = -1;

	tar_add(b, TAR_LINK("up", "../../../../../.."));
	tar_add(b, TAR_FILE("up/inside", "i"));
	tar_add(b, TAR_LINK("abs", "/sub"));
	tar_add(b, TAR_FILE("abs/f", "f"));
	top = top_of(&image);
	check_content(top, "inside", "i");
	check_content(top, "sub/f", "f");
}

/* ---- what is refused ---- */

static void check_refused(TarEntry e, const char *pax, int errnum, const char *why)
{
	cleanup_test_image TestImage image = { 0 };
	cleanup_error Error *err = NULL;
	Strbuf *b = layer(&image);
	IngestSource source;

	if (pax)
		tar_pax(b, pax, "y", 1);
	tar_add(b, e);
	source = seal(&image, false);
	check_int(take_in(&image, &source, NULL, &err), -errnum);
	if (!err || !strstr(err->msg, why))
		check_str(err ? err->msg : NULL, why);
}

static void test_refused(void)
{
	check_refused(TAR_FILE("../x", ""), NULL, EPERM, "tar entry \"../x\" escapes the layer");
	check_refused(TAR_HARD("x", "../y"), NULL, EPERM, "\"../y\" escapes the layer");
	check_refused(TAR_HARD("x", "none"), NULL, ENOENT, "is in no layer");
	check_refused((TarEntry){ .name = "w", .type = '3' }, NULL, EPERM, "a whiteout");
	check_refused(TAR_FILE("x", ""), "SCHILY.xattr.trusted.overlay.opaque", EPERM,
		      "overlayfs's own");
	check_refused(TAR_FILE("x", ""), "SCHILY.xattr.user.overlay.redirect", EPERM,
		      "overlayfs's own");
	check_refused(TAR_FILE("a/.wh.", ""), NULL, EINVAL, "a whiteout of nothing");
	check_refused(TAR_FILE(".", "root"), NULL, EINVAL, "the root is not a directory");
}

static void test_wrong_digests(void)
{
	cleanup_test_image TestImage image = { 0 };
	cleanup_error Error *err = NULL, *second = NULL;
	IngestSource source;

	tar_add(layer(&image), TAR_FILE("wrong", "diff"));
	source = seal(&image, true);
	check_int(take_in(&image, &source, NULL, &err), -EBADMSG);
	check(err && strstr(err->msg, "diff ID does not match"));
	image.tars[0].data[600] ^= 1;
	check_int(blob_remove(store, image.layers[0].digest), 0);
	check_int(take_in(&image, &source, NULL, &second), -EBADMSG);
	check(second && strstr(second->msg, "digest does not match"));
	check_int(blob_size(store, image.layers[0].digest), -ENOENT);
}

/* ---- downloads ---- */

static void write_or_fail(LayerJob *job, const char *data, size_t n)
{
	check_int(layer_job_write(job, data, n, NULL), 0);
}

static void test_resume(void)
{
	cleanup_test_image TestImage image = { 0 };
	cleanup_ingest Ingest *in = NULL;
	cleanup_error Error *err = NULL;
	IngestSource source;
	LayerJob *job;

	tar_add(layer(&image), TAR_FILE("resumed", "later"));
	source = seal(&image, false);
	check_int(ingest_new(store, &source, &in, NULL), 0);
	check_int(ingest_layer_state(in, 0), LAYER_MISSING);
	check_int(layer_job_new(in, 0, &job, NULL), 0);
	write_or_fail(job, image.tars[0].data, 600);
	check_int(layer_job_finish(job, &err), -EPIPE);
	in = ingest_free(in);
	/* Another program goes on where that one was. */
	check_int(ingest_new(store, &source, &in, NULL), 0);
	check_int(layer_job_new(in, 0, &job, NULL), 0);
	check_int(layer_job_offset(job), 600);
	/* The server starts anew in spite of Range. */
	layer_job_restart(job);
	write_or_fail(job, image.tars[0].data, 100);
	write_or_fail(job, image.tars[0].data + 100, image.tars[0].len - 100);
	check_int(layer_job_write(job, "more", 4, NULL), -EFBIG);
	check_int(layer_job_finish(job, NULL), 0);
	check_int(ingest_commit(in, NULL, NULL, NULL, NULL), 0);
}

static void test_states(void)
{
	cleanup_test_image TestImage image = { 0 }, twice = { 0 };
	cleanup_ingest Ingest *in = NULL;
	cleanup_fd int top = -1;
	IngestSource source;

	tar_add(layer(&image), TAR_FILE("same", "layer"));
	tar_add(layer(&image), TAR_FILE("other", "layer"));
	tar_add(layer(&image), TAR_FILE("same", "layer"));
	top = top_of(&image);
	check_content(top, "same", "layer");
	tar_add(layer(&twice), TAR_FILE("same", "layer"));
	tar_add(layer(&twice), TAR_FILE("same", "layer"));
	tar_add(layer(&twice), TAR_FILE("new", "layer"));
	source = seal(&twice, false);
	check_int(ingest_new(store, &source, &in, NULL), 0);
	check_int(ingest_layer_state(in, 0), LAYER_PRESENT);
	check_int(ingest_layer_state(in, 1), LAYER_CACHED);
	check_int(ingest_layer_state(in, 2), LAYER_MISSING);
}

/* Ten programs at once: one fetches. */
static void test_at_once(void)
{
	cleanup_test_image TestImage image = { 0 };
	IngestSource source;
	int fetched = 0;

	tar_add(layer(&image), TAR_FILE("at", "once"));
	tar_add(layer(&image), TAR_FILE("at2", "once"));
	source = seal(&image, false);
	(void)fflush(stdout);
	for (int i = 0; i < 10; i++)
		if (fork() == 0) {
			cleanup_ingest Ingest *in = NULL;
			bool missing;

			if (ingest_new(store, &source, &in, NULL) < 0)
				_exit(100);
			missing = ingest_layer_state(in, 0) != LAYER_PRESENT;
			for (size_t k = 0; missing && k < image.n; k++)
				if (fetch(in, &image, k, NULL) < 0)
					_exit(101);
			if (ingest_commit(in, NULL, NULL, NULL, NULL) < 0)
				_exit(102);
			ingest_free(steal(&in));
			_exit(missing);
		}
	for (int i = 0; i < 10; i++) {
		int status;

		check(wait(&status) > 0 && WIFEXITED(status) && WEXITSTATUS(status) <= 1);
		fetched += WEXITSTATUS(status);
	}
	check_int(fetched, 1);
}

static void test_import(void)
{
	cleanup_strbuf Strbuf tar = STRBUF_INIT;
	cleanup_image Image *image = NULL;
	char name[] = "docker.io/library/imported:latest", *names[] = { name, NULL };
	char cmd[] = "/bin/sh", *cmds[] = { cmd, NULL };
	ImageConfig config = { .cmd = cmds };
	ImportOptions o = { .config = &config, .architecture = "amd64" };
	int fds[2];

	tar_add(&tar, TAR_DIR("etc"));
	tar_add(&tar, TAR_FILE("etc/hostname", "h"));
	tar_end(&tar);
	check_int(pipe(fds), 0);
	check_int(fd_write_all(fds[1], tar.data, tar.len), 0);
	(void)close(fds[1]);
	check_int(store_import_tar(store, fds[0], &o, names, NULL, NULL), 0);
	(void)close(fds[0]);
	check_int(image_find(store, "imported", &image, NULL), 0);
	if (image) {
		check_str(image->config.cmd[0], "/bin/sh");
		check_str(image->repo_tags[0], "imported:latest");
		check_int(strv_length(image->layers), 1);
		check_int(image->size, 1);
	}
}

static unsigned count_entries(const char *path)
{
	DIR *d = fdopendir(fs_open_dir(store_fd(store), path));
	struct dirent *e;
	unsigned n = 0;

	while (d && (e = readdir(d)))
		n += *e->d_name != '.';
	if (d)
		(void)closedir(d);
	return n;
}

/* The process that writes through to disk works in the store too. */
static void wait_for_disk(void)
{
	for (int i = 0; i < 600 && exists(store_fd(store), "unsynced"); i++)
		(void)usleep(100000);
	check(!exists(store_fd(store), "unsynced"));
}

int main(void)
{
	if (geteuid() != 0) {
		printf("1..0 # SKIP unpacking layers needs root\n");
		return 0;
	}
	(void)umask(077);
	check(mkdtemp(root) != NULL);
	check_int(store_open(root, &store, NULL), 0);
	test_metadata();
	test_names();
	test_implied();
	test_hard_link_below();
	test_whiteouts();
	test_replaced();
	test_links_stay_inside();
	test_refused();
	test_wrong_digests();
	test_resume();
	test_states();
	test_at_once();
	test_import();
	check_int(count_entries("tmp"), 0);
	wait_for_disk();
	store_free(store);
	check_int(fs_remove_tree(AT_FDCWD, root), 0);
	return tap_done();
}
