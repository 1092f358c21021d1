/*
 * pull: brings an image into the store, from a registry or, for a label of the catalogue, from the
 *first of its sources that can be had. Runs in racker-image: it uses threads, and parses what
 *others send.
 *
 * The kinds of errors:
 *
 *	EHOSTUNREACH, ETIMEDOUT, ECONNRESET   the registry cannot be reached
 *	EBUSY      429: it asks us to wait          EACCES   401, 403
 *	ENOENT     no such image or platform        EREMOTEIO   5xx, truncated, not by the protocol
 *	EBADMSG    a digest that does not match     EINVAL   a name or document that is malformed
 *	ENOTSUP    a kind of image that we do not run
 *
 * The first two rows make the next source of a label be tried.
 */
#pragma once

#include "libimage/image.h"
#include "libimage/pull-progress.h"

typedef struct PullRequest {
	const char *name; /* reference or label */
	const char *platform; /* NULL: DOCKER_DEFAULT_PLATFORM, then the host's */
	const char *config_dir; /* docker's; NULL: the default */
} PullRequest;

/* *ret_id: "sha256:…". */
int pull_image(Store *store, const PullRequest *q, PullProgress *progress, char **ret_id,
	       Error **err);
