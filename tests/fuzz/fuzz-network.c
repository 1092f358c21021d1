/* Networks, leases and endpoints as they are on disk, and what is made of them. */
#include <stdint.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/ipam.h"
#include "librunner/netavark.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void use_addresses(Network *n)
{
	for (size_t i = 0; i < n->ipam.n_config; i++) {
		cleanup_error Error *err = NULL;
		Ip ip;

		if (ipam_complete_pool(&n->ipam.config[i], &err) >= 0)
			(void)ipam_choose_address(&n->ipam.config[i], NULL, &ip, NULL);
	}
}

static bool usable(const Network *n)
{
	for (size_t i = 0; i < n->ipam.n_config; i++)
		if (!n->ipam.config[i].subnet)
			return false;
	return n->driver && n->id;
}

static void use_network(Network *n)
{
	EndpointSettings e = { .ip_address = (char *)"10.0.0.2", .interface = (char *)"eth0" };
	NetavarkEndpoint endpoint = { .network = n, .endpoint = &e };
	NetavarkRequest request = {
		.container_id = "x", .container_name = "x", .endpoints = &endpoint, .n_endpoints = 1
	};
	cleanup_json json_t *config = netavark_config(&request, 0, 1);

	if (!json_is_object(config))
		abort();
	use_addresses(n);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_free char *text = xstrndup((const char *)data, size);
	cleanup_ipnets IpNets routes = { 0 };
	cleanup_json json_t *value = NULL;
	NetworkingConfig endpoints = { 0 };
	Network n = { 0 };

	ipam_parse_routes(text, &routes);
	ipam_parse_routes6(text, &routes);
	if (json_parse((const char *)data, size, "network", &value, NULL) < 0)
		return 0;
	if (json_decode(value, &network_type, &n, NULL) >= 0 && usable(&n))
		use_network(&n);
	(void)json_decode(value, &networking_config_type, &endpoints, NULL);
	json_clear(&network_type, &n);
	json_clear(&networking_config_type, &endpoints);
	return 0;
}
