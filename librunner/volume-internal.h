/* volume-internal: what the files of volumes share; nobody else includes it. */
#pragma once

#include "libcommon/json.h"
#include "librunner/volume.h"

#define VOLUME_FORMAT 1
#define VOLUMES_DIR "volumes"
#define VOLUME_FILE "volume.json"
#define VOLUME_DATA "_data"

extern const JsonType volume_type;

/* Reads one, by the text of its file. -EINVAL for what volume_create() would not have written. */
int volume_parse(const char *text, size_t n, Volume *ret, Error **err);
/* Whether the driver `local` understands the options: Docker's `create x: invalid option: "y"`. */
int volume_options_check(const char *name, char *const *options, Error **err);
/* An event of the volume; `extra` may be NULL. */
void volume_event(Runtime *rt, const char *name, const char *action, char *const *extra);

/* The names of all volumes that containers have. The caller frees. */
int volumes_used(Runtime *rt, char ***ret, Error **err);
