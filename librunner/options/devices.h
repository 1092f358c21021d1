/*
 * devices: `--device` and `--device-cgroup-rule`.
 */
#pragma once

#include "librunner/container-config.h"

/* "/dev/a[:/dev/b][:rwm]". *ret is the caller's; device_mapping_clear() frees it. */
int device_mapping_parse(const char *text, DeviceMapping *ret, Error **err);
void device_mapping_clear(DeviceMapping *d);
/* Letters of "rwm", each at most once, at least one. */
bool device_permissions_valid(const char *text);
/* "c 1:3 rwm", "a *:* m". */
int device_rule_check(const char *text, Error **err);
