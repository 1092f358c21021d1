/* load-internal: what the loader's files share; nobody else includes it. */
#pragma once

#include "compose/load.h"

/* Documents of a file, not processed yet. */
typedef struct ComposeFile {
	char *path; /* absolute, or `-` */
	json_t *documents; /* array */
	json_t *resets; /* for each document the paths of its `!reset` and `!override` */
} ComposeFile;

/* Loads one model: the project's or that of an `include`. */
typedef struct ComposeLoader {
	const ComposeOptions *options;
	ComposePositions *positions;
	char **environment; /* what its variables are looked up in */
	const char *dir; /* absolute; names of other files are relative to it */
	/* What relative paths in values are put below: `dir`, or what leads from the including
	 * model's directory to it, so that each model on the way out adds its own part. */
	const char *base;
	bool resolve_paths;
	json_t *extended; /* path of a file that an `extends` named -> its tree */
	/* Shared by all loaders of a project. */
	size_t *n_files;
	char ***warned; /* files whose `version` was warned about */
	Error **err;
} ComposeLoader;

void compose_file_clear(ComposeFile *f);
#define cleanup_compose_file cleanup(compose_file_clear)

/* Whatever is wrong with a file is ENOENT, as compose has one status for it. */
int compose_fail_file(Error **err, int errnum, const char *operation, const char *path);

/* Reads and parses a file; counts it. */
int compose_file_read(ComposeLoader *l, const char *path, ComposeFile *ret);

/* Merges a file's documents into `tree`. `including`: the files whose `include` led here.
 * `extended`: it is only looked into for services, and neither checked nor completed by other
 * files. */
int compose_load_file(ComposeLoader *l, const ComposeFile *file, char *const *including,
		      bool extended, json_t *tree);
/* The merged, completed model of some files. */
int compose_load_model(ComposeLoader *l, const ComposeFile *files, size_t n, char *const *including,
		       json_t **ret);

/* Replaces the services of a document that extend others by what they become. */
int compose_load_extends(ComposeLoader *l, json_t *document, const char *file,
			 const json_t *resets);
/* Adds to a document what its `include` names, and removes that key. */
int compose_load_include(ComposeLoader *l, json_t *document, char *const *including);

/* Puts `base` before all relative paths of the host. */
int compose_resolve_paths(json_t *tree, const char *base, Error **err);
/* Values for variables that services, secrets and configs only name. */
void compose_resolve_environment(json_t *tree, char *const *env);

/* -EINVAL for a name that compose would fetch from elsewhere. */
int compose_check_local(const char *path, Error **err);

/* A deep copy that knows its positions. */
json_t *compose_copy(ComposePositions *positions, const json_t *value);
