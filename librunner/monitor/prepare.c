/* Everything that is there before systemd-nspawn starts, and its start. */
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/cgroup-limits.h"
#include "librunner/devices.h"
#include "librunner/inotify-limit.h"
#include "librunner/monitor/boot.h"
#include "librunner/monitor/console.h"
#include "librunner/monitor/files.h"
#include "librunner/monitor/network.h"
#include "librunner/monitor/nspawn-start.h"
#include "librunner/monitor/oom.h"
#include "librunner/monitor/publish.h"
#include "librunner/monitor/sampler.h"
#include "librunner/monitor/session.h"
#include "librunner/rootfs.h"

char *monitor_path(const Monitor *m, const char *name)
{
	return xasprintf("%s/%s", m->dir, name);
}

bool monitor_network_is(const Monitor *m, const char *mode)
{
	return m->c->host.network_mode && streq(m->c->host.network_mode, mode);
}

/* The nodes of a booted container are bound; racker-init makes those of a plain one. */
static int add_devices(Monitor *m, Binds *b, Error **err)
{
	cleanup_devices Devices d = { 0 };
	int r = devices_collect(&m->c->host, &d, err);

	if (r < 0)
		return r;
	r = cgroup_devices_allow(cgroup_dirs(m->run->cgroup), d.rules, d.n_rules, d.all);
	if (r < 0)
		return error_errno(err, -r, "allow the devices of the container");
	if (!m->c->racker.boot) {
		m->run->devices = devices_spec(&d);
		if (m->run->main)
			m->run->main->spec.devices = m->run->devices;
		return 0;
	}
	for (size_t i = 0; i < d.n; i++)
		binds_add_copy(b, d.nodes[i].host, d.nodes[i].path);
	return 0;
}

int monitor_prepare(Monitor *m, Error **err)
{
	cleanup_binds Binds b = { 0 };
	cleanup_mount_plan MountPlan plan = { 0 };
	cleanup_free char *root = monitor_path(m, "merged");
	int r = m->c->racker.boot ? inotify_limit_check(err) : 0;

	binds_forget(m);
	if (r >= 0)
		r = publish_take(m, err);
	if (r >= 0)
		r = rootfs_mount_container(m->rt->store, &m->c->racker, m->dir,
					   m->c->host.auto_remove ? ROOTFS_VOLATILE : 0, err);
	if (r >= 0)
		r = rootfs_complete(root, m->c->racker.boot, err);
	if (r >= 0 && m->c->racker.boot)
		r = rootfs_write_hostname(root, m->c->config.hostname, err);
	if (r >= 0)
		r = cgroup_create(m->dirfd, m->c->id, &m->run->cgroup, err);
	if (r >= 0)
		r = cgroup_limits_apply(m->run->cgroup, &m->c->host, NULL, err);
	if (r >= 0)
		oom_watch(m);
	if (r >= 0)
		sampler_start(m);
	if (r >= 0)
		r = files_open_guest_dir(m, err);
	if (r >= 0)
		r = boot_listen(m, err);
	if (r >= 0)
		r = network_open(m, err);
	if (r >= 0)
		publish_open(m);
	if (r >= 0)
		r = mount_plan_make(&m->c->host, &m->c->racker, &plan, err);
	if (r >= 0)
		r = files_add(m, &b, &plan, err);
	if (r >= 0)
		r = add_devices(m, &b, err);
	if (r >= 0)
		r = binds_add_plan(m, &b, &plan, err);
	if (r >= 0 && m->c->racker.boot)
		console_open(m, &b);
	return r < 0 ? r : nspawn_start(m, &b, err);
}
