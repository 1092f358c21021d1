#include "librunner/inside-check.h"

#include <sys/mount.h>

#include "libcommon/path.h"
#include "libcommon/str.h"
#include "librunner/mount-plan.h"
#include "librunner/network.h"
#include "librunner/privileges.h"

/* What runc answers, Docker's engine tells with these words around it. */
#define RUNC                                                                                   \
	"failed to create task for container: failed to create shim task: OCI runtime create " \
	"failed: runc create failed: "

/* systemd's own limit. */
#define UNIT_NAME_MAX 255

/* ---- sysctls ---- */

static bool is_ipc_sysctl(const char *name)
{
	static const char *const names[] = {
		"kernel.msgmax", "kernel.msgmnb", "kernel.msgmni", "kernel.sem",
		"kernel.shmall", "kernel.shmmax", "kernel.shmmni", "kernel.shm_rmid_forced",
	};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (streq(names[i], name))
			return true;
	return startswith(name, "fs.mqueue.") != NULL;
}

static bool in_host_network(const HostConfig *host)
{
	cleanup_free char *mode = NULL;

	if (!str_empty(host->network_mode) && !streq(host->network_mode, NETWORK_DEFAULT))
		return streq(host->network_mode, NETWORK_HOST);
	return network_default(&mode, NULL) >= 0 && streq(mode, NETWORK_HOST);
}

static int check_sysctl(const HostConfig *host, const char *entry, Error **err)
{
	int n = (int)strcspn(entry, "=");
	char name[256];

	if ((size_t)n >= sizeof(name))
		return error_set(err, EINVAL, "sysctl '%s' is not allowed", entry);
	memcpy(name, entry, (size_t)n);
	name[n] = '\0';
	if (startswith(name, "net.") && in_host_network(host))
		return error_set(err, EINVAL,
				 RUNC "sysctl \"%s\" not allowed in host network namespace: "
				      "unknown",
				 name);
	if (is_ipc_sysctl(name) && streq_null(host->ipc_mode, "host"))
		return error_set(err, EINVAL,
				 RUNC "sysctl \"%s\" is not allowed in the hosts ipc namespace: "
				      "unknown",
				 name);
	return 0;
}

int inside_check(const ContainerConfig *config, const HostConfig *host, Error **err)
{
	Privileges p;
	int r = privileges_of(host, &p, err);

	STRV_FOREACH(it, host->sysctls)
		r = r < 0 ? r : check_sysctl(host, *it, err);
	if (r >= 0 && streq_null(host->uts_mode, "host") && !str_empty(config->domainname))
		r = error_set(err, EINVAL,
			      RUNC
			      "sysctl \"kernel.domainname\" is not in a separate kernel namespace: "
			      "unknown");
	return r < 0 ? r : 0;
}

/* ---- booted ---- */

static int check_modes(const HostConfig *host, Error **err)
{
	static const char why[] = "--boot=never runs the command alone";
	const struct {
		const char *flag, *mode, *reason;
	} modes[] = {
		{ "--pid host", host->pid_mode, "its systemd has to be PID 1" },
		{ "--uts host", host->uts_mode, "it would rename the host" },
		{ "--cgroupns host", host->cgroupns_mode, "it would manage the host's units" },
	};

	for (size_t i = 0; i < sizeof(modes) / sizeof(modes[0]); i++)
		if (streq_null(modes[i].mode, "host"))
			return error_set(err, EOPNOTSUPP,
					 "%s is not possible in a booted container: %s (%s)",
					 modes[i].flag, modes[i].reason, why);
	return 0;
}

/* systemd-nspawn cuts every mount off from the host's, and mounts these places itself. */
static int check_mount(const PlannedMount *m, Error **err)
{
	static const char *const own[] = { "/proc", "/sys", "/dev" };

	if (mount_propagation_flags(m->propagation) & MS_SHARED)
		return error_set(err, EOPNOTSUPP,
				 "%s: propagation %s is not possible in a booted container: "
				 "systemd-nspawn makes every mount a slave of the host's (use "
				 "rslave)",
				 m->target, m->propagation);
	for (size_t i = 0; i < sizeof(own) / sizeof(own[0]); i++)
		if (streq(m->target, own[i]) || (i < 2 && path_is_within(m->target, own[i])))
			return error_set(err, EOPNOTSUPP,
					 "nothing can be mounted on %s of a booted container: "
					 "systemd-nspawn makes %s itself",
					 m->target, own[i]);
	return 0;
}

/* What systemd takes as the name of a service. */
static int check_unit(const char *name, Error **err)
{
	size_t n = strlen(name);

	if (n + strlen(".service") > UNIT_NAME_MAX ||
	    strspn(name, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:_.\\@-") !=
		    n ||
	    name[0] == '.')
		return error_set(err, EINVAL, "invalid unit name for --guest-unit: %s", name);
	return 0;
}

int inside_check_plain(const Container *c, Error **err)
{
	if (!str_empty(c->racker.guest_unit))
		return error_set(err, EINVAL,
				 "--guest-unit: the container is not booted, it has no units");
	return 0;
}

int inside_check_boot(const Container *c, Error **err)
{
	cleanup_mount_plan MountPlan plan = { 0 };
	int r = check_modes(&c->host, err);

	if (r >= 0 && !str_empty(c->racker.guest_unit))
		r = check_unit(c->racker.guest_unit, err);

	if (r >= 0)
		r = privileges_check_boot(&c->host, err);
	if (r >= 0)
		r = mount_plan_make(&c->host, &c->racker, &plan, err);
	for (size_t i = 0; r >= 0 && i < plan.n; i++)
		r = check_mount(&plan.list[i], err);
	return r < 0 ? r : 0;
}
