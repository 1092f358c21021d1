/*
 * parallel: one act on several containers at the same time, as Docker does it, so that stopping
 * three systems takes as long as the slowest one. Each act runs in a process of its own.
 */
#pragma once

#include "racker/engine.h"

typedef struct ParallelAct {
	int (*act)(Engine *e, const char *operand, const void *userdata, Error **err);
	const void *userdata;
	/* An error of this kind is shown, but counts as success; 0: none. */
	int harmless;
} ParallelAct;

/* Prints each operand when its act has succeeded, its error otherwise, in the order of the
 * operands. Returns the exit status: 1 when one has failed. */
int parallel_for_each(const Cli *cli, Engine *e, char *const *operands, const ParallelAct *act);
