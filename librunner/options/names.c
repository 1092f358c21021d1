#include "librunner/options/names.h"

#include <arpa/inet.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"

#define LETTERS "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define HOST_GATEWAY "host-gateway"
#define DOMAIN_MAX 254

/* Without blanks at both ends. */
static char *trimmed(const char *s, const char *blanks)
{
	size_t n;

	s += strspn(s, blanks);
	n = strlen(s);
	while (n && strchr(blanks, s[n - 1]))
		n--;
	return xstrndup(s, n);
}

int ip_address_parse(const char *text, char **ret, Error **err)
{
	cleanup_free char *address = trimmed(text, " \t\n\v\f\r");
	char canonical[INET6_ADDRSTRLEN];
	struct in6_addr a6;
	struct in_addr a4;

	if (inet_pton(AF_INET, address, &a4) == 1)
		(void)inet_ntop(AF_INET, &a4, canonical, sizeof(canonical));
	else if (inet_pton(AF_INET6, address, &a6) != 1)
		return error_set(err, EINVAL, "IP address is not correctly formatted: %s", text);
	else if (IN6_IS_ADDR_V4MAPPED(&a6))
		(void)inet_ntop(AF_INET, a6.s6_addr + 12, canonical, sizeof(canonical));
	else
		(void)inet_ntop(AF_INET6, &a6, canonical, sizeof(canonical));
	*ret = xstrdup(canonical);
	return 0;
}

int extra_host_parse(const char *text, char **ret, Error **err)
{
	const char *separator = strchr(text, '=');
	cleanup_free char *name = NULL, *address = NULL, *canonical = NULL, *quoted = NULL;
	size_t n;

	if (!separator)
		separator = strchr(text, ':');
	name = separator ? xstrndup(text, (size_t)(separator - text)) : NULL;
	if (str_empty(name) || strchr(name, ':')) {
		quoted = str_quote(text);
		return error_set(err, EINVAL, "bad format for add-host: %s", quoted);
	}
	address = xstrdup(separator + 1);
	n = strlen(address);
	if (n > 2 && address[0] == '[' && address[n - 1] == ']') {
		address[n - 1] = '\0';
		memmove(address, address + 1, n - 1);
	}
	if (!streq(address, HOST_GATEWAY) && ip_address_parse(address, &canonical, NULL) < 0) {
		quoted = str_quote(address);
		return error_set(err, EINVAL, "invalid IP address in add-host: %s", quoted);
	}
	*ret = xasprintf("%s:%s", name, canonical ? canonical : address);
	return 0;
}

static bool domain_valid(const char *name)
{
	cleanup_strv char **labels = strv_split(name, '.');

	if (strlen(name) > DOMAIN_MAX || !strpbrk(name, LETTERS))
		return false;
	STRV_FOREACH(it, labels) {
		size_t n = strlen(*it);

		if (!n || strspn(*it, LETTERS "0123456789-") != n || **it == '-' ||
		    (*it)[n - 1] == '-')
			return false;
	}
	return true;
}

int dns_search_parse(const char *text, char **ret, Error **err)
{
	cleanup_free char *name = trimmed(text, " ");
	size_t n = strlen(name);

	if (n > 1 && name[n - 1] == '.')
		name[n - 1] = '\0';
	if (!streq(name, ".") && !domain_valid(name))
		return error_set(err, EINVAL, "%s is not a valid domain", text);
	*ret = steal(&name);
	return 0;
}
