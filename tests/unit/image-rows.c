#include "librunner/image-rows.h"

#include "libcommon/str.h"
#include "tests/tap.h"

/* The lines as "repository:tag@digest", joined by blanks. `filters` are separated by blanks. */
static void check_rows(const Image *image, const char *filters, const char *operand, bool digests,
		       const char *want)
{
	cleanup(image_filter_clear) ImageFilter filter = { 0 };
	cleanup(image_rows_clear) ImageRows rows = { 0 };
	cleanup_strv char **texts = filters ? strv_split(filters, ' ') : NULL, **got = NULL;
	cleanup_free char *joined = NULL;

	check_int(image_filter_parse(texts, operand, &filter, NULL), 0);
	image_rows_add(&rows, image, &filter, digests);
	for (size_t i = 0; i < rows.n; i++)
		strv_addf(&got, "%s:%s@%s", rows.rows[i].repository, rows.rows[i].tag,
			  rows.rows[i].digest);
	joined = strv_join(got, " ");
	check_str(joined ? joined : "", want);
}

static void check_wrong(const char *text, const char *want)
{
	cleanup(image_filter_clear) ImageFilter filter = { 0 };
	char *texts[] = { (char *)text, NULL };
	cleanup_error Error *err = NULL;

	check_int(image_filter_parse(texts, NULL, &filter, &err), -EINVAL);
	check_str(err->msg, want);
}

int main(void)
{
	char *tags[] = { (char *)"debian:12", (char *)"debian:bookworm",
			 (char *)"localhost:5000/x/deb:1", NULL };
	char *digests[] = { (char *)"debian@sha256:aa", (char *)"ghcr.io/a/b@sha256:bb", NULL };
	char *labels[] = { (char *)"tier=base", NULL };
	Image image = { .repo_tags = tags, .repo_digests = digests, .config.labels = labels };
	Image dangling = { 0 };

	check_rows(&image, NULL, NULL, false,
		   "debian:12@<none> debian:bookworm@<none> localhost:5000/x/deb:1@<none> "
		   "ghcr.io/a/b:<none>@<none>");
	check_rows(&image, NULL, NULL, true,
		   "debian:12@sha256:aa debian:bookworm@sha256:aa localhost:5000/x/deb:1@<none> "
		   "ghcr.io/a/b:<none>@sha256:bb");
	check_rows(&image, NULL, "debian", false, "debian:12@<none> debian:bookworm@<none>");
	check_rows(&image, NULL, "debian:12", false, "debian:12@<none>");
	check_rows(&image, NULL, "nosuch", false, "");
	check_rows(&image, "reference=deb*:b*", NULL, false, "debian:bookworm@<none>");
	check_rows(&image, "reference=*", NULL, false, "debian:12@<none> debian:bookworm@<none>");
	check_rows(&image, "reference=*/*/deb", NULL, false, "localhost:5000/x/deb:1@<none>");
	check_rows(&image, "label=tier=base reference=debian:12", NULL, false, "debian:12@<none>");
	check_rows(&image, "label=other", NULL, false, "");
	check_rows(&image, "dangling=true", NULL, false, "");
	check_rows(&dangling, NULL, NULL, false, "<none>:<none>@<none>");
	check_rows(&dangling, "dangling=true", NULL, true, "<none>:<none>@<none>");
	check_rows(&dangling, "dangling=false", NULL, false, "");
	check_rows(&dangling, NULL, "debian", false, "");
	check_wrong("status=x", "invalid filter 'status'");
	check_wrong("dangling=x", "invalid filter 'dangling=[x]'");
	return tap_done();
}
