/*
 * labels: how Compose marks what belongs to a project. Tools rely on these names.
 */
#pragma once

#define LABEL_PROJECT "com.docker.compose.project"
#define LABEL_SERVICE "com.docker.compose.service"
#define LABEL_HASH "com.docker.compose.config-hash"
#define LABEL_NUMBER "com.docker.compose.container-number"
#define LABEL_ONEOFF "com.docker.compose.oneoff"
#define LABEL_SLUG "com.docker.compose.slug"
#define LABEL_IMAGE "com.docker.compose.image"
#define LABEL_DEPENDS "com.docker.compose.depends_on"
#define LABEL_REPLACE "com.docker.compose.replace"
#define LABEL_WORKING_DIR "com.docker.compose.project.working_dir"
#define LABEL_FILES "com.docker.compose.project.config_files"
#define LABEL_ENV_FILES "com.docker.compose.project.environment_file"
#define LABEL_VERSION "com.docker.compose.version"
#define LABEL_NETWORK "com.docker.compose.network"
#define LABEL_VOLUME "com.docker.compose.volume"

/* The version of Compose whose habits these are. */
#define COMPOSE_VERSION "2.26.1"
