#include "librunner/init/spec.h"

#include <stdlib.h>
#include <string.h>

#include "librunner/init/text.h"

typedef enum { VALUE_STRING, VALUE_LIST, VALUE_FLAG, VALUE_NUMBER, VALUE_HEX, VALUE_MODE } Kind;

typedef struct Key {
	const char *name;
	Kind kind;
	size_t offset;
	size_t count; /* VALUE_LIST: where its length is; VALUE_HEX: the flag that it was given */
} Key;

#define AT(member) offsetof(Spec, member)

static const Key keys[] = {
	{ "argv", VALUE_LIST, AT(argv), AT(n_argv) },
	{ "env", VALUE_LIST, AT(env), AT(n_env) },
	{ "group", VALUE_LIST, AT(groups), AT(n_groups) },
	{ "mount_source", VALUE_LIST, AT(mount_sources), AT(n_mount_sources) },
	{ "mount", VALUE_LIST, AT(mounts), AT(n_mounts) },
	{ "mask", VALUE_LIST, AT(mask), AT(n_mask) },
	{ "readonly", VALUE_LIST, AT(readonly), AT(n_readonly) },
	{ "device", VALUE_LIST, AT(devices), AT(n_devices) },
	{ "sysctl", VALUE_LIST, AT(sysctls), AT(n_sysctls) },
	{ "rlimit", VALUE_LIST, AT(rlimits), AT(n_rlimits) },
	{ "domainname", VALUE_STRING, AT(domainname), 0 },
	{ "oom_score_adj", VALUE_STRING, AT(oom_score_adj), 0 },
	{ "cgroup_ns", VALUE_FLAG, AT(cgroup_ns), 0 },
	{ "no_shm", VALUE_FLAG, AT(no_shm), 0 },
	{ "cwd", VALUE_STRING, AT(cwd), 0 },
	{ "user", VALUE_STRING, AT(user), 0 },
	{ "hostname", VALUE_STRING, AT(hostname), 0 },
	{ "make_cwd", VALUE_FLAG, AT(make_cwd), 0 },
	{ "tty", VALUE_FLAG, AT(tty), 0 },
	{ "init", VALUE_FLAG, AT(init), 0 },
	{ "no_new_privs", VALUE_FLAG, AT(no_new_privs), 0 },
	{ "seccomp", VALUE_FLAG, AT(seccomp), 0 },
	{ "detach_run", VALUE_FLAG, AT(detach_run), 0 },
	{ "root_readonly", VALUE_FLAG, AT(root_readonly), 0 },
	{ "sys_writable", VALUE_FLAG, AT(sys_writable), 0 },
	{ "shm_size", VALUE_NUMBER, AT(shm_size), 0 },
	{ "caps", VALUE_HEX, AT(caps), AT(limit_caps) },
	{ "mode", VALUE_MODE, AT(mode), 0 },
};

#define N_KEYS (sizeof(keys) / sizeof(keys[0]))

static const Key *find_key(const char *line, char **ret_value)
{
	for (size_t i = 0; i < N_KEYS; i++) {
		const char *rest = after(line, keys[i].name);

		if (rest && *rest == '=') {
			*ret_value = (char *)rest + 1;
			return &keys[i];
		}
	}
	return NULL;
}

static bool parse_hex(const char *s, uint64_t *ret)
{
	size_t n = strspn(s, "0123456789abcdef");

	if (n == 0 || n > 16 || s[n])
		return false;
	*ret = strtoull(s, NULL, 16);
	return true;
}

static bool parse_mode(const char *s, Mode *ret)
{
	static const char *const names[] = { "main", "unit", "exec" };

	for (unsigned i = 0; i < 3; i++)
		if (strcmp(s, names[i]) == 0) {
			*ret = (Mode)i;
			return true;
		}
	return false;
}

static bool set_value(Spec *s, const Key *key, char *value)
{
	char *p = (char *)s + key->offset;

	switch (key->kind) {
	case VALUE_STRING:
		*(char **)p = value;
		return true;
	case VALUE_LIST:
		(*(char ***)p)[(*(size_t *)((char *)s + key->count))++] = value;
		return true;
	case VALUE_FLAG:
		*(bool *)p = true;
		return strcmp(value, "1") == 0;
	case VALUE_NUMBER:
		return parse_number(value, UINT64_MAX, (uint64_t *)p);
	case VALUE_HEX:
		*(bool *)((char *)s + key->count) = true;
		return parse_hex(value, (uint64_t *)p);
	case VALUE_MODE:
		return parse_mode(value, (Mode *)p);
	}
	return false;
}

/* Every list has room for as many entries as the document has lines. */
static bool make_lists(Spec *s, size_t n)
{
	for (size_t i = 0; i < N_KEYS; i++) {
		char **list = keys[i].kind == VALUE_LIST ? calloc(n + 1, sizeof(char *)) : NULL;

		if (keys[i].kind != VALUE_LIST)
			continue;
		if (!list)
			return false;
		*(char ***)((char *)s + keys[i].offset) = list;
	}
	return true;
}

const char *spec_parse(char *data, size_t n, Spec *ret)
{
	size_t lines = 0;

	*ret = (Spec){ 0 };
	if (n == 0 || data[n - 1] != '\0')
		return "is cut off";
	for (size_t i = 0; i < n; i++)
		lines += data[i] == '\0';
	if (!make_lists(ret, lines))
		return "is too large";
	for (char *line = data; line < data + n; line += strlen(line) + 1) {
		char *value;
		const Key *key = find_key(line, &value);

		if (!key)
			return "has an unknown key";
		if (!set_value(ret, key, value))
			return "has a bad value";
	}
	return ret->n_argv ? NULL : "has no command";
}

void spec_clear(Spec *s)
{
	free(s->argv);
	free(s->env);
	free(s->groups);
	free(s->devices);
	free(s->sysctls);
	free(s->rlimits);
	free(s->mount_sources);
	free(s->mounts);
	free(s->mask);
	free(s->readonly);
	*s = (Spec){ 0 };
}
