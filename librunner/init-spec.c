#include "librunner/init-spec.h"

#include <fcntl.h>
#include <inttypes.h>
#include <sys/mman.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "librunner/init/protocol.h"

char *const init_masked_paths[] = {
	(char *)"/proc/asound",
	(char *)"/proc/acpi",
	(char *)"/proc/interrupts",
	(char *)"/proc/kcore",
	(char *)"/proc/keys",
	(char *)"/proc/latency_stats",
	(char *)"/proc/timer_list",
	(char *)"/proc/timer_stats",
	(char *)"/proc/sched_debug",
	(char *)"/proc/scsi",
	(char *)"/sys/firmware",
	(char *)"/sys/devices/virtual/powercap",
	NULL,
};

char *const init_readonly_paths[] = {
	(char *)"/proc/bus",	       (char *)"/proc/fs",
	(char *)"/proc/irq",	       (char *)"/proc/sys",
	(char *)"/proc/sysrq-trigger", NULL,
};

static void add(Strbuf *b, const char *key, const char *value)
{
	strbuf_adds(b, key);
	strbuf_addc(b, '=');
	strbuf_adds(b, value);
	strbuf_addc(b, '\0');
}

static void add_optional(Strbuf *b, const char *key, const char *value)
{
	if (!str_empty(value))
		add(b, key, value);
}

static void add_flag(Strbuf *b, const char *key, bool on)
{
	if (on)
		add(b, key, "1");
}

static void add_all(Strbuf *b, const char *key, char *const *values)
{
	STRV_FOREACH(v, values)
		add(b, key, *v);
}

static void encode(const InitSpec *s, Strbuf *b)
{
	static const char *const modes[] = { "main", "unit", "exec" };

	add(b, "mode", modes[s->mode]);
	add_all(b, "argv", s->argv);
	add_all(b, "env", s->env);
	add_optional(b, "cwd", s->cwd);
	add_flag(b, "make_cwd", s->make_cwd);
	add_optional(b, "user", s->user);
	add_all(b, "group", s->groups);
	add_optional(b, "hostname", s->hostname);
	add_flag(b, "tty", s->tty);
	add_flag(b, "init", s->init);
	add_flag(b, "no_new_privs", s->no_new_privs);
	add_flag(b, "seccomp", s->seccomp);
	add_flag(b, "detach_run", s->detach_run);
	add_optional(b, "domainname", s->domainname);
	add_all(b, "device", s->devices);
	add_all(b, "sysctl", s->sysctls);
	add_all(b, "rlimit", s->rlimits);
	add_flag(b, "cgroup_ns", s->cgroup_ns);
	add_flag(b, "no_shm", s->no_shm);
	if (s->set_oom_score_adj) {
		strbuf_addf(b, "oom_score_adj=%" PRId64, s->oom_score_adj);
		strbuf_addc(b, '\0');
	}
	add_flag(b, "root_readonly", s->root_readonly);
	add_flag(b, "sys_writable", s->sys_writable);
	add_all(b, "mount_source", s->mount_sources);
	add_all(b, "mount", s->mounts);
	add_all(b, "mask", s->mask);
	add_all(b, "readonly", s->readonly);
	if (!s->keep_caps) {
		strbuf_addf(b, "caps=%" PRIx64, s->caps);
		strbuf_addc(b, '\0');
	}
	if (s->shm_size) {
		strbuf_addf(b, "shm_size=%" PRIu64, s->shm_size);
		strbuf_addc(b, '\0');
	}
}

int init_spec_memfd(const InitSpec *s, Error **err)
{
	cleanup_fd int fd = memfd_create("racker-spec", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	int r;

	if (fd < 0)
		return error_errno(err, errno, "make a memfd");
	encode(s, &b);
	if (b.len > INIT_MAX_SPEC)
		return error_set(err, E2BIG, "arguments and environment are too long");
	r = fd_write_all(fd, b.data, b.len);
	if (r < 0)
		return error_errno(err, -r, "write the spec");
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
		return error_errno(err, errno, "seal the spec");
	return steal_fd(&fd);
}
