/* endpoint-set: endpoints with their networks. */
#include "libcommon/alloc.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/endpoint.h"
#include "librunner/netavark.h"
#include "librunner/network-store.h"

/* Of the default route of eth0; each priority has a hundred below it, or above. */
#define FIRST_METRIC 1000
#define PRIORITY_STEP 100
#define PRIORITY_MAX 9

void endpoint_set_clear(EndpointSet *s)
{
	network_list_free(s->networks, s->n);
	free(s->list);
	*s = (EndpointSet){ 0 };
}

void endpoint_set_add(EndpointSet *s, Network *n, const EndpointSettings *e)
{
	s->networks = xreallocarray(s->networks, s->n + 1, sizeof(*s->networks));
	s->list = xreallocarray(s->list, s->n + 1, sizeof(*s->list));
	s->networks[s->n] = n;
	s->list[s->n++] = (NetavarkEndpoint){ .network = n, .endpoint = e };
}

void endpoint_set_load(Runtime *rt, const EndpointSettings *list, size_t n, EndpointSet *ret)
{
	for (size_t i = 0; i < n; i++) {
		cleanup_error Error *e = NULL;
		Network *network = NULL;

		if (network_load(rt, list[i].network, &network, &e) >= 0)
			endpoint_set_add(ret, network, &list[i]);
		else if (e)
			log_warning("%s", e->msg);
	}
}

static unsigned interface_number(const EndpointSettings *e)
{
	const char *name = e->interface ? e->interface : "";
	uint64_t number;

	if (str_to_u64(name + strcspn(name, "0123456789"), &number) < 0)
		return 0;
	return number < PRIORITY_STEP ? (unsigned)number : PRIORITY_STEP - 1;
}

/* Each its own, whatever came and went. Nothing leaves an internal network, so it is the last that
 * ports are published towards. */
static unsigned metric(const NetavarkEndpoint *e)
{
	int64_t priority = e->endpoint->gw_priority;

	if (priority > PRIORITY_MAX)
		priority = PRIORITY_MAX;
	if (priority < -PRIORITY_MAX || e->network->internal)
		priority = -PRIORITY_MAX;
	return (unsigned)(FIRST_METRIC - priority * PRIORITY_STEP) + interface_number(e->endpoint);
}

void endpoint_set_rank(EndpointSet *s)
{
	for (size_t i = 0; i < s->n; i++)
		s->list[i].metric = metric(&s->list[i]);
	for (size_t i = 1; i < s->n; i++)
		for (size_t k = i; k > 0 && s->list[k].metric < s->list[k - 1].metric; k--) {
			NetavarkEndpoint e = s->list[k];

			s->list[k] = s->list[k - 1];
			s->list[k - 1] = e;
		}
}

void endpoint_state_remove(ContainerState *s, const char *network)
{
	EndpointSettings *e = endpoint_find(s->networks, s->n_networks, network);

	if (!e)
		return;
	free(e->network);
	json_clear(&endpoint_state_type, e);
	s->n_networks--;
	memmove(e, e + 1, (size_t)(s->networks + s->n_networks - e) * sizeof(*e));
}

void endpoint_states_clear(ContainerState *s)
{
	while (s->n_networks)
		endpoint_state_remove(s, s->networks[s->n_networks - 1].network);
	free(s->networks);
	s->networks = NULL;
}

unsigned endpoint_next_index(const EndpointSettings *list, size_t n)
{
	unsigned next = 0;

	for (size_t i = 0; i < n; i++) {
		const char *name = list[i].interface ? list[i].interface : "";
		size_t letters = strcspn(name, "0123456789");
		uint64_t number;

		if (str_to_u64(name + letters, &number) >= 0 && number >= next)
			next = (unsigned)number + 1;
	}
	return next;
}
