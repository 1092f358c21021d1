#include "libcommon/cli/flags.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "tests/tap.h"

typedef struct Options {
	bool interactive, tty, rm;
	char *name;
	char **publish;
	int64_t last, weight, memory, interval, scale;
} Options;

static int parse_scale(const Flag *flag, const char *value, void *options, Error **err)
{
	Options *o = options;

	(void)flag;
	if (!streq(value, "big"))
		return error_set(err, EINVAL, "no scale '%s'", value);
	o->scale = 100;
	return 0;
}

/* clang-format off */
static const Flag flags[] = {
	FLAG_BOOL(Options, "interactive", 'i', interactive, "Keep STDIN open"),
	FLAG_BOOL(Options, "tty", 't', tty, "Allocate a pseudo-TTY"),
	FLAG_BOOL(Options, "rm", 0, rm, "Remove"),
	FLAG_STRING(Options, "name", 0, name, "Name"),
	FLAG_LIST(Options, "publish", 'p', publish, "Publish"),
	FLAG_INT(Options, "last", 'n', last, "Last"),
	FLAG_UINT(Options, "weight", 0, weight, "Weight", .max = 65535),
	FLAG_BYTES(Options, "memory", 'm', memory, "Memory"),
	FLAG_DURATION(Options, "interval", 0, interval, "Interval"),
	FLAG_CALL("scale", 's', "scale", parse_scale, "Scale"),
	FLAG_REFUSED("isolation", 0, "string", "Windows only"),
	FLAG_END,
};
/* clang-format on */

typedef struct Result {
	Options o;
	FlagsParsed parsed;
	Error *err;
	int r;
	char *operands;
} Result;

/* Splits `line` at blanks and parses it. */
static Result parse(char **argv, bool interspersed)
{
	Result res = { 0 };
	FlagSet set = { flags, &res.o };

	res.r = flags_parse(&set, 1, interspersed, argv, &res.parsed, &res.err);
	res.operands = strv_join(res.parsed.operands, "|");
	return res;
}

static void result_clear(Result *res)
{
	flags_clear(flags, &res->o);
	flags_parsed_clear(&res->parsed);
	error_free(res->err);
	free(res->operands);
}
#define RESULT(line, interspersed)                                                      \
	cleanup_strv char **words = *(line) ? strv_split(line, ' ') : xnew0(char *, 1); \
	cleanup(result_clear) Result res = parse(words, interspersed)

static void refused(const char *line, const char *message)
{
	RESULT(line, false);

	check(res.r < 0);
	check_str(res.err ? res.err->msg : NULL, message);
}

static void test_forms(void)
{
	RESULT("-itp 80:80 -p8080:80 -p=81:81 --publish=82:82 --publish 83 --name= --rm -n -1 img "
	       "-x",
	       false);
	cleanup_free char *publish = strv_join(res.o.publish, "|");

	check_int(res.r, 0);
	check(res.o.interactive && res.o.tty && res.o.rm);
	check_str(publish, "80:80|8080:80|81:81|82:82|83");
	check_str(res.o.name, "");
	check_int(res.o.last, -1);
	check_str(res.operands, "img|-x");
	check(flags_given(&res.parsed, "name"));
	check(!flags_given(&res.parsed, "memory"));
	check_int(strv_length(res.parsed.given), 6);
}

static void test_values(void)
{
	RESULT("--rm=false -i=T -m 1.5g --interval=1m30s --weight 0x10 -sbig --name a --name b",
	       true);

	check_int(res.r, 0);
	check(!res.o.rm && res.o.interactive);
	check(flags_given(&res.parsed, "rm"));
	check_int(res.o.memory, 1610612736);
	check_int(res.o.interval, 90000000000);
	check_int(res.o.weight, 16);
	check_int(res.o.scale, 100);
	check_str(res.o.name, "b");
	check_str(res.operands, "");
}

static void test_operands(void)
{
	{
		RESULT("a -i - b -- -t --rm", true);

		check_str(res.operands, "a|-|b|-t|--rm");
		check(res.o.interactive && !res.o.tty);
	}
	{
		RESULT("- -i", false);

		check_str(res.operands, "-|-i");
	}
	{
		RESULT("-i -- -t", false);

		check_str(res.operands, "-t");
	}
	{
		RESULT("", true);

		check_str(res.operands, "");
		check(!res.parsed.help);
	}
	{
		/* A flag takes the next word whatever it looks like. */
		RESULT("--name --rm -p -- x", true);

		check_str(res.o.name, "--rm");
		check_str(res.o.publish[0], "--");
		check_str(res.operands, "x");
	}
}

static void test_help(void)
{
	{
		RESULT("--help a", true);

		check(res.r == 0 && res.parsed.help);
	}
	{
		RESULT("-ih", true);

		check(res.r == 0 && res.parsed.help);
	}
	{
		RESULT("--help=false", true);

		check(res.r == 0 && !res.parsed.help);
	}
	{
		RESULT("img --help", false);

		check(res.r == 0 && !res.parsed.help);
	}
	refused("--help --nosuch", "unknown flag: --nosuch");
	refused("--help=maybe", "invalid argument \"maybe\" for \"--help\" flag: "
				"strconv.ParseBool: parsing \"maybe\": invalid syntax");
}

/* The texts are those of docker 28. */
static void test_refused(void)
{
	refused("--nosuch", "unknown flag: --nosuch");
	refused("--nam x", "unknown flag: --nam");
	refused("--nosuch=1", "unknown flag: --nosuch");
	refused("-zq x", "unknown shorthand flag: 'z' in -zq");
	refused("-iz", "unknown shorthand flag: 'z' in -z");
	refused("-it=", "unknown shorthand flag: '=' in -=");
	refused("-n=", "invalid argument \"=\" for \"-n, --last\" flag: strconv.ParseInt: parsing "
		       "\"=\": invalid syntax");
	refused("--name", "flag needs an argument: --name");
	refused("-ip", "flag needs an argument: 'p' in -p");
	refused("--=x", "bad flag syntax: --=x");
	refused("---x", "bad flag syntax: ---x");
	refused("--rm=maybe x", "invalid argument \"maybe\" for \"--rm\" flag: strconv.ParseBool: "
				"parsing \"maybe\": invalid syntax");
	refused("-it=x",
		"invalid argument \"x\" for \"-t, --tty\" flag: strconv.ParseBool: parsing "
		"\"x\": invalid syntax");
	refused("-m 1x x",
		"invalid argument \"1x\" for \"-m, --memory\" flag: invalid suffix: 'x'");
	refused("--weight 70000", "invalid argument \"70000\" for \"--weight\" flag: "
				  "strconv.ParseUint: parsing \"70000\": value out of range");
	refused("--interval 5",
		"invalid argument \"5\" for \"--interval\" flag: time: missing unit in "
		"duration \"5\"");
	refused("-s small",
		"invalid argument \"small\" for \"-s, --scale\" flag: no scale 'small'");
	refused("--isolation=x", "flag --isolation is not supported: Windows only");
}

int main(void)
{
	test_forms();
	test_values();
	test_operands();
	test_help();
	test_refused();
	return tap_done();
}
