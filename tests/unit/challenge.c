#include "libimage/challenge.h"

#include <string.h>

#include "tests/tap.h"

static const struct {
	const char *header;
	int r;
	ChallengeScheme scheme;
	const char *realm, *service, *scope;
} cases[] = {
	{ "Bearer realm=\"https://auth.docker.io/token\",service=\"registry.docker.io\","
	  "scope=\"repository:library/debian:pull\"",
	  0, CHALLENGE_BEARER, "https://auth.docker.io/token", "registry.docker.io",
	  "repository:library/debian:pull" },
	{ "Basic realm=\"basic-realm\"", 0, CHALLENGE_BASIC, "basic-realm", NULL, NULL },
	{ "basic", 0, CHALLENGE_BASIC, NULL, NULL, NULL },
	{ "BASIC realm=x, bEaReR ReAlM = \"https://t/\" , service=s", 0, CHALLENGE_BEARER,
	  "https://t/", "s", NULL },
	{ "Bearer realm=\"https://t/\", Basic realm=\"b\"", 0, CHALLENGE_BEARER, "https://t/", NULL,
	  NULL },
	{ "Digest realm=\"d\", nonce=\"a,b=c\", Basic realm=\"q\\\"uote\\\\d\"", 0, CHALLENGE_BASIC,
	  "q\"uote\\d", NULL, NULL },
	{ "Bearer error=\"invalid_token\"", 0, CHALLENGE_NONE, NULL, NULL, NULL },
	{ "Bearer realm=\"a\",realm=\"b\"", 0, CHALLENGE_BEARER, "a", NULL, NULL },
	{ "Negotiate", 0, CHALLENGE_NONE, NULL, NULL, NULL },
	{ "", 0, CHALLENGE_NONE, NULL, NULL, NULL },
	{ " , ,", 0, CHALLENGE_NONE, NULL, NULL, NULL },
	{ "Bearer realm=\"open", -EINVAL, CHALLENGE_NONE, NULL, NULL, NULL },
	{ "Bearer realm=", -EINVAL, CHALLENGE_NONE, NULL, NULL, NULL },
	{ "Bearer realm=a b", -EINVAL, CHALLENGE_NONE, NULL, NULL, NULL },
	{ "Basic realm=a, @", -EINVAL, CHALLENGE_NONE, NULL, NULL, NULL },
	{ "Negotiate YII==", -EINVAL, CHALLENGE_NONE, NULL, NULL, NULL },
};

int main(void)
{
	cleanup_challenge Challenge two = { 0 };

	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cleanup_challenge Challenge c = { 0 };

		check_int(challenge_parse(cases[i].header, &c), cases[i].r);
		check_int(c.scheme, cases[i].scheme);
		check_str(c.realm, cases[i].realm);
		check_str(c.service, cases[i].service);
		check_str(c.scope, cases[i].scope);
	}
	/* Several headers: the better one stays. */
	check_int(challenge_parse("Bearer realm=\"https://t/\"", &two), 0);
	check_int(challenge_parse("Basic realm=\"b\"", &two), 0);
	check_int(two.scheme, CHALLENGE_BEARER);
	return tap_done();
}
