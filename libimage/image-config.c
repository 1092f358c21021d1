/* image-config: the config blob of an image (OCI image-spec 1.1, config.md; Docker's Healthcheck).
 */
#include "libimage/image.h"

#include "libcommon/alloc.h"
#include "libimage/store-internal.h"

static const JsonField image_config_fields[] = {
	JSON_STRING(ImageConfig, "User", user, JSON_OMIT_EMPTY),
	JSON_SET(ImageConfig, "ExposedPorts", exposed_ports, JSON_OMIT_EMPTY),
	JSON_STRV(ImageConfig, "Env", env, JSON_OMIT_EMPTY),
	JSON_STRV(ImageConfig, "Entrypoint", entrypoint, JSON_OMIT_EMPTY | JSON_STRING_OR_ARRAY),
	JSON_STRV(ImageConfig, "Cmd", cmd, JSON_OMIT_EMPTY | JSON_STRING_OR_ARRAY),
	JSON_SET(ImageConfig, "Volumes", volumes, JSON_OMIT_EMPTY),
	JSON_STRING(ImageConfig, "WorkingDir", working_dir, JSON_OMIT_EMPTY),
	JSON_ENV(ImageConfig, "Labels", labels, JSON_OMIT_EMPTY),
	JSON_STRING(ImageConfig, "StopSignal", stop_signal, JSON_OMIT_EMPTY),
	JSON_STRV(ImageConfig, "Shell", shell, JSON_OMIT_EMPTY),
	JSON_RAW(ImageConfig, "Healthcheck", healthcheck, JSON_OMIT_EMPTY),
	JSON_END,
};
const JsonType image_config_type = { "image config", sizeof(ImageConfig), image_config_fields };

typedef struct ConfigRootfs {
	char *type;
	char **diff_ids;
} ConfigRootfs;

static const JsonField rootfs_fields[] = {
	JSON_STRING(ConfigRootfs, "type", type, 0),
	JSON_STRV(ConfigRootfs, "diff_ids", diff_ids, 0),
	JSON_END,
};
static const JsonType rootfs_type = { "rootfs", sizeof(ConfigRootfs), rootfs_fields };

typedef struct ConfigBlob {
	char *architecture, *os, *variant, *created;
	ImageConfig config;
	ConfigRootfs rootfs;
} ConfigBlob;

static const JsonField blob_fields[] = {
	JSON_STRING(ConfigBlob, "architecture", architecture, 0),
	JSON_STRING(ConfigBlob, "os", os, 0),
	JSON_STRING(ConfigBlob, "variant", variant, 0),
	JSON_STRING(ConfigBlob, "created", created, 0),
	JSON_OBJECT(ConfigBlob, "config", config, &image_config_type, 0),
	JSON_OBJECT(ConfigBlob, "rootfs", rootfs, &rootfs_type, 0),
	JSON_END,
};
static const JsonType blob_type = { "image config", sizeof(ConfigBlob), blob_fields };

static int check_diff_ids(char *const *diff_ids, Error **err)
{
	if (strv_length(diff_ids) > IMAGE_MAX_LAYERS)
		return error_set(err, EFBIG, "the image has more than %d layers", IMAGE_MAX_LAYERS);
	STRV_FOREACH(id, diff_ids)
		if (!digest_valid(*id))
			return error_set(err, EINVAL, "unsupported diff ID in the image's config");
	return 0;
}

int image_config_decode(const char *text, size_t n, Image *image, Error **err)
{
	cleanup_json json_t *value = NULL;
	ConfigBlob blob = { 0 };
	int r = json_parse(text, n, "image config", &value, err);

	if (r >= 0)
		r = json_decode(value, &blob_type, &blob, err);
	if (r >= 0)
		r = check_diff_ids(blob.rootfs.diff_ids, err);
	if (r >= 0) {
		image->architecture = steal(&blob.architecture);
		image->os = steal(&blob.os);
		image->variant = steal(&blob.variant);
		image->created = steal(&blob.created);
		image->config = blob.config;
		blob.config = (ImageConfig){ 0 };
		image->diff_ids = steal(&blob.rootfs.diff_ids);
		image->document = json_incref(value);
	}
	json_clear(&blob_type, &blob);
	return r;
}

Image *image_free(Image *image)
{
	if (!image)
		return NULL;
	free(image->id);
	strv_free(image->repo_tags);
	strv_free(image->repo_digests);
	free(image->architecture);
	free(image->os);
	free(image->variant);
	free(image->created);
	json_clear(&image_config_type, &image->config);
	strv_free(image->layers);
	strv_free(image->diff_ids);
	free(image->tagged);
	free(image->parent);
	json_decref(image->document);
	free(image);
	return NULL;
}
