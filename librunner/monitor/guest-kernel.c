#include "librunner/monitor/guest-kernel.h"

#include <fcntl.h>
#include <sched.h>
#include <stdio.h>
#include <sys/wait.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"

/* What the child reports. */
typedef struct Report {
	int errnum;
	char what[256];
} Report;

static void set_report(Report *r, const char *what)
{
	r->errnum = errno;
	(void)snprintf(r->what, sizeof(r->what), "%s", what);
}

/* `net.ipv4.ip_forward=1`; a name with slashes keeps its dots. */
static void write_sysctl(const char *entry, Report *ret)
{
	const char *equals = strchrnul(entry, '=');
	cleanup_free char *name = xstrndup(entry, (size_t)(equals - entry)), *path = NULL;
	cleanup_fd int fd = -1;
	cleanup_free char *what = NULL;

	for (char *p = name; *p && !strchr(entry, '/'); p++)
		*p = *p == '.' ? '/' : *p;
	path = xasprintf("/proc/sys/%s", name);
	fd = open(path, O_WRONLY | O_CLOEXEC);
	what = xasprintf("%s %s", fd < 0 ? "open" : "write", path);
	if (fd < 0 || (*equals && write(fd, equals + 1, strlen(equals + 1)) < 0))
		set_report(ret, what);
}

static _Noreturn void child(Monitor *m, int out)
{
	const char *domain = m->c->config.domainname;
	Report r = { 0 };

	if (setns(m->run->leader_pidfd, CLONE_NEWIPC | CLONE_NEWNET | CLONE_NEWUTS) < 0)
		set_report(&r, "join the namespaces");
	if (r.errnum == 0 && !str_empty(domain) && setdomainname(domain, strlen(domain)) < 0)
		set_report(&r, "set the domain name");
	STRV_FOREACH(it, m->c->host.sysctls)
		if (r.errnum == 0)
			write_sysctl(*it, &r);
	(void)!write(out, &r, sizeof(r));
	_exit(0);
}

int guest_kernel_set(Monitor *m, Error **err)
{
	cleanup_fd int in = -1, out = -1;
	int fds[2];
	Report r = { 0 };
	pid_t pid;

	if (!(m->c->host.sysctls && *m->c->host.sysctls) && str_empty(m->c->config.domainname))
		return 0;
	if (pipe2(fds, O_CLOEXEC) < 0)
		return error_errno(err, errno, "make a pipe");
	in = fds[0];
	out = fds[1];
	pid = fork();
	if (pid < 0)
		return error_errno(err, errno, "fork");
	if (pid == 0)
		child(m, out);
	out = fd_close(out);
	if (fd_read_full(in, &r, sizeof(r)) != (ssize_t)sizeof(r))
		r = (Report){ EIO, "set sysctls" };
	while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
		;
	r.what[sizeof(r.what) - 1] = '\0';
	return r.errnum ? error_errno(err, r.errnum, "error during container init: %s", r.what) : 0;
}
