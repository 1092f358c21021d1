/*
 * netns: network namespaces, named by descriptors. One lives as long as a descriptor or a process
 * keeps it, so nothing is left of it when all of those are gone, however they went.
 */
#pragma once

#include "libcommon/error.h"

/* A new one with its loopback up, and what Docker sets in it: ports below 1024 and ping are for
 * everybody. Single-threaded callers only. */
int netns_new(int *ret_fd, Error **err);
/* A new one with interfaces of these names (ends of veth pairs), to give to who wants to remove
 * them. */
int netns_new_with(char *const *interfaces, int *ret_fd, Error **err);
/* The path of a descriptor of ours, for other processes: /proc/OURS/fd/N. Caller frees. */
char *netns_path(int fd);
/* Joins a namespace (of any kind) that is named by such a path. Safe between fork and exec. 0 or
 * -errno. */
int netns_enter(const char *path);
