#include "racker/client-config.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/json.h"

#define CONFIG_MAX_SIZE (4 << 20)

/* clang-format off */
static const JsonField fields[] = {
	JSON_STRING(ClientConfig, "psFormat", ps_format, 0),
	JSON_STRING(ClientConfig, "imagesFormat", images_format, 0),
	JSON_STRING(ClientConfig, "volumesFormat", volumes_format, 0),
	JSON_STRING(ClientConfig, "networksFormat", networks_format, 0),
	JSON_STRING(ClientConfig, "detachKeys", detach_keys, 0),
	JSON_END,
};
static const JsonType type = { "config.json", sizeof(ClientConfig), fields };
/* clang-format on */

void client_config_read(const Cli *cli, ClientConfig *ret)
{
	cleanup_free char *path = NULL;
	cleanup_error Error *err = NULL;
	ClientConfig config = { 0 };

	if (!cli->config_dir)
		return;
	path = xasprintf("%s/config.json", cli->config_dir);
	if (json_read_file(AT_FDCWD, path, CONFIG_MAX_SIZE, &type, &config, &err) < 0) {
		/* With HOME of another user, say by setpriv, the file is none of ours. */
		if (err->errnum != ENOENT && err->errnum != EACCES)
			fprintf(stderr, "WARNING: Error loading config file: %s\n", err->msg);
		json_clear(&type, &config);
		return;
	}
	*ret = config;
}

void client_config_clear(ClientConfig *c)
{
	json_clear(&type, c);
}
