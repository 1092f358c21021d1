/* Volumes on disk: making, finding, locking. */
#include "librunner/volume.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/events.h"
#include "librunner/volume-internal.h"

#define ALNUM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#define VOLUME_FILE_MAX (4 << 20)
#define VOLUME_NAME_MAX 255
#define RANDOM_NAME_LENGTH 64

/* clang-format off */
static const JsonField volume_fields[] = {
	JSON_INT(Volume, "Version", version, JSON_REQUIRED),
	JSON_STRING(Volume, "Name", name, JSON_REQUIRED),
	JSON_STRING(Volume, "CreatedAt", created, JSON_REQUIRED),
	JSON_STRING(Volume, "Driver", driver, JSON_REQUIRED),
	JSON_ENV(Volume, "Labels", labels, JSON_NULL_EMPTY),
	JSON_ENV(Volume, "Options", options, JSON_NULL_EMPTY),
	JSON_END,
};
const JsonType volume_type = { "volume", sizeof(Volume), volume_fields };
/* clang-format on */

Volume *volume_free(Volume *v)
{
	if (!v)
		return NULL;
	free(v->mountpoint);
	json_clear(&volume_type, v);
	free(v);
	return NULL;
}

void volume_event(Runtime *rt, const char *name, const char *action, char *const *extra)
{
	cleanup_strv char **attributes = strv_copy(extra);

	strv_add(&attributes, "driver=local");
	event_write(rt, "volume", action, name, attributes);
}

/* ---- what a volume may be ---- */

int volume_name_check(const char *name, Error **err)
{
	size_t n = strspn(name, ALNUM "_.-");

	if (strlen(name) < 2)
		return error_set(err, EINVAL,
				 "create %s: volume name is too short, names should be at least "
				 "two alphanumeric characters",
				 name);
	if (name[n] || strspn(name, ALNUM) == 0)
		return error_set(err, EINVAL,
				 "create %s: \"%s\" includes invalid characters for a local volume "
				 "name, only \"[a-zA-Z0-9][a-zA-Z0-9_.-]\" are allowed. If you "
				 "intended to pass a host directory, use absolute path",
				 name, name);
	if (n > VOLUME_NAME_MAX)
		return error_set(err, ENAMETOOLONG,
				 "create %.32s…: a volume name of more than %d characters", name,
				 VOLUME_NAME_MAX);
	return 0;
}

static int check_known(const char *name, char *const *options, Error **err)
{
	static const char *const known[] = { "device", "o", "size", "type", NULL };

	STRV_FOREACH(it, options) {
		cleanup_free char *key = xstrndup(*it, strcspn(*it, "="));
		cleanup_free char *quoted = str_quote(key);

		if (!strv_contains((char *const *)known, key))
			return error_set(err, EINVAL, "create %s: invalid option: %s", name,
					 quoted);
	}
	return 0;
}

int volume_options_check(const char *name, char *const *options, Error **err)
{
	static const struct {
		const char *given, *needed;
	} needs[] = {
		{ "device", "type" },
		{ "o", "device" },
		{ "o", "type" },
		{ "type", "device" },
	};
	int r = check_known(name, options, err);

	if (r < 0)
		return r;
	for (size_t i = 0; i < sizeof(needs) / sizeof(needs[0]); i++)
		if (env_get(options, needs[i].given) && !env_get(options, needs[i].needed))
			return error_set(err, EINVAL, "create %s: missing required option: \"%s\"",
					 name, needs[i].needed);
	if (env_get(options, "size"))
		return error_set(err, EOPNOTSUPP,
				 "create %s: quota size requested but no quota support", name);
	return 0;
}

int volume_parse(const char *text, size_t n, Volume *ret, Error **err)
{
	cleanup_json json_t *value = NULL;
	int r = json_parse(text, n, VOLUME_FILE, &value, err);

	if (r >= 0)
		r = json_decode(value, &volume_type, ret, err);
	if (r < 0)
		return r;
	if (ret->version > VOLUME_FORMAT)
		return error_set(err, EPROTONOSUPPORT,
				 "it was written by a newer racker (format %lld)",
				 (long long)ret->version);
	if (!streq(ret->driver, "local"))
		return error_set(err, EINVAL, "a volume of another driver: %s", ret->driver);
	r = volume_name_check(ret->name, err);
	return r < 0 ? r : volume_options_check(ret->name, ret->options, err);
}

/* ---- finding ---- */

/* Names that cannot be lead to no file. */
static bool is_name(const char *name)
{
	return volume_name_check(name, NULL) >= 0;
}

static int no_such_volume(const char *name, Error **err)
{
	return error_set(err, ENOENT, "get %s: no such volume", name);
}

int volume_find(Runtime *rt, const char *name, Volume **ret, Error **err)
{
	cleanup_free char *path = xasprintf(VOLUMES_DIR "/%s/" VOLUME_FILE, name);
	cleanup_volume Volume *v = xnew0(Volume, 1);
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	int r;

	if (!is_name(name))
		return no_such_volume(name, err);
	r = fs_read_file(store_fd(rt->store), path, VOLUME_FILE_MAX, &text);
	if (r == -ENOENT)
		return no_such_volume(name, err);
	if (r < 0)
		return error_errno(err, -r, "read %s/%s", rt->root, path);
	r = volume_parse(text.data ? text.data : "", text.len, v, err);
	if (r >= 0 && !streq(v->name, name))
		r = error_set(err, EBADMSG, "this is the volume %s", v->name);
	if (r < 0)
		return error_prefix(err, r, "%s/%s", rt->root, path);
	v->mountpoint = xasprintf("%s/" VOLUMES_DIR "/%s/" VOLUME_DATA, rt->root, name);
	*ret = steal(&v);
	return 0;
}

/* It may have been removed, and made anew, while we waited for the lock. */
static int lock_once(Runtime *rt, const char *path, int operation)
{
	cleanup_fd int fd =
		openat(store_fd(rt->store), path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	struct stat ours, now;
	int r;

	if (fd < 0)
		return -errno;
	do
		r = flock(fd, operation);
	while (r < 0 && errno == EINTR);
	if (r < 0 || fstat(fd, &ours) < 0)
		return -errno;
	if (fstatat(store_fd(rt->store), path, &now, AT_SYMLINK_NOFOLLOW) < 0)
		return -errno;
	return now.st_ino == ours.st_ino && now.st_dev == ours.st_dev ? steal_fd(&fd) : -ESTALE;
}

int volume_lock(Runtime *rt, const char *name, int operation, Error **err)
{
	cleanup_free char *path = xasprintf(VOLUMES_DIR "/%s", name);
	int fd;

	if (!is_name(name))
		return no_such_volume(name, err);
	do
		fd = lock_once(rt, path, operation);
	while (fd == -ESTALE);
	if (fd == -ENOENT)
		return no_such_volume(name, err);
	return fd < 0 ? error_errno(err, -fd, "lock %s/%s", rt->root, path) : fd;
}

/* ---- making ---- */

static char *time_text(void)
{
	time_t now = time(NULL);
	struct tm tm;
	char text[32];

	(void)gmtime_r(&now, &tm);
	(void)strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &tm);
	return xstrdup(text);
}

/* By the name before the `=`, as Go writes maps; what is given twice counts as it was given last.
 */
static char **sorted_map(char *const *map)
{
	char **result = NULL;

	STRV_FOREACH(it, map) {
		size_t n = strcspn(*it, "=");
		cleanup_free char *key = xstrndup(*it, n);

		env_set(&result, key, (*it)[n] ? *it + n + 1 : "");
	}
	for (size_t i = 1; i < strv_length(result); i++)
		for (size_t k = i; k > 0 && strcmp(result[k - 1], result[k]) > 0; k--) {
			char *t = result[k];

			result[k] = result[k - 1];
			result[k - 1] = t;
		}
	return result;
}

static int write_stage(const Volume *v, int stage, Error **err)
{
	cleanup_fd int dir = -1;
	int r = fs_mkdir_p(stage, "volume", 0701);

	dir = r < 0 ? r : fs_open_dir(stage, "volume");
	if (dir >= 0)
		r = fs_mkdir_p(dir, VOLUME_DATA, 0755);
	if (dir < 0 || r < 0)
		return error_errno(err, dir < 0 ? -dir : -r, "make volume %s", v->name);
	return json_write_file(dir, VOLUME_FILE, &volume_type, v, 0600, FS_SYNC, err);
}

/* 1: made; 0: somebody else has made it meanwhile. */
static int volume_write(Runtime *rt, const Volume *v, Error **err)
{
	cleanup_free char *path = xasprintf(VOLUMES_DIR "/%s", v->name), *stage = NULL;
	int root = store_fd(rt->store), fd, r = fs_mkdir_p(root, VOLUMES_DIR, 0711);

	if (r < 0)
		return error_errno(err, -r, "make %s/" VOLUMES_DIR, rt->root);
	fd = store_stage_new(rt->store, "volume", &stage, err);
	if (fd < 0)
		return fd;
	r = write_stage(v, fd, err);
	if (r >= 0)
		r = renameat(fd, "volume", root, path) == 0 ? 1
		    : errno == EEXIST || errno == ENOTEMPTY
			    ? 0
			    : error_errno(err, errno, "make %s/%s", rt->root, path);
	store_stage_remove(rt->store, stage, fd);
	return r;
}

static int check_driver(const char *name, const char *driver, Error **err)
{
	cleanup_free char *quoted = str_quote(driver ? driver : "");

	if (str_empty(driver) || streq(driver, "local"))
		return 0;
	return error_set(err, ENOENT,
			 "create %s: error looking up volume plugin %s: plugin %s not found", name,
			 driver, quoted);
}

static Volume *volume_new(Runtime *rt, const VolumeCreate *req)
{
	Volume *v = xnew0(Volume, 1);

	v->version = VOLUME_FORMAT;
	v->name = str_empty(req->name) ? random_hex(RANDOM_NAME_LENGTH) : xstrdup(req->name);
	v->created = time_text();
	v->driver = xstrdup("local");
	v->labels = sorted_map(req->labels);
	if (str_empty(req->name) && !env_get(v->labels, VOLUME_LABEL_ANONYMOUS)) {
		char **labels = v->labels;

		env_set(&labels, VOLUME_LABEL_ANONYMOUS, "");
		v->labels = sorted_map(labels);
		strv_free(labels);
	}
	v->options = sorted_map(req->options);
	v->mountpoint = xasprintf("%s/" VOLUMES_DIR "/%s/" VOLUME_DATA, rt->root, v->name);
	return v;
}

static int volume_make(Runtime *rt, const VolumeCreate *req, Volume **ret, Error **err)
{
	cleanup_volume Volume *v = volume_new(rt, req);
	int r = volume_name_check(v->name, err);

	if (r >= 0)
		r = volume_options_check(v->name, v->options, err);
	if (r >= 0)
		r = volume_write(rt, v, err);
	if (r <= 0)
		return r;
	volume_event(rt, v->name, "create", NULL);
	*ret = steal(&v);
	return 1;
}

int volume_create(Runtime *rt, const VolumeCreate *req, Volume **ret, bool *ret_created,
		  Error **err)
{
	const char *name = req->name ? req->name : "";
	int r = check_driver(name, req->driver, err);

	if (ret_created)
		*ret_created = false;
	while (r == 0) {
		cleanup_error Error *e = NULL;

		r = *name ? volume_find(rt, name, ret, &e) : -ENOENT;
		if (r != -ENOENT)
			return r < 0 ? error_propagate(err, steal(&e)) : 0;
		/* 0: somebody else was faster, and may have removed it again. */
		r = volume_make(rt, req, ret, err);
	}
	if (r > 0 && ret_created)
		*ret_created = true;
	return r < 0 ? r : 0;
}

json_t *volume_inspect_json(const Volume *v)
{
	json_t *object = json_object();
	cleanup_json json_t *file = json_encode(&volume_type, v);
	static const char *const keys[] = { "CreatedAt", "Driver",  "Labels", "Mountpoint",
					    "Name",	 "Options", "Scope" };

	(void)json_object_set_new(file, "Mountpoint",
				  json_string_lossy(v->mountpoint, strlen(v->mountpoint)));
	(void)json_object_set_new(file, "Scope", json_string("local"));
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		(void)json_object_set(object, keys[i], json_object_get(file, keys[i]));
	return object;
}
