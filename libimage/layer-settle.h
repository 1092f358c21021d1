/*
 * layer-settle: what an unpacked layer could not know without the layers below it.
 *
 * Hard links to files of lower layers are copied up and linked; directories without an entry of
 * their own take the lower one's metadata, or are moved to where a lower link of that name leads;
 * whiteouts of nothing go, since overlayfs would list them.
 */
#pragma once

#include "libimage/layer-lower.h"
#include "libimage/layer-tree.h"

int layer_settle(LayerTree *tree, const LowerView *lower, Error **err);

/* Its first part, in layer-settle-links.c. */
int settle_links(LayerTree *tree, const LowerView *lower, Error **err);
