#include "compose/cli/cli.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/container-copy.h"

typedef struct CpFlags {
	bool archive, follow_link, dry_run, all;
	int64_t index;
} CpFlags;

/* clang-format off */
static const Flag options[] = {
	FLAG_BOOL(CpFlags, "archive", 'a', archive, "Archive mode (copy all uid/gid information)"),
	FLAG_BOOL(CpFlags, "follow-link", 'L', follow_link, "Always follow symbol link in SRC_PATH"),
	FLAG_INT(CpFlags, "index", 0, index, "Index of the container if service has multiple replicas"),
	COMPOSE_DRY_RUN(CpFlags),
	FLAG_BOOL(CpFlags, "all", 0, all, "Copy to all the containers of the service.", .hidden = true),
	FLAG_END,
};
/* clang-format on */

/* SERVICE:PATH; what begins with a slash or a dot is a path of the host's. */
static const char *split(const char *operand, char **ret_service)
{
	const char *colon = strchr(operand, ':');

	if (*operand == '/' || *operand == '.' || !colon || colon == operand)
		return operand;
	*ret_service = xstrndup(operand, (size_t)(colon - operand));
	return colon + 1;
}

typedef struct Copy {
	ComposeCli *c;
	CopyOptions options;
	const char *source, *target; /* paths */
	bool out; /* of a container */
} Copy;

static int copy_files(const Copy *copy, const Container *c, Error **err)
{
	Runtime *rt = copy->c->rt;
	const CopyOptions *o = &copy->options;
	cleanup_free char *shown = NULL;
	int64_t size;

	if (copy->out && streq(copy->target, "-"))
		return container_copy_to_tar(rt, c->id, copy->source, o, err);
	if (copy->out)
		return container_copy_from(rt, c->id, copy->source, copy->target, o, &shown, &size,
					   err);
	if (streq(copy->source, "-"))
		return container_copy_from_tar(rt, c->id, copy->target, o, err);
	return container_copy_to(rt, c->id, copy->target, copy->source, o, &shown, &size, err);
}

static int copy_one(const Copy *copy, const Container *c, Error **err)
{
	cleanup_free char *text =
		copy->out ? xasprintf("copy %s:%s to %s", c->name, copy->source, copy->target)
			  : xasprintf("copy %s to %s:%s", copy->source, c->name, copy->target);
	WorkEvent e = { .id = c->name, .text = text, .detail = "Copying", .status = WORK_WORKING };
	int r;

	display_event(&e, copy->c->display);
	r = copy->c->engine.dry_run ? 0 : copy_files(copy, c, err);
	if (r < 0)
		return r;
	e.detail = "Copied";
	e.status = WORK_DONE;
	display_event(&e, copy->c->display);
	return 0;
}

/* Of a service it is the first container, to a service all of them. */
static int copy_all(const Copy *copy, const char *service, int64_t index, Error **err)
{
	cleanup_project_containers ProjectContainers all = { 0 };
	bool found = false;
	int r = project_containers(copy->c->rt, copy->c->project.name, CONTAINERS_SERVICES, &all,
				   err);

	for (size_t i = 0; i < all.n && r >= 0 && !(found && copy->out); i++) {
		const Container *c = all.list[i];

		if (!container_of_service(c, service) ||
		    (index > 0 && container_number(c) != index))
			continue;
		found = true;
		r = copy_one(copy, c, err);
	}
	if (r >= 0 && !found)
		r = error_set(err, ENOENT, "no container found for service \"%s\"", service);
	return r;
}

static int cp(ComposeCli *c, const CpFlags *o, char **operands, Error **err)
{
	cleanup_free char *from = NULL, *to = NULL;
	Copy copy = { .c = c, .options = { .archive = o->archive, .follow_link = o->follow_link } };

	copy.source = split(operands[0], &from);
	copy.target = split(operands[1], &to);
	copy.out = from != NULL;
	if (from && to)
		return error_set(err, EINVAL, "copying between services is not supported");
	if (!from && !to)
		return error_set(err, EINVAL, "unknown copy direction");
	return copy_all(&copy, from ? from : to, o->index, err);
}

static int run(Cli *cli, void *opts, char **operands, Error **err)
{
	const CpFlags *o = opts;
	cleanup_compose_cli ComposeCli c = { 0 };
	int r = compose_cli_open(&c, cli, o->dry_run, OPEN_NAME, "Copying", NULL, err);

	return r < 0 ? r : compose_cli_result(&c, cp(&c, o, operands, err), err);
}

const Command command_compose_cp = {
	.name = "cp",
	.usage = "cp [OPTIONS] SERVICE:SRC_PATH DEST_PATH|-\ncp [OPTIONS] SRC_PATH|- "
		 "SERVICE:DEST_PATH",
	.summary = "Copy files/folders between a service container and the local filesystem",
	.min_args = 2,
	.max_args = 2,
	.options = options,
	.options_size = sizeof(CpFlags),
	.run = run,
};
