/*
 * bootstrap: makes an image with mmdebstrap, straight from a distribution's packages, where no
 * registry can be had.
 *
 * The tree has systemd and dbus, so that it boots as it is. Its tar goes to the store as a stream.
 * The packages come from where the host gets its own when it is of the same distribution, else from
 * the distribution's public address.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "libimage/image.h"

/* "bootstrap:debian/bookworm" or "bootstrap:debian/buster?mirror=http://archive.debian.org/debian"
 */
typedef struct BootstrapSource {
	char *distribution; /* "debian" */
	char *codename; /* "bookworm" */
	char *mirror; /* NULL: the host's own, or the public one */
} BootstrapSource;

/* -EINVAL with what is wrong; a distribution without public mirror needs one of its own. */
int bootstrap_source_parse(const char *text, BootstrapSource **ret, Error **err);
BootstrapSource *bootstrap_source_free(BootstrapSource *source);
DEFINE_CLEANUP(BootstrapSource, bootstrap_source_free)
#define cleanup_bootstrap_source cleanup(bootstrap_source_freep)

/* The host's apt repositories, as `apt-get indextargets` prints them in this format. */
#define BOOTSTRAP_INDEXTARGETS "$(REPO_URI) $(ORIGIN) $(LABEL) $(SUITE) $(ARCHITECTURE)"
/* Lines for sources.list that mmdebstrap uses. `indextargets` is the text of the host's
 * repositories ("" for none), `arch` Debian's name of the architecture. */
char **bootstrap_apt_lines(const BootstrapSource *source, const char *arch,
			   const char *indextargets);

/* Debian's name of an OCI architecture and variant ("arm64"; "arm" and "v7" → "armhf"); NULL when
 * it has none. */
const char *bootstrap_debian_arch(const char *architecture, const char *variant);

typedef struct BootstrapOptions {
	const char *source;
	const char *architecture, *variant; /* OCI's names; the host's when NULL */
	char *const *names; /* canonical names of the image */
	/* Lines for the user: `bootstrap debian bookworm: downloading packages with apt`. Called
	 * by a thread of its own; may be NULL. */
	void (*progress)(const char *line, void *userdata);
	void *userdata;
} BootstrapOptions;

/* Makes the image. All output goes to RACKER_ROOT/log/bootstrap-….log, its end into the error.
 * -ENOENT, naming the package, when mmdebstrap or the distribution's keyring is not installed. */
int bootstrap_image(Store *store, const BootstrapOptions *o, char **ret_id, Error **err);
