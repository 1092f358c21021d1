#include "librunner/tmpfs-options.h"

#include <sys/mount.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"

typedef struct Flag {
	const char *name;
	unsigned long set, clear;
} Flag;

static const Flag flags[] = {
	{ "ro", MS_RDONLY, 0 },
	{ "rw", 0, MS_RDONLY },
	{ "suid", 0, MS_NOSUID },
	{ "nosuid", MS_NOSUID, 0 },
	{ "dev", 0, MS_NODEV },
	{ "nodev", MS_NODEV, 0 },
	{ "exec", 0, MS_NOEXEC },
	{ "noexec", MS_NOEXEC, 0 },
	{ "sync", MS_SYNCHRONOUS, 0 },
	{ "async", 0, MS_SYNCHRONOUS },
	{ "dirsync", MS_DIRSYNC, 0 },
	{ "atime", 0, MS_NOATIME },
	{ "noatime", MS_NOATIME, 0 },
	{ "diratime", 0, MS_NODIRATIME },
	{ "nodiratime", MS_NODIRATIME, 0 },
	{ "relatime", MS_RELATIME, MS_STRICTATIME },
	{ "norelatime", 0, MS_RELATIME },
	{ "strictatime", MS_STRICTATIME, MS_RELATIME },
	{ "nostrictatime", 0, MS_STRICTATIME },
	/* Docker takes them, and they say what is true of every new tmpfs. */
	{ "defaults", 0, 0 },
	{ "private", 0, 0 },
	{ "rprivate", 0, 0 },
};

static const char *const properties[] = { "mode", "uid", "gid", "size", "nr_blocks", "nr_inodes" };

static const Flag *find_flag(const char *name)
{
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (streq(flags[i].name, name))
			return &flags[i];
	return NULL;
}

static bool is_property(const char *option)
{
	size_t n = strcspn(option, "=");

	if (option[n] != '=' || !option[n + 1])
		return false;
	for (size_t i = 0; i < sizeof(properties) / sizeof(properties[0]); i++)
		if (strlen(properties[i]) == n && memcmp(properties[i], option, n) == 0)
			return true;
	return false;
}

static void set_property(char ***data, const char *option)
{
	const char *equals = strchr(option, '=');
	cleanup_free char *name = xstrndup(option, (size_t)(equals - option));

	env_set(data, name, equals + 1);
}

int tmpfs_options_parse(const char *options, TmpfsMount *ret, Error **err)
{
	cleanup_strv char **list = strv_split(options ? options : "", ','), **data = NULL;
	unsigned long set = MS_NOSUID | MS_NODEV | MS_NOEXEC;

	STRV_FOREACH(it, list) {
		const Flag *flag = find_flag(*it);

		if (!**it)
			continue;
		if (flag)
			set = (set & ~flag->clear) | flag->set;
		else if (is_property(*it))
			set_property(&data, *it);
		else
			return error_set(err, EINVAL, "invalid tmpfs option \"%.*s\"",
					 (int)strcspn(*it, "="), *it);
	}
	ret->flags = set;
	ret->data = strv_join(data, ",");
	return 0;
}
