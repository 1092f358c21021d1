#include "librunner/cgroup-devices.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"

#define ANY (-1)
#define MAX_INSNS 128

/* Character devices that may be read and written. */
static const struct {
	int major, minor;
} allowed[] = {
	{ 1, 3 }, /* null */
	{ 1, 5 }, /* zero */
	{ 1, 7 }, /* full */
	{ 1, 8 }, /* random */
	{ 1, 9 }, /* urandom */
	{ 5, 0 }, /* tty */
	{ 5, 1 }, /* console */
	{ 5, 2 }, /* ptmx */
	{ 136, ANY }, /* pts/ */
	{ 10, 200 }, /* net/tun */
};
#define N_ALLOWED (sizeof(allowed) / sizeof(allowed[0]))

/* ---- v1 ---- */

static int write_rule(const char *dir, const char *file, const char *rule)
{
	cleanup_free char *path = xasprintf("%s/%s", dir, file);
	cleanup_fd int fd = open(path, O_WRONLY | O_CLOEXEC);

	if (fd < 0)
		return -errno;
	return write(fd, rule, strlen(rule)) < 0 ? -errno : 0;
}

/* Where we are restricted ourselves, a rule that goes beyond is refused: it could not be used. */
static int allow(const char *dir, const char *rule)
{
	int r = write_rule(dir, "devices.allow", rule);

	return r == -EPERM ? 0 : r;
}

static int restrict_v1(const char *dir)
{
	int r = write_rule(dir, "devices.deny", "a");

	if (r >= 0)
		r = allow(dir, "c *:* m");
	if (r >= 0)
		r = allow(dir, "b *:* m");
	for (size_t i = 0; r >= 0 && i < N_ALLOWED; i++) {
		cleanup_free char *minor =
			allowed[i].minor == ANY ? xstrdup("*") : xasprintf("%d", allowed[i].minor);
		cleanup_free char *rule = xasprintf("c %d:%s rwm", allowed[i].major, minor);

		r = allow(dir, rule);
	}
	return r;
}

/* ---- v2 ---- */

typedef struct Program {
	struct bpf_insn code[MAX_INSNS];
	unsigned n;
} Program;

static void emit(Program *p, uint8_t code, uint8_t dst, uint8_t src, int16_t off, int32_t imm)
{
	p->code[p->n++] = (struct bpf_insn){
		.code = code, .dst_reg = dst, .src_reg = src, .off = off, .imm = imm
	};
}

static void emit_return(Program *p, bool allowed_now)
{
	emit(p, BPF_ALU64 | BPF_MOV | BPF_K, BPF_REG_0, 0, 0, allowed_now);
	emit(p, BPF_JMP | BPF_EXIT, 0, 0, 0, 0);
}

/* Registers: 2 what is done, 3 the type, 4 the major and 5 the minor number. */
static void write_program(Program *p)
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
	emit(p, BPF_JMP | BPF_JNE | BPF_K, BPF_REG_2, 0, 2, BPF_DEVCG_ACC_MKNOD);
	emit_return(p, true);
	emit(p, BPF_JMP | BPF_JEQ | BPF_K, BPF_REG_3, 0, 2, BPF_DEVCG_DEV_CHAR);
	emit_return(p, false);
	for (size_t i = 0; i < N_ALLOWED; i++) {
		bool any = allowed[i].minor == ANY;

		emit(p, BPF_JMP | BPF_JNE | BPF_K, BPF_REG_4, 0, any ? 2 : 3, allowed[i].major);
		if (!any)
			emit(p, BPF_JMP | BPF_JNE | BPF_K, BPF_REG_5, 0, 2, allowed[i].minor);
		emit_return(p, true);
	}
	emit_return(p, false);
}

static int load_program(void)
{
	Program p = { .n = 0 };
	union bpf_attr attr = { 0 };
	long fd;

	write_program(&p);
	attr.prog_type = BPF_PROG_TYPE_CGROUP_DEVICE;
	attr.insns = (uint64_t)(uintptr_t)p.code;
	attr.insn_cnt = p.n;
	attr.license = (uint64_t)(uintptr_t) "Apache-2.0";
	fd = syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
	return fd < 0 ? -errno : (int)fd;
}

/* The group keeps the program until it is removed. */
static int restrict_v2(const char *dir)
{
	cleanup_fd int group = fs_open_dir(AT_FDCWD, dir), program = -1;
	union bpf_attr attr = { 0 };

	if (group < 0)
		return group;
	program = load_program();
	if (program < 0)
		return program;
	attr.target_fd = (uint32_t)group;
	attr.attach_bpf_fd = (uint32_t)program;
	attr.attach_type = BPF_CGROUP_DEVICE;
	attr.attach_flags = BPF_F_ALLOW_MULTI;
	return syscall(SYS_bpf, BPF_PROG_ATTACH, &attr, sizeof(attr)) < 0 ? -errno : 0;
}

static bool has_file(const char *dir, const char *name)
{
	cleanup_free char *path = xasprintf("%s/%s", dir, name);

	return access(path, F_OK) == 0;
}

int cgroup_devices_restrict(char *const *dirs)
{
	const char *v2 = NULL;

	STRV_FOREACH(d, dirs) {
		if (has_file(*d, "devices.deny"))
			return restrict_v1(*d);
		if (has_file(*d, "cgroup.controllers"))
			v2 = *d;
	}
	return v2 ? restrict_v2(v2) : 0;
}
