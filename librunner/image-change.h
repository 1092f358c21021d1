/*
 * image-change: instructions of a Dockerfile that change the configuration of an image, as `commit
 * --change` takes them: CMD, ENTRYPOINT, ENV, EXPOSE, HEALTHCHECK, LABEL, ONBUILD, STOPSIGNAL,
 * USER, VOLUME and WORKDIR, with Docker's words for what is wrong.
 */
#pragma once

#include "libimage/image.h"

typedef struct ImageChange {
	ImageConfig config;
	char **on_build;
} ImageChange;
void image_change_clear(ImageChange *c);
#define cleanup_image_change cleanup(image_change_clear)

/* Applies the instructions, a line or more each, in their order. After a failure `c` is to be
 * cleared. */
int image_change_apply(ImageChange *c, char *const *instructions, Error **err);
/* The `config` object of an image. */
json_t *image_change_json(const ImageChange *c);

/* The words of an instruction after quotes, backslashes and variables ($X, ${X}, ${X:-y}, ${X:+y})
 * of `env`: the whole text as one. */
int word_expand(const char *text, char *const *env, char **ret, Error **err);
/* Splits at blanks that are not quoted; nothing is expanded. */
char **words_split(const char *text);
