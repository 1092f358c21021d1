/*
 * publish: the ports of the host that lead to the container, from the moment it is started to its
 * end. They are taken before anything is made for a run and kept between two runs, so that a
 * restart keeps them. netavark redirects what the kernel can redirect; the rest is proxied here.
 */
#pragma once

#include "librunner/monitor/monitor.h"

/* Takes what the configuration asks for and writes it to the state. -EADDRINUSE in Docker's words.
 */
int publish_take(Monitor *m, Error **err);
/* The container has its addresses: traffic goes there. Also after its networks have changed. */
void publish_open(Monitor *m);
/* The run has ended: until the next one connections are refused. */
void publish_close(Monitor *m);
/* There is no further run. */
void publish_release(Monitor *m);
