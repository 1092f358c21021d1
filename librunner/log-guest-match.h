/*
 * log-guest-match: which entries of a guest's journal are wanted: units and priorities, as
 * journalctl understands them.
 */
#pragma once

#include <systemd/sd-journal.h>

#include "librunner/container.h"

/* Adds the matches. -ENOENT for a unit that the journal has nothing of, unless entries are waited
 * for. */
int guest_match(sd_journal *j, const Container *c, const LogsOptions *options, Error **err);

/* "err", "3": up to that; "warning..err", "4..3": that range, in any order. -EINVAL. */
int priority_parse(const char *text, int *ret_from, int *ret_to);
/* "nginx" is "nginx.service". Caller frees. */
char *unit_name(const char *text);
