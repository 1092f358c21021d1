#include "libimage/catalogue.h"

#include <fcntl.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "libcommon/yaml.h"
#include "tests/tap.h"

static int add(Catalogue *c, const char *yaml, Error **err)
{
	cleanup_json json_t *document = NULL;
	int r = yaml_parse(yaml, strlen(yaml), "x.yaml", &document, err);

	return r < 0 ? r : catalogue_add(c, document, "x.yaml", err);
}

static void test_installed(void)
{
	cleanup_catalogue Catalogue *c = NULL;
	cleanup_error Error *err = NULL;
	const CatalogueEntry *e;

	check_int(catalogue_load(&c, &err), 0);
	if (!c) {
		printf("# %s\n", err->msg);
		return;
	}
	e = catalogue_find(c, "debian-12");
	check(e != NULL);
	check_str(e->label, "debian-bookworm");
	check_str(e->version, "12");
	check_str(e->sources[0], "docker://docker.io/library/debian:bookworm-slim");
	check_str(e->sources[1], "bootstrap:debian/bookworm");
	check(catalogue_find(c, "debian-bookworm") == e);
	check(catalogue_find(c, "ubuntu-26.04") != NULL);
	check(catalogue_find(c, "debian") == NULL);
	check(catalogue_find(c, "") == NULL);
}

#define ENTRY "{family: debian, distribution: D, sources: [docker://a]}"

static void test_extend(void)
{
	cleanup_catalogue Catalogue *c = xnew0(Catalogue, 1);

	check_int(add(c, "images: {a: " ENTRY ", b: " ENTRY "}", NULL), 0);
	check_int(add(c, "images: {b: {family: suse, distribution: E, sources: [docker://b]}}",
		      NULL),
		  0);
	check_int(add(c, "", NULL), 0);
	check_int(add(c, "images: {}", NULL), 0);
	check_int((long long)c->n, 2);
	check_str(catalogue_find(c, "b")->family, "suse");
	check_str(catalogue_find(c, "a")->family, "debian");
}

static void check_refused(const char *yaml, const char *want)
{
	cleanup_catalogue Catalogue *c = xnew0(Catalogue, 1);
	cleanup_error Error *err = NULL;

	check(add(c, yaml, &err) < 0);
	check_str(err ? err->msg : NULL, want);
}

static void test_refusals(void)
{
	check_refused("[]", "x.yaml: catalogue: expected an object, got an array");
	check_refused("images: []", "x.yaml: images: expected an object of labels");
	check_refused("image: {}", "x.yaml: catalogue.image: unknown key");
	check_refused("images: {a: {distribution: D, sources: [docker://a]}}",
		      "x.yaml: images.a.family: missing");
	check_refused("images: {a: {family: debian, distribution: D, version: 12, sources: [x]}}",
		      "x.yaml: images.a.version: expected a string, got an integer");
	check_refused("images: {a: {family: debian, distribution: D, sources: []}}",
		      "x.yaml: images.a: sources: expected at least one");
	check_refused("images: {a: {family: debian, distribution: D, sources: [ftp://x]}}",
		      "x.yaml: images.a: ftp://x: unknown kind of source (there are docker:// and "
		      "bootstrap:)");
	check_refused(
		"images: {a: {family: debian, distribution: D, sources: [docker://docker.io/A/b]}}",
		"x.yaml: images.a: docker://docker.io/A/b: invalid reference format: repository "
		"name "
		"(A/b) must be lowercase");
	check_refused("images: {a: {family: debian, distribution: D, sources: [bootstrap:debian]}}",
		      "x.yaml: images.a: bootstrap:debian: expected bootstrap:DISTRIBUTION/"
		      "CODENAME");
	check_refused("images: {A: " ENTRY "}",
		      "x.yaml: images.A: 'A' is no label: use lower-case letters, digits, '.' and "
		      "'-'");
	check_refused("images: {a: {family: debian, distribution: D, aliases: [../x], "
		      "sources: [docker://a]}}",
		      "x.yaml: images.a: '../x' is no label: use lower-case letters, digits, '.' "
		      "and '-'");
	check_refused("images: {b: {family: debian, distribution: D, aliases: [a], "
		      "sources: [docker://a]}, a: " ENTRY "}",
		      "x.yaml: a is a name of both a and b");
}

static void test_files(void)
{
	char dir[] = "/tmp/catalogue.XXXXXX";
	cleanup_free char *config = NULL, *folder = NULL;
	cleanup_catalogue Catalogue *c = NULL;
	cleanup_error Error *err = NULL;
	static const char good[] = "images: {my-own: " ENTRY "}", bad[] = "images: [";
	int fd;

	if (!mkdtemp(dir))
		return;
	fd = fs_open_dir(AT_FDCWD, dir);
	config = xasprintf("%s/config.yaml", dir);
	(void)setenv("RACKER_CONFIG", config, 1);
	check_int(fs_mkdir_p(fd, "images.d", 0755), 0);
	check_int(fs_write_atomic(fd, "images.d/a.yaml", good, strlen(good), 0644, 0), 0);
	check_int(fs_write_atomic(fd, "images.d/b.yml~", bad, strlen(bad), 0644, 0), 0);
	check_int(catalogue_load(&c, &err), 0);
	check(c && catalogue_find(c, "my-own") && catalogue_find(c, "debian-12"));
	check_int(fs_write_atomic(fd, "images.d/b.yaml", bad, strlen(bad), 0644, 0), 0);
	c = catalogue_free(c);
	check(catalogue_load(&c, &err) < 0);
	folder = xasprintf("%s/images.d/b.yaml", dir);
	check(err && startswith(err->msg, folder));
	(void)fd_close(fd);
	(void)fs_remove_tree(AT_FDCWD, dir);
	(void)unsetenv("RACKER_CONFIG");
}

int main(void)
{
	test_installed();
	test_extend();
	test_refusals();
	test_files();
	return tap_done();
}
