/* From systemd-nspawn's first notification to the command: what is waited for, and for how long. */
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/guest-trouble.h"
#include "librunner/inotify-limit.h"
#include "librunner/monitor/boot.h"
#include "librunner/monitor/guest-kernel.h"
#include "librunner/monitor/session.h"
#include "librunner/settings.h"

#define NOTIFY_MAX 4096
/* How much of the console an error message shows. */
#define TAIL_BYTES 4096
#define TAIL_LINES 10

/* ---- explaining ---- */

static const char *waited_for(const Monitor *m)
{
	if (m->run->leader <= 0)
		return "systemd-nspawn to set the container up";
	if (m->c->racker.boot && !m->run->ready)
		return "the guest's systemd to finish booting";
	if (m->run->guest && guest_trouble(m->run->guest))
		return guest_trouble(m->run->guest);
	return "racker-init to start the command";
}

/* The last lines, without the control sequences that systemd colours them with. */
static void add_tail(Strbuf *b, char *text)
{
	size_t n = strlen(text), lines = 0;

	while (n && text[n - 1] == '\n')
		text[--n] = '\0';
	while (n && (text[n - 1] != '\n' || ++lines < TAIL_LINES))
		n--;
	for (const char *p = text + n; *p; p++) {
		if (*p == '\033' && p[1] == '[') {
			p += 2 + strcspn(p + 2, "ABCDEFGHJKSTfhilmnsu");
			if (!*p)
				break;
		} else if (*p == '\n') {
			strbuf_adds(b, "\n  ");
		} else if ((unsigned char)*p >= ' ' || *p == '\t') {
			strbuf_addc(b, *p);
		}
	}
}

/* systemd-nspawn says this at each end where /run is on a disk; it means nothing. */
static void remove_noise(char *text)
{
	char *p;

	while ((p = strstr(text, "Attempted to remove disk file system under "))) {
		char *end = p + strcspn(p, "\n");

		memmove(p, *end ? end + 1 : end, strlen(*end ? end + 1 : end) + 1);
	}
}

static void add_console(Monitor *m, Strbuf *b)
{
	cleanup_fd int fd = openat(m->dirfd, CONSOLE_LOG, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	cleanup_free char *hint = NULL;
	char text[TAIL_BYTES + 1];
	off_t size = fd < 0 ? 0 : lseek(fd, 0, SEEK_END);
	ssize_t n;

	if (size <= 0)
		return;
	n = pread(fd, text, TAIL_BYTES, size > TAIL_BYTES ? size - TAIL_BYTES : 0);
	if (n <= 0)
		return;
	text[n] = '\0';
	remove_noise(text);
	if (!*text)
		return;
	hint = inotify_limit_hint(text);
	strbuf_adds(b, hint);
	strbuf_adds(b, "; the last lines of its console:\n  ");
	add_tail(b, text);
}

static void add_names(Strbuf *b, const char *what, char *const *names)
{
	cleanup_free char *list = strv_join(names, ", "), *text = str_printable(list);

	if (names)
		strbuf_addf(b, "; %s: %s", what, text);
}

char *boot_diagnosis(Monitor *m)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	cleanup_strv char **failed = NULL, **starting = NULL;
	cleanup_free char *journal = NULL;
	bool up = m->c->racker.boot && m->run->leader > 0 && !m->run->leader_gone;

	if (up)
		guest_trouble_units(m->run->leader, &failed, &starting);
	add_names(&b, "failed units", failed);
	add_names(&b, "units that are still starting", starting);
	add_console(m, &b);
	if (up)
		journal = guest_trouble_journal(m->run->leader);
	if (journal)
		strbuf_addf(&b, "; the last lines of its journal:%s", journal);
	return strbuf_steal(&b);
}

static void on_start_timeout(void *userdata)
{
	Monitor *m = userdata;
	cleanup_free char *diagnosis = boot_diagnosis(m);
	Error *e = NULL;

	(void)error_set(&e, ETIMEDOUT, "timed out after %lld seconds waiting for %s%s",
			(long long)m->run->start_timeout, waited_for(m), diagnosis);
	monitor_fail(m, e);
}

/* ---- notifications ---- */

static void on_ready(Monitor *m)
{
	cleanup_error Error *e = NULL;

	if (m->run->ready)
		return;
	m->run->ready = true;
	if (m->run->phase != PHASE_STARTING || m->run->stop_asked) {
		monitor_power_off(m);
		return;
	}
	m->run->guest = guest_open(m->loop, m->run->leader);
	if (!m->run->main)
		monitor_started(m);
	else if (session_launch(m->run->main, &e) < 0)
		monitor_fail(m, steal(&e));
}

static void on_leader(Monitor *m, pid_t pid)
{
	Error *e = NULL;

	if (leader_set(m, pid) >= 0 && m->c->racker.boot && guest_kernel_set(m, &e) < 0)
		monitor_fail(m, e);
}

static void on_notify_line(Monitor *m, const char *line)
{
	const char *pid = startswith(line, "X_NSPAWN_LEADER_PID=");
	uint64_t n;

	if (pid && str_to_u64(pid, &n) >= 0 && n > 0 && n <= INT32_MAX)
		on_leader(m, (pid_t)n);
	else if (streq(line, "READY=1") && m->c->racker.boot && m->run->leader > 0)
		on_ready(m);
}

static void on_notify(int fd, uint32_t events, void *userdata)
{
	char text[NOTIFY_MAX + 1], *save = NULL;
	ssize_t n = recv(fd, text, NOTIFY_MAX, MSG_DONTWAIT);

	(void)events;
	if (n <= 0)
		return;
	text[n] = '\0';
	for (char *l = strtok_r(text, "\n", &save); l; l = strtok_r(NULL, "\n", &save))
		on_notify_line(userdata, l);
}

int boot_listen(Monitor *m, Error **err)
{
	cleanup_settings Settings settings = { 0 };
	struct sockaddr_un sa = { .sun_family = AF_UNIX };
	int n = snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/" NOTIFY_SOCKET, m->rundir), r;

	if (n < 0 || (size_t)n >= sizeof(sa.sun_path))
		return error_set(err, ENAMETOOLONG, "the path of %s is too long", m->rundir);
	(void)unlink(sa.sun_path);
	m->run->notify_fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (m->run->notify_fd < 0 ||
	    bind(m->run->notify_fd, (struct sockaddr *)&sa, sizeof(sa)) < 0)
		return error_errno(err, errno, "listen on %s", sa.sun_path);
	m->run->notify_source = loop_add_fd(m->loop, m->run->notify_fd, EPOLLIN, on_notify, m);
	if (!m->run->notify_source)
		return error_errno(err, errno, "watch %s", sa.sun_path);
	r = settings_load(&settings, err);
	if (r < 0)
		return r;
	m->run->start_timeout = settings.start_timeout;
	m->run->deadline =
		loop_add_timer(m->loop, (uint64_t)m->run->start_timeout * UINT64_C(1000000),
			       on_start_timeout, m);
	return 0;
}
