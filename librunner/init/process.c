#include "librunner/init/process.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "librunner/init/text.h"

#define DEFAULT_PATH "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
#define CAP_LAST 63

/* ---- working directory ---- */

static void make_one(const char *path)
{
	struct stat st;

	if (mkdir(path, 0755) == 0)
		return;
	if (stat(path, &st) == 0 && !S_ISDIR(st.st_mode))
		fail(125, "Cannot mkdir: ", path, " is not a directory", NULL);
	if (stat(path, &st) < 0)
		fail_errno(125, "mkdir ", path, NULL);
}

void process_make_cwd(const Spec *spec)
{
	char *copy;

	if (!spec->make_cwd || !spec->cwd || !*spec->cwd)
		return;
	copy = strdup(spec->cwd);
	if (!copy)
		fail(125, "out of memory", NULL);
	for (char *p = copy + 1; *p; p++)
		if (*p == '/') {
			*p = '\0';
			make_one(copy);
			*p = '/';
		}
	make_one(copy);
	free(copy);
}

static void enter_cwd(const Spec *spec)
{
	const char *cwd = spec->cwd && *spec->cwd ? spec->cwd : "/";

	if (chdir(cwd) < 0)
		fail_errno(126, "chdir to cwd (\"", cwd, "\") set in config.json failed", NULL);
}

/* ---- streams ---- */

/* Payloads open /dev/stdout again (nginx), so pipes and terminals belong to their user. Files of
 * somebody else stay as they are. */
static void give_stream(int fd, const Identity *id)
{
	struct stat st;

	if (fstat(fd, &st) < 0 || st.st_uid == id->uid)
		return;
	if (S_ISFIFO(st.st_mode) || S_ISSOCK(st.st_mode) || isatty(fd))
		(void)fchown(fd, id->uid, (gid_t)-1);
}

/* The terminal of PID 1 is also the console, as Docker has it. */
static void bind_console(void)
{
	char tty[64];
	ssize_t n = readlink("/proc/self/fd/0", tty, sizeof(tty) - 1);
	int fd;

	if (n <= 0)
		return;
	tty[n] = '\0';
	if (!after(tty, "/dev/pts/"))
		return;
	fd = open("/dev/console", O_CREAT | O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC, 0600);
	if (fd >= 0)
		(void)close(fd);
	(void)mount(tty, "/dev/console", NULL, MS_BIND, NULL);
}

void process_take_streams(const Spec *spec, const Go *go, const Identity *id)
{
	for (int i = 0; i < 3; i++)
		if (dup2(go->stdio[i], i) < 0)
			fail_errno(125, "take the streams", NULL);
	if (spec->tty) {
		(void)setsid();
		if (ioctl(0, TIOCSCTTY, 0) < 0)
			fail_errno(125, "take the terminal", NULL);
		if (spec->mode == MODE_MAIN)
			bind_console();
	}
	for (int i = 0; i < 3; i++)
		give_stream(i, id);
}

/* ---- privileges ---- */

static void drop_bounding(uint64_t keep)
{
	for (unsigned cap = 0; cap <= CAP_LAST; cap++)
		if (!(keep >> cap & 1) && prctl(PR_CAPBSET_READ, cap, 0, 0, 0) == 1 &&
		    prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) < 0)
			fail_errno(125, "drop capabilities", NULL);
}

static void set_caps(uint64_t caps)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { 0 };

	for (int i = 0; i < 2; i++)
		data[i].effective = data[i].permitted = (uint32_t)(caps >> (32 * i));
	if (syscall(SYS_capset, &header, data) < 0)
		fail_errno(125, "set capabilities", NULL);
}

/* The set that root keeps: what is wanted and the bounding set has. */
static uint64_t available(uint64_t wanted)
{
	uint64_t caps = 0;

	for (unsigned cap = 0; cap <= CAP_LAST; cap++)
		if ((wanted >> cap & 1) && prctl(PR_CAPBSET_READ, cap, 0, 0, 0) == 1)
			caps |= UINT64_C(1) << cap;
	return caps;
}

static void load_seccomp(int fd)
{
	struct stat st;
	struct sock_fprog program = { 0 };

	if (fd < 0 || fstat(fd, &st) < 0 || st.st_size <= 0 ||
	    st.st_size > (off_t)(BPF_MAXINSNS * sizeof(struct sock_filter)))
		fail(125, "the seccomp profile is missing", NULL);
	program.len = (unsigned short)((size_t)st.st_size / sizeof(struct sock_filter));
	program.filter = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (program.filter == MAP_FAILED)
		fail_errno(125, "read the seccomp profile", NULL);
	if (prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, &program, 0, 0) < 0)
		fail_errno(125, "load the seccomp profile", NULL);
}

static void become(const Identity *id)
{
	if (setgroups(id->n_groups, id->groups) < 0)
		fail_errno(125, "set groups", NULL);
	if (setresgid(id->gid, id->gid, id->gid) < 0)
		fail_errno(125, "set the group", NULL);
	if (setresuid(id->uid, id->uid, id->uid) < 0)
		fail_errno(125, "set the user", NULL);
}

/* Loading a filter takes CAP_SYS_ADMIN or no_new_privs: so it comes as late as each case allows. */
void process_confine(const Spec *spec, const Go *go, const Identity *id)
{
	uint64_t caps = 0;
	bool entered = chdir(spec->cwd && *spec->cwd ? spec->cwd : "/") == 0;

	if (spec->no_new_privs && prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
		fail_errno(125, "set no_new_privs", NULL);
	if (spec->seccomp && !spec->no_new_privs)
		load_seccomp(go->seccomp);
	if (spec->limit_caps) {
		drop_bounding(spec->caps);
		caps = available(spec->caps);
	}
	become(id);
	(void)prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0);
	if (spec->limit_caps || id->uid != 0)
		set_caps(id->uid == 0 ? caps : 0);
	/* Some directories only the payload's user may enter (a network file system), some only
	 * root. */
	if (!entered)
		enter_cwd(spec);
	if (spec->seccomp && spec->no_new_privs)
		load_seccomp(go->seccomp);
}

/* ---- environment ---- */

static const char *find_env(char *const *env, const char *name)
{
	for (; *env; env++) {
		const char *rest = after(*env, name);

		if (rest && *rest == '=')
			return rest + 1;
	}
	return NULL;
}

static char *assignment(const char *name, const char *value)
{
	size_t n = strlen(name), m = strlen(value);
	char *s = malloc(n + m + 2);

	if (!s)
		fail(125, "out of memory", NULL);
	memcpy(s, name, n);
	s[n] = '=';
	memcpy(s + n + 1, value, m + 1);
	return s;
}

static char *hostname_assignment(void)
{
	char name[65] = "";

	(void)gethostname(name, sizeof(name) - 1);
	return assignment("HOSTNAME", name);
}

char **process_environment(const Spec *spec, const Identity *id)
{
	char **env = calloc(spec->n_env + 5, sizeof(char *));
	const char *home = find_env(spec->env, "HOME");
	size_t n = 0;

	if (!env)
		fail(125, "out of memory", NULL);
	if (!find_env(spec->env, "PATH"))
		env[n++] = (char *)DEFAULT_PATH;
	if (!find_env(spec->env, "HOSTNAME"))
		env[n++] = hostname_assignment();
	if (spec->tty && !find_env(spec->env, "TERM"))
		env[n++] = (char *)"TERM=xterm";
	for (char *const *e = spec->env; *e; e++)
		if (!(home && !*home && strcmp(*e, "HOME=") == 0))
			env[n++] = *e;
	if (!home || !*home)
		env[n++] = assignment("HOME", id->home);
	return env;
}
