#include "librunner/provision.h"

#include <fcntl.h>
#include <sys/file.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/boot-decide.h"
#include "librunner/guest-systemd.h"
#include "librunner/neutral.h"
#include "librunner/provision-run.h"

#define SHORT_ID 12
/* Nothing is installed, see neutral.h. */
#define NEUTRAL_RECIPE "neutral-1"

/* What is to be done with an image. */
typedef struct Plan {
	const Recipe *install; /* NULL: it has what it needs */
	bool neutral; /* something is to be undone */
	const char *recipe; /* the name it is recorded by; NULL: nothing to do */
} Plan;

int image_lookup(Runtime *rt, char *const *layers, LayersLookup **ret, Error **err)
{
	cleanup_fd int dirfd = fs_open_dir(store_fd(rt->store), "layers");

	if (dirfd < 0)
		return error_errno(err, -dirfd, "open %s/layers", store_path(rt->store));
	return layers_lookup_open(dirfd, layers, ret, err);
}

OsRelease *image_os_release(const LayersLookup *l)
{
	cleanup_strbuf Strbuf text = STRBUF_INIT;

	if (layers_lookup_read(l, "/etc/os-release", OS_RELEASE_MAX_SIZE, &text) < 0 &&
	    layers_lookup_read(l, "/usr/lib/os-release", OS_RELEASE_MAX_SIZE, &text) < 0)
		return NULL;
	return os_release_parse(text.data, text.len);
}

/* ---- the plan ---- */

static const char *short_id(const Image *image)
{
	const char *hex = startswith(image->id, "sha256:");

	return hex ? hex : image->id;
}

static char *shown_name(const Image *image)
{
	if (strv_length(image->repo_tags))
		return xstrdup(image->repo_tags[0]);
	return xstrndup(short_id(image), SHORT_ID);
}

static int make_plan(const LayersLookup *l, const OsRelease *os, const GuestSystemd *guest,
		     const char *name, Plan *ret, Error **err)
{
	const Family *family = os ? family_of(os) : NULL;
	const Recipe *recipe = family ? family->recipe : NULL;

	if (!os)
		return error_set(err, EINVAL,
				 "%s cannot be booted: it holds no operating system (it has no "
				 "/etc/os-release)",
				 name);
	if (!guest->present && !recipe)
		return error_set(
			err, EOPNOTSUPP,
			"%s cannot be booted: it has no systemd, and there is no recipe to "
			"install it on %s (--boot=never runs commands without booting it)",
			name, os->pretty_name ? os->pretty_name : os->id);
	*ret = (Plan){ .install = guest->complete ? NULL : recipe };
	ret->neutral = neutral_needed(l);
	if (ret->install)
		ret->recipe = recipe->name;
	else if (ret->neutral)
		ret->recipe = NEUTRAL_RECIPE;
	return 0;
}

static int plan_image(Runtime *rt, const Image *image, const char *name, Plan *ret, Error **err)
{
	cleanup_layers_lookup LayersLookup *l = NULL;
	cleanup_os_release OsRelease *os = NULL;
	GuestSystemd guest;
	int r = image_lookup(rt, image->layers, &l, err);

	if (r < 0)
		return r;
	os = image_os_release(l);
	guest_systemd_probe(l, &guest);
	/* What is not there yet is as new as the distribution. */
	r = guest.present ? guest_systemd_check(&guest, host_cgroup(), name, err) : 0;
	return r < 0 ? r : make_plan(l, os, &guest, name, ret, err);
}

/* ---- doing it ---- */

static void notice_install(Runtime *rt, const char *name, const Recipe *recipe)
{
	cleanup_free char *packages = strv_join((char *const *)recipe->packages, " ");
	cleanup_free char *line =
		xasprintf("Provisioning %s: installing %s (once per image)", name, packages);

	if (rt->notice)
		rt->notice(line, rt->userdata);
}

/* One at a time for what is on top of the same layer. The lock is on the layer's directory: it
 * leaves nothing to clean up, whoever holds it when the host goes down. */
static int lock_work(Runtime *rt, const Image *image, Error **err)
{
	size_t n = strv_length(image->layers);
	cleanup_free char *path =
		n ? xasprintf("layers/%s", image->layers[n - 1]) : xstrdup("layers");
	cleanup_fd int fd = fs_open_dir(store_fd(rt->store), path);

	if (fd < 0)
		return error_errno(err, -fd, "open %s/%s", store_path(rt->store), path);
	while (flock(fd, LOCK_EX) < 0)
		if (errno != EINTR)
			return error_errno(err, errno, "lock %s/%s", store_path(rt->store), path);
	return steal_fd(&fd);
}

static int run_plan(Runtime *rt, const Image *image, const char *name, const Plan *plan,
		    const char *staging, Error **err)
{
	const char *root = store_path(rt->store);
	cleanup_free char *log =
		xasprintf("%s/log/provision-%.*s.log", root, SHORT_ID, short_id(image));
	cleanup_free char *dir = xasprintf("%s/%s", root, staging);
	const ProvisionRun run = { .rt = rt,
				   .image = image,
				   .name = name,
				   .recipe = plan->install,
				   .dir = dir,
				   .log = log };
	int r = fs_mkdir_p(store_fd(rt->store), "log", 0755);

	if (r < 0)
		return error_errno(err, -r, "make %s/log", root);
	if (plan->install)
		notice_install(rt, name, plan->install);
	return provision_run(&run, err);
}

static int make_layer(Runtime *rt, const Image *image, const char *name, const Plan *plan,
		      char **ret_layer, Error **err)
{
	cleanup_free char *staging = NULL, *upper = NULL;
	int held = store_stage_new(rt->store, "provision", &staging, err), r;

	if (held < 0)
		return held;
	upper = xasprintf("%s/upper", staging);
	r = run_plan(rt, image, name, plan, staging, err);
	if (r >= 0)
		r = image_prepared_commit(rt->store, image, plan->recipe, upper, ret_layer, err);
	store_stage_remove(rt->store, staging, held);
	return r;
}

static int prepare(Runtime *rt, const Image *image, const char *name, const Plan *plan,
		   char **ret_layer, Error **err)
{
	cleanup_fd int lock = lock_work(rt, image, err);
	int r;

	if (lock < 0)
		return lock;
	r = image_prepared_find(rt->store, image->id, plan->recipe, ret_layer, err);
	return r != 0 ? r : make_layer(rt, image, name, plan, ret_layer, err);
}

int provision_image(Runtime *rt, const Image *image, char **ret_layer, Error **err)
{
	cleanup_free char *name = shown_name(image);
	Plan plan = { 0 };
	int r = plan_image(rt, image, name, &plan, err);

	if (r < 0)
		return r;
	if (!plan.recipe)
		return 0;
	r = image_prepared_find(rt->store, image->id, plan.recipe, ret_layer, err);
	if (r == 0)
		r = prepare(rt, image, name, &plan, ret_layer, err);
	return r < 0 ? r : 0;
}
