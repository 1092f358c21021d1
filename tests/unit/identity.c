/* Users and groups from the text of an image's files, as Docker resolves them. */
#include "librunner/init/identity.c"
#include "librunner/init/text.c"
#include "tests/tap.h"

static const char passwd[] = "root:x:0:0:root:/root:/bin/sh\n"
			     "broken\n"
			     "nan:x:abc:0::/:/bin/sh\n"
			     "\n"
			     "jane:x:1000:1001:Jane:/home/jane:/bin/sh\n"
			     "4711:x:12:13::/odd:/bin/sh\n"
			     "last:x:65534:65534:::";
static const char group[] = "root:x:0:\n"
			    "wheel:x:10:root,jane\n"
			    "janet:x:11:janet\n"
			    "staff:x:50:jane\n"
			    "jane:x:1001:\n"
			    "short:x:77";

static Identity id;
static Text why;

static int resolve(const char *user, const char *further)
{
	char *list[] = { (char *)further, NULL };

	why.n = 0;
	return identity_resolve(user, further ? list : NULL, passwd, group, &id, &why);
}

static void test_found(void)
{
	check_int(resolve(NULL, NULL), 0);
	check_int(id.uid, 0);
	check_str(id.home, "/root");
	check_int(id.n_groups, 2);
	check_int(resolve("jane", NULL), 0);
	check_int(id.uid, 1000);
	check_int(id.gid, 1001);
	check_int(id.n_groups, 3);
	check_int(id.groups[0], 1001);
	check_int(id.groups[1], 10);
	check_int(id.groups[2], 50);
	check_str(id.home, "/home/jane");
	check_int(resolve("1000", NULL), 0);
	check_int(id.n_groups, 3);
	check_int(resolve("jane:staff", NULL), 0);
	check_int(id.gid, 50);
	check_int(id.n_groups, 1);
	check_int(resolve(":50", NULL), 0);
	check_int(id.uid, 0);
	check_int(id.gid, 50);
	check_int(resolve("jane:", "short"), 0);
	check_int(id.n_groups, 4);
	check_int(id.groups[3], 77);
	check_int(resolve("last", NULL), 0);
	check_int(id.uid, 65534);
	check_str(id.home, "/");
}

static void test_numbers(void)
{
	/* Digits are a number, whatever users are called. */
	check_int(resolve("4711", NULL), 0);
	check_int(id.uid, 4711);
	check_int(id.gid, 0);
	check_str(id.home, "/");
	check_int(resolve("5:6", "7"), 0);
	check_int(id.gid, 6);
	check_int(id.n_groups, 2);
	check_int(identity_resolve("5", NULL, NULL, NULL, &id, &why), 0);
	check_int(id.uid, 5);
	check_int(identity_resolve(NULL, NULL, NULL, NULL, &id, &why), 0);
	check_int(id.uid, 0);
	check_str(id.home, "/");
}

static void test_refused(void)
{
	static const char range[] = "uids and gids must be in range 0-2147483647";

	check_int(resolve("nosuch", NULL), -1);
	check_str(why.s, "unable to find user nosuch: no matching entries in passwd file");
	check_int(resolve("jane:nosuch", NULL), -1);
	check_str(why.s, "unable to find group nosuch: no matching entries in group file");
	check_int(resolve("jane", "nosuch"), -1);
	check_str(why.s, "Unable to find group nosuch: no matching entries in group file");
	check_int(resolve("2147483648", NULL), -1);
	check_str(why.s, range);
	check_int(resolve("-1", NULL), -1);
	check_str(why.s, range);
	check_int(resolve("1:99999999999999999999", NULL), -1);
	check_str(why.s, range);
	check_int(resolve("broken", NULL), -1);
	check_int(resolve("nan", NULL), -1);
}

static void test_many_groups(void)
{
	static char many[IDENTITY_MAX_GROUPS * 32];
	size_t n = 0;

	for (int i = 1; i <= IDENTITY_MAX_GROUPS; i++)
		n += (size_t)snprintf(many + n, sizeof(many) - n, "g%d:x:%d:jane\n", i, i + 2000);
	why.n = 0;
	check_int(identity_resolve("jane", NULL, passwd, many, &id, &why), -1);
	check_str(why.s, "too many groups");
}

int main(void)
{
	test_found();
	test_numbers();
	test_refused();
	test_many_groups();
	return tap_done();
}
