/*
 * platform: operating system, architecture and variant, in Go's names, as containerd's `platforms`
 * package reads and matches them.
 */
#pragma once

#include <stddef.h>

#include "libcommon/error.h"

typedef struct Platform {
	char *os, *architecture, *variant; /* variant may be NULL */
} Platform;

/* Reads `os[/arch[/variant]]` or an architecture alone, normalised (`aarch64` is arm64, `linux/arm`
 * is arm/v7). -EINVAL with Docker's words. */
int platform_parse(const char *text, Platform *ret, Error **err);
/* `text`, else DOCKER_DEFAULT_PLATFORM, else the host's. */
int platform_choose(const char *text, Platform *ret, Error **err);
/* "linux/arm64/v8". Caller frees. */
char *platform_text(const Platform *p);
/* How well an image made for `offer` runs on `want`: 0 is best, greater is worse, -1 not at all. */
int platform_rank(const Platform *want, const char *os, const char *architecture,
		  const char *variant);
void platform_clear(Platform *p);
#define cleanup_platform cleanup(platform_clear)
