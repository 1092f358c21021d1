#include "libimage/manifest.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "tests/tap.h"

#define A64 "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define DIGEST "\"digest\":\"sha256:" A64 "\""
#define OCI "application/vnd.oci.image."
#define DOCKER "application/vnd.docker."
#define CONFIG "\"config\":{\"mediaType\":\"" OCI "config.v1+json\",\"size\":7," DIGEST "}"
#define LAYER "{\"mediaType\":\"" OCI "layer.v1.tar+gzip\",\"size\":9," DIGEST "}"
#define ENTRY(os, arch, more)                                           \
	"{\"mediaType\":\"" OCI "manifest.v1+json\",\"size\":5," DIGEST \
	",\"platform\":{\"os\":\"" os "\",\"architecture\":\"" arch "\"" more "}}"

static int parse(const char *text, const char *type, Manifest **ret, Error **err)
{
	return manifest_parse(text, strlen(text), type, ret, err);
}

static void test_image(void)
{
	cleanup_manifest Manifest *m = NULL, *docker = NULL, *bare = NULL;

	check_int(parse("{\"schemaVersion\":2," CONFIG ",\"layers\":[" LAYER "," LAYER "]}",
			OCI "manifest.v1+json; charset=utf-8", &m, NULL),
		  0);
	check(m && m->kind == MANIFEST_IMAGE);
	check_str(m ? m->media_type : NULL, OCI "manifest.v1+json");
	check_int(m ? (long long)m->n_layers : 0, 2);
	check_int(m ? m->layers[1].size : 0, 9);
	check_str(m ? m->layers[0].media_type : NULL, OCI "layer.v1.tar+gzip");
	check_str(m ? m->config.digest : NULL, "sha256:" A64);

	/* The document's own word counts more than the server's. */
	check_int(parse("{\"schemaVersion\":2,\"mediaType\":\"" DOCKER
			"distribution.manifest.v2+json\"," CONFIG ",\"layers\":[]}",
			"text/plain", &docker, NULL),
		  0);
	check_str(docker ? docker->media_type : NULL, DOCKER "distribution.manifest.v2+json");
	check_int(parse("{\"schemaVersion\":2," CONFIG ",\"layers\":[" LAYER "]}", NULL, &bare,
			NULL),
		  0);
	check(bare && bare->kind == MANIFEST_IMAGE);
}

static void choose(const Manifest *m, const char *platform, long long want)
{
	cleanup_platform Platform p = { 0 };
	const ManifestEntry *e = NULL;

	(void)platform_parse(platform, &p, NULL);
	(void)manifest_choose(m, &p, &e, NULL);
	check_int(e ? (long long)(e - m->entries) : -1, want);
}

static void test_index(void)
{
	cleanup_manifest Manifest *m = NULL;
	cleanup_platform Platform p = { 0 };
	cleanup_error Error *err = NULL;
	const ManifestEntry *e;

	check_int(
		parse("{\"schemaVersion\":2,\"mediaType\":\"" OCI
		      "index.v1+json\",\"manifests\":[" ENTRY("linux", "386", "") "," ENTRY("linux", "arm", ",\"variant\":\"v6\"") "," ENTRY(
			      "linux", "arm",
			      ",\"variant\":\"v7\"") "," ENTRY("linux", "amd64",
							       "") "," ENTRY("linux", "amd64",
									     "") "," ENTRY("unknow"
											   "n",
											   "unknow"
											   "n",
											   "") "," ENTRY("windows",
													 "arm64",
													 ",\"os.version\":\"10\"") "]}",
		      NULL, &m, NULL),
		0);
	check(m && m->kind == MANIFEST_INDEX);
	if (!m)
		return;
	check_int((long long)m->n_entries, 7);
	choose(m, "linux/amd64", 3);
	choose(m, "linux/386", 0);
	choose(m, "linux/arm/v7", 2);
	choose(m, "linux/arm/v6", 1);
	choose(m, "linux/arm64", 2);
	choose(m, "windows/arm64", 6);
	(void)platform_parse("linux/s390x", &p, NULL);
	check_int(manifest_choose(m, &p, &e, &err), -ENOENT);
	check_str(err ? err->msg : NULL,
		  "no matching manifest for linux/s390x in the manifest list entries");
}

/* Must-fail documents: what it is, the kind, and words that the message must have. */
static const struct {
	const char *text;
	int errnum;
	const char *words;
} bad[] = {
	{ "", EINVAL, "manifest:" },
	{ "<html>", EINVAL, "manifest:1:1" },
	{ "[]", EINVAL, "object" },
	{ "{}", EINVAL, "schemaVersion" },
	{ "{\"schemaVersion\":1,\"fsLayers\":[]}", ENOTSUP, "schema 1" },
	{ "{\"schemaVersion\":3," CONFIG ",\"layers\":[]}", EINVAL, "schemaVersion 3" },
	{ "{\"schemaVersion\":2," CONFIG ",\"layers\":[" LAYER
	  "],\"manifests\":[" ENTRY("linux", "amd64", "") "]}",
	  EINVAL, "both" },
	{ "{\"schemaVersion\":2,\"mediaType\":\"" OCI "index.v1+json\"," CONFIG ",\"layers\":[]}",
	  EINVAL, "index that has layers" },
	{ "{\"schemaVersion\":2,\"mediaType\":\"x/y\"}", ENOTSUP, "x/y" },
	{ "{\"schemaVersion\":2,\"layers\":[" LAYER "]}", EINVAL, "config is missing" },
	{ "{\"schemaVersion\":2,\"config\":{\"mediaType\":\"application/"
	  "vnd.cncf.helm.config.v1+json\","
	  "\"size\":7," DIGEST "},\"layers\":[]}",
	  ENOTSUP, "not a container image" },
	{ "{\"schemaVersion\":2,\"config\":{\"size\":99999999," DIGEST "},\"layers\":[]}", EFBIG,
	  "config is larger" },
	{ "{\"schemaVersion\":2,\"config\":{\"size\":1},\"layers\":[]}", EINVAL, "digest" },
	{ "{\"schemaVersion\":2,\"config\":{\"size\":1,\"digest\":\"sha256:../../"
	  "etc\"},\"layers\":[]}",
	  EINVAL, "unsupported digest" },
	{ "{\"schemaVersion\":2," CONFIG ",\"layers\":[{\"size\":-1," DIGEST "}]}", EINVAL,
	  "out of range" },
	{ "{\"schemaVersion\":2," CONFIG ",\"layers\":[{\"size\":1099511627776," DIGEST "},"
	  "{\"size\":1099511627776," DIGEST "}]}",
	  EFBIG, "out of range" },
	{ "{\"schemaVersion\":2," CONFIG ",\"layers\":[{\"size\":\"9\"," DIGEST "}]}", EINVAL,
	  "integer" },
	{ "{\"schemaVersion\":2," CONFIG ",\"layers\":[{\"size\":1," DIGEST ",\"mediaType\":"
	  "\"application/vnd.docker.image.rootfs.foreign.diff.tar.gzip\"}]}",
	  ENOTSUP, "foreign" },
};

static void test_bad(void)
{
	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++) {
		cleanup_manifest Manifest *m = NULL;
		cleanup_error Error *err = NULL;

		check_int(parse(bad[i].text, NULL, &m, &err), -bad[i].errnum);
		if (!err || !strstr(err->msg, bad[i].words))
			check_str(err ? err->msg : NULL, bad[i].words);
	}
}

static void test_limits(void)
{
	cleanup_strbuf Strbuf b = STRBUF_INIT;
	cleanup_manifest Manifest *m = NULL, *n = NULL;

	strbuf_adds(&b, "{\"schemaVersion\":2," CONFIG ",\"layers\":[");
	for (int i = 0; i < MANIFEST_MAX_LAYERS; i++)
		strbuf_adds(&b, i ? "," LAYER : LAYER);
	check_int(parse(b.data, NULL, &m, NULL), -EINVAL);
	strbuf_adds(&b, "]}");
	check_int(parse(b.data, NULL, &m, NULL), 0);
	b.len -= 2;
	strbuf_adds(&b, "," LAYER "]}");
	check_int(parse(b.data, NULL, &n, NULL), -EFBIG);
}

int main(void)
{
	test_image();
	test_index();
	test_bad();
	test_limits();
	return tap_done();
}
