#include "librunner/seccomp.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <seccomp.h>
#include <sys/mman.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "librunner/caps.h"
#include "librunner/seccomp-bpf.h"
#include "librunner/seccomp-table.h"

/* What this machine's kernel runs, as Docker's profile has it; x32 numbers belong to the first. */
static const uint32_t arch_list[] = {
#if defined(__x86_64__)
	SCMP_ARCH_X86_64,
	SCMP_ARCH_X86,
#elif defined(__aarch64__)
	SCMP_ARCH_AARCH64,
	SCMP_ARCH_ARM,
#elif defined(__s390x__)
	SCMP_ARCH_S390X,
	SCMP_ARCH_S390,
#elif defined(__riscv)
	SCMP_ARCH_RISCV64,
#elif defined(__powerpc64__) && defined(__LITTLE_ENDIAN__)
	SCMP_ARCH_PPC64LE,
#else
#error "no seccomp profile for this architecture"
#endif
};
#define N_ARCHS (sizeof(arch_list) / sizeof(arch_list[0]))

/* Calls that also go through socketcall(2) and ipc(2) on i386 and s390 have numbers of their own
 * since Linux 4.3 and 5.1; libseccomp answers for the former. */
static const struct {
	const char *name;
	uint32_t nr;
} direct_calls[] = {
	{ "socket", 359 },	{ "socketpair", 360 }, { "bind", 361 },
	{ "connect", 362 },	{ "listen", 363 },     { "accept4", 364 },
	{ "getsockopt", 365 },	{ "setsockopt", 366 }, { "getsockname", 367 },
	{ "getpeername", 368 }, { "sendto", 369 },     { "sendmsg", 370 },
	{ "recvfrom", 371 },	{ "recvmsg", 372 },    { "shutdown", 373 },
	{ "semget", 393 },	{ "semctl", 394 },     { "shmget", 395 },
	{ "shmctl", 396 },	{ "shmat", 397 },      { "shmdt", 398 },
	{ "msgget", 399 },	{ "msgsnd", 400 },     { "msgrcv", 401 },
	{ "msgctl", 402 },
};

typedef struct Calls {
	SeccompArch arch;
	size_t cap;
} Calls;

static bool has_direct_calls(uint32_t token)
{
	return token == SCMP_ARCH_X86 || token == SCMP_ARCH_S390X || token == SCMP_ARCH_S390;
}

/* The number of a call, or a negative one when the architecture has none. */
static int resolve(uint32_t token, const char *name)
{
	for (size_t i = 0; i < sizeof(direct_calls) / sizeof(direct_calls[0]); i++)
		if (has_direct_calls(token) && streq(direct_calls[i].name, name))
			return (int)direct_calls[i].nr;
	return seccomp_syscall_resolve_name_arch(token, name);
}

/* The first that names a call decides. */
static void add(Calls *c, uint32_t token, const char *name, SeccompAction action)
{
	int nr = resolve(token, name);
	SeccompArch *a = &c->arch;

	if (nr < 0)
		return;
	for (size_t i = 0; i < a->n; i++)
		if (a->calls[i].nr == (uint32_t)nr)
			return;
	GROW(a->calls, a->n, &c->cap);
	a->calls[a->n++] = (SeccompCall){ (uint32_t)nr, action };
}

static void add_list(Calls *c, uint32_t token, const char *calls)
{
	char name[64];

	while (*calls) {
		size_t n = strcspn(calls, " ");

		if (n < sizeof(name)) {
			memcpy(name, calls, n);
			name[n] = '\0';
			add(c, token, name, SECCOMP_ALLOW);
		}
		calls += n + strspn(calls + n, " ");
	}
}

static void add_profile(Calls *c, uint32_t token, uint64_t caps)
{
	add_list(c, token, seccomp_always);
	for (const SeccompCapRow *row = seccomp_by_cap; row->calls; row++)
		if (caps & CAP_BIT(row->cap))
			add_list(c, token, row->calls);
	add(c, token, "socket", SECCOMP_CHECK_SOCKET);
	add(c, token, "personality", SECCOMP_CHECK_PERSONALITY);
	/* Without CAP_SYS_ADMIN, whose row has both: the C library falls back from clone3(2) to
	 * clone(2), whose flags can be seen. */
	add(c, token, "clone", SECCOMP_CHECK_CLONE);
	add(c, token, "clone3", SECCOMP_UNKNOWN);
}

static void compile(uint64_t caps, Strbuf *ret)
{
	SeccompArch archs[N_ARCHS];
	Calls calls[N_ARCHS] = { 0 };

	for (size_t i = 0; i < N_ARCHS; i++) {
		calls[i].arch.arch = arch_list[i];
		add_profile(&calls[i], arch_list[i], caps);
#ifdef __x86_64__
		if (arch_list[i] == SCMP_ARCH_X86_64)
			add_profile(&calls[i], SCMP_ARCH_X32, caps);
#endif
		archs[i] = calls[i].arch;
	}
	seccomp_bpf_write(ret, archs, N_ARCHS);
	for (size_t i = 0; i < N_ARCHS; i++)
		free(calls[i].arch.calls);
}

int seccomp_profile_memfd(uint64_t caps, Error **err)
{
	cleanup_fd int fd = memfd_create("racker-seccomp", MFD_CLOEXEC | MFD_ALLOW_SEALING);
	cleanup_strbuf Strbuf program = STRBUF_INIT;
	int r;

	if (fd < 0)
		return error_errno(err, errno, "make a memfd");
	compile(caps, &program);
	if (program.len > BPF_MAXINSNS * sizeof(struct sock_filter))
		return error_set(err, E2BIG, "the seccomp profile is too long");
	r = fd_write_all(fd, program.data, program.len);
	if (r < 0)
		return error_errno(err, -r, "write the seccomp profile");
	if (fcntl(fd, F_ADD_SEALS, F_SEAL_SEAL | F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_WRITE) < 0)
		return error_errno(err, errno, "seal the seccomp profile");
	return steal_fd(&fd);
}
