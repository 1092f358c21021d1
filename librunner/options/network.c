#include "librunner/options/network.h"

#include <ctype.h>

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libcommon/units.h"
#include "librunner/options/csv.h"

#define BLANKS " \t\n\v\f\r"
#define MAC_DIGITS 12

void network_option_clear(EndpointSettings *e)
{
	free(e->network);
	e->network = NULL;
	json_clear(&endpoint_type, e);
}

bool network_mode_is_user_defined(const char *mode)
{
	static const char *const modes[] = { "default", "bridge", "host", "none" };

	if (str_empty(mode) || streq(mode, "container") || startswith(mode, "container:"))
		return false;
	for (size_t i = 0; i < sizeof(modes) / sizeof(*modes); i++)
		if (streq(mode, modes[i]))
			return false;
	return true;
}

static bool is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

/* Docker's test for the long form: `\w+=\w+` anywhere. */
static bool is_long(const char *text)
{
	for (const char *p = text; (p = strchr(p, '=')); p++)
		if (p > text && is_word(p[-1]) && is_word(p[1]))
			return true;
	return false;
}

static char *trimmed(const char *s)
{
	size_t n;

	s += strspn(s, BLANKS);
	n = strlen(s);
	while (n && strchr(BLANKS, s[n - 1]))
		n--;
	return xstrndup(s, n);
}

static int set_driver_opt(EndpointSettings *e, const char *value, Error **err)
{
	size_t n = strcspn(value, "=");
	cleanup_free char *raw = xstrndup(value, n), *key = trimmed(raw);
	cleanup_free char *text = value[n] ? trimmed(value + n + 1) : NULL;

	if (!n || !text)
		return error_set(err, EINVAL, "invalid key value pair format in driver options");
	env_set(&e->driver_opts, key, text);
	return 0;
}

static int set_priority(EndpointSettings *e, const char *value, Error **err)
{
	cleanup_error Error *why = NULL;
	int r = units_parse_decimal(value, &e->gw_priority, &why);

	if (r >= 0)
		return 0;
	return error_set(err, EINVAL, "invalid gw-priority (%s): %s", value,
			 why->errnum == ERANGE ? "value out of range" : "invalid syntax");
}

static void set_text(char **member, const char *value)
{
	free(*member);
	*member = xstrdup(value);
}

static EndpointIpam *ipam_of(EndpointSettings *e)
{
	if (!e->ipam)
		e->ipam = xnew0(EndpointIpam, 1);
	return e->ipam;
}

static int set_field(EndpointSettings *e, const char *key, const char *value, Error **err)
{
	if (streq(key, "name"))
		set_text(&e->network, value);
	else if (streq(key, "alias"))
		strv_add(&e->aliases, value);
	else if (streq(key, "ip"))
		set_text(&ipam_of(e)->ipv4_address, value);
	else if (streq(key, "ip6"))
		set_text(&ipam_of(e)->ipv6_address, value);
	else if (streq(key, "mac-address"))
		set_text(&e->mac_address, value);
	else if (streq(key, "link-local-ip"))
		strv_add(&ipam_of(e)->link_local_ips, value);
	else if (streq(key, "driver-opt"))
		return set_driver_opt(e, value, err);
	else if (streq(key, "gw-priority"))
		return set_priority(e, value, err);
	else
		return error_set(err, EINVAL, "invalid field key %s", key);
	return 0;
}

static int parse_field(EndpointSettings *e, const char *field, Error **err)
{
	size_t n = strcspn(field, "=");
	cleanup_free char *raw = xstrndup(field, n), *key = trimmed(raw), *value = NULL;

	if (!n || !field[n])
		return error_set(err, EINVAL, "invalid field %s", field);
	for (char *c = key; *c; c++)
		*c = (char)tolower((unsigned char)*c);
	value = trimmed(field + n + 1);
	return set_field(e, key, value, err);
}

int network_option_parse(const char *text, EndpointSettings *ret, Error **err)
{
	cleanup_strv char **fields = NULL;
	cleanup_network_option EndpointSettings e = { 0 };
	int r = 0;

	if (is_long(text)) {
		r = csv_parse(text, &fields, err);
		STRV_FOREACH(it, fields)
			r = r < 0 ? r : parse_field(&e, *it, err);
		if (r >= 0 && str_empty(e.network))
			r = error_set(err, EINVAL, "network name/id is not specified");
	} else {
		e.network = xstrdup(text);
	}
	if (r < 0)
		return r;
	*ret = e;
	e = (EndpointSettings){ 0 };
	return 0;
}

int link_parse(const char *text, char **ret_container, char **ret_alias, Error **err)
{
	cleanup_strv char **parts = strv_split(text, ':');
	const char *alias = parts[1] ? parts[1] : parts[0];
	bool kept = parts[0][0] == '/' && parts[1]; /* "/db:/web/alias", as inspect shows it */

	if (!*text)
		return error_set(err, EINVAL, "empty string specified for links");
	if (strv_length(parts) > 2)
		return error_set(err, EINVAL, "bad format for links: %s", text);
	if (kept && strrchr(alias, '/'))
		alias = strrchr(alias, '/') + 1;
	if (ret_container)
		*ret_container = xstrdup(parts[0] + kept);
	if (ret_alias)
		*ret_alias = xstrdup(alias);
	return 0;
}

/* Six octets in groups of two digits (`:` or `-`) or of four (`.`). */
static bool mac_digits(const char *text, char digits[MAC_DIGITS])
{
	size_t group = strchr(text, '.') ? 4 : 2, n = 0;
	char separator = group == 4 ? '.' : text[0] && text[1] ? text[2] : ':';

	if (separator != '.' && separator != ':' && separator != '-')
		return false;
	for (; *text; text++) {
		if (n && n % group == 0 && n < MAC_DIGITS && *text == separator && text[1] &&
		    isxdigit((unsigned char)text[-1]))
			text++;
		else if (n && n % group == 0)
			return false;
		if (!isxdigit((unsigned char)*text) || n == MAC_DIGITS)
			return false;
		digits[n++] = (char)tolower((unsigned char)*text);
	}
	return n == MAC_DIGITS;
}

int mac_address_parse(const char *text, char **ret, Error **err)
{
	cleanup_free char *address = trimmed(text);
	char digits[MAC_DIGITS], canonical[MAC_DIGITS + 6];

	if (!mac_digits(address, digits))
		return error_set(err, EINVAL, "%s is not a valid mac address", text);
	for (size_t i = 0; i < 6; i++) {
		canonical[3 * i] = digits[2 * i];
		canonical[3 * i + 1] = digits[2 * i + 1];
		canonical[3 * i + 2] = i < 5 ? ':' : '\0';
	}
	*ret = xstrdup(canonical);
	return 0;
}
