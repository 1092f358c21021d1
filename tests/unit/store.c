/* store: opening, images by every kind of name, `rmi` in Docker's words, garbage, prepared layers.
 */
#include "libimage/store.h"

#include <fcntl.h>
#include <sys/file.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libimage/layer.h"
#include "libimage/store-internal.h"
#include "tests/tap.h"

static char root[] = "/tmp/racker-store-XXXXXX";
static Store *store;

static bool exists(const char *path)
{
	return faccessat(store_fd(store), path, F_OK, AT_SYMLINK_NOFOLLOW) == 0;
}

static void write_text(const char *path, const char *text)
{
	check_int(fs_write_atomic(store_fd(store), path, text, strlen(text), 0600, 0), 0);
}

/* Makes an image whose config is the only thing that tells it from others; its ID is returned. */
static char *add_image(const char *created, const char *name, const char *repo_digest,
		       const char *layer)
{
	cleanup_free char *config = xasprintf("{\"created\":\"%s\",\"architecture\":\"amd64\","
					      "\"os\":\"linux\",\"config\":{\"Env\":[\"A=b\"]},"
					      "\"rootfs\":{\"diff_ids\":[]}}",
					      created);
	cleanup_free char *chain = digest_of(layer, strlen(layer));
	cleanup_free char *dir = xasprintf("layers/%s/etc", layer);
	char *id = digest_of(config, strlen(config));
	LayerRecord record = { .chain_id = chain, .size = 10 };
	ImageRecord image = { .id = id, .size = 10, .pulled = (char *)(uintptr_t)created };

	strv_add(&image.names, name);
	if (repo_digest)
		strv_add(&image.repo_digests, repo_digest);
	strv_add(&image.layers, layer);
	check_int(blob_write(store, id, config, strlen(config), NULL), 0);
	check_int(fs_mkdir_p(store_fd(store), dir, 0700), 0);
	check_int(layer_write(store, layer, &record, 0, NULL), 0);
	check_int(image_record_put(store, &image, NULL), 0);
	strv_free(image.names);
	strv_free(image.repo_digests);
	strv_free(image.layers);
	return id;
}

static void finds(const char *name, const char *id)
{
	cleanup_image Image *image = NULL;

	check_int(image_find(store, name, &image, NULL), 0);
	check_str(image ? image->id : NULL, id);
}

static void finds_none(const char *name, int errnum, const char *message)
{
	cleanup_image Image *image = NULL;
	cleanup_error Error *err = NULL;

	check_int(image_find(store, name, &image, &err), -errnum);
	check_str(err ? err->msg : NULL, message);
}

#define DIGEST "sha256:0685d8dc491f0d4bc47262f8bffabe332edb1d020703205c539d1f1316ca06b1"

static void test_find(void)
{
	cleanup_free char *a = add_image("2020-01-01T00:00:00Z", "docker.io/library/debian:12",
					 "docker.io/library/debian@" DIGEST, "aaaaaaaaaaaa");
	cleanup_free char *b = add_image("2021-01-01T00:00:00Z", "localhost:5000/x/y:latest", NULL,
					 "bbbbbbbbbbbb");
	cleanup_free char *head = xstrndup(digest_hex(a), 12);
	cleanup_free char *prefixed = xstrndup(a, strlen("sha256:") + 20);

	finds("debian:12", a);
	finds("docker.io/library/debian:12", a);
	finds("debian@" DIGEST, a);
	finds("localhost:5000/x/y", b);
	finds(a, a);
	finds(digest_hex(a), a);
	finds(head, a);
	finds(prefixed, a);
	finds_none("debian", ENOENT, "No such image: debian:latest");
	finds_none("nosuch:1", ENOENT, "No such image: nosuch:1");
	finds_none("sha256:1234", ENOENT, "No such image: sha256:1234");
	finds_none("x@" DIGEST, ENOENT, "No such image: x@" DIGEST);
	finds_none("INV", EINVAL,
		   "invalid reference format: repository name (library/INV) must be lowercase");
}

static void test_list(void)
{
	Image **images = NULL;
	size_t n = 0;

	check_int(image_list(store, &images, &n, NULL), 0);
	check_int(n, 2);
	if (n == 2) {
		check_str(images[0]->repo_tags[0], "localhost:5000/x/y:latest");
		check_str(images[1]->repo_tags[0], "debian:12");
		check_str(images[1]->repo_digests[0], "debian@" DIGEST);
		check_str(images[1]->config.env[0], "A=b");
		check_int(images[1]->size, 10);
	}
	for (size_t i = 0; i < n; i++)
		image_free(images[i]);
	free(images);
}

/* A name moves to the image that gets it; the other one is left without. */
static void test_moved_name(void)
{
	cleanup_free char *c = add_image("2022-01-01T00:00:00Z", "docker.io/library/debian:12",
					 NULL, "cccccccccccc");
	cleanup_free char *a = NULL;
	cleanup_image Image *old = NULL;

	finds("debian:12", c);
	check_int(image_find(store, "debian@" DIGEST, &old, NULL), 0);
	check_int(strv_length(old->repo_tags), 0);
}

/* ---- rmi ---- */

static char *used_by(const char *id, void *userdata)
{
	(void)id;
	return xstrdup(userdata);
}

static void removes(const char *name, bool force, const char *want)
{
	cleanup_strv char **messages = NULL;
	cleanup_free char *all = NULL;

	check_int(image_remove(store, name, force, NULL, NULL, &messages, NULL), 0);
	all = strv_join(messages, "\n");
	check_str(all, want);
}

static void conflicts(const char *name, bool force, const char *container, const char *format,
		      const char *id)
{
	cleanup_strv char **messages = NULL;
	cleanup_error Error *err = NULL;
	cleanup_free char *want = NULL;

	want = xasprintf("%s%.12s%s", format, digest_hex(id), strchr(format, '\0') + 1);
	check_int(image_remove(store, name, force, container ? used_by : NULL,
			       (void *)(uintptr_t)container, &messages, &err),
		  -EBUSY);
	check_str(err ? err->msg : NULL, want);
}

static void test_remove(void)
{
	cleanup_free char *d = add_image("2023-01-01T00:00:00Z", "docker.io/library/one:latest",
					 "docker.io/library/one@" DIGEST, "dddddddddddd");
	cleanup_free char *again = add_image("2023-01-01T00:00:00Z", "docker.io/library/two:latest",
					     NULL, "dddddddddddd");
	cleanup_free char *chain = digest_of("dddddddddddd", 12), *want = NULL;
	cleanup_free char *config = blob_path(d);

	conflicts(d, false, NULL,
		  "conflict: unable to delete \0 (must be forced) - image is referenced in "
		  "multiple repositories",
		  d);
	removes("one", false, "Untagged: one:latest\nUntagged: one@" DIGEST);
	conflicts(
		"two", false, "0123456789ab",
		"conflict: unable to remove repository reference \"two\" (must force) - container "
		"0123456789ab is using its referenced image \0",
		d);
	conflicts(d, false, "0123456789ab",
		  "conflict: unable to delete \0 (must be forced) - image is being used by stopped "
		  "container 0123456789ab",
		  d);
	conflicts(d, true, "running 0123456789ab",
		  "conflict: unable to delete \0 (cannot be forced) - image is being used by "
		  "running container 0123456789ab",
		  d);
	check(exists("layers/dddddddddddd/etc"));
	want = xasprintf("Untagged: two:latest\nDeleted: %s\nDeleted: %s", d, chain);
	removes("two", false, want);
	check(!exists("layers/dddddddddddd"));
	check(!exists("layers/dddddddddddd.json"));
	check(!exists(config));
	check(exists("layers/cccccccccccc/etc"));
	check_str(d, again);
}

/* ---- garbage ---- */

static void collect(void)
{
	cleanup_image_index ImageIndex index = { 0 };

	check_int(image_index_read(store, &index, NULL), 0);
	check_int(store_collect_garbage(store, &index, NULL, NULL), 0);
}

static void test_garbage(void)
{
	cleanup_free char *blob = blob_path(DIGEST);
	int ingest;

	check_int(fs_mkdir_p(store_fd(store), "containers/0123", 0700), 0);
	write_text("containers/0123/config.json", "{\"Racker\":{\"Layers\":[\"111111111111\"]}}");
	check_int(fs_mkdir_p(store_fd(store), "layers/111111111111", 0700), 0);
	check_int(fs_mkdir_p(store_fd(store), "layers/222222222222", 0700), 0);
	check_int(blob_write(store, DIGEST, "x", 1, NULL), 0);
	/* Somebody pulls: nothing is touched. */
	ingest = fs_lock(store_fd(store), STORE_INGEST_LOCK, LOCK_SH);
	collect();
	check(exists("layers/222222222222"));
	(void)fd_close(ingest);
	collect();
	check(!exists("layers/222222222222"));
	check(!exists(blob));
	check(exists("layers/111111111111"));
	/* A container nobody can read may need anything. */
	check_int(fs_mkdir_p(store_fd(store), "layers/222222222222", 0700), 0);
	write_text("containers/0123/config.json", "{");
	{
		cleanup_image_index ImageIndex index = { 0 };

		check(store_collect_garbage(store, &index, NULL, NULL) < 0);
	}
	check(exists("layers/222222222222"));
	check_int(fs_remove_tree(store_fd(store), "containers/0123"), 0);
}

/* ---- staging ---- */

static void reopen(void)
{
	store = store_free(store);
	check_int(store_open(root, &store, NULL), 0);
}

static void test_stage(void)
{
	cleanup_free char *mine = NULL, *dead = NULL, *inside = NULL;
	int fd = store_stage_new(store, "test", &mine, NULL), lock;

	check(fd >= 0);
	check_int(fd_close(store_stage_new(store, "test", &dead, NULL)), -1);
	inside = xasprintf("%s/some/tree", dead);
	check_int(fs_mkdir_p(store_fd(store), inside, 0700), 0);
	lock = store_work_lock(store, "abc", NULL);
	write_text("tmp/def.lock", "");
	write_text("tmp/0000.partial", "x");
	reopen();
	check(exists(mine));
	check(!exists(dead));
	check(exists("tmp/abc.lock"));
	check(!exists("tmp/def.lock"));
	check(exists("tmp/0000.partial"));
	store_work_unlock(store, "abc", lock);
	check(!exists("tmp/abc.lock"));
	store_stage_remove(store, mine, fd);
	check(!exists(mine));
}

/* ---- prepared layers ---- */

static void commit_prepared(const Image *image, const char *recipe, char **ret)
{
	cleanup_free char *stage = NULL, *upper = NULL, *file = NULL;
	int fd = store_stage_new(store, "provision", &stage, NULL);

	upper = xasprintf("%s/upper", stage);
	file = xasprintf("%s/file", upper);
	check_int(fs_mkdir_p(store_fd(store), upper, 0755), 0);
	write_text(file, "12345");
	check_int(image_prepared_commit(store, image, recipe, upper, ret, NULL), 0);
	store_stage_remove(store, stage, fd);
}

static void test_prepared(void)
{
	cleanup_free char *first = NULL, *second = NULL, *found = NULL, *path = NULL;
	cleanup_strv char **messages = NULL;
	cleanup_image Image *image = NULL;
	LayerRecord record = { 0 };

	check_int(image_find(store, "localhost:5000/x/y", &image, NULL), 0);
	check_int(image_prepared_find(store, image->id, "systemd", &found, NULL), 0);
	commit_prepared(image, "systemd", &first);
	commit_prepared(image, "systemd", &second);
	check_str(first, second);
	check_int(image_prepared_find(store, image->id, "systemd", &found, NULL), 1);
	check_str(found, first);
	check_int(layer_read(store, first, &record, NULL), 0);
	check_str(record.parent, "bbbbbbbbbbbb");
	check_int(record.size, 5);
	json_clear(&layer_record_type, &record);
	path = xasprintf("layers/%s/file", first);
	check(exists(path));
	/* It goes with its image. */
	check_int(image_remove(store, image->id, false, NULL, NULL, &messages, NULL), 0);
	check(!exists(path));
}

/* ---- opening ---- */

/* The host went down before the layers of an image were on disk: the image is not believed. */
static void test_unsynced(void)
{
	cleanup_free char *e = add_image("2024-01-01T00:00:00Z", "docker.io/library/lost:latest",
					 NULL, "eeeeeeeeeeee");

	finds("lost", e);
	write_text("unsynced", "{\"bootID\":\"another boot\",\"layers\":[\"eeeeeeeeeeee\"]}");
	reopen();
	finds_none("lost", ENOENT, "No such image: lost:latest");
	check(!exists("layers/eeeeeeeeeeee"));
	check(!exists("unsynced"));
	check(exists("layers/cccccccccccc"));
}

static void test_version(void)
{
	cleanup_error Error *err = NULL;
	Store *other = NULL;

	write_text("version", "{\"version\":99,\"xattrPrefix\":\"trusted.overlay.\"}");
	check_int(store_open(root, &other, &err), -EPROTONOSUPPORT);
	check(err && strstr(err->msg, "was written by a newer racker"));
}

/* The process that writes through to disk works in the store too. */
static void wait_for_disk(void)
{
	for (int i = 0; i < 600 && exists("unsynced"); i++)
		(void)usleep(100000);
	check(!exists("unsynced"));
}

int main(void)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;

	check(mkdtemp(root) != NULL);
	check_int(store_open(root, &store, NULL), 0);
	check_str(store_path(store), root);
	check_str(store_xattr_prefix(store), "trusted.overlay.");
	check_int(fs_read_file(store_fd(store), "oci/oci-layout", 100, &b), 0);
	check_str(b.data, "{\"imageLayoutVersion\":\"1.0.0\"}");
	test_find();
	test_list();
	test_moved_name();
	test_remove();
	test_garbage();
	test_stage();
	test_prepared();
	wait_for_disk();
	test_unsynced();
	test_version();
	store_free(store);
	check_int(fs_remove_tree(AT_FDCWD, root), 0);
	return tap_done();
}
