/*
 * firewall: what netavark's rules lack: networks stay isolated from one another when the last
 * container of one of them has gone; a published port can be reached from the networks of other
 * containers, too, as with Docker; and what is sent to [::1] is not redirected, because the kernel
 * lets nothing that came from there out of the loopback device. The rules come and go with those
 * of netavark.
 */
#pragma once

#include <stdbool.h>

/* After netavark's set-up, under the host's lock. `ipv6`: a network has IPv6, too. What cannot be
 * done (another firewall, no such program) is left as it is. */
void firewall_amend(bool ipv6);
/* After its tear-down: what nobody needs any more goes. */
void firewall_tidy(bool ipv6);
