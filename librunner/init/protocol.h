/*
 * protocol: how the monitor tells racker-init what to run, the same way for a plain container's PID
 * 1, the main unit of a booted one, and exec.
 *
 * `racker-init SOCKET TOKEN`: SOCKET is the path of a SOCK_SEQPACKET socket, or `fd:N` for one that
 * is already connected. racker-init sends "hello " TOKEN; the monitor answers "go" with SCM_RIGHTS:
 * stdin, stdout, stderr, a memfd with the spec, and (if the spec says seccomp) a memfd with a BPF
 * program. On failure racker-init sends "error CODE TEXT" (CODE 126, 127 or 125; TEXT in Docker's
 * words, from `exec: ` on) and exits with CODE. On success the socket is closed by exec: EOF means
 * the payload runs.
 *
 * The spec is a sequence of NUL-terminated `key=value` strings, in this order-free vocabulary:
 *   argv=…  (repeated)      env=NAME=value (repeated)
 *   cwd=PATH                make_cwd=1  make it when it is missing, as root
 *   user=USER[:GROUP]       group=…     (repeated) further groups
 *   tty=1   stdin is a terminal: new session, controlling terminal
 *   mode=main|unit|exec     main: PID 1 of a plain container (finish the mounts that nspawn
 * leaves); unit: inside a unit of a booted system; exec: entered by setns init=1 stay as PID 1:
 * reap, forward signals, exit with the command's status caps=HEX                the bounding (and
 * for root, effective) capability set, 64-bit mask; without it the sets stay as they are
 *   no_new_privs=1          seccomp=1
 *   mask=PATH  readonly=PATH (repeated)  paths hidden or made read-only (mode main)
 *   detach_run=1            the image's own /run is to be seen: detach what nspawn mounted there
 *   shm_size=BYTES          a /dev/shm of this size (mode main)
 *   mount=TARGET  mount_source=NAME  (repeated, mode main) where a mount goes, and what it is
 * called; when there are any, a second message "mounts" comes behind "go", with SCM_RIGHTS: a
 * detached mount for each, in order root_readonly=1         the root is read-only at the end (mode
 * main) sys_writable=1          /sys and the control groups may be written (mode main) no_shm=1
 * there is no /dev/shm at all (mode main) device=TYPE MAJOR MINOR MODE UID GID PATH  (repeated,
 * mode main) a node to make; MODE is octal sysctl=NAME=VALUE       (repeated, mode main)
 *   rlimit=NUMBER SOFT HARD NAME  (repeated) setrlimit(2); 2^64-1 is unlimited
 *   oom_score_adj=N
 *   cgroup_ns=1             (mode main) the last descriptor of "mounts" is no mount but the control
 * group namespace to be in
 *   hostname=NAME  domainname=NAME
 * A key that racker-init does not know is an error: both come from one build. PATH, HOSTNAME, TERM
 * (for a terminal) and HOME are added where the environment lacks them.
 */
#pragma once

/* First argument of racker-init when it is only PID 1 beside a command, which is the rest: signals
 * become statuses. Else the arguments are where the monitor listens, and the token. */
#define INIT_RUN "run"

#define INIT_HELLO "hello "
#define INIT_GO "go"
#define INIT_MOUNTS "mounts"
/* The kernel sends no more than 253 descriptors at once. */
#define INIT_MAX_MOUNTS 240
#define INIT_ERROR "error "
#define INIT_MAX_MESSAGE 4096
/* More than execve(2) takes with any stack limit that is usual. */
#define INIT_MAX_SPEC (16 << 20)
/* Where the monitor's directory for this container is bound inside. */
#define INIT_GUEST_DIR "/run/racker"
#define INIT_GUEST_SOCKET INIT_GUEST_DIR "/init.sock"
#define INIT_GUEST_PROGRAM INIT_GUEST_DIR "/init"
