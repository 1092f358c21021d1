/* fuzz-ports: a value of -p: what is accepted goes through Docker's PortBindings and back. */
#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "librunner/ports.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_spec(const PortSpec *m)
{
	uint16_t first, last;

	if (!streq(m->protocol, "tcp") && !streq(m->protocol, "udp") && !streq(m->protocol, "sctp"))
		abort();
	if (*m->host_port && port_range_parse(m->host_port, &first, &last, NULL) < 0)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	cleanup_free char *text = xstrndup((const char *)data, size);
	cleanup_port_specs PortSpecs p = { 0 }, back = { 0 };
	cleanup_error Error *err = NULL;
	cleanup_json json_t *bindings = NULL;

	if (port_specs_add_publish(&p, text, &err) < 0) {
		if (!err || p.n)
			abort();
		return 0;
	}
	for (size_t i = 0; i < p.n; i++)
		check_spec(&p.items[i]);
	bindings = port_specs_to_bindings(&p);
	port_specs_from_bindings(bindings, &back);
	if (back.n != p.n)
		abort();
	return 0;
}
