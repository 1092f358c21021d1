#include "librunner/container-user.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"

#define MAX_FILE ((size_t)4 << 20)
#define MAX_ID UINT32_MAX

static int parse_id(const char *text, uint32_t *ret)
{
	uint64_t id;

	if (str_to_u64(text, &id) < 0 || id >= MAX_ID)
		return -EINVAL;
	*ret = (uint32_t)id;
	return 0;
}

/* The line of a file like passwd(5) whose name, or number, is `wanted`; as fields, NULL for none.
 */
static char **find_line(int root, const char *path, const char *wanted)
{
	cleanup_fd int fd = fs_open_in_root(root, path, O_RDONLY | O_NONBLOCK, 0);
	cleanup_free char *self = xasprintf("/proc/self/fd/%d", fd);
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	cleanup_strv char **lines = NULL;
	struct stat st;

	if (fd < 0 || fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
	    fs_read_file(AT_FDCWD, self, MAX_FILE, &text) < 0)
		return NULL;
	lines = strv_split(text.data, '\n');
	for (unsigned field = 0; field <= 2; field += 2)
		STRV_FOREACH(line, lines) {
			char **fields = strv_split(*line, ':');

			if (strv_length(fields) >= 3 && streq(fields[field], wanted))
				return fields;
			strv_free(fields);
		}
	return NULL;
}

static int find_group(int root, const char *name, gid_t *ret, Error **err)
{
	cleanup_strv char **line = find_line(root, "/etc/group", name);

	if (parse_id(line ? line[2] : name, ret) >= 0)
		return 0;
	return error_set(err, EINVAL, "unable to find group %s: no matching entries in group file",
			 name);
}

int container_user(int root, const char *text, uid_t *ret_uid, gid_t *ret_gid, Error **err)
{
	const char *colon = strchr(text, ':');
	cleanup_free char *user = colon ? xstrndup(text, (size_t)(colon - text)) : xstrdup(text);
	cleanup_strv char **line = find_line(root, "/etc/passwd", *user ? user : "0");

	*ret_gid = 0;
	if (parse_id(line ? line[2] : *user ? user : "0", ret_uid) < 0)
		return error_set(err, EINVAL,
				 "unable to find user %s: no matching entries in passwd file",
				 user);
	if (colon && colon[1])
		return find_group(root, colon + 1, ret_gid, err);
	if (strv_length(line) >= 4)
		(void)parse_id(line[3], ret_gid);
	return 0;
}
