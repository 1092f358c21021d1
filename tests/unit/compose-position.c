#include "compose/position.h"

#include "libcommon/str.h"
#include "tests/tap.h"

static void test_members(void)
{
	cleanup_compose_positions ComposePositions *p = compose_positions_new();
	cleanup_json json_t *root = json_constant("{\"a\": {\"b\": true, \"c\": [\"x\", \"y\"]}}");
	cleanup_json json_t *other = json_object();
	json_t *a = json_object_get(root, "a"), *c = json_object_get(a, "c");
	ComposePosition at = { "", 0, 0 };
	char *b_path[] = { (char *)"a", (char *)"b", NULL };
	char *y_path[] = { (char *)"a", (char *)"c", (char *)"1", NULL };
	char *x_path[] = { (char *)"a", (char *)"c", (char *)"0", (char *)"z", NULL };

	compose_position_set(p, root, "a", &(ComposePosition){ "f", 1, 1 });
	compose_position_set(p, a, "b", &(ComposePosition){ "f", 2, 3 });
	compose_position_set(p, a, "c", &(ComposePosition){ "f", 3, 3 });
	compose_position_set(p, json_array_get(c, 1), NULL, &(ComposePosition){ "g", 5, 7 });
	compose_position_set(p, json_true(), NULL, &(ComposePosition){ "f", 9, 9 });

	check(compose_position_of(p, a, "b", &at));
	check_int(at.line, 2);
	check(!compose_position_of(p, a, "nothing", &at));
	check(!compose_position_of(p, json_true(), NULL, &at));
	check_int(compose_position_path(p, root, b_path).column, 3);
	check_str(compose_position_path(p, root, y_path).file, "g");
	check_int(compose_position_path(p, root, x_path).line, 3);
	compose_position_move(p, a, "b", other, "q");
	check(compose_position_of(p, other, "q", &at));
	check_int(at.line, 2);
}

static void test_many(void)
{
	cleanup_compose_positions ComposePositions *p = compose_positions_new();
	cleanup_json json_t *root = json_object();
	ComposePosition at = { "", 0, 0 };
	unsigned wrong = 0;
	char key[16];

	for (unsigned i = 1; i <= 5000; i++) {
		(void)snprintf(key, sizeof(key), "k%u", i);
		compose_position_set(p, root, key, &(ComposePosition){ "f", i, 1 });
	}
	for (unsigned i = 1; i <= 5000; i++) {
		(void)snprintf(key, sizeof(key), "k%u", i);
		wrong += !compose_position_of(p, root, key, &at) || at.line != i;
	}
	check_int(wrong, 0);
}

static void test_errors(void)
{
	cleanup_error Error *err = NULL, *plain = NULL;

	check_int(compose_error_at(&(ComposePosition){ "f.yaml", 3, 4 }, &err, "bad %s", "x"),
		  -EINVAL);
	check_str(err->msg, "f.yaml:3:4: bad x");
	check_int(compose_error_at(&(ComposePosition){ "", 0, 0 }, &plain, "bad"), -EINVAL);
	check_str(plain->msg, "bad");
}

int main(void)
{
	test_members();
	test_many();
	test_errors();
	return tap_done();
}
