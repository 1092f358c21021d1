/*
 * bootstrap-source: what is known about the distributions that mmdebstrap can make.
 */
#pragma once

#include "libimage/bootstrap.h"

typedef struct BootstrapDistribution {
	const char *name;
	const char *origin; /* of its Release files */
	const char *security_label; /* likewise; NULL: told by the suite's name */
	const char *components;
	const char *mirror, *security_mirror; /* public addresses */
	const char *ports_mirror; /* of architectures other than… */
	const char *main_architectures; /* …these */
	const char *rolling; /* suites without updates and security */
	const char *keyring, *keyring_package;
	const char *old_keyring; /* has the keys of… */
	const char *old_suites; /* …these */
} BootstrapDistribution;

/* NULL when it is not known. */
const BootstrapDistribution *bootstrap_distribution(const char *name);
/* The file with the keys of that release. */
const char *bootstrap_keyring(const BootstrapDistribution *d, const char *codename);
