#include "librunner/options/fragment.h"

#include <fcntl.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/options/run-words.h"
#include "tests/tap.h"

static void flags_done(RunFlags *f)
{
	run_flags_clear(f);
	flags_clear(run_flags, f);
}
#define RUN_FLAGS(name)                            \
	cleanup(flags_done) RunFlags name = { 0 }; \
	run_flags_init(&name)

static int apply(RunFlags *f, const char *text, Error **err)
{
	return fragment_apply_text(f, "/dir/f.yaml", text, strlen(text), err);
}

static void test_values(void)
{
	RUN_FLAGS(f);
	const HostConfig *h = &f.create.host;

	check(apply(&f,
		    "memory: 512m\n"
		    "cpus: 1.5\n"
		    "pids-limit: 100\n"
		    "read-only: true\n"
		    "user: 1000\n"
		    "env: {A: 1, B: two, C: true}\n"
		    "label: [x=1, y]\n"
		    "cap-add: NET_ADMIN\n"
		    "ulimit: {nofile: '1:2'}\n"
		    "tmpfs: {/t: 'size=1m', /u: null}\n"
		    "hook: {pre-start: [a, b], post-stop: c}\n"
		    "add-host: {h: '::1'}\n"
		    "mount:\n"
		    "  - {type: bind, source: ./s, target: '/a,b', readonly: null}\n"
		    "  - type=tmpfs,target=/x\n"
		    "volume: [./v:/v]\n"
		    "stop-timeout: 5\n",
		    NULL) >= 0);
	check_int(h->memory, 512 << 20);
	check_int(h->nano_cpus, 1500000000);
	check_int(h->pids_limit, 100);
	check(h->readonly_rootfs);
	check_str(f.create.config.user, "1000");
	check_str(env_get(f.create.config.env, "A"), "1");
	check_str(env_get(f.create.config.env, "C"), "true");
	check_str(env_get(f.create.config.labels, "y"), "");
	check_str(h->cap_add ? h->cap_add[0] : NULL, "NET_ADMIN");
	check_int((int64_t)h->n_ulimits, 1);
	check_int((int64_t)strv_length(f.tmpfs), 2);
	check_int((int64_t)f.create.racker.n_hooks, 3);
	check_str(h->extra_hosts ? h->extra_hosts[0] : NULL, "h:::1");
	check_int((int64_t)h->n_mounts, 2);
	check_str(h->mounts[0].source, "/dir/s");
	check_str(h->mounts[0].target, "/a,b");
	check(h->mounts[0].readonly);
	check_str(h->binds ? h->binds[0] : NULL, "/dir/v:/v");
	check_int(f.create.config.stop_timeout, 5);
	check(!f.base);
}

static void refused(const char *text, const char *message)
{
	RUN_FLAGS(f);
	cleanup_error Error *err = NULL;

	check(apply(&f, text, &err) < 0);
	check_str(err ? err->msg : NULL, message);
}

static void test_refused(void)
{
	refused("memory: 1m\n\nnosuch: 1\n", "/dir/f.yaml:3: unknown flag: nosuch");
	refused("\"nosuch\": 1\n", "/dir/f.yaml:1: unknown flag: nosuch");
	refused("{nosuch: 1}", "/dir/f.yaml: unknown flag: nosuch");
	refused("# x\nmemory: x\n", "/dir/f.yaml:2: invalid argument \"x\" for \"-m, --memory\" "
				    "flag: invalid size: 'x'");
	refused("name: x\n",
		"/dir/f.yaml:1: name cannot be in a file: it is settled when the container is "
		"created");
	refused("image: x\n",
		"/dir/f.yaml:1: image cannot be in a file: it is settled when the container is "
		"created");
	refused("detach: true\n",
		"/dir/f.yaml:1: detach cannot be in a file: it belongs to the command line");
	refused("gpus: all\n", "/dir/f.yaml:1: flag --gpus is not supported: there is no GPU stack "
			       "that could be handed to a container");
	refused("memory: [1m, 2m]\n", "/dir/f.yaml:1: memory: expected one value, got a list");
	refused("memory: {a: 1}\n", "/dir/f.yaml:1: memory: expected a value, got a map");
	refused("memory:\n", "/dir/f.yaml:1: memory: expected a value");
	refused("env: {A: {B: 1}}\n", "/dir/f.yaml:1: env: A: expected a value");
	refused("[a]\n", "/dir/f.yaml:1: expected a map of run flags");
	refused("env-file: /nosuch/file\n",
		"/dir/f.yaml: open /nosuch/file: no such file or directory");
	refused("m: 1m\n", "/dir/f.yaml:1: unknown flag: m");
}

/* ---- files ---- */

static char *folder;

static void write_file(const char *name, const char *text)
{
	cleanup_free char *path = xasprintf("%s/%s", folder, name);

	check(fs_write_atomic(AT_FDCWD, path, text, strlen(text), 0600, 0) >= 0);
}

static void file_refused(const char *name, const char *message)
{
	cleanup_free char *path = xasprintf("%s/%s", folder, name);
	RUN_FLAGS(f);
	cleanup_error Error *err = NULL;

	check(fragment_apply(&f, path, &err) < 0);
	if (!err || !strstr(err->msg, message))
		check_str(err ? err->msg : NULL, message);
}

static void test_includes(void)
{
	cleanup_free char *path = xasprintf("%s/a.yaml", folder);
	RUN_FLAGS(f);

	write_file("a.yaml", "env: {A: a}\nincludes: [b.yaml, c.yaml]\n");
	write_file("b.yaml", "env: {A: b, B: b, C: b}\nincludes: common.yaml\n");
	write_file("c.yaml", "env: {C: c}\nincludes: [common.yaml]\n");
	write_file("common.yaml", "label: [l=1]\n");
	check(fragment_apply(&f, path, NULL) >= 0);
	check_str(env_get(f.create.config.env, "A"), "a");
	check_str(env_get(f.create.config.env, "B"), "b");
	check_str(env_get(f.create.config.env, "C"), "c");
	check_str(env_get(f.create.config.labels, "l"), "1");
	write_file("common.yaml", "includes: [a.yaml]\n");
	file_refused("a.yaml", "a.yaml includes itself");
	write_file("a.yaml", "includes: {x: y}\n");
	file_refused("a.yaml", "a.yaml:1: includes: expected a list of files");
	write_file("a.yaml", "\nincludes: [nosuch.yaml]\n");
	file_refused("a.yaml", "nosuch.yaml: No such file or directory");
}

/* Each includes the next one twice. */
static void test_bounds(void)
{
	for (int i = 0; i < 20; i++) {
		cleanup_free char *name = xasprintf("n%d.yaml", i);
		cleanup_free char *text =
			xasprintf("includes: [n%d.yaml, n%d.yaml]\n", i + 1, i + 1);

		write_file(name, text);
	}
	file_refused("n0.yaml", "files include each other more than 16 deep");
	write_file("n12.yaml", "label: [a=b]\n");
	file_refused("n0.yaml", "more than 256 files are included");
	write_file("n4.yaml", "label: [a=b]\n");
	{
		cleanup_free char *path = xasprintf("%s/n0.yaml", folder);
		RUN_FLAGS(f);

		check(fragment_apply(&f, path, NULL) >= 0);
	}
}

/* ---- kept command lines ---- */

static void test_keep(void)
{
	cleanup_free char *vars = xasprintf("%s/vars", folder);
	cleanup_free char *env_file = xasprintf("--env-file=%s", vars);
	char *words[] = { (char *)"--name=x",
			  (char *)"--env=A=1",
			  (char *)"--env=RACKER_TEST_INHERITED",
			  (char *)"--env=RACKER_TEST_UNSET",
			  env_file,
			  (char *)"--detach=true",
			  (char *)"--volume=./x:/y",
			  (char *)"--mount=type=bind,src=.,target=/z",
			  (char *)"--security-opt=no-new-privileges",
			  NULL };
	cleanup_strv char **kept = NULL;
	cleanup_free char *all = NULL;

	write_file("vars", "A=0\nF=2\n");
	(void)setenv("RACKER_TEST_INHERITED", "yes", 1);
	(void)unsetenv("RACKER_TEST_UNSET");
	check(chdir("/") == 0);
	check(run_words_keep(words, &kept, NULL) >= 0);
	all = strv_join(kept, " ");
	check_str(all, "--env=A=0 --env=F=2 --env=A=1 --env=RACKER_TEST_INHERITED=yes "
		       "--env=RACKER_TEST_UNSET --detach=true --volume=/x:/y "
		       "--mount=type=bind,source=/,target=/z --security-opt=no-new-privileges");
}

static void test_request(void)
{
	cleanup_free char *path = xasprintf("%s/r.yaml", folder);
	char *files[] = { path, NULL };
	char *words[] = { (char *)"--memory=20m",
			  (char *)"--env=A=line",
			  (char *)"--label=b",
			  (char *)"--",
			  (char *)"img",
			  (char *)"--memory=1",
			  NULL };
	RUN_FLAGS(f);

	write_file("r.yaml", "memory: 10m\nenv: {A: file, B: file}\nlabel: [a]\ncpu-shares: 5\n");
	check(run_words_request(files, words, &f, NULL) >= 0);
	check_int(f.create.host.memory, 20 << 20);
	check_int(f.create.host.cpu_shares, 5);
	check_str(env_get(f.create.config.env, "A"), "line");
	check_str(env_get(f.create.config.env, "B"), "file");
	check_int((int64_t)strv_length(f.create.config.labels), 2);
	check_str(f.create.config.image, "img");
	check_str(f.create.config.cmd ? f.create.config.cmd[0] : NULL, "--memory=1");
}

static void test_update(void)
{
	char *changes[] = { (char *)"--memory=5", (char *)"--cpus=1", NULL };
	char **words = NULL;
	cleanup_free char *all = NULL;

	strv_add(&words, "--memory=1");
	strv_add(&words, "--rm=true");
	strv_add(&words, "--");
	strv_add(&words, "i");
	strv_add(&words, "--memory=1");
	run_words_update(&words, changes);
	all = strv_join(words, " ");
	check_str(all, "--cpus=1 --memory=5 --rm=true -- i --memory=1");
	strv_free(words);
}

int main(void)
{
	char template[] = "/tmp/racker-fragment.XXXXXX";

	folder = mkdtemp(template);
	check(folder != NULL);
	test_values();
	test_refused();
	test_includes();
	test_bounds();
	test_keep();
	test_request();
	test_update();
	check(fs_remove_tree(AT_FDCWD, folder) >= 0);
	return tap_done();
}
