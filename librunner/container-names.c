#include "librunner/container-names.h"

#include <stdint.h>
#include <string.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"

#define ALNUM "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
/* Taken names met before the generated ones get a number. */
#define PLAIN_ATTEMPTS 6

/* clang-format off */
static const char *const adjectives[] = {
	"able", "agile", "alert", "ample", "apt", "avid", "balmy", "bold", "brave", "breezy",
	"brief", "bright", "brisk", "calm", "candid", "careful", "cheerful", "civil", "clear",
	"clever", "cordial", "cosy", "crisp", "curious", "dapper", "daring", "decent", "deft",
	"eager", "earnest", "easy", "elated", "exact", "fair", "faithful", "fancy", "fine",
	"firm", "fluent", "fond", "frank", "free", "fresh", "friendly", "gallant", "generous",
	"gentle", "glad", "golden", "good", "graceful", "grand", "handy", "happy", "hardy",
	"hearty", "helpful", "honest", "hopeful", "humble", "jolly", "joyful", "keen", "kind",
	"lasting", "lively", "loyal", "lucid", "lucky", "merry", "mighty", "mindful", "modest",
	"neat", "nimble", "noble", "patient", "placid", "plucky", "polite", "proud", "prudent",
	"quick", "quiet", "ready", "robust", "sage", "serene", "sharp", "sincere", "smart",
	"snug", "sober", "solid", "sparkling", "spry", "stable", "steady", "sturdy", "subtle",
	"sunny", "supple", "swift", "tender", "tidy", "tranquil", "trusty", "upbeat", "valiant",
	"vivid", "warm", "wise", "witty", "zesty",
};

/* People whom computing owes something. */
static const char *const surnames[] = {
	"abel", "agnesi", "aiken", "allen", "archimedes", "atanasoff", "babbage", "backus",
	"banach", "bernoulli", "berners", "bell", "bohr", "boole", "borg", "brahe", "bohm",
	"cantor", "carson", "cauchy", "cerf", "church", "clarke", "conway", "copernicus", "cray",
	"curie", "dahl", "darwin", "davies", "descartes", "diffie", "dijkstra", "dirac",
	"earhart", "easley", "eckert", "engelbart", "erdos", "euclid", "euler", "faraday",
	"fermat", "feynman", "floyd", "franklin", "galois", "galileo", "gauss", "germain",
	"godel", "goldberg", "goldstine", "granville", "hamilton", "hamming", "hertz", "hilbert",
	"hoare", "hooke", "hopper", "hypatia", "iverson", "jackson", "jacquard", "johnson", "kay",
	"kepler", "kernighan", "kilby", "klein", "knuth", "kovalevskaya", "lagrange", "lamarr",
	"lamport", "leibniz", "lesser", "liskov", "lovelace", "maxwell", "mccarthy", "meitner",
	"mendel", "metcalfe", "milner", "minsky", "montalcini", "moore", "morland", "naur",
	"neumann", "newell", "newton", "noether", "noyce", "nygaard", "pascal", "pasteur",
	"perlis", "perlman", "planck", "poincare", "postel", "ramanujan", "rivest", "ritchie",
	"robinson", "sammet", "shannon", "sinclair", "somerville", "spence", "stallman",
	"sutherland", "tarjan", "thompson", "torvalds", "turing", "tukey", "volta", "wiener",
	"wilkes", "wirth", "wozniak", "zuse",
};
/* clang-format on */

int container_name_check(const char *name, Error **err)
{
	size_t n = strspn(name, ALNUM "_.-");

	if (n >= 2 && !name[n] && strspn(name, ALNUM) > 0)
		return 0;
	return error_set(err, EINVAL,
			 "Invalid container name (%s), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed",
			 name);
}

char *container_name_generate(unsigned attempt)
{
	uint32_t dice[3];
	const char *adjective, *surname;

	random_bytes(dice, sizeof(dice));
	adjective = adjectives[dice[0] % COUNT(adjectives)];
	surname = surnames[dice[1] % COUNT(surnames)];
	if (attempt < PLAIN_ATTEMPTS)
		return xasprintf("%s_%s", adjective, surname);
	return xasprintf("%s_%s%u", adjective, surname, dice[2] % 1000);
}
