#include "librunner/container-commit.h"

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "libimage/archive.h"
#include "libimage/reference.h"
#include "librunner/container-root.h"
#include "librunner/container-state.h"
#include "librunner/events.h"
#include "librunner/freeze-guard.h"
#include "librunner/image-change.h"
#include "librunner/own-files.h"

#define BOOT_LABEL "racker.boot"

/* The canonical name of the image, NULL for none. */
static int parse_name(const char *text, char **ret, Error **err)
{
	cleanup_reference Reference *ref = NULL;
	int r;

	if (str_empty(text))
		return 0;
	if (reference_is_id(text))
		return error_set(err, EINVAL,
				 "invalid repository name (%s), cannot specify 64-byte hexadecimal "
				 "strings",
				 text);
	r = reference_parse(text, &ref, err);
	if (r < 0)
		return r;
	if (ref->digest)
		return error_set(err, EINVAL, "refusing to create a tag with a digest reference");
	*ret = reference_canonical(ref);
	return 0;
}

/* The container's configuration as that of an image. */
static void copy_config(const Container *c, ImageChange *to)
{
	const ContainerConfig *from = &c->config;

	to->config = (ImageConfig){
		.user = str_empty(from->user) ? NULL : xstrdup(from->user),
		.exposed_ports = strv_copy(from->exposed_ports),
		.env = strv_copy(from->env),
		.entrypoint = strv_copy(from->entrypoint),
		.cmd = strv_copy(from->cmd),
		.volumes = strv_copy(from->volumes),
		.working_dir = str_empty(from->working_dir) ? NULL : xstrdup(from->working_dir),
		.labels = strv_copy(from->labels),
		.stop_signal = str_empty(from->stop_signal) ? NULL : xstrdup(from->stop_signal),
		.shell = strv_copy(from->shell),
	};
	if (from->healthcheck)
		to->config.healthcheck = json_encode(&healthcheck_type, from->healthcheck);
	/* Its command may look like a program's: what was booted is to be booted again. */
	if (c->racker.boot && !env_get(to->config.labels, BOOT_LABEL))
		env_set(&to->config.labels, BOOT_LABEL, "always");
}

static int make_config(const Container *c, char *const *changes, json_t **ret, Error **err)
{
	cleanup_image_change ImageChange change = { 0 };
	int r;

	copy_config(c, &change);
	r = image_change_apply(&change, changes, err);
	if (r >= 0)
		*ret = image_change_json(&change);
	return r;
}

/* Freezes what runs, unless somebody has done that already. */
static int freeze(Runtime *rt, const Container *c, FreezeGuard *guard, Error **err)
{
	cleanup_free char *dir = container_dir(c->id);
	cleanup_fd int dirfd = fs_open_dir(store_fd(rt->store), dir);
	cleanup_cgroup Cgroup *cg = NULL;
	int r;

	if (!container_is_running(c) || (c->state.status && streq(c->state.status, "paused")))
		return 0;
	if (dirfd < 0)
		return error_errno(err, -dirfd, "open %s", dir);
	r = cgroup_open(dirfd, &cg, err);
	if (r >= 0)
		r = freeze_guard_begin(cg, guard, err);
	if (r >= 0)
		container_event(rt, c, "pause", NULL);
	return r;
}

static void thaw(Runtime *rt, const Container *c, FreezeGuard *guard)
{
	if (!guard->pid)
		return;
	freeze_guard_end(guard);
	container_event(rt, c, "unpause", NULL);
}

static char **own_paths_of(Runtime *rt, const Container *c, int upper, Error **err)
{
	cleanup_container_root ContainerRoot image = CONTAINER_ROOT_INIT;

	if (container_root_open(rt, c, ROOT_IMAGE, &image, err) < 0)
		return NULL;
	return own_paths(c, upper, image.fd);
}

static void tell(Runtime *rt, const Container *c, const ImageCommit *commit, const char *id)
{
	cleanup_strv char **attributes = NULL;

	strv_addf(&attributes, "comment=%s", commit->comment ? commit->comment : "");
	strv_addf(&attributes, "imageID=%s", id);
	strv_addf(&attributes, "imageRef=%s", commit->name ? commit->name : "");
	container_event(rt, c, "commit", attributes);
}

static int commit(Runtime *rt, const Container *c, const CommitOptions *o, ImageCommit *commit_of,
		  char **ret_id, Error **err)
{
	cleanup_freeze_guard FreezeGuard guard = { 0 };
	cleanup_strv char **exclude = NULL;
	cleanup_fd int upper = -1;
	int r;

	upper = container_upper_open(rt, c, err);
	if (upper < 0 && upper != -ENOENT)
		return upper;
	r = o->pause ? freeze(rt, c, &guard, err) : 0;
	if (r < 0)
		return r;
	if (upper >= 0) {
		exclude = own_paths_of(rt, c, upper, err);
		if (!exclude)
			return err && *err ? -(*err)->errnum : -EIO;
	}
	commit_of->upper = upper >= 0 ? upper : -1;
	commit_of->exclude = exclude;
	r = image_commit(rt->store, commit_of, ret_id, err);
	if (r >= 0)
		tell(rt, c, commit_of, *ret_id);
	thaw(rt, c, &guard);
	return r;
}

int container_commit_image(Runtime *rt, const char *name, const CommitOptions *o, char **ret_id,
			   Error **err)
{
	cleanup_container Container *c = NULL;
	cleanup_free char *canonical = NULL, *command = NULL;
	cleanup_json json_t *config = NULL;
	ImageCommit request = { .author = o->author, .comment = o->message };
	int r = parse_name(o->reference, &canonical, err);

	if (r >= 0)
		r = container_find(rt, name, &c, err);
	if (r >= 0)
		r = make_config(c, o->changes, &config, err);
	if (r < 0)
		return r;
	command = strv_join(c->config.cmd, " ");
	request.base = c->image_id;
	request.layers = c->racker.layers;
	request.name = canonical;
	request.created_by = command;
	request.config = config;
	return commit(rt, c, o, &request, ret_id, err);
}
