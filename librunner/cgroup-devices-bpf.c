#include "librunner/cgroup-devices-bpf.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stdint.h>
#include <sys/syscall.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"

/* A rule has at most this many instructions. */
#define RULE_INSNS 12
#define FIXED_INSNS 8
/* Programs on one group: ours, and what somebody else put there. */
#define MAX_ATTACHED 64

typedef struct Program {
	struct bpf_insn *code;
	unsigned n;
} Program;

static void emit(Program *p, uint8_t code, uint8_t dst, uint8_t src, int16_t off, int32_t imm)
{
	p->code[p->n++] = (struct bpf_insn){
		.code = code, .dst_reg = dst, .src_reg = src, .off = off, .imm = imm
	};
}

static void emit_return(Program *p, bool allowed)
{
	emit(p, BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, allowed);
	emit(p, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

/* A jump to the next rule; where that is, is known at the rule's end. */
static void emit_unless(Program *p, uint8_t op, uint8_t reg, int32_t value)
{
	emit(p, BPF_JMP | op | BPF_K, reg, 0, -1, value);
}

static void end_rule(Program *p, unsigned start)
{
	for (unsigned i = start; i < p->n; i++)
		if (p->code[i].off == -1)
			p->code[i].off = (int16_t)(p->n - i - 1);
}

/* Registers: 2 what is done, 3 the type, 4 the major and 5 the minor number. A rule matches when
 * everything that is done is among what it allows. */
static void emit_rule(Program *p, const DeviceRule *rule)
{
	static const struct {
		unsigned access;
		int32_t bit;
	} accesses[] = { { DEVICE_READ, BPF_DEVCG_ACC_READ },
			 { DEVICE_WRITE, BPF_DEVCG_ACC_WRITE },
			 { DEVICE_MKNOD, BPF_DEVCG_ACC_MKNOD } };
	unsigned start = p->n;
	int32_t refused = 0;

	for (size_t i = 0; i < 3; i++)
		if (!(rule->access & accesses[i].access))
			refused |= accesses[i].bit;
	if (rule->type != 'a')
		emit_unless(p, BPF_JNE, BPF_REG_3,
			    rule->type == 'c' ? BPF_DEVCG_DEV_CHAR : BPF_DEVCG_DEV_BLOCK);
	if (refused)
		emit_unless(p, BPF_JSET, BPF_REG_2, refused);
	if (rule->major != DEVICE_ANY)
		emit_unless(p, BPF_JNE, BPF_REG_4, rule->major);
	if (rule->minor != DEVICE_ANY)
		emit_unless(p, BPF_JNE, BPF_REG_5, rule->minor);
	emit_return(p, true);
	end_rule(p, start);
}

static void write_program(Program *p, const DeviceRule *rules, size_t n)
{
	emit(p, BPF_LDX | BPF_MEM | BPF_W, BPF_REG_2, BPF_REG_1,
	     offsetof(struct bpf_cgroup_dev_ctx, access_type), 0);
	emit(p, BPF_ALU64 | BPF_MOV | BPF_X, BPF_REG_3, BPF_REG_2, 0, 0);
	emit(p, BPF_ALU64 | BPF_AND | BPF_K, BPF_REG_3, 0, 0, 0xffff);
	emit(p, BPF_ALU64 | BPF_RSH | BPF_K, BPF_REG_2, 0, 0, 16);
	emit(p, BPF_LDX | BPF_MEM | BPF_W, BPF_REG_4, BPF_REG_1,
	     offsetof(struct bpf_cgroup_dev_ctx, major), 0);
	emit(p, BPF_LDX | BPF_MEM | BPF_W, BPF_REG_5, BPF_REG_1,
	     offsetof(struct bpf_cgroup_dev_ctx, minor), 0);
	for (size_t i = 0; i < n; i++)
		emit_rule(p, &rules[i]);
	emit_return(p, false);
}

static int bpf(int command, union bpf_attr *attr)
{
	long r = syscall(SYS_bpf, command, attr, sizeof(*attr));

	return r < 0 ? -errno : (int)r;
}

static int load_program(const DeviceRule *rules, size_t n)
{
	cleanup_free struct bpf_insn *code =
		xreallocarray(NULL, FIXED_INSNS + RULE_INSNS * n, sizeof(struct bpf_insn));
	Program p = { .code = code };
	union bpf_attr attr = { 0 };

	write_program(&p, rules, n);
	attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
	attr.insns = (uint64_t)(uintptr_t)p.code;
	attr.insn_cnt = p.n;
	attr.license = (uint64_t)(uintptr_t) "Apache-2.0";
	return bpf(BPF_PROG_LOAD, &attr);
}

static int attach_program(int group, int program)
{
	union bpf_attr attr = { 0 };

	attr.target_fd = (uint32_t)group;
	attr.attach_bpf_fd = (uint32_t)program;
	attr.attach_type = BPF_CGROUP_DEVICE;
	attr.attach_flags = BPF_F_ALLOW_MULTI;
	return bpf(BPF_PROG_ATTACH, &attr);
}

static int detach_program(int group, uint32_t id)
{
	union bpf_attr by_id = { .prog_id = id }, attr = { 0 };
	cleanup_fd int program = bpf(BPF_PROG_GET_FD_BY_ID, &by_id);

	if (program < 0)
		return program;
	attr.target_fd = (uint32_t)group;
	attr.attach_bpf_fd = (uint32_t)program;
	attr.attach_type = BPF_CGROUP_DEVICE;
	return bpf(BPF_PROG_DETACH, &attr);
}

/* The group is ours alone: what is attached to it directly was put there by us. */
static int attached_programs(int group, uint32_t *ids, uint32_t *ret_n)
{
	union bpf_attr attr = { 0 };
	int r;

	attr.query.target_fd = (uint32_t)group;
	attr.query.attach_type = BPF_CGROUP_DEVICE;
	attr.query.prog_ids = (uint64_t)(uintptr_t)ids;
	attr.query.prog_cnt = MAX_ATTACHED;
	r = bpf(BPF_PROG_QUERY, &attr);
	*ret_n = r < 0 ? 0 : attr.query.prog_cnt;
	return r;
}

/* The group keeps the program until it is removed. */
int cgroup_devices_bpf(const char *dir, const DeviceRule *rules, size_t n)
{
	cleanup_fd int group = fs_open_dir(AT_FDCWD, dir), program = -1;
	uint32_t ids[MAX_ATTACHED], n_ids = 0;
	int r = group < 0 ? group : attached_programs(group, ids, &n_ids);

	if (r >= 0 && rules) {
		r = program = load_program(rules, n);
		if (r >= 0)
			r = attach_program(group, program);
	}
	for (uint32_t i = 0; r >= 0 && i < n_ids; i++)
		r = detach_program(group, ids[i]);
	return r < 0 ? r : 0;
}
