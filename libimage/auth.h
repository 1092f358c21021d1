/*
 * auth: what a registry is told about who asks: nothing, a user and password, or a token that its
 * token service gave for one repository (distribution spec, "token authentication"; with an
 * identity token by OAuth2). Tokens are fetched anew shortly before they expire. Any thread.
 */
#pragma once

#include "libimage/credentials.h"
#include "libimage/http.h"

typedef struct Auth Auth;

typedef struct AuthOptions {
	const char *repository; /* what a token is for, when the challenge does not say */
	const char *ca; /* as in HttpRequest */
	bool plain; /* the token service may be plain http */
	bool insecure;
	bool (*cancelled)(void *userdata);
	void *userdata;
} AuthOptions;

/* Takes the credentials out of `c`, which may be NULL. The options' strings are borrowed. */
Auth *auth_new(Credentials *c, const AuthOptions *o);
Auth *auth_free(Auth *a);
DEFINE_CLEANUP(Auth, auth_free)

/* The value for `Authorization`, or NULL where none is known to be wanted. *ret_generation tells
 * auth_challenged() which one a refused request had. */
int auth_header(Auth *a, Http *http, char **ret, unsigned *ret_generation, Error **err);
/* After a 401: 1 when there is something new to try, 0 when this is the last word. */
int auth_challenged(Auth *a, Http *http, const HttpResponse *refusal, unsigned generation,
		    Error **err);
