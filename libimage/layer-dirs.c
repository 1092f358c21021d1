#include "libimage/layer-dirs.h"

#include <string.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"

#define FIRST_SLOTS 256

/* Stands where a directory was removed, so that a search goes on behind it. */
static LayerDir tombstone;

/* FNV-1a: names come from a layer, but a flood of collisions only slows that layer down. */
static size_t hash(const char *s)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (; *s; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3u;
	return (size_t)(h ^ (h >> 32));
}

static LayerDir **find_slot(const LayerDirs *dirs, const char *path)
{
	size_t mask = dirs->n_slots - 1, i = hash(path) & mask;

	while (dirs->slots[i] &&
	       (dirs->slots[i] == &tombstone || !streq(dirs->slots[i]->path, path)))
		i = (i + 1) & mask;
	return &dirs->slots[i];
}

LayerDir *layer_dirs_get(const LayerDirs *dirs, const char *path)
{
	return dirs->n_slots ? *find_slot(dirs, path) : NULL;
}

static void grow(LayerDirs *dirs)
{
	LayerDirs bigger = { .n_slots = FIRST_SLOTS };

	while (bigger.n_slots < dirs->n_live * 4)
		bigger.n_slots *= 2;
	bigger.slots = xnew0(LayerDir *, bigger.n_slots);
	for (size_t i = 0; i < dirs->n_slots; i++)
		if (dirs->slots[i] && dirs->slots[i] != &tombstone)
			*find_slot(&bigger, dirs->slots[i]->path) = dirs->slots[i];
	bigger.n_used = bigger.n_live = dirs->n_live;
	free(dirs->slots);
	*dirs = bigger;
}

LayerDir *layer_dirs_add(LayerDirs *dirs, const char *path)
{
	LayerDir *dir = xnew0(LayerDir, 1);

	if (2 * (dirs->n_used + 1) > dirs->n_slots)
		grow(dirs);
	dir->path = xstrdup(path);
	*find_slot(dirs, path) = dir;
	dirs->n_used++;
	dirs->n_live++;
	return dir;
}

static void layer_dir_free(LayerDir *dir)
{
	metadata_clear(&dir->meta);
	free(dir->path);
	free(dir);
}

void layer_dirs_remove(LayerDirs *dirs, const char *path)
{
	LayerDir **slot = dirs->n_slots ? find_slot(dirs, path) : NULL;

	if (slot && *slot) {
		layer_dir_free(*slot);
		*slot = &tombstone;
		dirs->n_live--;
	}
}

void layer_dirs_clear(LayerDirs *dirs)
{
	for (size_t i = 0; i < dirs->n_slots; i++)
		if (dirs->slots[i] && dirs->slots[i] != &tombstone)
			layer_dir_free(dirs->slots[i]);
	free(dirs->slots);
	*dirs = (LayerDirs){ 0 };
}
