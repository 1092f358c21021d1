/* volume-address: the addresses in options of volumes that are network file systems: the kernel
 * knows no names. */
#pragma once

#include "librunner/volume.h"

/* Device and options (`o`) for mount(2), with addresses for names where the type is nfs or cifs,
 * as Docker's driver does it. The caller frees both, which are never NULL on success. */
int volume_address_resolve(const Volume *v, char **ret_device, char **ret_options, Error **err);
