#include "libimage/manifest.h"

#include "libcommon/alloc.h"
#include "libcommon/json.h"
#include "libcommon/str.h"
#include "libimage/store.h"

#define OCI_INDEX "application/vnd.oci.image.index.v1+json"
#define OCI_MANIFEST "application/vnd.oci.image.manifest.v1+json"
#define DOCKER_LIST "application/vnd.docker.distribution.manifest.list.v2+json"
#define DOCKER_MANIFEST "application/vnd.docker.distribution.manifest.v2+json"

const char *const manifest_accept[] = { OCI_INDEX, OCI_MANIFEST, DOCKER_LIST, DOCKER_MANIFEST,
					NULL };

/* The config types of things that can be run; registries have also charts, signatures, modules. */
static const char *const config_types[] = { "application/vnd.oci.image.config.v1+json",
					    "application/vnd.docker.container.image.v1+json",
					    /* What old tools wrote. */
					    "application/octet-stream", "application/json",
					    "text/html", NULL };

typedef struct WireDescriptor {
	char *media_type, *digest;
	int64_t size;
	char **urls;
	struct {
		char *os, *architecture, *variant;
	} platform;
} WireDescriptor;

typedef struct WireManifest {
	int64_t schema_version;
	char *media_type;
	WireDescriptor *config;
	WireDescriptor *layers, *manifests;
	size_t n_layers, n_manifests;
	json_t *fs_layers;
} WireManifest;

/* clang-format off */
typedef __typeof__(((WireDescriptor *)NULL)->platform) WirePlatform;
static const JsonField platform_fields[] = {
	JSON_STRING(WirePlatform, "os", os, 0),
	JSON_STRING(WirePlatform, "architecture", architecture, 0),
	JSON_STRING(WirePlatform, "variant", variant, 0),
	JSON_END
};
static const JsonType platform_type = { "platform", sizeof(WirePlatform), platform_fields };

static const JsonField descriptor_fields[] = {
	JSON_STRING(WireDescriptor, "mediaType", media_type, 0),
	JSON_STRING(WireDescriptor, "digest", digest, JSON_REQUIRED),
	JSON_INT(WireDescriptor, "size", size, JSON_REQUIRED),
	JSON_STRV(WireDescriptor, "urls", urls, 0),
	JSON_OBJECT(WireDescriptor, "platform", platform, &platform_type, 0),
	JSON_END
};
static const JsonType descriptor_type = { "descriptor", sizeof(WireDescriptor), descriptor_fields };

static const JsonField manifest_fields[] = {
	JSON_INT(WireManifest, "schemaVersion", schema_version, 0),
	JSON_STRING(WireManifest, "mediaType", media_type, 0),
	JSON_POINTER(WireManifest, "config", config, &descriptor_type, 0),
	JSON_ARRAY(WireManifest, "layers", layers, n_layers, &descriptor_type, 0),
	JSON_ARRAY(WireManifest, "manifests", manifests, n_manifests, &descriptor_type, 0),
	JSON_RAW(WireManifest, "fsLayers", fs_layers, 0),
	JSON_END
};
static const JsonType manifest_type = { "manifest", sizeof(WireManifest), manifest_fields };
/* clang-format on */

static void wire_clear(WireManifest *w)
{
	json_clear(&manifest_type, w);
}

static int descriptor_check(const WireDescriptor *d, const char *what, size_t i, Error **err)
{
	if (!digest_valid(d->digest))
		return error_set(err, EINVAL, "manifest: %s %zu: unsupported digest '%s'", what, i,
				 d->digest);
	if (d->size < 0 || d->size > MANIFEST_MAX_LAYER_SIZE)
		return error_set(err, EINVAL, "manifest: %s %zu: size %lld is out of range", what,
				 i, (long long)d->size);
	return 0;
}

static void descriptor_take(WireDescriptor *from, LayerDescriptor *to)
{
	*to = (LayerDescriptor){ .media_type = steal(&from->media_type),
				 .digest = steal(&from->digest),
				 .size = from->size };
}

static int layer_check(const WireDescriptor *d, size_t i, Error **err)
{
	/* Windows base layers, which only their owner may hand out. */
	if (d->media_type && strstr(d->media_type, ".foreign."))
		return error_set(err, ENOTSUP,
				 "manifest: layer %zu: foreign layers (%s) are not supported", i,
				 d->media_type);
	return descriptor_check(d, "layer", i, err);
}

static int image_take(WireManifest *w, Manifest *m, Error **err)
{
	int64_t total = 0;
	int r;

	if (!w->config)
		return error_set(err, EINVAL, "manifest: config is missing");
	r = descriptor_check(w->config, "config", 0, err);
	if (r < 0)
		return r;
	if (!str_empty(w->config->media_type) &&
	    !strv_contains((char *const *)config_types, w->config->media_type))
		return error_set(err, ENOTSUP, "not a container image (its config is %s)",
				 w->config->media_type);
	if (w->config->size > IMAGE_MAX_CONFIG)
		return error_set(err, EFBIG, "manifest: config is larger than %d bytes",
				 IMAGE_MAX_CONFIG);
	if (w->n_layers > MANIFEST_MAX_LAYERS)
		return error_set(err, EFBIG, "manifest: %zu layers, at most %d are possible",
				 w->n_layers, MANIFEST_MAX_LAYERS);
	descriptor_take(w->config, &m->config);
	m->layers = xnew0(LayerDescriptor, w->n_layers);
	for (size_t i = 0; i < w->n_layers; i++) {
		r = layer_check(&w->layers[i], i, err);
		if (r < 0)
			return r;
		total += w->layers[i].size;
		descriptor_take(&w->layers[i], &m->layers[m->n_layers++]);
	}
	return total <= MANIFEST_MAX_LAYER_SIZE
		       ? 0
		       : error_set(err, EFBIG, "manifest: the layers' sizes are out of range");
}

static int index_take(WireManifest *w, Manifest *m, Error **err)
{
	if (w->n_manifests > MANIFEST_MAX_ENTRIES)
		return error_set(err, EFBIG, "manifest: %zu entries, at most %d are possible",
				 w->n_manifests, MANIFEST_MAX_ENTRIES);
	m->entries = xnew0(ManifestEntry, w->n_manifests);
	for (size_t i = 0; i < w->n_manifests; i++) {
		WireDescriptor *d = &w->manifests[i];
		ManifestEntry *e = &m->entries[m->n_entries];
		int r = descriptor_check(d, "entry", i, err);

		if (r < 0)
			return r;
		m->n_entries++;
		descriptor_take(d, &e->manifest);
		e->platform.os = steal(&d->platform.os);
		e->platform.architecture = steal(&d->platform.architecture);
		e->platform.variant = steal(&d->platform.variant);
	}
	return 0;
}

/* What the document is: by its own word, by the server's, by its shape. A document that has the
 * keys of both kinds means different images to different clients (CVE-2021-41190). */
static int kind_find(const WireManifest *w, const char *content_type, ManifestKind *ret,
		     Error **err)
{
	const char *type = str_empty(w->media_type) ? content_type : w->media_type;
	bool image = w->config || w->n_layers > 0;

	if (w->schema_version == 1 || w->fs_layers)
		return error_set(err, ENOTSUP,
				 "the image has the obsolete Docker schema 1 format: push it again "
				 "with a Docker newer than 1.10");
	if (image && w->n_manifests > 0)
		return error_set(err, EINVAL, "manifest: has both layers and manifests");
	if (w->schema_version != 2)
		return error_set(err, EINVAL, "manifest: unsupported schemaVersion %lld",
				 (long long)w->schema_version);
	if (type && (streq(type, OCI_INDEX) || streq(type, DOCKER_LIST)))
		*ret = MANIFEST_INDEX;
	else if (type && (streq(type, OCI_MANIFEST) || streq(type, DOCKER_MANIFEST)))
		*ret = MANIFEST_IMAGE;
	else if (!str_empty(w->media_type))
		return error_set(err, ENOTSUP, "manifest: unsupported media type %s",
				 w->media_type);
	else
		*ret = image ? MANIFEST_IMAGE : MANIFEST_INDEX;
	if (*ret == MANIFEST_INDEX && image)
		return error_set(err, EINVAL, "manifest: an index that has layers");
	return 0;
}

static const char *default_type(const WireManifest *w, ManifestKind kind, const char *content_type)
{
	if (!str_empty(w->media_type))
		return w->media_type;
	for (size_t i = 0; manifest_accept[i]; i++)
		if (content_type && streq(content_type, manifest_accept[i]))
			return content_type;
	return kind == MANIFEST_INDEX ? OCI_INDEX : OCI_MANIFEST;
}

int manifest_parse(const char *text, size_t n, const char *content_type, Manifest **ret,
		   Error **err)
{
	cleanup_manifest Manifest *m = xnew0(Manifest, 1);
	cleanup(wire_clear) WireManifest w = { 0 };
	cleanup_free char *type =
		content_type ? xstrndup(content_type, strcspn(content_type, "; ")) : NULL;
	cleanup_json json_t *v = NULL;
	int r = json_parse(text, n, "manifest", &v, err);

	if (r < 0)
		return error_prefix(err, r, "the manifest is not JSON");
	r = json_decode(v, &manifest_type, &w, err);
	if (r < 0)
		return r;
	r = kind_find(&w, type, &m->kind, err);
	if (r < 0)
		return r;
	m->media_type = xstrdup(default_type(&w, m->kind, type));
	r = m->kind == MANIFEST_INDEX ? index_take(&w, m, err) : image_take(&w, m, err);
	if (r < 0)
		return r;
	*ret = steal(&m);
	return 0;
}

int manifest_choose(const Manifest *index, const Platform *want, const ManifestEntry **ret,
		    Error **err)
{
	cleanup_free char *text = NULL;
	const ManifestEntry *best = NULL;
	int best_rank = -1;

	for (size_t i = 0; i < index->n_entries; i++) {
		const ManifestEntry *e = &index->entries[i];
		int rank = platform_rank(want, e->platform.os, e->platform.architecture,
					 e->platform.variant);

		if (rank >= 0 && (!best || rank < best_rank)) {
			best = e;
			best_rank = rank;
		}
	}
	if (best) {
		*ret = best;
		return 0;
	}
	text = platform_text(want);
	return error_set(err, ENOENT, "no matching manifest for %s in the manifest list entries",
			 text);
}

static void descriptor_clear(LayerDescriptor *d)
{
	free(d->media_type);
	free(d->digest);
}

Manifest *manifest_free(Manifest *m)
{
	if (!m)
		return NULL;
	for (size_t i = 0; i < m->n_layers; i++)
		descriptor_clear(&m->layers[i]);
	for (size_t i = 0; i < m->n_entries; i++) {
		descriptor_clear(&m->entries[i].manifest);
		platform_clear(&m->entries[i].platform);
	}
	descriptor_clear(&m->config);
	free(m->layers);
	free(m->entries);
	free(m->media_type);
	free(m);
	return NULL;
}
