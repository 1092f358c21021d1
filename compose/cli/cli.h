/*
 * cli: what the subcommands of `racker compose` share: the options in front of the subcommand's
 * word, the project that they lead to, and how progress is shown.
 */
#pragma once

#include "compose/engine.h"
#include "compose/load.h"
#include "libcommon/cli/command.h"

/* Exit statuses of Compose 2.26. */
#define STATUS_NO_FILE 14
#define STATUS_PARSE 15
#define STATUS_SYNTAX 16
#define STATUS_BUILD 17
#define STATUS_PULL 18
#define STATUS_CANCELED 130
/* Of a command that cannot be run, or is not there. */
#define STATUS_CANNOT_RUN 126
#define STATUS_NOT_FOUND 127

/* Options of the group. */
typedef struct ComposeGlobals {
	char *ansi, *progress, *project_directory, *workdir, *project_name;
	char **env_files, **files, **profiles;
	int64_t parallel;
	bool compatibility, dry_run, verbose, version, no_ansi;
} ComposeGlobals;

/* The row of each subcommand for the option that may stand on either side of its word. */
#define COMPOSE_DRY_RUN(S) FLAG_BOOL(S, "dry-run", 0, dry_run, "Execute command in dry run mode")

#define COMPOSE_FORMAT_HELP                                                                \
	"Format output using a custom template:\n"                                         \
	"'table':            Print output in table format with column headers (default)\n" \
	"'table TEMPLATE':   Print output in table format using the given Go template\n"   \
	"'json':             Print in JSON format\n"                                       \
	"'TEMPLATE':         Print output using the given Go template.\n"                  \
	"Refer to https://docs.docker.com/go/formatting/ for more information about "      \
	"formatting output with templates"

typedef struct Display Display;

/* A subcommand at work. */
typedef struct ComposeCli {
	Cli *cli;
	const ComposeGlobals *globals;
	ComposeSource source;
	Project project; /* zero where there is none but its name */
	bool loaded;
	Runtime *rt;
	Compose engine;
	Display *display;
} ComposeCli;

typedef enum {
	OPEN_PROJECT, /* there must be files */
	OPEN_NAME, /* -p is enough; then what runs tells the services */
	OPEN_NOTHING, /* no project */
} OpenKind;

/* Loads the project and opens the runtime. `title` is what progress is called ("Running"). Sets
 * the exit status of errors. `c` is zeroed first and to be closed in any case. */
int compose_cli_open(ComposeCli *c, Cli *cli, bool dry_run, OpenKind kind, const char *title,
		     char *const *services, Error **err);
void compose_cli_close(ComposeCli *c);
#define cleanup_compose_cli cleanup(compose_cli_close)

/* `no such service: X` for a name that the project does not have. */
int compose_cli_services(const ComposeCli *c, char *const *names, Error **err);

/* Keeps the named services (none: all), with what they depend on. */
int compose_cli_select(ComposeCli *c, char *const *names, bool dependencies, Error **err);
/* `--scale SERVICE=NUM`. */
int compose_cli_scale(ComposeCli *c, char *const *scales, Error **err);
/* `--pull`: checks it; what is not given, or "policy", becomes NULL. */
int compose_cli_pull_policy(char **policy, Error **err);

/* `-e`: a name alone takes its value from our environment, and counts for nothing without one. */
void compose_cli_environment(char *const *given, char ***env);
/* A command that could not be run: sets the statuses 126 and 127. Returns `r`. */
int compose_cli_command_failed(ComposeCli *c, int r);

/* Whether a variable of the environment, or of the project's, switches something on. */
bool compose_env_true(const ComposeCli *c, const char *name);

/* Makes -ECANCELED the status that Compose has for it. */
int compose_cli_result(ComposeCli *c, int r, Error **err);

/* The whole of a command that does one thing to the containers of services. */
int compose_cli_act(Cli *cli, bool dry_run, const char *title, const ActOptions *act, Error **err);

/* Watches until it is interrupted; fits Phase's work. `data` points to the services, or is NULL. */
int compose_cli_watch(ComposeCli *c, const void *data, Error **err);

/* ---- display.c: progress ---- */

typedef enum { DISPLAY_PLAIN, DISPLAY_TERMINAL, DISPLAY_QUIET } DisplayMode;

Display *display_new(DisplayMode mode, const char *title, bool dry_run);
Display *display_free(Display *d);
/* WorkSink functions; userdata is the Display. */
void display_event(const WorkEvent *e, void *userdata);
void display_notice(const char *line, void *userdata);
void display_tick(void *userdata);
/* Draws the last state; what is shown next is below it. */
void display_finish(Display *d);
void display_set_title(Display *d, const char *title);

/* Whether colours and cursor movements are wanted on a descriptor. */
bool ansi_wanted(const ComposeGlobals *g, int fd);
/* The mode of progress on stderr. */
DisplayMode display_mode(const ComposeGlobals *g);

/* ---- table.c ---- */

/* Of `ls` and `images`. */
#define COMPOSE_TABLE_WIDTH 20
/* Lines of cells that tabs separate, in columns of at least that width with three blanks behind
 * them; the last cell of a line is as long as it is. */
void compose_table_print(char *const *lines, size_t min_width);
/* `--format table|json`. */
int compose_cli_format(const char *format, Error **err);

/* ---- the subcommands ---- */

/* clang-format off */
extern const Command command_compose;
extern const Command command_compose_attach;
extern const Command command_compose_build;
extern const Command command_compose_config;
extern const Command command_compose_cp;
extern const Command command_compose_create;
extern const Command command_compose_down;
extern const Command command_compose_events;
extern const Command command_compose_exec;
extern const Command command_compose_images;
extern const Command command_compose_kill;
extern const Command command_compose_logs;
extern const Command command_compose_ls;
extern const Command command_compose_pause;
extern const Command command_compose_port;
extern const Command command_compose_ps;
extern const Command command_compose_pull;
extern const Command command_compose_push;
extern const Command command_compose_restart;
extern const Command command_compose_rm;
extern const Command command_compose_run;
extern const Command command_compose_scale;
extern const Command command_compose_start;
extern const Command command_compose_stats;
extern const Command command_compose_stop;
extern const Command command_compose_top;
extern const Command command_compose_unpause;
extern const Command command_compose_up;
extern const Command command_compose_version;
extern const Command command_compose_wait;
extern const Command command_compose_watch;
/* clang-format on */
