/* caps: capabilities (capabilities(7)) as 64-bit masks, and their names. */
#pragma once

#include <stdint.h>

#define CAP_BIT(cap) (UINT64_C(1) << (cap))

/* The 14 capabilities that Docker leaves to a container. */
extern const uint64_t caps_docker_default;

/* "CAP_CHOWN", "chown", "Chown": the number, or -EINVAL. */
int cap_from_name(const char *name);
/* "CAP_CHOWN"; NULL for a number without a name. */
const char *cap_name(unsigned cap);
/* Everything that this process may give away (its bounding set). */
uint64_t caps_bounding(void);
