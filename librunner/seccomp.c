#include "librunner/seccomp.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <seccomp.h>
#include <stddef.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/caps.h"
#include "librunner/seccomp-table.h"

/* The longest program that the kernel takes. */
#define MAX_PROGRAM (BPF_MAXINSNS * sizeof(struct sock_filter))
#define X32_BIT 0x40000000

/* What else this machine's kernel runs, as Docker's profile has it. */
static const uint32_t compat[] = {
#if defined(__x86_64__)
	SCMP_ARCH_X86,
	SCMP_ARCH_X32,
#elif defined(__aarch64__)
	SCMP_ARCH_ARM,
#endif
	0,
};

/* Calls `f` for each name; unknown ones resolve to __NR_SCMP_ERROR. */
static int for_each_call(const char *calls, int (*f)(const char *name, void *userdata),
			 void *userdata)
{
	int r = 0;

	while (*calls && r >= 0) {
		size_t n = strcspn(calls, " ");
		cleanup_free char *name = xstrndup(calls, n);

		calls += n + strspn(calls + n, " ");
		r = f(name, userdata);
	}
	return r;
}

/* -EDOM and -EFAULT: there is no such call on this architecture, or on one of them. */
static int known(int r)
{
	return r == -EDOM || r == -EFAULT || r == -EEXIST ? 0 : r;
}

static int allow_one(const char *name, void *filter)
{
	int nr = seccomp_syscall_resolve_name(name);

	if (nr == __NR_SCMP_ERROR)
		return 0;
	return known(seccomp_rule_add_array(filter, SCMP_ACT_ALLOW, nr, 0, NULL));
}

static int add_by_argument(scmp_filter_ctx filter, uint64_t caps)
{
	int r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(socket), 1,
				 SCMP_A0(SCMP_CMP_NE, AF_VSOCK));

	for (unsigned i = 0; i < seccomp_n_personalities && r >= 0; i++)
		r = seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(personality), 1,
				     SCMP_A0(SCMP_CMP_EQ, seccomp_personalities[i]));
	if (r < 0 || (caps & CAP_BIT(CAP_SYS_ADMIN)))
		return r;
	/* The C library falls back to clone(2), whose flags can be seen. */
	r = known(seccomp_rule_add(filter, SCMP_ACT_ERRNO(ENOSYS), SCMP_SYS(clone3), 0));
	if (r < 0)
		return r;
#ifdef __s390x__
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
				SCMP_A1(SCMP_CMP_MASKED_EQ, SECCOMP_CLONE_NAMESPACES, 0));
#else
	return seccomp_rule_add(filter, SCMP_ACT_ALLOW, SCMP_SYS(clone), 1,
				SCMP_A0(SCMP_CMP_MASKED_EQ, SECCOMP_CLONE_NAMESPACES, 0));
#endif
}

static int add_rules(scmp_filter_ctx filter, uint64_t caps)
{
	int r = 0;

	for (const uint32_t *arch = compat; *arch && r >= 0; arch++) {
		r = seccomp_arch_add(filter, *arch);
		r = r == -EEXIST ? 0 : r;
	}
	/* A tree of comparisons instead of a list; libseccomp before 2.5 has none. */
	(void)seccomp_attr_set(filter, SCMP_FLTATR_CTL_OPTIMIZE, 2);
	if (r >= 0)
		r = for_each_call(seccomp_always, allow_one, filter);
	for (const SeccompCapRow *row = seccomp_by_cap; row->calls && r >= 0; row++)
		if (caps & CAP_BIT(row->cap))
			r = for_each_call(row->calls, allow_one, filter);
	return r < 0 ? r : add_by_argument(filter, caps);
}

typedef struct Highest {
	uint32_t arch;
	int nr;
} Highest;

static int note_highest(const char *name, void *userdata)
{
	Highest *h = userdata;
	int nr = seccomp_syscall_resolve_name_arch(h->arch, name);

	if (nr > h->nr && nr < X32_BIT)
		h->nr = nr;
	return 0;
}

/* Calls that are younger than the profile answer ENOSYS and not EPERM, as in Docker's runtime: C
 * libraries try the newest call first and fall back on ENOSYS alone. These instructions come
 * before libseccomp's program, which loads what it needs itself. */
static void add_prologue(Strbuf *b, uint32_t arch)
{
	Highest h = { .arch = arch, .nr = -1 };

	(void)for_each_call(seccomp_always, note_highest, &h);
	for (const SeccompCapRow *row = seccomp_by_cap; row->calls; row++)
		(void)for_each_call(row->calls, note_highest, &h);
	if (h.nr < 0)
		return;
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, arch)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, arch, 0, 4),
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JGT | BPF_K, (uint32_t)h.nr, 0, 2),
		BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, X32_BIT, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | ENOSYS),
	};
	strbuf_add(b, code, sizeof(code));
}

static int append_program(Strbuf *b, scmp_filter_ctx filter)
{
	cleanup_fd int fd = memfd_create("bpf", MFD_CLOEXEC);
	struct stat st;
	ssize_t n;
	int r;

	if (fd < 0)
		return -errno;
	r = seccomp_export_bpf(filter, fd);
	if (r < 0)
		return r;
	if (fstat(fd, &st) < 0)
		return -errno;
	if (st.st_size <= 0 || b->len + (size_t)st.st_size > MAX_PROGRAM)
		return -E2BIG;
	n = pread(fd, strbuf_reserve(b, (size_t)st.st_size), (size_t)st.st_size, 0);
	if (n != (ssize_t)st.st_size)
		return n < 0 ? -errno : -EIO;
	b->len += (size_t)n;
	return 0;
}

static int compile(uint64_t caps, Strbuf *ret)
{
	scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
	int r;

	if (!filter)
		return -ENOMEM;
	add_prologue(ret, seccomp_arch_native());
	for (const uint32_t *arch = compat; *arch; arch++)
		if (*arch != SCMP_ARCH_X32)
			add_prologue(ret, *arch);
	r = add_rules(filter, caps);
	if (r >= 0)
		r = append_program(ret, filter);
	seccomp_release(filter);
	return r;
}

int seccomp_profile_memfd(uint64_t caps, Error **err)
{
	cleanup_fd int fd = memfd_create("racker-seccomp", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	cleanup_strbuf Strbuf program = STRBUF_INIT;
	int r;

	if (fd < 0)
		return error_errno(err, errno, "make a memfd");
	r = compile(caps, &program);
	if (r < 0)
		return error_errno(err, -r, "compile the seccomp profile");
	r = fd_write_all(fd, program.data, program.len);
	if (r < 0)
		return error_errno(err, -r, "write the seccomp profile");
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
		return error_errno(err, errno, "seal the seccomp profile");
	return steal_fd(&fd);
}
