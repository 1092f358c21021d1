/*
 * image-rows: the lines of a list of images: one for each name of an image (with --digests for each
 * name and digest), as Docker arranges them.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "libcommon/error.h"
#include "libimage/image.h"

typedef struct ImageRow {
	const Image *image;
	char *repository, *tag, *digest; /* "<none>" where there is none */
	int64_t now; /* nanoseconds since 1970 */
} ImageRow;

typedef struct ImageRows {
	ImageRow *rows;
	size_t n, cap;
} ImageRows;

/* What --filter and the operand choose. */
typedef struct ImageFilter {
	char **references; /* patterns: any of them */
	char **labels; /* all of them */
	int dangling; /* -1: not asked */
} ImageFilter;

/* Reads `key=value` texts. `invalid filter 'x'` */
int image_filter_parse(char *const *texts, const char *operand, ImageFilter *ret, Error **err);
void image_filter_clear(ImageFilter *f);

/* Adds the lines of one image that the filter lets through. */
void image_rows_add(ImageRows *rows, const Image *image, const ImageFilter *f, bool digests);
void image_rows_clear(ImageRows *rows);
