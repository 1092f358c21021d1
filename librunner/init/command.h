/*
 * command: finds the payload's program as Docker's runtime does, and executes it.
 */
#pragma once

/* Looks argv[0] up in PATH of `env`; reports what is wrong in Docker's words and with Docker's exit
 * status: 127 not found, 126 cannot be invoked. */
const char *command_find(char *const *argv, char *const *env);

/* Executes. A failure now is the payload's own: it says so on stderr and ends with status 1. */
_Noreturn void command_execute(const char *path, char *const *argv, char *const *env);
