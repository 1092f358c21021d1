/* The tree of comparisons, against the table, number by number, by a small interpreter of BPF. */
#include "librunner/seccomp-bpf.h"

#include <errno.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <stddef.h>
#include <sys/socket.h>

#include "libcommon/alloc.h"
#include "librunner/seccomp-table.h"
#include "tests/tap.h"

#define ALLOW SECCOMP_RET_ALLOW
#define REFUSE (SECCOMP_RET_ERRNO | EPERM)
#define UNKNOWN (SECCOMP_RET_ERRNO | ENOSYS)
#define LAST 600

static uint32_t interpret(const Strbuf *program, const struct seccomp_data *data)
{
	const struct sock_filter *code = (const struct sock_filter *)(const void *)program->data;
	size_t n = program->len / sizeof(*code);
	uint32_t a = 0;

	for (size_t pc = 0; pc < n; pc++) {
		const struct sock_filter *i = &code[pc];
		bool holds = false;

		switch (i->code) {
		case BPF_LD | BPF_W | BPF_ABS:
			memcpy(&a, (const char *)data + i->k, sizeof(a));
			continue;
		case BPF_RET | BPF_K:
			return i->k;
		case BPF_JMP | BPF_JA:
			pc += i->k;
			continue;
		case BPF_JMP | BPF_JEQ | BPF_K:
			holds = a == i->k;
			break;
		case BPF_JMP | BPF_JGE | BPF_K:
			holds = a >= i->k;
			break;
		case BPF_JMP | BPF_JSET | BPF_K:
			holds = a & i->k;
			break;
		default:
			return 0xdead;
		}
		pc += holds ? i->jt : i->jf;
	}
	return 0xdead;
}

static uint32_t verdict(const Strbuf *program, uint32_t arch, uint32_t nr, uint64_t argument)
{
	struct seccomp_data data = { .nr = (int)nr, .arch = arch };

	for (int i = 0; i < 6; i++)
		data.args[i] = argument;
	return interpret(program, &data);
}

/* Every third number, in falling order, so that the writer has to sort. */
static void test_all_numbers(void)
{
	Strbuf b = STRBUF_INIT;
	SeccompCall calls[LAST / 3 + 1], second[] = { { 7, SECCOMP_ALLOW } };
	SeccompArch archs[] = { { 1, calls, 0 }, { 2, second, 1 } };
	unsigned wrong = 0;

	for (int nr = LAST - LAST % 3; nr >= 0; nr -= 3)
		calls[archs[0].n++] = (SeccompCall){ (uint32_t)nr, SECCOMP_ALLOW };
	seccomp_bpf_write(&b, archs, 2);
	for (uint32_t nr = 0; nr <= LAST; nr++)
		wrong += verdict(&b, 1, nr, 0) != (nr % 3 ? REFUSE : ALLOW);
	check_int(wrong, 0);
	check_int(verdict(&b, 1, LAST + 1, 0), UNKNOWN);
	check_int(verdict(&b, 1, UINT32_MAX, 0), UNKNOWN);
	check_int(verdict(&b, 2, 6, 0), REFUSE);
	check_int(verdict(&b, 2, 7, 0), ALLOW);
	check_int(verdict(&b, 2, 8, 0), UNKNOWN);
	check_int(verdict(&b, 3, 7, 0), SECCOMP_RET_KILL_THREAD);
	strbuf_clear(&b);
}

static void test_second_set(void)
{
	Strbuf b = STRBUF_INIT;
	SeccompCall calls[] = { { 3, SECCOMP_ALLOW },
				{ SECCOMP_X32_BIT | 3, SECCOMP_ALLOW },
				{ SECCOMP_X32_BIT | 5, SECCOMP_ALLOW } };
	SeccompArch arch = { 1, calls, 3 };

	seccomp_bpf_write(&b, &arch, 1);
	check_int(verdict(&b, 1, 2, 0), REFUSE);
	check_int(verdict(&b, 1, 3, 0), ALLOW);
	check_int(verdict(&b, 1, 4, 0), UNKNOWN);
	check_int(verdict(&b, 1, SECCOMP_X32_BIT, 0), REFUSE);
	check_int(verdict(&b, 1, SECCOMP_X32_BIT | 3, 0), ALLOW);
	check_int(verdict(&b, 1, SECCOMP_X32_BIT | 4, 0), REFUSE);
	check_int(verdict(&b, 1, SECCOMP_X32_BIT | 6, 0), UNKNOWN);
	strbuf_clear(&b);
}

static void test_arguments(void)
{
	Strbuf b = STRBUF_INIT;
	SeccompCall calls[] = { { 0, SECCOMP_CHECK_SOCKET },
				{ 1, SECCOMP_CHECK_PERSONALITY },
				{ 2, SECCOMP_CHECK_CLONE } };
	SeccompArch arch = { 1, calls, 3 };

	seccomp_bpf_write(&b, &arch, 1);
	check_int(verdict(&b, 1, 0, AF_INET), ALLOW);
	check_int(verdict(&b, 1, 0, AF_VSOCK), REFUSE);
	/* The kernel looks at the lower half alone. */
	check_int(verdict(&b, 1, 0, UINT64_C(0x100000000) | AF_VSOCK), REFUSE);
	for (unsigned i = 0; i < seccomp_n_personalities; i++)
		check_int(verdict(&b, 1, 1, seccomp_personalities[i]), ALLOW);
	check_int(verdict(&b, 1, 1, 0x40000), REFUSE);
	check_int(verdict(&b, 1, 2, 17), ALLOW);
	check_int(verdict(&b, 1, 2, CLONE_NEWUSER | 17), REFUSE);
	check_int(verdict(&b, 1, 2, CLONE_NEWNS), REFUSE);
	check_int(verdict(&b, 1, 2, CLONE_VM | CLONE_THREAD), ALLOW);
	strbuf_clear(&b);
}

int main(void)
{
	test_all_numbers();
	test_second_set();
	test_arguments();
	return tap_done();
}
