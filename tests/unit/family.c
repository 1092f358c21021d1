#include "librunner/family.h"

#include "libcommon/str.h"
#include "libimage/image.h"
#include "tests/tap.h"

static const char *family_name(const char *os_release)
{
	cleanup_os_release OsRelease *os = os_release_parse(os_release, strlen(os_release));
	const Family *f = family_of(os);

	return f ? f->name : NULL;
}

static void test_of(void)
{
	check_str(family_name("ID=debian\n"), "debian");
	check_str(family_name("ID=ubuntu\nID_LIKE=debian\n"), "debian");
	check_str(family_name("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n"), "debian");
	check_str(family_name("ID=rocky\nID_LIKE=\"rhel centos fedora\"\n"), "fedora");
	check_str(family_name("ID=sles\nID_LIKE=suse\n"), "suse");
	check_str(family_name("ID=arch\n"), "arch");
	check_str(family_name("ID=alpine\n"), NULL);
	check_str(family_name(""), NULL);
}

static void test_names(void)
{
	check(family_by_name("debian") && family_by_name("debian")->recipe);
	check(family_by_name("nosuch") == NULL);
}

/* Every family that the catalogue names is one that we know. */
static void test_catalogue(void)
{
	cleanup_catalogue Catalogue *c = NULL;
	cleanup_error Error *err = NULL;

	check_int(catalogue_load(&c, &err), 0);
	for (size_t i = 0; c && i < c->n; i++)
		if (!family_by_name(c->entries[i].family))
			check_str(c->entries[i].family, "a known family");
}

int main(void)
{
	test_of();
	test_names();
	test_catalogue();
	return tap_done();
}
