#include "librunner/seccomp-bpf.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <stdlib.h>
#include <sys/socket.h>

#include "libcommon/alloc.h"
#include "librunner/seccomp-table.h"

/* Where clone(2) has its flags. */
#ifdef __s390x__
#define CLONE_FLAGS 1
#else
#define CLONE_FLAGS 0
#endif

/* From this number on, up to the next segment's. */
typedef struct Segment {
	uint32_t from;
	SeccompAction action;
} Segment;

typedef struct Segments {
	Segment *list;
	size_t n, cap;
} Segments;

static void segment_add(Segments *s, uint32_t from, SeccompAction action)
{
	if (s->n > 0 && s->list[s->n - 1].action == action)
		return;
	GROW(s->list, s->n, &s->cap);
	s->list[s->n++] = (Segment){ from, action };
}

static int compare_calls(const void *a, const void *b)
{
	uint32_t x = ((const SeccompCall *)a)->nr, y = ((const SeccompCall *)b)->nr;

	return (x > y) - (x < y);
}

/* Calls must be sorted. A number that nobody names is refused below the highest named one, and
 * unknown above it; both again for the x32 set. */
static void segments_build(Segments *s, const SeccompCall *calls, size_t n)
{
	uint32_t next = 0;

	segment_add(s, 0, SECCOMP_REFUSE);
	for (size_t i = 0; i < n; i++) {
		uint32_t nr = calls[i].nr;

		if (nr >= SECCOMP_X32_BIT && next < SECCOMP_X32_BIT) {
			segment_add(s, next, SECCOMP_UNKNOWN);
			segment_add(s, SECCOMP_X32_BIT, SECCOMP_REFUSE);
			next = SECCOMP_X32_BIT;
		}
		if (nr > next)
			segment_add(s, next, SECCOMP_REFUSE);
		segment_add(s, nr, calls[i].action);
		next = nr + 1;
	}
	segment_add(s, next, SECCOMP_UNKNOWN);
}

/* ---- instructions ---- */

static size_t position(const Strbuf *b)
{
	return b->len / sizeof(struct sock_filter);
}

static void emit(Strbuf *b, uint16_t code, uint8_t jt, uint8_t jf, uint32_t k)
{
	struct sock_filter insn = BPF_JUMP(code, k, jt, jf);

	strbuf_add(b, &insn, sizeof(insn));
}

static void emit_return(Strbuf *b, uint32_t value)
{
	emit(b, BPF_RET | BPF_K, 0, 0, value);
}

/* Loads the lower half: that is what the kernel looks at in these arguments. */
static void emit_load_argument(Strbuf *b, unsigned i)
{
	size_t offset = offsetof(struct seccomp_data, args) + i * sizeof(uint64_t);

#if __BYTE_ORDER__ == __ORDER_BIG_ENDIAN__
	offset += sizeof(uint32_t);
#endif
	emit(b, BPF_LD | BPF_W | BPF_ABS, 0, 0, (uint32_t)offset);
}

/* A jump over what is emitted until jump_here(): conditional ones reach no further than 255. */
static size_t emit_jump(Strbuf *b)
{
	emit(b, BPF_JMP | BPF_JA, 0, 0, 0);
	return position(b) - 1;
}

static void jump_here(Strbuf *b, size_t jump)
{
	struct sock_filter *code = (struct sock_filter *)(void *)b->data;

	code[jump].k = (uint32_t)(position(b) - jump - 1);
}

static void emit_personality(Strbuf *b)
{
	unsigned n = seccomp_n_personalities;

	emit_load_argument(b, 0);
	for (unsigned i = 0; i < n; i++)
		emit(b, BPF_JMP | BPF_JEQ | BPF_K, (uint8_t)(n - i), 0,
		     (uint32_t)seccomp_personalities[i]);
	emit_return(b, SECCOMP_RET_ERRNO | EPERM);
	emit_return(b, SECCOMP_RET_ALLOW);
}

/* Refuses when the comparison holds, allows otherwise. */
static void emit_refuse_if(Strbuf *b, unsigned argument, uint16_t comparison, uint32_t k)
{
	emit_load_argument(b, argument);
	emit(b, BPF_JMP | comparison | BPF_K, 0, 1, k);
	emit_return(b, SECCOMP_RET_ERRNO | EPERM);
	emit_return(b, SECCOMP_RET_ALLOW);
}

static void emit_action(Strbuf *b, SeccompAction action)
{
	switch (action) {
	case SECCOMP_REFUSE:
		emit_return(b, SECCOMP_RET_ERRNO | EPERM);
		break;
	case SECCOMP_ALLOW:
		emit_return(b, SECCOMP_RET_ALLOW);
		break;
	case SECCOMP_UNKNOWN:
		emit_return(b, SECCOMP_RET_ERRNO | ENOSYS);
		break;
	case SECCOMP_CHECK_SOCKET:
		emit_refuse_if(b, 0, BPF_JEQ, AF_VSOCK);
		break;
	case SECCOMP_CHECK_PERSONALITY:
		emit_personality(b);
		break;
	case SECCOMP_CHECK_CLONE:
		emit_refuse_if(b, CLONE_FLAGS, BPF_JSET, (uint32_t)SECCOMP_CLONE_NAMESPACES);
		break;
	}
}

static void emit_tree(Strbuf *b, const Segment *s, size_t n)
{
	size_t mid = n / 2, upper;

	if (n == 1) {
		emit_action(b, s->action);
		return;
	}
	emit(b, BPF_JMP | BPF_JGE | BPF_K, 0, 1, s[mid].from);
	upper = emit_jump(b);
	emit_tree(b, s, mid);
	jump_here(b, upper);
	emit_tree(b, s + mid, n - mid);
}

void seccomp_bpf_write(Strbuf *b, const SeccompArch *archs, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		Segments s = { 0 };
		size_t other;

		qsort(archs[i].calls, archs[i].n, sizeof(SeccompCall), compare_calls);
		segments_build(&s, archs[i].calls, archs[i].n);
		emit(b, BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, arch));
		emit(b, BPF_JMP | BPF_JEQ | BPF_K, 1, 0, archs[i].arch);
		other = emit_jump(b);
		emit(b, BPF_LD | BPF_W | BPF_ABS, 0, 0, offsetof(struct seccomp_data, nr));
		emit_tree(b, s.list, s.n);
		jump_here(b, other);
		free(s.list);
	}
	emit_return(b, SECCOMP_RET_KILL_THREAD);
}
