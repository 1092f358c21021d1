/*
 * firewall: what netavark's rules lack for published ports, put into chains of its own, which come
 * and go with it: a port of the host can be reached from the networks of other containers, too, as
 * with Docker; and what is sent to [::1] is not redirected, because the kernel lets nothing that
 * came from there out of the loopback device.
 */
#pragma once

#include <stdbool.h>

/* After netavark's set-up, under the host's lock. `ipv6`: it redirects IPv6, too. What cannot be
 * done (another firewall, no such program) is left as it is. */
void firewall_amend(bool ipv6);
/* After its tear-down: what nobody needs any more goes. */
void firewall_tidy(bool ipv6);
