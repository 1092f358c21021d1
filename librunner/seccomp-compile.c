#include "librunner/seccomp-compile.h"

#include <fcntl.h>
#include <linux/filter.h>
#include <seccomp.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/utsname.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/host.h"
#include "librunner/seccomp-profile.h"

static void filter_freep(scmp_filter_ctx *ctx)
{
	if (*ctx)
		seccomp_release(*ctx);
}

static uint32_t action_of(const char *name, int64_t errno_ret)
{
	static const struct {
		const char *name;
		uint32_t action;
	} table[] = {
		{ "SCMP_ACT_KILL", SCMP_ACT_KILL_THREAD },
		{ "SCMP_ACT_KILL_THREAD", SCMP_ACT_KILL_THREAD },
		{ "SCMP_ACT_KILL_PROCESS", SCMP_ACT_KILL_PROCESS },
		{ "SCMP_ACT_TRAP", SCMP_ACT_TRAP },
		{ "SCMP_ACT_ALLOW", SCMP_ACT_ALLOW },
		{ "SCMP_ACT_LOG", SCMP_ACT_LOG },
	};
	uint32_t n = errno_ret < 0 ? EPERM : (uint32_t)errno_ret;

	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (streq(table[i].name, name))
			return table[i].action;
	return streq(name, "SCMP_ACT_TRACE") ? SCMP_ACT_TRACE(n) : SCMP_ACT_ERRNO(n);
}

static struct scmp_arg_cmp comparison(const SeccompArg *a)
{
	static const struct {
		const char *name;
		enum scmp_compare op;
	} table[] = {
		{ "SCMP_CMP_NE", SCMP_CMP_NE }, { "SCMP_CMP_LT", SCMP_CMP_LT },
		{ "SCMP_CMP_LE", SCMP_CMP_LE }, { "SCMP_CMP_EQ", SCMP_CMP_EQ },
		{ "SCMP_CMP_GE", SCMP_CMP_GE }, { "SCMP_CMP_GT", SCMP_CMP_GT },
	};
	struct scmp_arg_cmp c = { .arg = (unsigned)a->index, .op = SCMP_CMP_MASKED_EQ };

	c.datum_a = (uint64_t)a->value;
	c.datum_b = (uint64_t)a->value_two;
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (streq(table[i].name, a->op))
			c.op = table[i].op;
	return c;
}

/* As runc: conditions on different arguments must all hold, several on one argument are rules of
 * their own. */
static bool same_argument_twice(const SeccompRule *rule)
{
	unsigned seen = 0;

	for (size_t i = 0; i < rule->n_args; i++) {
		if (seen & 1U << rule->args[i].index)
			return true;
		seen |= 1U << rule->args[i].index;
	}
	return false;
}

static int add_call(scmp_filter_ctx ctx, const SeccompRule *rule, uint32_t action, int nr)
{
	struct scmp_arg_cmp list[6];
	bool apart = same_argument_twice(rule);
	int r = 0;

	for (size_t i = 0; r >= 0 && i < rule->n_args; i++) {
		struct scmp_arg_cmp one = comparison(&rule->args[i]);

		if (apart)
			r = seccomp_rule_add_array(ctx, action, nr, 1, &one);
		else
			list[i] = one;
	}
	if (apart)
		return r;
	return seccomp_rule_add_array(ctx, action, nr, (unsigned)rule->n_args, list);
}

static int add_rule(scmp_filter_ctx ctx, const SeccompProfile *p, const SeccompRule *rule,
		    Error **err)
{
	uint32_t action = action_of(rule->action, rule->errno_ret);

	/* libseccomp refuses a rule that says what the default says. */
	if (action == action_of(p->default_action, p->default_errno))
		return 0;
	STRV_FOREACH(it, rule->names) {
		int nr = seccomp_syscall_resolve_name(*it), r;

		if (nr == __NR_SCMP_ERROR)
			continue;
		r = add_call(ctx, rule, action, nr);
		/* A second rule for the same call and another action: the first one counts. */
		if (r < 0 && r != -EEXIST)
			return error_errno(err, -r, "seccomp rule for %s", *it);
	}
	return 0;
}

/* "SCMP_ARCH_X86_64"; 0 when it is none. */
static uint32_t arch_of(const char *name)
{
	const char *rest = name ? startswith(name, "SCMP_ARCH_") : NULL;
	cleanup_free char *lower = xstrdup(rest ? rest : "");

	for (char *p = lower; *p; p++)
		*p = *p >= 'A' && *p <= 'Z' ? (char)(*p + ('a' - 'A')) : *p;
	return seccomp_arch_resolve_name(lower);
}

static int add_arch(scmp_filter_ctx ctx, const char *name, Error **err)
{
	uint32_t arch = arch_of(name);
	int r;

	if (arch == 0)
		return error_set(err, EINVAL, "string %s is not a valid arch for seccomp", name);
	r = seccomp_arch_add(ctx, arch);
	return r < 0 && r != -EEXIST ? error_errno(err, -r, "seccomp architecture %s", name) : 0;
}

static int add_archs(scmp_filter_ctx ctx, const SeccompProfile *p, Error **err)
{
	int r = 0;

	STRV_FOREACH(it, p->architectures)
		r = r < 0 ? r : add_arch(ctx, *it, err);
	for (size_t i = 0; i < p->n_arch_map; i++) {
		if (arch_of(p->arch_map[i].arch) != seccomp_arch_native())
			continue;
		STRV_FOREACH(it, p->arch_map[i].sub)
			r = r < 0 ? r : add_arch(ctx, *it, err);
	}
	return r;
}

static int build(const SeccompProfile *p, uint64_t caps, scmp_filter_ctx ctx, Error **err)
{
	cleanup_free char *arch = host_architecture();
	struct utsname host;
	int r = add_archs(ctx, p, err);

	if (uname(&host) < 0)
		return error_errno(err, errno, "uname");
	(void)seccomp_attr_set(ctx, SCMP_FLTATR_CTL_NNP, 0);
	for (size_t i = 0; r >= 0 && i < p->n_rules; i++)
		if (seccomp_rule_applies(&p->rules[i], caps, arch, host.release))
			r = add_rule(ctx, p, &p->rules[i], err);
	return r;
}

static int export_filter(scmp_filter_ctx ctx, Error **err)
{
	cleanup_fd int fd = memfd_create("racker-seccomp", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	struct stat st;
	int r;

	if (fd < 0)
		return error_errno(err, errno, "make a memfd");
	r = seccomp_export_bpf(ctx, fd);
	if (r < 0 || fstat(fd, &st) < 0)
		return error_errno(err, r < 0 ? -r : errno, "compile the seccomp profile");
	if ((size_t)st.st_size > BPF_MAXINSNS * sizeof(struct sock_filter))
		return error_set(err, E2BIG, "the seccomp profile is too long");
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
		return error_errno(err, errno, "seal the seccomp profile");
	return steal_fd(&fd);
}

int seccomp_compile_memfd(const char *json, uint64_t caps, int *ret_fd, Error **err)
{
	cleanup_seccomp_profile SeccompProfile p = { 0 };
	cleanup(filter_freep) scmp_filter_ctx ctx = NULL;
	int r = seccomp_profile_parse(json, &p, err);

	*ret_fd = -1;
	if (r < 0 || str_empty(p.default_action))
		return r;
	ctx = seccomp_init(action_of(p.default_action, p.default_errno));
	if (!ctx)
		return error_set(err, EINVAL, "seccomp: %s cannot be the default action",
				 p.default_action);
	r = build(&p, caps, ctx, err);
	if (r >= 0)
		r = *ret_fd = export_filter(ctx, err);
	return r < 0 ? r : 0;
}
