#include "librunner/boot-decide.h"

#include "libcommon/alloc.h"
#include "libcommon/json.h"
#include "tests/tap.h"

/* Configurations as registries have them, and whether they are those of an operating system. */
static const struct {
	const char *name, *config;
	bool system;
} images[] = {
	{ "debian", "{'Cmd':['bash'],'Env':['PATH=/usr/bin:/bin']}", true },
	{ "ubuntu", "{'Cmd':['/bin/bash'],'Env':['PATH=/usr/bin'],'Labels':{'a':'b'}}", true },
	{ "fedora-like", "{'Cmd':['/bin/bash'],'Env':['PATH=/bin','container=oci','LC_ALL=C']}",
	  true },
	{ "ubi-init", "{'Cmd':['/sbin/init'],'Env':['container=oci'],'StopSignal':'SIGRTMIN+3'}",
	  true },
	{ "built from scratch", "{'Cmd':['/bin/sh'],'WorkingDir':'/','User':'root'}", true },
	{ "login shell", "{'Cmd':['bash','-l']}", true },
	{ "busybox", "{'Cmd':['sh'],'Env':['PATH=/bin']}", true },
	{ "language", "{'Cmd':['bash'],'Env':['PATH=/bin','LANG=C.UTF-8']}", true },
	{ "golang", "{'Cmd':['bash'],'Env':['PATH=/go/bin','GOPATH=/go'],'WorkingDir':'/go'}",
	  false },
	{ "gcc", "{'Cmd':['bash'],'Env':['PATH=/bin','GCC_VERSION=13']}", false },
	{ "python", "{'Cmd':['python3'],'Env':['PATH=/bin','LANG=C.UTF-8']}", false },
	{ "nginx",
	  "{'Cmd':['nginx','-g','daemon off;'],'Entrypoint':['/docker-entrypoint.sh'],"
	  "'ExposedPorts':{'80/tcp':{}}}",
	  false },
	{ "entrypointed shell", "{'Cmd':['bash'],'Entrypoint':['/entry.sh']}", false },
	{ "no entrypoint", "{'Cmd':['bash'],'Entrypoint':[]}", true },
	{ "shell with a port", "{'Cmd':['bash'],'ExposedPorts':{'80/tcp':{}}}", false },
	{ "shell with a volume", "{'Cmd':['bash'],'Volumes':{'/data':{}}}", false },
	{ "shell of a user", "{'Cmd':['bash'],'User':'1000'}", false },
	{ "shell in a directory", "{'Cmd':['bash'],'WorkingDir':'/src'}", false },
	{ "script", "{'Cmd':['/bin/sh','-c','while true; do date; done']}", false },
	{ "hello-world", "{'Cmd':['/hello']}", false },
	{ "no command", "{'Env':['PATH=/bin']}", false },
	{ "nothing", "{}", false },
};

static ImageConfig config_of(const char *text)
{
	cleanup_free char *copy = xstrdup(text);
	cleanup_json json_t *json = NULL;
	cleanup_error Error *err = NULL;
	ImageConfig c = { 0 };

	for (char *p = copy; *p; p++)
		if (*p == '\'')
			*p = '"';
	if (json_parse(copy, strlen(copy), "config", &json, &err) < 0 ||
	    json_decode(json, &image_config_type, &c, &err) < 0)
		printf("# %s: %s\n", text, err->msg);
	return c;
}

static void test_configs(void)
{
	for (size_t i = 0; i < sizeof(images) / sizeof(*images); i++) {
		ImageConfig c = config_of(images[i].config);

		printf("# %s\n", images[i].name);
		check_int(boot_config_is_system(&c), images[i].system);
		json_clear(&image_config_type, &c);
	}
}

static void check_decision(BootMode mode, const char *own, const char *image, int want)
{
	cleanup_strv char **own_labels = NULL, **image_labels = NULL;
	ContainerCreate req;
	Image img = { 0 };
	cleanup_error Error *err = NULL;
	bool boot = false;
	int r;

	container_create_init(&req);
	if (own)
		strv_addf(&own_labels, "racker.boot=%s", own);
	if (image)
		strv_addf(&image_labels, "racker.boot=%s", image);
	req.config.labels = own_labels;
	img.config.labels = image_labels;
	r = boot_decide(NULL, &img, "x", mode, &req, &boot, &err);
	check_int(r < 0 ? r : boot, want);
}

static void test_modes(void)
{
	check_decision(BOOT_ALWAYS, "never", "never", true);
	check_decision(BOOT_NEVER, "always", "always", false);
	check_decision(BOOT_AUTO, "never", "always", false);
	check_decision(BOOT_AUTO, "always", NULL, true);
	check_decision(BOOT_AUTO, "auto", "always", true);
	check_decision(BOOT_AUTO, NULL, "never", false);
	check_decision(BOOT_AUTO, "perhaps", NULL, -EINVAL);
	check_decision(BOOT_AUTO, NULL, "", -EINVAL);
}

int main(void)
{
	test_configs();
	test_modes();
	return tap_done();
}
