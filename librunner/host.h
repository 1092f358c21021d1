/*
 * host: what this machine is and has, found out without running anything. Callers free the strings.
 */
#pragma once

/* Its architecture in Go's names, as images have them: "amd64". */
char *host_architecture(void);
/* The path of systemd-nspawn, by PATH; NULL when there is none. */
char *nspawn_find(void);
/* The version of a systemd-nspawn, "252" or what the distribution made of it ("255.4-1.fc40"): the
 * name of systemd's shared library, which the program carries. NULL when it does not tell. */
char *nspawn_version(const char *path);
