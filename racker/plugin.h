/* plugin: the program by the name of Compose: `racker-compose`, `docker-compose`. */
#pragma once

/* Whether argv[0] is such a name; then *ret is the command line that is meant. The caller frees the
 * vector. An exit status of 0 or more: there is nothing else to do. */
int plugin_words(int argc, char **argv, char ***ret);
