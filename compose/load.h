/*
 * load: compose files into one merged tree, as compose-go (Compose 2.26) loads them.
 *
 * compose_load() finds the files (or takes those it is given), reads `.env` and other environment
 * files, settles the project's directory and name, and makes of all documents of all files one
 * tree of jansson values: interpolated, `extends` and `include` applied, `!reset` and `!override`
 * obeyed, merged by compose's rules per key, paths made absolute. Its top level has `services`,
 * `networks`, `volumes`, `secrets`, `configs` and `x-*` as far as the files have them; `name` is
 * there only if a file has it (the project's name is `ComposeSource.name`). What a key may hold is
 * not known here: the stages below say it. A secret that is a variable's value has it under
 * `x-#value`, a config under `content`. The one rule: change the tree in place, because the
 * positions of its members (compose_position()) are known by their containers.
 *
 * Compose brings every document into the canonical form before the next one is merged, and checks
 * it against the schema before that. The functions for it are the caller's: ComposeStages.
 *
 * Errors: ENOENT where a file does not exist or cannot be read, EBADR for what the command line or
 * the environment asks wrongly, else EINVAL or the system's; compose_load_status() gives compose's
 * exit status for them. Warnings go through log_warning().
 */
#pragma once

#include <stdbool.h>

#include "compose/position.h"
#include "libcommon/error.h"
#include "libcommon/json.h"

/* What happens to a tree on its way, in compose's order; a stage that is NULL is left out. */
typedef struct ComposeStages {
	/* After a document of `file` was merged into `tree` (a whole model so far, `version` still
	 * in it), before it becomes canonical: the schema. */
	int (*check)(const json_t *tree, const ComposePositions *positions, const char *file,
		     Error **err);
	/* Short forms into long ones, in place, and again for what is long already; also for the
	 * file that an `extends` names, whose tree was not checked. `lenient`: what cannot be
	 * parsed (uninterpolated) stays as it is. */
	int (*canonical)(json_t *tree, ComposePositions *positions, bool lenient, Error **err);
	/* After the last document of a model (the project's, and that of each `include`), before
	 * its paths are made absolute: default values, checks across keys. */
	int (*complete)(json_t *tree, const ComposePositions *positions, Error **err);
} ComposeStages;

typedef struct ComposeOptions {
	/* -f, in order; `-` is the standard input. None: COMPOSE_FILE, else a lookup in the working
	 * directory and above it. */
	char **files;
	char *project_directory; /* --project-directory */
	char *project_name; /* -p */
	char **env_files; /* --env-file; none: COMPOSE_ENV_FILES, else `.env` */
	char **profiles; /* --profile; none: COMPOSE_PROFILES */
	char **environment; /* NULL: that of the process */
	bool no_interpolate;
	bool no_path_resolution;
	ComposeStages stages;
} ComposeOptions;

typedef struct ComposeSource {
	json_t *tree;
	ComposePositions *positions;
	char *name; /* of the project, valid */
	char *working_dir; /* the project's directory, absolute */
	char **files; /* absolute; `-` stays */
	char **env_files; /* as asked for with --env-file or COMPOSE_ENV_FILES, absolute */
	char **environment; /* with the environment files and COMPOSE_PROJECT_NAME */
	char **profiles; /* active ones; `*` is one of them */
} ComposeSource;

/* Fills a zeroed `ret`. */
int compose_load(const ComposeOptions *options, ComposeSource *ret, Error **err);
/* Compose's exit status for what compose_load() returned: 0, 1, 14 or 15. */
int compose_load_status(int r);
void compose_source_clear(ComposeSource *s);
#define cleanup_compose_source cleanup(compose_source_clear)

/* The environment files alone, as compose reads them before it does anything else: appends to `env`
 * what they set and it does not have. For COMPOSE_* variables that concern the command line. */
int compose_environment(const ComposeOptions *options, char ***env, Error **err);

/* Lower case, only letters, digits, `_` and `-`, none of these two in front; may be empty. */
char *compose_normalize_name(const char *s);
