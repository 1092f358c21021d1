/*
 * registry-error: turns a registry's refusal into one line in Docker's words (`denied: requested
 * access to the resource is denied`) and a kind:
 *
 *	EACCES     401, 403          ENOENT     404
 *	EBUSY      429               EREMOTEIO  everything else, 5xx above all
 */
#pragma once

#include "libimage/http.h"

/* Makes the error; returns it. The text is one line of printable characters, whatever came. */
int registry_status_error(const HttpResponse *r, Error **err);
