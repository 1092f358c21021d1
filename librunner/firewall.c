#include "librunner/firewall.h"

#include <sys/mman.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/spawn.h"
#include "libcommon/str.h"

#define OUTPUT_MAX (1 << 20)

typedef struct Rule {
	bool ipv6; /* only where IPv6 is redirected */
	/* by iptables or its like */
	const char *program, *table, *chain, *rule;
	const char *keeper; /* a chain that needs the rule while it has rules; NULL: its own */
	/* by nft, where netavark uses that; the rule as nft lists it */
	const char *nft_chain, *nft_rule;
} Rule;

#define REDIRECTED "-m conntrack --ctstate DNAT -j RETURN"

/* Told by the comment from netavark's own, which goes with the last container of *any* network
 * (1.4): the others would no longer be isolated from one another. */
#define ISOLATED "-m comment --comment racker-isolation -j NETAVARK_ISOLATION_1"

/* clang-format off */
static const Rule rules[] = {
	{ false, "iptables", "filter", "FORWARD", ISOLATED, "NETAVARK_ISOLATION_1", NULL, NULL },
	{ true, "ip6tables", "filter", "FORWARD", ISOLATED, "NETAVARK_ISOLATION_1", NULL, NULL },
	/* Of the traffic between networks, all versions of netavark drop it there or behind it. */
	{ false, "iptables", "filter", "NETAVARK_ISOLATION_2", REDIRECTED, NULL,
	  "NETAVARK-ISOLATION-2", "ct status dnat return" },
	{ true, "ip6tables", "filter", "NETAVARK_ISOLATION_2", REDIRECTED, NULL, NULL, NULL },
	{ true, "ip6tables", "nat", "NETAVARK-HOSTPORT-DNAT", "-d ::1/128 -j RETURN", NULL,
	  "NETAVARK-HOSTPORT-DNAT", "ip6 daddr ::1 return" },
};
/* clang-format on */

static const char *const again[] = { "-D", "-I", NULL };
static const char *const insert[] = { "-I", NULL };
static const char *const delete[] = { "-D", NULL };

/* Its exit status, or -errno. */
static int run(char *const *argv, int in, Strbuf *out)
{
	Spawn s = { .argv = argv, .in = in, .out = -1, .err = -1 };

	return spawn_run(&s, out, OUTPUT_MAX, NULL);
}

/* All of the actions ("-I", "-D"), or none. */
static bool restore(const Rule *rule, const char *const *actions)
{
	cleanup_free char *program = xasprintf("%s-restore", rule->program);
	char *argv[] = { program, (char *)"--noflush", (char *)"--wait", NULL };
	cleanup_fd int in = memfd_create("rules", MFD_CLOEXEC);
	cleanup_strbuf Strbuf text = STRBUF_INIT;

	strbuf_addf(&text, "*%s\n", rule->table);
	for (; *actions; actions++)
		strbuf_addf(&text, "%s %s %s\n", *actions, rule->chain, rule->rule);
	strbuf_adds(&text, "COMMIT\n");
	return in >= 0 && fd_write_all(in, text.data, text.len) >= 0 &&
	       lseek(in, 0, SEEK_SET) == 0 && run(argv, in, NULL) == 0;
}

static void nft(const Rule *rule)
{
	cleanup_free char *list = xasprintf("list chain inet netavark %s", rule->nft_chain);
	cleanup_free char *rule_text =
		xasprintf("insert rule inet netavark %s %s", rule->nft_chain, rule->nft_rule);
	char *ask[] = { (char *)"nft", list, NULL }, *add[] = { (char *)"nft", rule_text, NULL };
	cleanup_strbuf Strbuf chain = STRBUF_INIT;

	if (run(ask, -1, &chain) == 0 && !strstr(chain.data ? chain.data : "", rule->nft_rule))
		(void)run(add, -1, NULL);
}

/* The rule comes first: netavark puts those of another network in front of it. */
void firewall_amend(bool ipv6)
{
	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		const Rule *rule = &rules[i];

		if (rule->ipv6 && !ipv6)
			continue;
		if (!restore(rule, again) && !restore(rule, insert) && rule->nft_chain)
			nft(rule);
	}
}

/* 1: the chain that keeps it has no other rule; 0: it has; -1: there is no such chain. */
static int is_needless(const Rule *rule)
{
	const char *chain = rule->keeper ? rule->keeper : rule->chain;
	char *argv[] = { (char *)rule->program, (char *)"-w",  (char *)"-t", (char *)rule->table,
			 (char *)"-S",		(char *)chain, NULL };
	cleanup_free char *ours = xasprintf("-A %s %s", rule->chain, rule->rule);
	cleanup_strbuf Strbuf list = STRBUF_INIT;
	cleanup_strv char **lines = NULL;
	bool found = rule->keeper;

	if (run(argv, -1, &list) != 0 || !list.data)
		return -1;
	lines = strv_split(list.data, '\n');
	STRV_FOREACH(it, lines) {
		if (startswith(*it, "-A ") && !streq(*it, ours))
			return 0;
		found = found || streq(*it, ours);
	}
	return found;
}

/* The handle of the rule, if the chain has no other; NULL otherwise. `nft -a` ends every line that
 * has one with it, and rules begin with none of the words that chains and tables begin with. */
static char *nft_only_rule(const Rule *rule)
{
	cleanup_free char *list = xasprintf("list chain inet netavark %s", rule->nft_chain);
	char *argv[] = { (char *)"nft", (char *)"-a", list, NULL };
	cleanup_free char *ours = xasprintf("%s # handle ", rule->nft_rule);
	cleanup_free char *handle = NULL;
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	cleanup_strv char **lines = NULL;

	if (run(argv, -1, &text) != 0 || !text.data)
		return NULL;
	lines = strv_split(text.data, '\n');
	STRV_FOREACH(it, lines) {
		const char *line = *it + strspn(*it, " \t"), *found = startswith(line, ours);

		if (str_empty(line) || startswith(line, "table ") || startswith(line, "chain ") ||
		    startswith(line, "type ") || *line == '}')
			continue;
		if (!found || handle)
			return NULL;
		handle = xstrdup(found);
	}
	return steal(&handle);
}

static void nft_tidy(const Rule *rule)
{
	cleanup_free char *handle = nft_only_rule(rule), *text = NULL;

	if (!handle)
		return;
	text = xasprintf("delete rule inet netavark %s handle %s", rule->nft_chain, handle);
	(void)run((char *[]){ (char *)"nft", text, NULL }, -1, NULL);
}

void firewall_tidy(bool ipv6)
{
	bool by_nft = false; /* whose chains are those of both families */

	for (size_t i = 0; i < sizeof(rules) / sizeof(*rules); i++) {
		const Rule *rule = &rules[i];
		int needless = rule->ipv6 && !ipv6 ? 0 : is_needless(rule);

		if (needless > 0)
			(void)restore(rule, delete);
		by_nft = by_nft || (needless < 0 && rule->nft_chain);
		if (by_nft && rule->nft_chain)
			nft_tidy(rule);
	}
}
