/* boot-decide: whether a container's image is an operating system that is to be booted. */
#include "librunner/boot-decide.h"

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "libimage/reference.h"
#include "librunner/guest-systemd.h"
#include "librunner/provision.h"

#define DOCKER_SOURCE "docker://"

/* ---- what the configuration says ---- */

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* `bash`, `/bin/bash -l`; a shell with a script is a program. */
static bool is_shell(char *const *cmd)
{
	static char *const shells[] = { (char *)"sh",	(char *)"bash",
					(char *)"dash", (char *)"ash",
					(char *)"zsh",	(char *)"ksh",
					(char *)"fish", NULL };

	if (!strv_contains(shells, base_name(cmd[0])))
		return false;
	STRV_FOREACH(it, cmd + 1)
		if (!streq(*it, "-l") && !streq(*it, "-i") && !streq(*it, "--login"))
			return false;
	return true;
}

static bool is_init(char *const *cmd)
{
	static char *const inits[] = {
		(char *)"/sbin/init",		(char *)"/usr/sbin/init",	    (char *)"/init",
		(char *)"/lib/systemd/systemd", (char *)"/usr/lib/systemd/systemd", NULL
	};

	return strv_contains(inits, cmd[0]);
}

static bool env_is_plain(char *const *env)
{
	STRV_FOREACH(it, env)
		if (!startswith(*it, "PATH=") && !startswith(*it, "LANG=") &&
		    !startswith(*it, "LC_") && !startswith(*it, "container="))
			return false;
	return true;
}

bool boot_config_is_system(const ImageConfig *c)
{
	if (strv_length(c->cmd) == 0 || !(is_shell(c->cmd) || is_init(c->cmd)))
		return false;
	/* Builders write the root user and the root directory, which are nobody's choice. */
	if (!str_empty(c->user) && !streq(c->user, "root") && !streq(c->user, "0"))
		return false;
	if (!str_empty(c->working_dir) && !streq(c->working_dir, "/"))
		return false;
	return strv_length(c->entrypoint) == 0 && strv_length(c->volumes) == 0 &&
	       strv_length(c->exposed_ports) == 0 && env_is_plain(c->env);
}

/* ---- what the files say ---- */

/* Whether we know how to boot a tree of that kind: its family is known, and systemd is there or can
 * be installed. */
static int is_bootable(Runtime *rt, const Image *image, Error **err)
{
	cleanup_layers_lookup LayersLookup *l = NULL;
	cleanup_os_release OsRelease *os = NULL;
	const Family *family;
	GuestSystemd guest;
	int r;

	r = image_lookup(rt, image->layers, &l, err);
	if (r < 0)
		return r;
	os = image_os_release(l);
	family = os ? family_of(os) : NULL;
	if (!family)
		return 0;
	guest_systemd_probe(l, &guest);
	return guest.present || family->recipe;
}

/* ---- what the catalogue says ---- */

typedef enum { NOT_LISTED, LISTED_SOURCE, LISTED_LABEL } Listed;

static bool has_source(const CatalogueEntry *e, const char *canonical)
{
	STRV_FOREACH(it, e->sources) {
		cleanup_reference Reference *ref = NULL;
		cleanup_free char *text = NULL;

		if (!startswith(*it, DOCKER_SOURCE) || reference_parse(*it, &ref, NULL) < 0)
			continue;
		text = reference_canonical(ref);
		if (streq(text, canonical))
			return true;
	}
	return false;
}

static Listed catalogue_lists(const Catalogue *c, const char *name)
{
	cleanup_reference Reference *ref = NULL;
	cleanup_free char *canonical = NULL;

	if (catalogue_find(c, name))
		return LISTED_LABEL;
	if (reference_parse(name, &ref, NULL) < 0)
		return NOT_LISTED;
	canonical = reference_canonical(ref);
	for (size_t i = 0; i < c->n; i++)
		if (has_source(&c->entries[i], canonical))
			return LISTED_SOURCE;
	return NOT_LISTED;
}

/* A catalogue that cannot be read keeps nobody from running other images. */
static Listed find_listed(Runtime *rt, const char *name)
{
	cleanup_catalogue Catalogue *c = NULL;
	cleanup_error Error *e = NULL;
	cleanup_free char *line = NULL;

	if (catalogue_load(&c, &e) >= 0)
		return catalogue_lists(c, name);
	line = xasprintf("WARNING: the catalogue cannot be used: %s", e->msg);
	if (rt->notice)
		rt->notice(line, rt->userdata);
	return NOT_LISTED;
}

static int is_system(Runtime *rt, const Image *image, const char *name, Error **err)
{
	bool looks_so = boot_config_is_system(&image->config);
	int bootable = looks_so ? is_bootable(rt, image, err) : 0;
	Listed listed;

	if (bootable != 0)
		return bootable;
	listed = find_listed(rt, name);
	/* Who names a label wants the system, and is told when it cannot be had. */
	if (listed == LISTED_LABEL)
		return 1;
	return listed == LISTED_SOURCE && !looks_so ? is_bootable(rt, image, err) : 0;
}

/* ---- */

static int mode_of_labels(char *const *labels, const char *whose, BootMode *mode, Error **err)
{
	const char *value = env_get(labels, BOOT_LABEL);

	if (*mode != BOOT_AUTO || !value)
		return 0;
	if (boot_mode_parse(value, mode) < 0)
		return error_set(err, EINVAL,
				 "label " BOOT_LABEL
				 " of the %s: '%s' is not auto, always or never",
				 whose, value);
	return 0;
}

int boot_decide(Runtime *rt, const Image *image, const char *name, BootMode mode,
		const ContainerCreate *req, bool *ret_boot, Error **err)
{
	int r = mode_of_labels(req->config.labels, "container", &mode, err);

	if (r >= 0)
		r = mode_of_labels(image->config.labels, "image", &mode, err);
	if (r < 0)
		return r;
	if (mode == BOOT_AUTO) {
		r = is_system(rt, image, name, err);
		if (r < 0)
			return r;
		mode = r ? BOOT_ALWAYS : BOOT_NEVER;
	}
	*ret_boot = mode == BOOT_ALWAYS;
	return 0;
}
