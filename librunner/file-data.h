/* file-data: the bytes, attributes and times of one file, from descriptor to descriptor. */
#pragma once

#include <stdbool.h>
#include <stdint.h>
#include <sys/stat.h>

#include "librunner/tree-copy.h"

/* Copies `size` bytes from the start, by reflink where that can be, holes as holes. 0 or -errno. */
int file_copy_data(int from, int to, int64_t size);
/* Copies extended attributes between files held by descriptors of any kind (O_PATH too). What the
 * destination cannot hold is left out, but for capabilities. 0 or -errno. */
int file_copy_xattrs(int from, int to, TreeXattrs which);
