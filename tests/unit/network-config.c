/* The tables of networks: objects of structs. */
#include "librunner/network-config.h"

#include "libcommon/str.h"
#include "librunner/container-config.h"
#include "tests/tap.h"

static int decode(const char *text, NetworkingConfig *c, char **ret_message)
{
	cleanup_error Error *err = NULL;
	cleanup_json json_t *v = NULL;
	int r = json_parse(text, strlen(text), "text", &v, &err);

	if (r >= 0)
		r = json_decode_strict(v, &networking_config_type, c, &err);
	if (err && ret_message)
		*ret_message = steal(&err->msg);
	return r;
}

static void test_endpoints(void)
{
	static const char text[] =
		"{\"EndpointsConfig\":{\"front\":{\"IPAMConfig\":{\"IPv4Address\":\"10.1.2.3\"},"
		"\"Aliases\":[\"a\",\"b\"],\"GwPriority\":7},\"back\":null}}";
	NetworkingConfig c = { 0 };
	cleanup_json json_t *again = NULL;
	cleanup_free char *out = NULL;

	check_int(decode(text, &c, NULL), 0);
	check_int(c.n_endpoints, 2);
	check_str(c.endpoints[0].network, "front");
	check_str(c.endpoints[0].ipam->ipv4_address, "10.1.2.3");
	check_str(c.endpoints[1].network, "back");
	check(endpoint_find(c.endpoints, c.n_endpoints, "back") == &c.endpoints[1]);
	check(!endpoint_find(c.endpoints, c.n_endpoints, "none"));
	networking_add(&c, "third");
	again = json_encode(&networking_config_type, &c);
	out = json_text(again);
	check_str(out, "{\"EndpointsConfig\":{"
		       "\"front\":{\"IPAMConfig\":{\"IPv4Address\":\"10.1.2.3\"},\"Links\":null,"
		       "\"Aliases\":[\"a\",\"b\"],\"MacAddress\":\"\",\"DriverOpts\":null,"
		       "\"GwPriority\":7},"
		       "\"back\":{\"IPAMConfig\":null,\"Links\":null,\"Aliases\":null,"
		       "\"MacAddress\":\"\",\"DriverOpts\":null},"
		       "\"third\":{\"IPAMConfig\":null,\"Links\":null,\"Aliases\":null,"
		       "\"MacAddress\":\"\",\"DriverOpts\":null}}}");
	/* A second document takes the place of the first. */
	check_int(decode("{\"EndpointsConfig\":{\"x\":{}}}", &c, NULL), 0);
	check_int(c.n_endpoints, 1);
	json_clear(&networking_config_type, &c);
	check(!c.endpoints);
}

static void test_refused(void)
{
	NetworkingConfig c = { 0 };
	cleanup_free char *message = NULL;

	check_int(decode("{\"EndpointsConfig\":{\"x\":{\"Aliases\":[1]}}}", &c, &message), -EINVAL);
	check_str(message, "NetworkingConfig.EndpointsConfig.x.Aliases[0]: expected a string, got "
			   "an integer");
	json_clear(&networking_config_type, &c);
	check_int(decode("{\"EndpointsConfig\":[]}", &c, NULL), -EINVAL);
	json_clear(&networking_config_type, &c);
}

int main(void)
{
	test_endpoints();
	test_refused();
	return tap_done();
}
