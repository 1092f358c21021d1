#include "librunner/nspawn.h"

#include <ctype.h>
#include <linux/capability.h>
#include <signal.h>
#include <string.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/caps.h"
#include "librunner/process.h"

/* What a host name label, and so a machine name, may have in total (HOST_NAME_MAX). */
#define MACHINE_MAX 64
#define SHORT_ID 12

/* Options that every container gets. The console is never a terminal of ours: a login prompt there
 * would leave it in a bad state, and `pipe` is also the console that starts fastest. */
static const char *const common_options[] = {
	"--quiet",	  "--settings=no",     "--link-journal=no",
	"--timezone=off", "--resolv-conf=off", "--console=pipe",
};

static void add_escaped(Strbuf *b, const char *path)
{
	for (; *path; path++) {
		if (*path == ':' || *path == '\\')
			strbuf_addc(b, '\\');
		strbuf_addc(b, *path);
	}
}

static void add_bind(char ***argv, const NspawnBind *bind)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;

	strbuf_adds(&b, bind->readonly ? "--bind-ro=" : "--bind=");
	add_escaped(&b, bind->source);
	strbuf_addc(&b, ':');
	add_escaped(&b, bind->target);
	strv_push(argv, strbuf_steal(&b));
}

/* What systemd-nspawn leaves to a payload without being asked (247 to 261). */
#define NSPAWN_CAPS                                                                              \
	(CAP_BIT(CAP_AUDIT_CONTROL) | CAP_BIT(CAP_AUDIT_WRITE) | CAP_BIT(CAP_CHOWN) |            \
	 CAP_BIT(CAP_DAC_OVERRIDE) | CAP_BIT(CAP_DAC_READ_SEARCH) | CAP_BIT(CAP_FOWNER) |        \
	 CAP_BIT(CAP_FSETID) | CAP_BIT(CAP_IPC_OWNER) | CAP_BIT(CAP_KILL) | CAP_BIT(CAP_LEASE) | \
	 CAP_BIT(CAP_LINUX_IMMUTABLE) | CAP_BIT(CAP_MKNOD) | CAP_BIT(CAP_NET_BIND_SERVICE) |     \
	 CAP_BIT(CAP_NET_BROADCAST) | CAP_BIT(CAP_NET_RAW) | CAP_BIT(CAP_SETFCAP) |              \
	 CAP_BIT(CAP_SETGID) | CAP_BIT(CAP_SETPCAP) | CAP_BIT(CAP_SETUID) |                      \
	 CAP_BIT(CAP_SYS_ADMIN) | CAP_BIT(CAP_SYS_BOOT) | CAP_BIT(CAP_SYS_CHROOT) |              \
	 CAP_BIT(CAP_SYS_NICE) | CAP_BIT(CAP_SYS_PTRACE) | CAP_BIT(CAP_SYS_RESOURCE) |           \
	 CAP_BIT(CAP_SYS_TTY_CONFIG))

static void add_capability_list(char ***argv, const char *option, uint64_t caps)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;

	for (unsigned cap = 0; cap < 64; cap++)
		if ((caps & CAP_BIT(cap)) && cap_name(cap))
			strbuf_addf(&b, "%s%s", b.len ? "," : option, cap_name(cap));
	if (b.len)
		strv_push(argv, strbuf_steal(&b));
}

/* A plain container's racker-init needs the default set to set the container up; it is the payload
 * that gets less. Names that an older systemd does not know are an error there, so only what is
 * missing is named. */
static void add_capabilities(char ***argv, const NspawnSpec *s)
{
	add_capability_list(argv, "--capability=", s->caps & ~NSPAWN_CAPS);
	add_capability_list(argv, "--drop-capability=", s->caps_dropped & (NSPAWN_CAPS | s->caps));
}

static void add_limits(char ***argv, const NspawnSpec *s)
{
	STRV_FOREACH(it, s->rlimits)
		strv_addf(argv, "--rlimit=%s", *it);
	if (s->oom_score_adj)
		strv_addf(argv, "--oom-score-adjust=%lld", (long long)s->oom_score_adj);
	if (s->no_new_privs)
		strv_add(argv, "--no-new-privileges=yes");
}

static void add_boot(char ***argv, const NspawnSpec *s)
{
	strv_add(argv, "--boot");
	strv_add(argv, "--notify-ready=yes");
	strv_addf(argv, "--kill-signal=%s", s->stop_signal ? s->stop_signal : "SIGRTMIN+4");
}

static void add_command(char ***argv, const NspawnSpec *s)
{
	if (s->as_pid2)
		strv_add(argv, "--as-pid2");
	strv_add(argv, "--");
	strv_extend(argv, s->command);
}

char **nspawn_argv(const NspawnSpec *s)
{
	char **argv = NULL;

	strv_add(&argv, "systemd-nspawn");
	for (size_t i = 0; i < sizeof(common_options) / sizeof(common_options[0]); i++)
		strv_add(&argv, common_options[i]);
	if (!s->registered) {
		strv_add(&argv, "--register=no");
		strv_add(&argv, "--keep-unit");
	}
	strv_addf(&argv, "--directory=%s", s->directory);
	strv_addf(&argv, "--machine=%s", s->machine);
	if (s->hostname)
		strv_addf(&argv, "--hostname=%s", s->hostname);
	if (s->uuid)
		strv_addf(&argv, "--uuid=%s", s->uuid);
	if (s->private_network)
		strv_add(&argv, "--private-network");
	if (s->readonly)
		strv_add(&argv, "--read-only");
	add_capabilities(&argv, s);
	add_limits(&argv, s);
	for (size_t i = 0; i < s->n_binds; i++)
		add_bind(&argv, &s->binds[i]);
	STRV_FOREACH(e, s->env)
		strv_addf(&argv, "--setenv=%s", *e);
	if (s->boot)
		add_boot(&argv, s);
	else
		add_command(&argv, s);
	return argv;
}

char **nspawn_env(const NspawnSpec *s)
{
	char **env = NULL;

	strv_add(&env, "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
	strv_add(&env, "LANG=C.UTF-8");
	/* The image's /tmp is seen, and the lock is ours to hold. */
	strv_add(&env, "SYSTEMD_NSPAWN_TMPFS_TMP=0");
	strv_add(&env, "SYSTEMD_NSPAWN_LOCK=0");
	/* racker-init loads Docker's profile; two filters would be the intersection. */
	if (!s->boot || s->unconfined)
		strv_add(&env, "SYSTEMD_SECCOMP=0");
	if (s->sys_writable)
		strv_add(&env, "SYSTEMD_NSPAWN_API_VFS_WRITABLE=1");
	else if (s->boot && s->joined_network)
		strv_add(&env, "SYSTEMD_NSPAWN_API_VFS_WRITABLE=network");
	if (s->host_pid)
		strv_add(&env, "SYSTEMD_NSPAWN_SHARE_NS_PID=1");
	if (s->host_ipc)
		strv_add(&env, "SYSTEMD_NSPAWN_SHARE_NS_IPC=1");
	if (s->host_uts)
		strv_add(&env, "SYSTEMD_NSPAWN_SHARE_NS_UTS=1");
	if (s->unified)
		strv_add(&env, "SYSTEMD_NSPAWN_UNIFIED_HIERARCHY=1");
	if (s->notify_socket)
		strv_addf(&env, "NOTIFY_SOCKET=%s", s->notify_socket);
	return env;
}

/* systemd's hostname_is_valid(): labels of letters, digits and inner dashes, separated by dots. */
bool nspawn_hostname_valid(const char *name)
{
	bool dot = true, dash = false;

	if (!*name || strlen(name) > MACHINE_MAX)
		return false;
	for (const char *p = name; *p; p++) {
		if (*p == '.') {
			if (dot || dash)
				return false;
		} else if (*p == '-') {
			if (dot)
				return false;
		} else if (!isascii(*p) || !isalnum((unsigned char)*p))
			return false;
		dot = *p == '.';
		dash = *p == '-';
	}
	return !dot && !dash;
}

char *nspawn_machine_name(const char *container_name, const char *id)
{
	char base[MACHINE_MAX - SHORT_ID];
	size_t n = 0;

	if (nspawn_hostname_valid(container_name))
		return xstrdup(container_name);
	for (const char *p = container_name; *p && n + 1 < sizeof(base); p++) {
		bool plain = isascii(*p) && isalnum((unsigned char)*p);

		if (plain)
			base[n++] = *p;
		else if (n > 0 && base[n - 1] != '-')
			base[n++] = '-';
	}
	while (n > 0 && base[n - 1] == '-')
		n--;
	base[n] = '\0';
	return xasprintf("%s%s%.*s", base, n ? "-" : "", SHORT_ID, id);
}

char *nspawn_uuid(const char *id)
{
	char *uuid = xstrndup(id, 32);

	if (strlen(uuid) == 32) {
		uuid[12] = '4';
		uuid[16] = "89ab"[(uuid[16] <= '9' ? uuid[16] - '0' : uuid[16] - 'a' + 10) & 3];
	}
	return uuid;
}

int nspawn_payload_status(int status, const char *diagnostics)
{
	static const char words[] = " terminated by signal ";
	const char *last = NULL, *p = diagnostics;
	cleanup_free char *name = NULL;
	int sig;

	while ((p = strstr(p, words)))
		last = p += sizeof(words) - 1;
	if (status != 1 || !last)
		return status;
	name = xstrndup(last, strcspn(last, ".\n"));
	sig = signal_from_name(name);
	return sig > 0 ? 128 + sig : status;
}

void nspawn_forget(const char *machine)
{
	static const char *const places[] = { "propagate", "unix-export" };

	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++) {
		cleanup_free char *dir = xasprintf("/run/systemd/nspawn/%s/%s", places[i], machine);

		(void)rmdir(dir);
	}
}
