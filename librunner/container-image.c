#include "librunner/container-image.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libimage/reference.h"

/* The name as Docker shows it; what is no reference (an ID, a label of the catalogue) stays. */
static char *image_shown_name(const char *name)
{
	cleanup_catalogue Catalogue *catalogue = NULL;
	cleanup_reference Reference *ref = NULL;

	if (catalogue_load(&catalogue, NULL) >= 0 && catalogue_find(catalogue, name))
		return xstrdup(name);
	if (reference_parse(name, &ref, NULL) < 0)
		return xstrdup(name);
	return reference_familiar(ref);
}

static int image_missing(Runtime *rt, const ContainerCreate *req, Error **err)
{
	cleanup_free char *shown = image_shown_name(req->config.image);

	if (req->pull == PULL_NEVER)
		return error_set(err, ENOENT, "No such image: %s", shown);
	if (rt->notice && !req->quiet_pull) {
		cleanup_free char *line = xasprintf("Unable to find image '%s' locally", shown);

		rt->notice(line, rt->userdata);
	}
	return 0;
}

static int image_mismatch(const Image *image, const ContainerCreate *req, Error **err)
{
	return error_set(err, ENOENT,
			 "image with reference %s was found but does not match the specified "
			 "platform: wanted %s, actual: %s/%s",
			 req->config.image, req->platform, image->os, image->architecture);
}

static int image_pull_for(Runtime *rt, const ContainerCreate *req, Image **ret, Error **err)
{
	PullOptions o = {
		.name = req->config.image,
		.platform = req->platform,
		.config_dir = rt->config_dir,
		.debug = rt->debug,
		.progress = rt->progress,
		.userdata = rt->userdata,
	};

	return image_pull(rt->store, &o, ret, err);
}

int container_find_image(Runtime *rt, const ContainerCreate *req, Image **ret, Error **err)
{
	cleanup_image Image *image = NULL;
	cleanup_error Error *e = NULL;
	int r;

	if (req->pull == PULL_ALWAYS)
		return image_pull_for(rt, req, ret, err);
	r = image_find(rt->store, req->config.image, &image, &e);
	if (r < 0 && r != -ENOENT)
		return error_propagate(err, steal(&e));
	if (r >= 0) {
		r = image_runs_on(image, req->platform, err);
		if (r < 0)
			return r;
		if (r == 0 && req->pull == PULL_NEVER)
			return image_mismatch(image, req, err);
		if (r > 0) {
			*ret = steal(&image);
			return 0;
		}
	}
	r = image_missing(rt, req, err);
	return r < 0 ? r : image_pull_for(rt, req, ret, err);
}
