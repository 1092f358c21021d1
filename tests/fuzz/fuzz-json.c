/* fuzz-json: what decodes by a table with every kind of field encodes to the same document again.
 */
#include "libcommon/json.h"
#include "libcommon/str.h"

typedef struct Node Node;
struct Node {
	char *string;
	int64_t integer;
	bool boolean;
	char **strv, **env, **set;
	Node *pointer, *array;
	size_t n_array;
	json_t *raw;
};

/* clang-format off */
static const JsonType node_type;
static const JsonField node_fields[] = {
	JSON_STRING(Node, "s", string, JSON_OMIT_EMPTY),
	JSON_INT(Node, "i", integer, 0),
	JSON_BOOL(Node, "b", boolean, JSON_OMIT_EMPTY),
	JSON_STRV(Node, "v", strv, JSON_STRING_OR_ARRAY | JSON_NULL_EMPTY),
	JSON_ENV(Node, "e", env, JSON_OMIT_EMPTY),
	JSON_SET(Node, "t", set, JSON_OMIT_EMPTY),
	JSON_POINTER(Node, "p", pointer, &node_type, JSON_OMIT_EMPTY),
	JSON_ARRAY(Node, "a", array, n_array, &node_type, JSON_OMIT_EMPTY),
	JSON_RAW(Node, "r", raw, JSON_OMIT_EMPTY),
	JSON_END,
};
static const JsonType node_type = { "node", sizeof(Node), node_fields };
/* clang-format on */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static json_t *through_table(const json_t *v)
{
	Node n = { 0 };
	json_t *out = NULL;

	if (json_decode_strict(v, &node_type, &n, NULL) >= 0)
		out = json_encode(&node_type, &n);
	json_clear(&node_type, &n);
	return out;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_json json_t *v = NULL, *once = NULL, *twice = NULL;

	if (json_parse((const char *)data, size, "fuzz", &v, NULL) < 0)
		return 0;
	once = through_table(v);
	if (!once)
		return 0;
	twice = through_table(once);
	if (!twice || !json_equal(once, twice))
		abort();
	return 0;
}
