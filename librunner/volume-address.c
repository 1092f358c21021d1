#include "librunner/volume-address.h"

#include <arpa/inet.h>
#include <netdb.h>
#include <sys/socket.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"

static bool is_ipv4(const char *text)
{
	struct in_addr address;

	return inet_pton(AF_INET, text, &address) == 1;
}

static int resolve(const char *name, char **ret, Error **err)
{
	struct addrinfo hints = { .ai_socktype = SOCK_STREAM }, *list = NULL;
	char text[INET6_ADDRSTRLEN];
	int r = getaddrinfo(name, NULL, &hints, &list);

	if (r == 0)
		r = getnameinfo(list->ai_addr, list->ai_addrlen, text, sizeof(text), NULL, 0,
				NI_NUMERICHOST);
	if (list)
		freeaddrinfo(list);
	if (r != 0)
		return error_set(err, EHOSTUNREACH,
				 "error resolving passed in network volume address: lookup %s: %s",
				 name, gai_strerror(r));
	*ret = xstrdup(text);
	return 0;
}

/* `addr=NAME` among the options. */
static int resolve_option(char **options, bool *ret_found, Error **err)
{
	cleanup_strv char **list = strv_split(*options, ',');
	int r = 0;

	*ret_found = false;
	for (char **it = list; it && *it && !*ret_found; it++) {
		const char *name = startswith(*it, "addr=");
		cleanup_free char *address = NULL;

		if (!name || is_ipv4(name))
			continue;
		*ret_found = true;
		r = resolve(name, &address, err);
		if (r < 0)
			return r;
		free(*it);
		*it = xasprintf("addr=%s", address);
	}
	free(*options);
	*options = strv_join(list, ",");
	return 0;
}

/* `//NAME/share`. */
static int resolve_device(char **device, Error **err)
{
	const char *host = startswith(*device, "//");
	size_t n = host ? strcspn(host, "/:") : 0;
	cleanup_free char *name = xstrndup(n ? host : "", n), *address = NULL;
	char *resolved;
	int r;

	if (!n)
		return 0;
	r = resolve(name, &address, err);
	if (r < 0)
		return r;
	resolved = xasprintf("//%s%s", address, host + n);
	free(*device);
	*device = resolved;
	return 0;
}

int volume_address_resolve(const Volume *v, char **ret_device, char **ret_options, Error **err)
{
	const char *type = env_get(v->options, "type"), *o = env_get(v->options, "o");
	const char *from = env_get(v->options, "device");
	cleanup_free char *device = xstrdup(from ? from : ""), *options = xstrdup(o ? o : "");
	bool cifs = type && streq(type, "cifs"), found = false;
	int r = 0;

	if (type && (cifs || streq(type, "nfs")))
		r = resolve_option(&options, &found, err);
	if (r >= 0 && cifs && !found)
		r = resolve_device(&device, err);
	if (r < 0)
		return r;
	*ret_device = steal(&device);
	*ret_options = steal(&options);
	return 0;
}
