#include "librunner/family.h"

#include "libcommon/str.h"
#include "librunner/family-debian.h"

/* clang-format off */
static const char *const debian_ids[] = { "debian", "ubuntu", NULL };
static const char *const fedora_ids[] = {
	"fedora", "rhel", "centos", "rocky", "almalinux", "ol", "amzn", NULL
};
static const char *const suse_ids[] = {
	"suse", "opensuse", "opensuse-leap", "opensuse-tumbleweed", "sles", "sled", NULL
};
static const char *const arch_ids[] = { "arch", NULL };

static const Family families[] = {
	{ "debian", debian_ids, &family_debian_recipe },
	{ "fedora", fedora_ids, NULL },
	{ "suse", suse_ids, NULL },
	{ "arch", arch_ids, NULL },
	{ NULL }
};
/* clang-format on */

static bool in_list(const char *const *list, const char *s)
{
	for (; *list; list++)
		if (streq(*list, s))
			return true;
	return false;
}

static const Family *family_by_id(const char *id)
{
	for (const Family *f = families; f->name; f++)
		if (in_list(f->ids, id))
			return f;
	return NULL;
}

const Family *family_by_name(const char *name)
{
	for (const Family *f = families; f->name; f++)
		if (streq(f->name, name))
			return f;
	return NULL;
}

const Family *family_of(const OsRelease *os)
{
	const Family *f = family_by_id(os->id);

	STRV_FOREACH(it, os->id_like) {
		if (f)
			break;
		f = family_by_id(*it);
	}
	return f;
}
