/*
 * challenge: reads `WWW-Authenticate` (RFC 9110, 11.6.1): which credentials a registry wants, and
 * where to get a token (distribution spec, "token authentication").
 */
#pragma once

#include "libcommon/error.h"

typedef enum { CHALLENGE_NONE, CHALLENGE_BASIC, CHALLENGE_BEARER } ChallengeScheme;

typedef struct Challenge {
	ChallengeScheme scheme;
	char *realm, *service, *scope; /* of a bearer challenge; NULL where not given */
} Challenge;

/* Reads one header's value, which may hold several challenges, and keeps the best of them and of
 * what *c has already: Bearer, then Basic. -EINVAL when it is malformed; what was read before it
 * counts. */
int challenge_parse(const char *header, Challenge *c);
void challenge_clear(Challenge *c);
#define cleanup_challenge cleanup(challenge_clear)
