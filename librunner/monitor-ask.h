/*
 * monitor-ask: how the functions of container.h talk to a container's monitor.
 */
#pragma once

#include <signal.h>

#include "librunner/container.h"
#include "librunner/monitor-protocol.h"

/* Of the terminal that one of our standard streams is, if any. */
void request_set_terminal_size(MonitorRequest *r);
/* Sends a request; it waits in the socket where nobody listens yet. */
int monitor_request(int sock, MonitorRequest *r, Error **err);
/* Keeps signals that would end this process for later. */
void signals_hold(sigset_t *ret_before);
/* Lets those that were held end it. */
void signals_release(void);
/* Waits for MSG_STARTED, which stays there for client_attach(): it carries the input. With
 * `forward`, signals that are held go to the monitor, which ends the start. */
int monitor_wait_started(int sock, bool forward, Error **err);
/* Reads on to MSG_EXIT; what the user should know goes to rt->notice. */
int monitor_wait_exit(Runtime *rt, int sock, int *ret_status, Error **err);

/* Connects and asks; the descriptor waits for more. */
int monitor_ask(Runtime *rt, const Container *c, MonitorRequest *r, Error **err);
/* The IDs of a running container's execs; NULL: none. */
char **container_exec_ids(Runtime *rt, const Container *c);
/* Refuses a disabled one. */
int container_startable(const Container *c, Error **err);
/* "container … is not running". */
int container_not_running(const Container *c, Error **err);
/* Whether a failed question means that the container has ended meanwhile. */
bool container_has_ended(Runtime *rt, const char *id);
/* Finds a container; one that is about to start is waited for until its monitor is there. */
int container_find_settled(Runtime *rt, const char *name, Container **ret, Error **err);
