#include "librunner/init/kernel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "librunner/init/channel.h"
#include "librunner/init/text.h"

/* The next word of a line, which is cut off there; "" at the end. */
static char *next_word(char **line)
{
	char *word = *line;
	size_t n = strcspn(word, " ");

	*line = word + n + (word[n] == ' ');
	word[n] = '\0';
	return word;
}

static uint64_t next_number(char **line, uint64_t max)
{
	const char *word = next_word(line);
	uint64_t n;

	if (!parse_number(word, max, &n))
		fail(125, "the spec has a bad number: ", word, NULL);
	return n;
}

/* ---- devices ---- */

static void make_parents(char *path)
{
	for (char *p = path + 1; *p; p++)
		if (*p == '/') {
			*p = '\0';
			(void)mkdir(path, 0755);
			*p = '/';
		}
}

/* A node of ours gives way to the user's; a file of the image stays, as with runc. */
static int make_node(const char *path, mode_t mode, dev_t number)
{
	struct stat st;

	if (mknod(path, mode, number) == 0)
		return 0;
	if (errno != EEXIST || lstat(path, &st) < 0 ||
	    !(S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)))
		return -1;
	return unlink(path) < 0 ? -1 : mknod(path, mode, number);
}

static void make_device(char *line)
{
	const char *type = next_word(&line);
	unsigned major_number = (unsigned)next_number(&line, UINT32_MAX);
	unsigned minor_number = (unsigned)next_number(&line, UINT32_MAX);
	mode_t mode = (mode_t)strtoul(next_word(&line), NULL, 8) & 07777;
	uid_t uid = (uid_t)next_number(&line, UINT32_MAX);
	gid_t gid = (gid_t)next_number(&line, UINT32_MAX);
	mode_t kind = *type == 'b' ? S_IFBLK : S_IFCHR;

	make_parents(line);
	if (make_node(line, kind | mode, makedev(major_number, minor_number)) < 0) {
		if (errno == EEXIST)
			return;
		fail_errno(125, "error during container init: error creating device nodes: mknod ",
			   line, NULL);
	}
	if (lchown(line, uid, gid) < 0 || chmod(line, mode) < 0)
		fail_errno(125, "error during container init: error creating device nodes: chown ",
			   line, NULL);
}

void kernel_make_devices(const Spec *spec)
{
	for (char **d = spec->devices; *d; d++)
		make_device(*d);
}

/* ---- sysctls ---- */

static void write_file(const char *path, const char *value)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		fail_errno(errno == ENOENT ? 127 : 125, "error during container init: open ", path,
			   NULL);
	if (write(fd, value, strlen(value)) < 0)
		fail_errno(125, "error during container init: write ", path, NULL);
	(void)close(fd);
}

/* `net.ipv4.ip_forward=1`; a name with slashes keeps its dots. */
static void set_sysctl(char *line)
{
	char *value = strchr(line, '=');
	Text path = { .n = 0 };
	size_t start;

	if (!value)
		fail(125, "the spec has a bad sysctl: ", line, NULL);
	*value++ = '\0';
	text_add(&path, "/proc/sys/");
	start = path.n;
	text_add(&path, line);
	if (!strchr(line, '/'))
		for (char *p = path.s + start; *p; p++)
			*p = *p == '.' ? '/' : *p;
	write_file(path.s, value);
}

void kernel_set_sysctls(const Spec *spec)
{
	for (char **s = spec->sysctls; *s; s++)
		set_sysctl(*s);
	if (spec->domainname && setdomainname(spec->domainname, strlen(spec->domainname)) < 0)
		fail_errno(125, "error during container init: set the domain name", NULL);
}

/* ---- limits ---- */

static void set_rlimit(char *line)
{
	uint64_t number = next_number(&line, 64);
	struct rlimit limit = { .rlim_cur = next_number(&line, UINT64_MAX) }, old;
	Text text = { .n = 0 };

	limit.rlim_max = next_number(&line, UINT64_MAX);
	if (setrlimit((int)number, &limit) == 0)
		return;
	text_add(&text, "error during container init: error setting rlimits for ready process: "
			"error setting rlimit type ");
	text_add_number(&text, number);
	text_join(&text, ": ", errno_text(errno), NULL);
	if (getrlimit((int)number, &old) == 0 && limit.rlim_max > old.rlim_max) {
		text_join(&text, " (", line, ": racker's own hard limit is ", NULL);
		text_add_number(&text, old.rlim_max);
		text_add(&text, ")");
	}
	fail(125, text.s, NULL);
}

void kernel_set_limits(const Spec *spec)
{
	if (spec->oom_score_adj)
		write_file("/proc/self/oom_score_adj", spec->oom_score_adj);
	for (char **r = spec->rlimits; *r; r++)
		set_rlimit(*r);
}
