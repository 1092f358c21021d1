/* archive-client: asks racker-image for work on archives. */
#include "libimage/archive.h"

#include <stdio.h>
#include <sys/mman.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "libimage/helper-client.h"

int archive_create(int dirfd, const char *name, const char *as, int out, const char *what,
		   Error **err)
{
	cleanup_strv char **arguments = NULL;
	HelperWork work = {
		.what = what,
		.in = -1,
		.out = out,
		.fds = { dirfd },
		.n_fds = 1,
	};

	strv_addf(&arguments, "--name=%s", name);
	strv_addf(&arguments, "--as=%s", as);
	strv_add(&arguments, "create");
	work.arguments = arguments;
	return helper_run(&work, NULL, err);
}

int archive_extract(const ArchiveExtract *x, Error **err)
{
	cleanup_strv char **arguments = NULL;
	HelperWork work = {
		.what = x->what,
		.in = x->in,
		.out = 2,
		.fds = { x->root },
		.n_fds = 1,
	};

	if (x->set_owner)
		strv_addf(&arguments, "--owner=%u:%u", x->uid, x->gid);
	strv_add(&arguments, "--");
	strv_add(&arguments, "extract");
	strv_add(&arguments, x->dir);
	work.arguments = arguments;
	return helper_run(&work, NULL, err);
}

static json_t *strings(char *const *v)
{
	json_t *list = json_array();

	STRV_FOREACH(s, v)
		json_array_append_new(list, json_string_lossy(*s, strlen(*s)));
	return list;
}

static void set_text(json_t *o, const char *key, const char *value)
{
	if (value)
		json_object_set_new(o, key, json_string_lossy(value, strlen(value)));
}

/* The request, in a file of memory: it holds whole environments. */
static int make_request(const ImageCommit *c, Error **err)
{
	cleanup_json json_t *o = json_object();
	cleanup_free char *text = NULL;
	cleanup_fd int fd = memfd_create("commit", MFD_CLOEXEC);
	int r = fd < 0 ? -errno : 0;

	set_text(o, "base", c->base);
	json_object_set_new(o, "layers", strings(c->layers));
	json_object_set_new(o, "exclude", strings(c->exclude));
	set_text(o, "name", c->name);
	set_text(o, "author", c->author);
	set_text(o, "comment", c->comment);
	set_text(o, "createdBy", c->created_by);
	json_object_set(o, "config", c->config);
	text = json_text(o);
	if (r >= 0)
		r = fd_write_all(fd, text, strlen(text));
	if (r >= 0 && lseek(fd, 0, SEEK_SET) < 0)
		r = -errno;
	return r < 0 ? error_errno(err, -r, "write the request") : steal_fd(&fd);
}

int image_commit(Store *store, const ImageCommit *c, char **ret_id, Error **err)
{
	cleanup_strv char **arguments = NULL;
	cleanup_fd int request = make_request(c, err);
	HelperWork work = {
		.what = "commit", .out = 2, .fds = { c->upper }, .n_fds = c->upper >= 0
	};
	cleanup_free char *id = NULL;
	int r;

	if (request < 0)
		return request;
	strv_addf(&arguments, "--root=%s", store_path(store));
	if (c->upper >= 0)
		strv_add(&arguments, "--name=.");
	strv_add(&arguments, "commit");
	work.in = request;
	work.arguments = arguments;
	r = helper_run(&work, &id, err);
	if (r < 0)
		return r;
	if (!id)
		return error_set(err, EIO, "commit: racker-image told no result");
	*ret_id = steal(&id);
	return 0;
}
