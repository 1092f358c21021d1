/*
 * natural: the order in which Docker lists names of volumes and networks: numbers in them count as
 * numbers, so that `v2` comes before `v10`.
 */
#pragma once

/* As strcmp(). */
int natural_compare(const char *a, const char *b);
