/*
 * terminal-relay: copies between our terminal and another one, in raw mode, until a process ends.
 */
#pragma once

/* `master` is the other terminal's; `pidfd` the process. The terminal is restored on the way out.
 */
void terminal_relay(int master, int pidfd);
