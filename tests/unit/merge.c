#include "librunner/merge.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "tests/tap.h"

static char **vector(const char *words)
{
	return words ? strv_split(words, ' ') : NULL;
}

/* Merges and shows what runs, words joined by blanks. */
static char *merged(const char *entrypoint, const char *cmd, const char *image_entrypoint,
		    const char *image_cmd)
{
	ContainerConfig c = { .entrypoint = vector(entrypoint), .cmd = vector(cmd) };
	ImageConfig image = { .entrypoint = vector(image_entrypoint), .cmd = vector(image_cmd) };
	cleanup_error Error *err = NULL;
	cleanup_free char *path = NULL, *rest = NULL;
	cleanup_strv char **args = NULL;
	char *all;

	config_merge(&c, &image);
	if (config_command(&c, &path, &args, &err) < 0) {
		all = xstrdup(err->msg);
	} else {
		rest = strv_join(args, " ");
		all = strv_length(args) ? xasprintf("%s %s", path, rest) : xstrdup(path);
	}
	strv_free(c.entrypoint);
	strv_free(c.cmd);
	strv_free(image.entrypoint);
	strv_free(image.cmd);
	return all;
}

static void check_commands(void)
{
	static const struct {
		const char *entrypoint, *cmd, *image_entrypoint, *image_cmd, *want;
	} cases[] = {
		{ NULL, NULL, NULL, "bash", "bash" },
		{ NULL, "ls -l", NULL, "bash", "ls -l" },
		{ NULL, NULL, "/entry", "serve --all", "/entry serve --all" },
		{ NULL, "check", "/entry", "serve", "/entry check" },
		{ "/mine", NULL, "/entry", "serve", "/mine" },
		{ "/mine", "a b", "/entry", "serve", "/mine a b" },
		{ "", NULL, "/entry", "serve", "no command specified" },
		{ "", "echo hi", "/entry", "serve", "echo hi" },
		{ NULL, NULL, NULL, NULL, "no command specified" },
		{ NULL, NULL, "/entry", NULL, "/entry" },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		cleanup_free char *got = merged(cases[i].entrypoint, cases[i].cmd,
						cases[i].image_entrypoint, cases[i].image_cmd);

		check_str(got, cases[i].want);
	}
}

static void check_environment(void)
{
	Container c = { 0 };
	char *image_env[] = { (char *)"PATH=/image", (char *)"A=1", (char *)"B=2", NULL };
	char *image_labels[] = { (char *)"x=image", (char *)"y=image", NULL };
	char image_user[] = "www", image_signal[] = "SIGQUIT", image_dir[] = "/srv";
	ImageConfig image = { .env = image_env,
			      .labels = image_labels,
			      .user = image_user,
			      .stop_signal = image_signal,
			      .working_dir = image_dir };
	cleanup_strv char **env = NULL;

	strv_add(&c.config.env, "B=3");
	strv_add(&c.config.env, "A");
	strv_add(&c.config.env, "AB=4");
	strv_add(&c.config.labels, "x=mine");
	c.config.hostname = xstrdup("box");
	c.config.user = xstrdup("");
	c.config.working_dir = xstrdup("/tmp");
	config_merge(&c.config, &image);
	check_str(c.config.user, "www");
	check_str(c.config.stop_signal, "SIGQUIT");
	check_str(c.config.working_dir, "/tmp");
	check_str(env_get(c.config.env, "B"), "3");
	check_str(env_get(c.config.labels, "x"), "mine");
	check_str(env_get(c.config.labels, "y"), "image");

	env = container_environment(&c);
	check_str(env_get(env, "PATH"), "/image");
	check_str(env_get(env, "HOSTNAME"), "box");
	check_str(env_get(env, "TERM"), NULL);
	check_str(env_get(env, "A"), NULL);
	check_str(env_get(env, "AB"), "4");
	check_int((int)strv_length(env), 4);

	c.config.tty = true;
	env_unset(c.config.env, "PATH");
	strv_freep(&env);
	env = container_environment(&c);
	check_str(env_get(env, "TERM"), "xterm");
	check_str(env_get(env, "PATH"),
		  "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	json_clear(&container_config_type, &c.config);
}

static void check_init(void)
{
	char *args[] = { (char *)"3", NULL };

	check(command_is_init("/sbin/init", NULL));
	check(command_is_init("/usr/lib/systemd/systemd", NULL));
	check(!command_is_init("/sbin/init", args));
	check(!command_is_init("bash", NULL));
	check(!command_is_init(NULL, NULL));
}

int main(void)
{
	check_commands();
	check_environment();
	check_init();
	return tap_done();
}
