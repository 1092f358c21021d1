/* inspect-image: an image as `GET /images/NAME/json` describes it. */
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/inspect-internal.h"
#include "librunner/inspect.h"

typedef struct ImageView {
	char *id;
	char **repo_tags, **repo_digests;
	char *parent, *comment, *created, *docker_version, *author;
	json_t *config;
	char *architecture, *variant, *os, *os_version;
	int64_t size;
	json_t *graph_driver, *rootfs, *metadata;
} ImageView;

/* clang-format off */
static const JsonField image_view_fields[] = {
	JSON_STRING(ImageView, "Id", id, 0),
	JSON_STRV(ImageView, "RepoTags", repo_tags, 0),
	JSON_STRV(ImageView, "RepoDigests", repo_digests, 0),
	JSON_STRING(ImageView, "Parent", parent, 0),
	JSON_STRING(ImageView, "Comment", comment, 0),
	JSON_STRING(ImageView, "Created", created, JSON_OMIT_EMPTY),
	JSON_STRING(ImageView, "DockerVersion", docker_version, 0),
	JSON_STRING(ImageView, "Author", author, 0),
	JSON_RAW(ImageView, "Config", config, 0),
	JSON_STRING(ImageView, "Architecture", architecture, 0),
	JSON_STRING(ImageView, "Variant", variant, JSON_OMIT_EMPTY),
	JSON_STRING(ImageView, "Os", os, 0),
	JSON_STRING(ImageView, "OsVersion", os_version, JSON_OMIT_EMPTY),
	JSON_INT(ImageView, "Size", size, 0),
	JSON_RAW(ImageView, "GraphDriver", graph_driver, 0),
	JSON_RAW(ImageView, "RootFS", rootfs, 0),
	JSON_RAW(ImageView, "Metadata", metadata, 0),
	JSON_END,
};
static const JsonType image_view_type = { "image", sizeof(ImageView), image_view_fields };
/* clang-format on */

static char *document_text(const json_t *document, const char *key)
{
	return xstrdup(json_string_value(json_object_get(document, key)));
}

/* As Docker: the image's own, else the one of its last step. */
static char *comment(const json_t *document)
{
	char *own = document_text(document, "comment");
	const json_t *history = json_object_get(document, "history");
	size_t n = json_array_size(history);

	if (!str_empty(own) || n == 0)
		return own;
	free(own);
	return document_text(json_array_get(history, n - 1), "comment");
}

/* Docker prints every key of a container's Config, most of which no image has. */
static json_t *config_view(const json_t *document)
{
	const json_t *raw = json_object_get(document, "config"), *on_build;
	ContainerConfig config;
	json_t *view;

	container_config_init(&config);
	if (raw)
		(void)json_decode(raw, &container_config_type, &config, NULL);
	view = inspect_config(&config);
	if (!config.labels)
		(void)json_object_set_new(view, "Labels", json_null());
	on_build = json_object_get(raw, "OnBuild");
	if (on_build)
		(void)json_object_set(view, "OnBuild", (json_t *)on_build);
	json_clear(&container_config_type, &config);
	return view;
}

static json_t *driver_view(Runtime *rt, const Image *image)
{
	size_t n = strv_length(image->layers);
	cleanup_strbuf Strbuf lower = STRBUF_INIT;
	json_t *data = json_object();

	for (size_t i = n; i > 1; i--)
		strbuf_addf(&lower, "%s%s/layers/%s", lower.len ? ":" : "", rt->root,
			    image->layers[i - 2]);
	if (lower.len)
		(void)json_object_set_new(data, "LowerDir", json_string(lower.data));
	if (n > 0) {
		cleanup_free char *upper =
			xasprintf("%s/layers/%s", rt->root, image->layers[n - 1]);

		(void)json_object_set_new(data, "UpperDir", json_string(upper));
	}
	return json_pack("{s:o, s:s}", "Data", data, "Name", "overlay2");
}

static json_t *rootfs_view(const Image *image)
{
	json_t *layers = json_array();

	STRV_FOREACH(it, image->diff_ids)
		(void)json_array_append_new(layers, json_string(*it));
	return json_pack("{s:s, s:o}", "Type", "layers", "Layers", layers);
}

json_t *image_inspect_json(Runtime *rt, const Image *image)
{
	ImageView view = {
		.id = xstrdup(image->id),
		.repo_tags = strv_copy(image->repo_tags),
		.repo_digests = strv_copy(image->repo_digests),
		.parent = xstrdup(image->parent),
		.comment = comment(image->document),
		.created = xstrdup(image->created),
		.docker_version = document_text(image->document, "docker_version"),
		.author = document_text(image->document, "author"),
		.config = config_view(image->document),
		.architecture = xstrdup(image->architecture),
		.variant = xstrdup(image->variant),
		.os = xstrdup(image->os),
		.os_version = document_text(image->document, "os.version"),
		.size = image->size,
		.graph_driver = driver_view(rt, image),
		.rootfs = rootfs_view(image),
		.metadata = json_pack("{s:s?}", "LastTagTime", image->tagged),
	};
	json_t *result = json_encode(&image_view_type, &view);

	json_clear(&image_view_type, &view);
	return result;
}
