/* Volumes on disk: names, options, filters, removal. */
#include "librunner/volume.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/mount.h>
#include <sys/stat.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/natural.h"
#include "libcommon/str.h"
#include "librunner/container-state.h"
#include "librunner/container-store.h"
#include "librunner/volume-internal.h"
#include "librunner/volume-mount.h"
#include "tests/tap.h"

#define ID "aa00000000000000000000000000000000000000000000000000000000000000"

static char root[] = "/tmp/volume.XXXXXX";

static void check_name(const char *name, bool good)
{
	cleanup_error Error *err = NULL;

	check((volume_name_check(name, &err) == 0) == good);
}

static void test_names(void)
{
	char text[300];

	check_name("ab", true);
	check_name("a_b.c-D9", true);
	check_name("lock", true);
	check_name("a", false);
	check_name("", false);
	check_name("..", false);
	check_name(".hidden", false);
	check_name("-x", false);
	check_name("a/b", false);
	check_name("a b", false);
	memset(text, 'x', sizeof(text));
	text[255] = '\0';
	check_name(text, true);
	text[255] = 'x';
	text[256] = '\0';
	check_name(text, false);
}

static void check_options(char *const *options, const char *want)
{
	cleanup_error Error *err = NULL;

	(void)volume_options_check("vv", options, &err);
	check_str(err ? err->msg : NULL, want);
}

static void test_options(void)
{
	char *good[] = { (char *)"type=tmpfs", (char *)"device=x", (char *)"o=size=1m", NULL };
	char *unknown[] = { (char *)"foo=bar", NULL }, *alone[] = { (char *)"type=tmpfs", NULL };
	char *quota[] = { (char *)"size=1m", NULL }, *only_o[] = { (char *)"o=bind", NULL };

	check_options(NULL, NULL);
	check_options(good, NULL);
	check_options(unknown, "create vv: invalid option: \"foo\"");
	check_options(alone, "create vv: missing required option: \"device\"");
	check_options(only_o, "create vv: missing required option: \"device\"");
	check_options(quota, "create vv: quota size requested but no quota support");
}

static void check_mount_options(const char *text, unsigned long flags, unsigned long propagation,
				const char *data)
{
	VolumeMountOptions o;

	volume_mount_options_parse(text, &o);
	check_int((long long)o.flags, (long long)flags);
	check_int((long long)o.propagation, (long long)propagation);
	check_str(o.data, data);
	free(o.data);
}

static void test_mount_options(void)
{
	check_mount_options("", 0, 0, "");
	check_mount_options("bind,ro", MS_BIND | MS_RDONLY, 0, "");
	check_mount_options("rbind,rslave,ro,rw", MS_BIND | MS_REC, MS_SLAVE | MS_REC, "");
	check_mount_options("size=1m,nosuid,uid=1000", MS_NOSUID, 0, "size=1m,uid=1000");
	check_mount_options("nosuid,suid,,", 0, 0, "");
}

static void test_natural(void)
{
	check(natural_compare("v2", "v10") < 0);
	check(natural_compare("v10", "v2") > 0);
	check(natural_compare("a", "b") < 0);
	check(natural_compare("1", "a") < 0);
	check(natural_compare("v", "v1") < 0);
	check(natural_compare("v01", "v1") > 0);
	check(natural_compare("a1b2", "a1b10") < 0);
	check_int(natural_compare("x007y", "x007y"), 0);
}

/* ---- a store ---- */

static Runtime *open_runtime(void)
{
	cleanup_error Error *err = NULL;
	Runtime *rt = NULL;

	if (runtime_open(root, &rt, &err) < 0) {
		printf("Bail out! %s\n", err->msg);
		exit(1);
	}
	return rt;
}

static void create(Runtime *rt, const char *name, const char *label)
{
	char *labels[] = { (char *)label, NULL };
	cleanup_error Error *err = NULL;
	cleanup_volume Volume *v = NULL;

	check_int(volume_create(rt, &(VolumeCreate){ .name = name, .labels = labels }, &v, NULL,
				&err),
		  0);
}

static void add_container(Runtime *rt, const char *volume)
{
	VolumeMount mount = { .name = (char *)volume, .target = (char *)"/x" };
	Container c = {
		.version = CONTAINER_FORMAT,
		.id = (char *)ID,
		.name = (char *)"box",
		.created = (char *)"2026-01-01T00:00:00Z",
		.path = (char *)"true",
		.racker = { .volumes = &mount, .n_volumes = 1 },
		.state = { .status = (char *)"exited" },
	};
	cleanup_free char *dir = container_dir(ID);
	cleanup_error Error *err = NULL;

	check_int(fs_mkdir_p(store_fd(rt->store), dir, 0711), 0);
	check_int(container_write(rt, dir, &c, &err), 0);
}

static void check_list(Runtime *rt, const char *a, const char *b, const char *want)
{
	char *filters[] = { (char *)a, (char *)b, NULL };
	cleanup_error Error *err = NULL;
	cleanup_strv char **names = NULL;
	cleanup_free char *text = NULL;
	Volume **list = NULL;
	size_t n = 0;

	if (volume_list(rt, filters, &list, &n, &err) < 0) {
		check_str(err->msg, want);
		return;
	}
	for (size_t i = 0; i < n; i++)
		strv_add(&names, list[i]->name);
	text = strv_join(names, " ");
	check_str(text ? text : "", want);
	volume_list_free(list, n);
}

static void test_list(Runtime *rt)
{
	check_list(rt, NULL, NULL, "v1 v2 v10");
	check_list(rt, "name=v1", NULL, "v1 v10");
	check_list(rt, "name=^v1$", "name=v2", "v1 v2");
	check_list(rt, "name=[", NULL, "");
	check_list(rt, "label=a", NULL, "v1 v2");
	check_list(rt, "label=a", "label=a=1", "v1");
	check_list(rt, "driver=nosuch", NULL, "");
	check_list(rt, "driver=local", "dangling=false", "v2");
	check_list(rt, "dangling=1", NULL, "v1 v10");
	check_list(rt, "dangling=x", NULL, "invalid filter 'dangling=[x]'");
	check_list(rt, "dangling=true", "dangling=false", "invalid filter 'dangling=[false true]'");
	check_list(rt, "nope=1", NULL, "invalid filter 'nope'");
}

static void check_remove(Runtime *rt, const char *name, bool force, const char *want)
{
	cleanup_error Error *err = NULL;

	(void)volume_remove(rt, name, force, &err);
	check_str(err ? err->msg : NULL, want);
}

static void test_remove(Runtime *rt)
{
	cleanup_fd int lock = -1;
	cleanup_error Error *err = NULL;

	check_remove(rt, "v2", true, "remove v2: volume is in use - [" ID "]");
	check_remove(rt, "nosuch", false, "get nosuch: no such volume");
	check_remove(rt, "nosuch", true, NULL);
	check_remove(rt, "../containers", false, "get ../containers: no such volume");
	check_remove(rt, "v10", false, NULL);
	check_list(rt, NULL, NULL, "v1 v2");
	/* One that somebody prepares is in use. */
	lock = volume_lock(rt, "v1", LOCK_EX, NULL);
	check(lock >= 0);
	check_int(volume_remove_unused(rt, "v1", &err), -EBUSY);
}

static void test_prune(Runtime *rt)
{
	char *all[] = { (char *)"all=1", (char *)"label!=a=1", NULL };
	char *bad[] = { (char *)"all=x", NULL };
	cleanup_volume_prune VolumePrune p = { 0 };
	cleanup_volume Volume *v = NULL;
	cleanup_error Error *err = NULL;

	check_int(volume_create(rt, &(VolumeCreate){ 0 }, &v, NULL, NULL), 0);
	check_int((long long)strlen(v->name), 64);
	check_str(env_get(v->labels, VOLUME_LABEL_ANONYMOUS), "");
	create(rt, "v3", NULL);
	check_int(volume_prune(rt, NULL, &p, NULL), 0);
	check_int((long long)strv_length(p.deleted), 1);
	check_str(p.deleted[0], v->name);
	volume_prune_clear(&p);
	check_int(volume_prune(rt, all, &p, NULL), 0);
	check_str(p.deleted ? p.deleted[0] : NULL, "v3");
	check_list(rt, NULL, NULL, "v1 v2");
	check(volume_prune(rt, bad, &p, &err) < 0);
}

static void write_text(Runtime *rt, const char *text)
{
	check_int(fs_write_atomic(store_fd(rt->store), "volumes/v1/volume.json", text, strlen(text),
				  0600, 0),
		  0);
}

/* What is not a volume of that name is an error, and is not listed. */
static void test_broken(Runtime *rt)
{
	static const char *const broken[] = {
		"",
		"{",
		"[]",
		"{}",
		"{\"Version\":1,\"Name\":\"v2\",\"CreatedAt\":\"\",\"Driver\":\"local\"}",
		"{\"Version\":2,\"Name\":\"v1\",\"CreatedAt\":\"\",\"Driver\":\"local\"}",
		"{\"Version\":1,\"Name\":\"v1\",\"CreatedAt\":\"\",\"Driver\":\"nfs\"}",
		"{\"Version\":1,\"Name\":\"v1\",\"CreatedAt\":\"\",\"Driver\":\"local\","
		"\"Options\":{\"evil\":\"1\"}}",
	};

	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		cleanup_error Error *err = NULL;
		cleanup_volume Volume *v = NULL;

		write_text(rt, broken[i]);
		check(volume_find(rt, "v1", &v, &err) < 0 && err->errnum != ENOENT);
	}
	check_list(rt, NULL, NULL, "v2");
	check_remove(rt, "v1", false, NULL);
}

int main(void)
{
	Runtime *rt;

	test_names();
	test_options();
	test_mount_options();
	test_natural();
	if (!mkdtemp(root))
		return 1;
	rt = open_runtime();
	create(rt, "v1", "a=1");
	create(rt, "v10", "b=");
	create(rt, "v2", "a=2");
	/* One that is there is left as it is. */
	create(rt, "v1", "a=3");
	add_container(rt, "v2");
	test_list(rt);
	test_remove(rt);
	test_prune(rt);
	test_broken(rt);
	runtime_free(rt);
	(void)fs_remove_tree(AT_FDCWD, root);
	return tap_done();
}
