#include "librunner/seccomp-profile.h"

#include <stdio.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/caps.h"

/* What runc answers, Docker's engine tells with these words around it. */
#define RUNC                                                                                   \
	"failed to create task for container: failed to create shim task: OCI runtime create " \
	"failed: runc create failed: "
/* Arguments of a system call. */
#define N_ARGUMENTS 6
/* The largest errno that a filter can return. */
#define MAX_ERRNO 4095

/* clang-format off */
static const JsonField arg_fields[] = {
	JSON_INT(SeccompArg, "index", index, 0),
	JSON_INT(SeccompArg, "value", value, 0),
	JSON_INT(SeccompArg, "valueTwo", value_two, 0),
	JSON_STRING(SeccompArg, "op", op, 0),
	JSON_END,
};
static const JsonType arg_type = { "args", sizeof(SeccompArg), arg_fields };

static const JsonField filter_fields[] = {
	JSON_STRV(SeccompFilter, "caps", caps, 0),
	JSON_STRV(SeccompFilter, "arches", arches, 0),
	JSON_STRING(SeccompFilter, "minKernel", min_kernel, 0),
	JSON_END,
};
static const JsonType filter_type = { "filter", sizeof(SeccompFilter), filter_fields };

static const JsonField rule_fields[] = {
	JSON_STRING(SeccompRule, "name", name, 0),
	JSON_STRV(SeccompRule, "names", names, 0),
	JSON_STRING(SeccompRule, "action", action, 0),
	JSON_INT(SeccompRule, "errnoRet", errno_ret, 0),
	JSON_ARRAY(SeccompRule, "args", args, n_args, &arg_type, 0),
	JSON_OBJECT(SeccompRule, "includes", includes, &filter_type, 0),
	JSON_OBJECT(SeccompRule, "excludes", excludes, &filter_type, 0),
	JSON_END,
};
static const JsonType rule_type = { "syscalls", sizeof(SeccompRule), rule_fields };

static const JsonField arch_map_fields[] = {
	JSON_STRING(SeccompArchMap, "architecture", arch, 0),
	JSON_STRV(SeccompArchMap, "subArchitectures", sub, 0),
	JSON_END,
};
static const JsonType arch_map_type = { "archMap", sizeof(SeccompArchMap), arch_map_fields };

static const JsonField profile_fields[] = {
	JSON_STRING(SeccompProfile, "defaultAction", default_action, 0),
	JSON_INT(SeccompProfile, "defaultErrnoRet", default_errno, 0),
	JSON_STRV(SeccompProfile, "architectures", architectures, 0),
	JSON_STRV(SeccompProfile, "flags", flags, 0),
	JSON_STRING(SeccompProfile, "listenerPath", listener_path, 0),
	JSON_ARRAY(SeccompProfile, "archMap", arch_map, n_arch_map, &arch_map_type, 0),
	JSON_ARRAY(SeccompProfile, "syscalls", rules, n_rules, &rule_type, 0),
	JSON_END,
};
static const JsonType profile_type = { "Seccomp", sizeof(SeccompProfile), profile_fields };
/* clang-format on */

void seccomp_profile_clear(SeccompProfile *p)
{
	json_clear(&profile_type, p);
}

static const char *const actions[] = {
	"SCMP_ACT_KILL",  "SCMP_ACT_KILL_THREAD", "SCMP_ACT_KILL_PROCESS",
	"SCMP_ACT_TRAP",  "SCMP_ACT_ERRNO",	  "SCMP_ACT_TRACE",
	"SCMP_ACT_ALLOW", "SCMP_ACT_LOG",	  NULL,
};

static const char *const operators[] = {
	"SCMP_CMP_NE", "SCMP_CMP_LT", "SCMP_CMP_LE",	    "SCMP_CMP_EQ",
	"SCMP_CMP_GE", "SCMP_CMP_GT", "SCMP_CMP_MASKED_EQ", NULL,
};

static bool is_one_of(const char *const *list, const char *s)
{
	for (; s && *list; list++)
		if (streq(*list, s))
			return true;
	return false;
}

static int check_action(const char *action, Error **err)
{
	if (!is_one_of(actions, action))
		return error_set(err, EINVAL,
				 RUNC "string %s is not a valid action for seccomp: unknown",
				 action ? action : "");
	return 0;
}

static int check_args(const SeccompRule *rule, const char *name, Error **err)
{
	for (size_t i = 0; i < rule->n_args; i++) {
		const SeccompArg *a = &rule->args[i];

		if (!is_one_of(operators, a->op))
			return error_set(err, EINVAL,
					 RUNC
					 "string %s is not a valid operator for seccomp: unknown",
					 a->op ? a->op : "");
		if (a->index < 0 || a->index >= N_ARGUMENTS)
			return error_set(
				err, EINVAL,
				RUNC
				"unable to start container process: error creating seccomp syscall "
				"condition for syscall %s: syscalls only have up to 6 arguments "
				"(%lld "
				"given): unknown",
				name, (long long)a->index);
	}
	return 0;
}

static bool errno_valid(int64_t n)
{
	return n >= -1 && n <= MAX_ERRNO;
}

static bool is_notify(const char *action)
{
	return streq_null(action, "SCMP_ACT_NOTIFY");
}

/* The agent that would decide about a system call: what Docker refuses, and what we do. */
static int refuse_notify(const SeccompProfile *p, const SeccompRule *rule, Error **err)
{
	if (strv_contains(rule->names, "write") || streq_null(rule->name, "write"))
		return error_set(err, EINVAL,
				 RUNC "unable to start container process: SCMP_ACT_NOTIFY cannot "
				      "be used for the write syscall: "
				      "unknown");
	if (str_empty(p->listener_path))
		return error_set(
			err, EINVAL,
			RUNC "unable to start container process: listenerPath is not set: unknown");
	return error_set(err, EOPNOTSUPP,
			 "seccomp: SCMP_ACT_NOTIFY is not supported: system calls are handed to "
			 "no agent (listenerPath %s)",
			 p->listener_path);
}

static int check_rule(const SeccompProfile *p, SeccompRule *rule, Error **err)
{
	int r = is_notify(rule->action) ? refuse_notify(p, rule, err)
					: check_action(rule->action, err);

	if (r < 0)
		return r;
	if (!str_empty(rule->name) && rule->names)
		return error_set(err, EINVAL,
				 "both 'name' and 'names' are specified in the seccomp profile, "
				 "use either 'name' or 'names'");
	if (!str_empty(rule->name))
		strv_add(&rule->names, rule->name);
	if (!errno_valid(rule->errno_ret))
		return error_set(err, EINVAL, "seccomp: errnoRet %lld is no error number",
				 (long long)rule->errno_ret);
	return check_args(rule, rule->names && rule->names[0] ? rule->names[0] : "", err);
}

static int check(SeccompProfile *p, Error **err)
{
	int r = 0;

	if (p->architectures && p->n_arch_map)
		return error_set(err, EINVAL,
				 "both 'architectures' and 'archMap' are specified in the seccomp "
				 "profile, use either 'architectures' or 'archMap'");
	if (p->flags && p->flags[0])
		return error_set(err, EOPNOTSUPP, "seccomp: flag %s is not supported", p->flags[0]);
	if (!errno_valid(p->default_errno))
		return error_set(err, EINVAL, "seccomp: defaultErrnoRet %lld is no error number",
				 (long long)p->default_errno);
	/* Without one there is no filter: as in Docker, `{}` is a profile. */
	if (str_empty(p->default_action))
		return p->n_rules ? check_action("", err) : 0;
	if (is_notify(p->default_action))
		return error_set(err, EINVAL,
				 RUNC "unable to start container process: SCMP_ACT_NOTIFY cannot "
				      "be used as default action: unknown");
	r = check_action(p->default_action, err);
	for (size_t i = 0; r >= 0 && i < p->n_rules; i++)
		r = check_rule(p, &p->rules[i], err);
	return r;
}

/* Numbers that are not given are -1: the tables start with what the struct holds, and the rows of
 * an array with zeroes. */
static void set_default_errnos(json_t *root)
{
	json_t *rules = json_object_get(root, "syscalls"), *rule;
	size_t i;

	if (json_is_object(root) && !json_object_get(root, "defaultErrnoRet"))
		(void)json_object_set_new(root, "defaultErrnoRet", json_integer(-1));
	json_array_foreach(rules, i, rule)
		if (json_is_object(rule) && !json_object_get(rule, "errnoRet"))
			(void)json_object_set_new(rule, "errnoRet", json_integer(-1));
}

int seccomp_profile_parse(const char *json, SeccompProfile *ret, Error **err)
{
	cleanup_seccomp_profile SeccompProfile p = { 0 };
	cleanup_json json_t *root = NULL;
	int r = json_parse(json, strlen(json), "seccomp profile", &root, err);

	if (r >= 0) {
		set_default_errnos(root);
		r = json_decode(root, &profile_type, &p, err);
	}
	if (r < 0)
		return error_prefix(err, r, "Decoding seccomp profile failed");
	r = check(&p, err);
	if (r < 0)
		return r;
	*ret = p;
	p = (SeccompProfile){ 0 };
	return 0;
}

/* ---- which rules count ---- */

static bool kernel_is_at_least(const char *release, const char *wanted)
{
	unsigned have[2] = { 0, 0 }, want[2] = { 0, 0 };

	if (sscanf(wanted, "%u.%u", &want[0], &want[1]) < 1)
		return false;
	(void)sscanf(release, "%u.%u", &have[0], &have[1]);
	return have[0] > want[0] || (have[0] == want[0] && have[1] >= want[1]);
}

static bool has_cap(uint64_t caps, const char *name)
{
	int cap = cap_from_name(name);

	return cap >= 0 && (caps & CAP_BIT(cap));
}

bool seccomp_rule_applies(const SeccompRule *rule, uint64_t caps, const char *arch,
			  const char *release)
{
	const SeccompFilter *in = &rule->includes, *ex = &rule->excludes;

	if (strv_contains(ex->arches, arch))
		return false;
	STRV_FOREACH(it, ex->caps)
		if (has_cap(caps, *it))
			return false;
	if (!str_empty(ex->min_kernel) && kernel_is_at_least(release, ex->min_kernel))
		return false;
	if (strv_length(in->arches) && !strv_contains(in->arches, arch))
		return false;
	STRV_FOREACH(it, in->caps)
		if (!has_cap(caps, *it))
			return false;
	return str_empty(in->min_kernel) || kernel_is_at_least(release, in->min_kernel);
}
