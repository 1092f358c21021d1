/* tmpfs-options: the options of `--tmpfs` and of tmpfs mounts, by Docker's rules. */
#pragma once

#include "libcommon/error.h"

typedef struct TmpfsMount {
	unsigned long flags; /* MS_… */
	char *data; /* for mount(2); never NULL */
} TmpfsMount;

/* `options` is a list separated by commas, may be NULL; it comes over Docker's noexec, nosuid and
 * nodev, later ones over earlier ones. -EINVAL: `invalid tmpfs option "x"`. */
int tmpfs_options_parse(const char *options, TmpfsMount *ret, Error **err);
