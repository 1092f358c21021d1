#include "libimage/trust.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libimage/http.h"

#define MAX_BUNDLE ((size_t)4 * 1024 * 1024)

static int add_file(int dirfd, const char *path, Strbuf *pem, Error **err)
{
	cleanup_strbuf Strbuf text = STRBUF_INIT;
	int r = fs_read_file(dirfd, path, MAX_BUNDLE, &text);

	if (r < 0)
		return error_errno(err, -r, "read %s", path);
	strbuf_add(pem, text.data, text.len);
	strbuf_addc(pem, '\n');
	return 0;
}

static int add_folder(const char *path, Strbuf *pem, Error **err)
{
	cleanup_dir DIR *d = opendir(path);
	struct dirent *e;

	while (d && (e = readdir(d))) {
		int r;

		if (!endswith(e->d_name, ".crt"))
			continue;
		r = add_file(dirfd(d), e->d_name, pem, err);
		if (r < 0)
			return error_prefix(err, r, "%s", path);
	}
	return 0;
}

int trust_load(const char *host, const char *ca, char **ret, Error **err)
{
	static const char *const folders[] = { "/etc/docker/certs.d", "/etc/racker/certs.d" };
	cleanup_strbuf Strbuf pem = STRBUF_INIT;
	const char *system = http_system_ca();
	int r = ca ? add_file(AT_FDCWD, ca, &pem, err) : 0;

	for (size_t i = 0; r >= 0 && i < sizeof(folders) / sizeof(*folders); i++) {
		cleanup_free char *path = xasprintf("%s/%s", folders[i], host);

		r = add_folder(path, &pem, err);
	}
	if (r < 0)
		return r;
	if (pem.len == 0) {
		*ret = NULL;
		return 0;
	}
	/* Without the system's bundle the named authorities still count. */
	if (system)
		(void)add_file(AT_FDCWD, system, &pem, NULL);
	*ret = strbuf_steal(&pem);
	return 0;
}
