/*
 * run-words: the command line of a container that has configuration fragments, kept so that its
 * configuration can be made anew at every start.
 */
#pragma once

#include "librunner/options/run-flags.h"

/* From the words of a command line (FlagsParsed) to words that mean the same in any folder and
 * environment, later: files of variables are read, paths absolute. What is only about creating is
 * left out. */
int run_words_keep(char *const *words, char ***ret, Error **err);

/* Makes a request of fragments and kept words (followed by `--` and the operands), the words
 * counting for more. */
int run_words_request(char *const *files, char *const *words, RunFlags *ret, Error **err);

/* run_flags_complete() for a command line that was parsed into `f`; where it names fragments, from
 * the beginning, with them first. */
int run_flags_build(RunFlags *f, const FlagsParsed *parsed, Error **err);

/* Replaces flags in kept words, or adds them: for `update`. `changes` are `--name=value`, too. */
void run_words_update(char ***words, char *const *changes);
