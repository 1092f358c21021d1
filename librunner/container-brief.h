/*
 * container-brief: containers with what lists, filters and name look-ups need, and nothing else:
 * the members that the tables in container-brief.c name. Give a brief Container only to those;
 * whoever starts, changes or shows one whole loads it with container_load().
 *
 * containers.cache keeps what config.json and state.json of each container said, with the two
 * files' identities (inode, times, size); an entry is believed while they are the same.
 */
#pragma once

#include "librunner/container.h"

typedef enum {
	BRIEF_RUNNING = 1 << 0, /* only those that run (paused and restarting ones, too) */
} BriefFlags;
/* Newest first, broken ones too; free with container_list_free(). */
int container_list_brief(Runtime *rt, unsigned flags, Container ***ret, size_t *ret_n, Error **err);

/* One by its full ID, the state checked against the kernel. -ENOENT when it is gone. */
int container_load_brief(Runtime *rt, const char *id, Container **ret, Error **err);

/* What parts of a container's files are decoded to. */
extern const JsonType mount_brief_type, health_brief_type;

/* ---- for container-list.c ---- */

/* Fewer are read faster one by one. */
#define BRIEF_CACHE_MIN 24

typedef struct BriefCache BriefCache;
/* Reads the cache; what is wrong with it makes it empty. */
BriefCache *brief_cache_open(Runtime *rt);
/* Appends one container to the list; one that is gone is left out. */
void brief_cache_add(BriefCache *cache, Container **list, size_t *n, const char *id);
/* Writes the cache where it has become worth it: when all containers were added, and the list is as
 * it was. */
void brief_cache_close(BriefCache *cache);
BriefCache *brief_cache_free(BriefCache *cache);
DEFINE_CLEANUP(BriefCache, brief_cache_free)
#define cleanup_brief_cache cleanup(brief_cache_freep)
