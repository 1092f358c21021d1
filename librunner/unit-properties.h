/*
 * unit-properties: HostConfig's limits as properties of a systemd unit, for hosts whose systemd
 * owns the control groups: what is written into its units' groups behind its back does not last.
 * The names are those of cgroup v2; systemd translates them for v1, and refuses what it does not
 * know.
 *
 * With the arithmetic of limits-math.h, as for files.
 */
#pragma once

#include <stddef.h>
#include <stdint.h>

#include "librunner/container-config.h"

typedef enum {
	UNIT_PROPERTY_NUMBER, /* t: UINT64_MAX is "infinity" */
	UNIT_PROPERTY_SET, /* ay: a set of bits */
	UNIT_PROPERTY_DEVICE, /* a(st): one device; rows of one name belong into one array */
} UnitPropertyKind;

/* Numbers of processors up to 8,191. */
#define UNIT_PROPERTY_SET_BYTES 1024

typedef struct UnitProperty {
	const char *name; /* "MemoryMax" */
	UnitPropertyKind kind;
	uint64_t number;
	const char *device; /* borrowed from the HostConfig */
	uint8_t *set;
	size_t n_set;
} UnitProperty;

/* The properties for what `h` gives, in an order that keeps rows of one name together. What no unit
 * property can say (real-time scheduling, swappiness, --oom-kill-disable) is not among them: those
 * are v1's files, see cgroup-limits.h. Returns their number; free with unit_properties_free(). */
size_t unit_properties(const HostConfig *h, UnitProperty **ret);
/* For an update: each limit that can be changed at run time, also what is not given, which then
 * says "infinity" or systemd's default. */
size_t unit_properties_all(const HostConfig *h, UnitProperty **ret);
void unit_properties_free(UnitProperty *list, size_t n);
