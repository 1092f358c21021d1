#include "libcommon/cli/command.h"

#include <fcntl.h>
#include <sys/wait.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/json.h"
#include "libcommon/str.h"
#include "tests/tap.h"

#define OUTPUT_LIMIT 65536

typedef struct Options {
	bool all, tty;
	char *format, *workdir, *user, *keys;
	char **env;
	int64_t last;
	int *made;
} Options;

/* clang-format off */
static const Flag ps_flags[] = {
	FLAG_BOOL(Options, "all", 'a', all, "Show all containers (default shows just running)"),
	FLAG_STRING(Options, "format", 0, format, "Format output using a custom template:\n"
		    "'table':            Print output in table format with column headers (default)\n"
		    "'table TEMPLATE':   Print output in table format using the given Go template\n"
		    "'json':             Print in JSON format\n"
		    "'TEMPLATE':         Print output using the given Go template.\n"
		    "Refer to https://docs.docker.com/go/formatting/ for more information about "
		    "formatting output with templates"),
	FLAG_INT(Options, "last", 'n', last, "Show n last created containers (includes all states)",
		 .fallback = "-1"),
	FLAG_BOOL(Options, "secret", 0, tty, "Not shown", .hidden = true),
	FLAG_END,
};

static const Flag exec_flags[] = {
	FLAG_BOOL(Options, "tty", 't', tty, "Allocate a pseudo-TTY"),
	FLAG_STRING(Options, "detach-keys", 0, keys,
		    "Override the key sequence for detaching a container"),
	FLAG_LIST(Options, "env", 'e', env, "Set environment variables"),
	FLAG_STRING(Options, "user", 'u', user,
		    "Username or UID (format: \"<name|uid>[:<group|gid>]\")"),
	FLAG_STRING(Options, "workdir", 'w', workdir, "Working directory inside the container",
		    .fallback = "/"),
	FLAG_END,
};
/* clang-format on */

static void defaults(void *options)
{
	Options *o = options;

	o->last = -1;
	o->format = xstrdup("table");
	o->made = xnew0(int, 1);
}

static void clear(void *options)
{
	free(((Options *)options)->made);
}

static int run_ps(Cli *cli, void *options, char **operands, Error **err)
{
	const Options *o = options;

	(void)operands;
	(void)err;
	printf("root=%s config=%s last=%d format=%s given=%d\n", cli->root, cli->config_dir,
	       (int)o->last, o->format, flags_given(cli->parsed, "last"));
	return 0;
}

static int run_exec(Cli *cli, void *options, char **operands, Error **err)
{
	cleanup_free char *all = strv_join(operands, " ");

	(void)cli;
	(void)options;
	if (streq(operands[0], "nosuch"))
		return error_set(err, ENOENT, "No such container: \x1b[31m%s\n2", operands[0]);
	printf("%s\n", all);
	return 7;
}

static const Command command_ps = {
	.name = "ps",
	.aliases = "container ls, container list, container ps, ps",
	.usage = "ps [OPTIONS]",
	.summary = "List containers",
	.flags = COMMAND_COMMON,
	.options = ps_flags,
	.options_size = sizeof(Options),
	.defaults = defaults,
	.clear = clear,
	.run = run_ps,
};

static const Command command_exec = {
	.name = "exec",
	.aliases = "container exec, exec",
	.usage = "exec [OPTIONS] CONTAINER COMMAND [ARG...]",
	.summary = "Execute a command in a running container",
	.flags = COMMAND_STOP_AT_OPERAND,
	.min_args = 2,
	.max_args = -1,
	.options = exec_flags,
	.options_size = sizeof(Options),
	.run = run_exec,
	.failure_status = 125,
};

static const Command command_cp = {
	.name = "cp",
	.usage = "cp SRC DEST\ncp - DEST",
	.summary = "Copy",
	.min_args = 2,
	.max_args = 2,
	.run = run_exec,
};

static const Command *const container_commands[] = { &command_exec, &command_ps, NULL };
static const Command command_container = {
	.name = "container",
	.usage = "container COMMAND",
	.summary = "Manage containers",
	.subcommands = container_commands,
};

static const Command *const root_commands[] = { &command_ps, &command_exec, &command_cp,
						&command_container, NULL };
static const Command root = {
	.name = "racker",
	.usage = "racker [OPTIONS] COMMAND",
	.summary = "The Docker command line for operating-system containers",
	.subcommands = root_commands,
};

typedef struct Ran {
	Strbuf out, err;
	int status;
} Ran;

static void ran_clear(Ran *r)
{
	strbuf_clear(&r->out);
	strbuf_clear(&r->err);
}

/* Runs a line of words in a child and collects what it prints. */
static Ran run(const Command *program, const char *line)
{
	char dir[] = "/tmp/command-test-XXXXXX";
	cleanup_strv char **words = strv_split(line, ' ');
	Ran r = { 0 };
	pid_t pid;
	int status = 0;

	if (!mkdtemp(dir) || chdir(dir) < 0)
		exit(1);
	(void)fflush(stdout);
	pid = fork();
	if (pid == 0) {
		if (!freopen("out", "w", stdout) || !freopen("err", "w", stderr))
			_exit(99);
		exit(cli_main(program, (int)strv_length(words), words));
	}
	(void)waitpid(pid, &status, 0);
	r.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
	(void)fs_read_file(AT_FDCWD, "out", OUTPUT_LIMIT, &r.out);
	(void)fs_read_file(AT_FDCWD, "err", OUTPUT_LIMIT, &r.err);
	(void)fs_remove_tree(AT_FDCWD, dir);
	return r;
}

static void expect(const char *line, int status, const char *out, const char *err)
{
	cleanup(ran_clear) Ran r = run(&root, line);

	printf("# %s\n", line);
	check_int(r.status, status);
	check_str(r.out.data ? r.out.data : "", out);
	check_str(r.err.data ? r.err.data : "", err);
}

/* The layout is compared to the letter with what docker prints. */
static const char ps_help[] =
	"Usage:  racker ps [OPTIONS]\n\nList containers\n\nAliases:\n"
	"  racker container ls, racker container list, racker container ps, racker ps\n\nOptions:\n"
	"  -a, --all             Show all containers (default shows just running)\n"
	"      --format string   Format output using a custom template:\n"
	"                        'table':            Print output in table format\n"
	"                        with column headers (default)\n"
	"                        'table TEMPLATE':   Print output in table format\n"
	"                        using the given Go template\n"
	"                        'json':             Print in JSON format\n"
	"                        'TEMPLATE':         Print output using the given\n"
	"                        Go template.\n"
	"                        Refer to https://docs.docker.com/go/formatting/\n"
	"                        for more information about formatting output with\n"
	"                        templates\n"
	"  -n, --last int        Show n last created containers (includes all\n"
	"                        states) (default -1)\n";

static const char exec_help[] =
	"Usage:  racker container exec [OPTIONS] CONTAINER COMMAND [ARG...]\n\n"
	"Execute a command in a running container\n\n"
	"Aliases:\n  racker container exec, racker exec\n\nOptions:\n"
	"      --detach-keys string   Override the key sequence for detaching a\n"
	"                             container\n"
	"  -e, --env list             Set environment variables\n"
	"  -t, --tty                  Allocate a pseudo-TTY\n"
	"  -u, --user string          Username or UID (format:\n"
	"                             \"<name|uid>[:<group|gid>]\")\n"
	"  -w, --workdir string       Working directory inside the container\n"
	"                             (default \"/\")\n";

static const char container_help[] =
	"Usage:  racker container COMMAND\n\nManage containers\n\nCommands:\n"
	"  exec        Execute a command in a running container\n"
	"  ls          List containers\n\n"
	"Run 'racker container COMMAND --help' for more information on a command.\n";

static const char root_help[] =
	"Usage:  racker [OPTIONS] COMMAND\n\n"
	"The Docker command line for operating-system containers\n\n"
	"Common Commands:\n  ps          List containers\n\n"
	"Management Commands:\n  container   Manage containers\n\n"
	"Commands:\n  cp          Copy\n  exec        Execute a command in a running container\n\n"
	"Global Options:\n"
	"      --config string      Location of client config files (default\n"
	"                           \"~/.docker\")\n"
	"  -D, --debug              Enable debug mode\n"
	"  -l, --log-level string   Set the logging level (\"debug\", \"info\",\n"
	"                           \"warn\", \"error\", \"fatal\") (default \"info\")\n"
	"      --root string        Directory of images, containers and volumes\n"
	"                           (default \"/var/lib/racker\")\n"
	"  -v, --version            Print version information and quit\n\n"
	"Run 'racker COMMAND --help' for more information on a command.\n";

static void test_help(void)
{
	expect("racker ps --help", 0, ps_help, "");
	expect("racker help ps", 0, ps_help, "");
	expect("racker container exec -h", 0, exec_help, "");
	expect("racker container", 0, "", container_help);
	expect("racker container --help", 0, container_help, "");
	expect("racker", 0, "", root_help);
	expect("racker -D --help", 0, root_help, "");
	expect("racker help container nosuch", 1, "", "unknown help topic: nosuch\n");
	expect("racker cp --help", 0, "Usage:  racker cp SRC DEST\n\tracker cp - DEST\n\nCopy\n",
	       "");
}

static void test_running(void)
{
	expect("racker ps", 0, "root=/r config=/c last=-1 format=table given=0\n", "");
	expect("/usr/bin/racker --root /x --config=y container list -n5 --format json", 0,
	       "root=/x config=y last=5 format=json given=1\n", "");
	expect("racker exec -t a ls -l --nosuch", 7, "a ls -l --nosuch\n", "");
	expect("racker exec nosuch x", 125, "",
	       "racker: No such container: \\x1b[31mnosuch\n2\n\nRun 'racker exec --help' for more "
	       "information\n");
	expect("podman cp nosuch x", 1, "", "podman: No such container: \\x1b[31mnosuch\n2\n");
	expect("racker --log-level foo ps", 1, "", "Unable to parse logging level: foo\n");
	expect("racker --root= ps", 125, "", "racker: --root must not be empty\n");
}

static void test_usage_errors(void)
{
	expect("racker ps --nosuch", 125, "",
	       "unknown flag: --nosuch\n\nUsage:  racker ps [OPTIONS]\n\n"
	       "Run 'racker ps --help' for more information\n");
	expect("racker container ls -n x", 125, "",
	       "invalid argument \"x\" for \"-n, --last\" flag: strconv.ParseInt: parsing \"x\": "
	       "invalid syntax\n\nUsage:  racker container ls [OPTIONS]\n\n"
	       "Run 'racker container ls --help' for more information\n");
	expect("racker --nosuch", 125, "",
	       "unknown flag: --nosuch\n\nUsage:  racker [OPTIONS] COMMAND [ARG...]\n\n"
	       "Run 'racker --help' for more information\n");
	expect("racker container -x", 125, "",
	       "unknown shorthand flag: 'x' in -x\n\nUsage:  racker container\n\n"
	       "Run 'racker container --help' for more information\n");
	expect("racker exec x", 1, "",
	       "racker: 'racker exec' requires at least 2 arguments\n\n"
	       "Usage:  racker exec [OPTIONS] CONTAINER COMMAND [ARG...]\n\n"
	       "See 'racker exec --help' for more information\n");
	expect("racker ps x", 1, "",
	       "racker: 'racker ps' accepts no arguments\n\nUsage:  racker ps [OPTIONS]\n\n"
	       "Run 'racker ps --help' for more information\n");
	expect("racker cp x", 1, "",
	       "racker: 'racker cp' requires 2 arguments\n\n"
	       "Usage:  racker cp SRC DEST\n\tracker cp - DEST\n\n"
	       "Run 'racker cp --help' for more information\n");
	expect("racker foobar", 1, "",
	       "racker: unknown command: racker foobar\n\n"
	       "Run 'racker --help' for more information\n");
	expect("racker container exce", 1, "",
	       "racker: unknown command: racker container exce\n\n"
	       "Did you mean 'racker container exec'?\n\nUsage:  racker container\n\n"
	       "Run 'racker container --help' for more information\n");
}

/* A program that is one command, such as pronto. */
static void test_single(void)
{
	static const Command single = {
		.name = "pronto",
		.usage = "pronto [OPTIONS] IMAGE [COMMAND...]",
		.summary = "Run",
		.flags = COMMAND_STOP_AT_OPERAND,
		.min_args = 1,
		.max_args = -1,
		.options = exec_flags,
		.options_size = sizeof(Options),
		.run = run_exec,
	};
	cleanup(ran_clear) Ran ok = run(&single, "pronto --root /x -t img ls -D");
	cleanup(ran_clear) Ran none = run(&single, "pronto"), version = run(&single, "pronto -v");

	check_int(ok.status, 7);
	check_str(ok.out.data, "img ls -D\n");
	check_int(none.status, 1);
	check(startswith(none.err.data, "pronto: 'pronto' requires at least 1 argument\n") != NULL);
	check(startswith(version.out.data, "Pronto version ") != NULL);
}

static void test_complete(void)
{
	expect("racker __complete", 0, "ps\nexec\ncp\ncontainer\n", "");
	expect("racker __complete c", 0, "cp\ncontainer\n", "");
	expect("racker __complete --root /x container l", 0, "ls\n", "");
	expect("racker __complete container ls --", 0, "--all\n--format\n--last\n--help\n", "");
	expect("racker __complete ps --format ", 0, "", "");
	expect("racker __complete exec a --", 0, "", "");
	expect("racker __complete --lo", 0, "--log-level\n", "");
	expect("racker __complete nosuch p", 0, "", "");
}

static void test_describe(void)
{
	cleanup(ran_clear) Ran r = run(&root, "racker __describe");
	cleanup_json json_t *list = NULL;
	const char *const words[] = { "container", "list", NULL }, *const wrong[] = { "x", NULL };

	check_int(json_parse(r.out.data, r.out.len, "describe", &list, NULL), 0);
	check_int((long long)json_array_size(list), 7);
	check_str(json_string_value(json_object_get(json_array_get(list, 6), "name")),
		  "racker container ls");
	check(command_find(&root, words) == &command_ps);
	check(command_find(&root, wrong) == NULL);
}

int main(void)
{
	(void)setenv("RACKER_ROOT", "/r", 1);
	(void)setenv("DOCKER_CONFIG", "/c", 1);
	test_help();
	test_running();
	test_usage_errors();
	test_single();
	test_complete();
	test_describe();
	return tap_done();
}
