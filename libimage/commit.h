/*
 * commit: makes an image of another one's layers and what a container has changed: the helper's
 * side of image_commit().
 */
#pragma once

#include "libimage/archive.h"
#include "libimage/layer.h"

/* Reads a request, as archive-client.c writes it, from `fd`. */
int commit_run(Store *store, int fd, int upper, char **ret_id, Error **err);
