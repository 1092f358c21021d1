#include "librunner/network-store.h"

#include <fcntl.h>
#include <sys/file.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/log.h"
#include "libcommon/str.h"
#include "librunner/container-state.h"

#define DIR_NAME "networks"
#define MAX_FILE_SIZE (4 << 20)
#define ID_LENGTH 64
#define SHORT_ID 12

/* networks/NAME.leases */
typedef struct Leases {
	char *boot_id; /* of the kernel that they are of */
	NetworkContainer *containers;
	size_t n_containers;
} Leases;

/* clang-format off */
static const JsonField leases_fields[] = {
	JSON_STRING(Leases, "BootId", boot_id, 0),
	JSON_MAP(Leases, "Containers", containers, n_containers, &network_container_type,
		 NetworkContainer, id, 0),
	JSON_END,
};
static const JsonType leases_type = { "leases", sizeof(Leases), leases_fields };

/* Who is in it has a file of its own. */
static const JsonField definition_fields[] = {
	JSON_STRING(Network, "Name", name, JSON_REQUIRED),
	JSON_STRING(Network, "Id", id, JSON_REQUIRED),
	JSON_STRING(Network, "Created", created, 0),
	JSON_STRING(Network, "Scope", scope, 0),
	JSON_STRING(Network, "Driver", driver, JSON_REQUIRED),
	JSON_BOOL(Network, "EnableIPv6", enable_ipv6, 0),
	JSON_OBJECT(Network, "IPAM", ipam, &ipam_type, 0),
	JSON_BOOL(Network, "Internal", internal, 0),
	JSON_BOOL(Network, "Attachable", attachable, 0),
	JSON_BOOL(Network, "Ingress", ingress, 0),
	JSON_STRING(Network, "ConfigFrom", config_from.network, JSON_OMIT_EMPTY),
	JSON_BOOL(Network, "ConfigOnly", config_only, 0),
	JSON_ENV(Network, "Options", options, 0),
	JSON_ENV(Network, "Labels", labels, 0),
	JSON_END,
};
static const JsonType definition_type = { "network", sizeof(Network), definition_fields };
/* clang-format on */

static void leases_clear(Leases *l)
{
	json_clear(&leases_type, l);
}

int network_host_lock(Error **err)
{
	int r = fs_mkdir_p(AT_FDCWD, NETWORK_HOST_DIR, 0711);

	if (r >= 0)
		r = fs_lock(AT_FDCWD, NETWORK_HOST_DIR "/network.lock", LOCK_EX);
	return r < 0 ? error_errno(err, -r, "lock " NETWORK_HOST_DIR "/network.lock") : r;
}

int networks_lock(Runtime *rt, Error **err)
{
	int fd = fs_mkdir_p(store_fd(rt->store), DIR_NAME, 0711);

	if (fd >= 0)
		fd = fs_lock(store_fd(rt->store), "networks.lock", LOCK_EX);
	return fd < 0 ? error_errno(err, -fd, "lock %s/" DIR_NAME, rt->root) : fd;
}

/* Names may have blanks and dots; `/` they have not (network_create). */
char *network_file(const char *name, const char *suffix)
{
	return xasprintf(DIR_NAME "/%s%s", name, suffix);
}

/* ---- reading ---- */

/* Whoever was in it before the host's last boot is in it no more, nor after a crash that left half
 * a file. */
static void load_leases(Runtime *rt, Network *n)
{
	cleanup(leases_clear) Leases l = { 0 };
	cleanup_free char *path = network_file(n->name, ".leases"), *boot = kernel_boot_id();

	if (json_read_file(store_fd(rt->store), path, MAX_FILE_SIZE, &leases_type, &l, NULL) < 0 ||
	    !streq_null(l.boot_id, boot))
		return;
	n->containers = steal(&l.containers);
	n->n_containers = l.n_containers;
	l.n_containers = 0;
}

int network_load(Runtime *rt, const char *name, Network **ret, Error **err)
{
	cleanup_free char *path = network_file(name, ".json");
	cleanup_error Error *e = NULL;
	cleanup_network Network *n = NULL;
	int r;

	if (strchr(name, '/') || strlen(name) > NETWORK_NAME_MAX)
		return -ENOENT;
	n = xnew0(Network, 1);
	r = json_read_file(store_fd(rt->store), path, MAX_FILE_SIZE, &definition_type, n, &e);
	if (r == -ENOENT)
		return r;
	if (r >= 0 && (!streq(n->name, name) || strlen(n->id) != ID_LENGTH))
		r = error_set(&e, EINVAL, "%s: not what it should be", path);
	if (r < 0)
		return error_propagate(err, steal(&e));
	if (!n->config_from.network)
		n->config_from.network = xstrdup("");
	load_leases(rt, n);
	*ret = steal(&n);
	return 0;
}

int network_load_all(Runtime *rt, Network ***ret, size_t *ret_n, Error **err)
{
	cleanup_fd int dir = fs_open_dir(store_fd(rt->store), DIR_NAME);
	cleanup_strv char **names = NULL;
	Network **list = NULL;
	size_t n = 0;
	int r = dir == -ENOENT ? 0 : dir < 0 ? dir : fs_names(dir, &names);

	if (r < 0)
		return error_errno(err, -r, "read %s/" DIR_NAME, rt->root);
	list = xnew0(Network *, strv_length(names) + 1);
	STRV_FOREACH(it, names) {
		cleanup_error Error *e = NULL;
		cleanup_free char *name = NULL;

		if (!endswith(*it, ".json") || **it == '.')
			continue;
		name = xstrndup(*it, strlen(*it) - strlen(".json"));
		/* A broken file must not hide the others; one can be removed meanwhile. */
		if (network_load(rt, name, &list[n], &e) >= 0)
			n++;
		else if (e)
			log_warning("network %s: %s", name, e->msg);
	}
	*ret = list;
	*ret_n = n;
	return 0;
}

Network *network_free(Network *n)
{
	if (!n)
		return NULL;
	json_clear(&network_type, n);
	free(n);
	return NULL;
}

Network **network_list_free(Network **list, size_t n)
{
	for (size_t i = 0; list && i < n; i++)
		network_free(list[i]);
	free(list);
	return NULL;
}

/* ---- writing ---- */

int network_write(Runtime *rt, const Network *n, Error **err)
{
	cleanup_free char *path = network_file(n->name, ".json");
	int r = fs_mkdir_p(store_fd(rt->store), DIR_NAME, 0711);

	if (r < 0)
		return error_errno(err, -r, "make %s/" DIR_NAME, rt->root);
	return json_write_file(store_fd(rt->store), path, &definition_type, n, 0600, FS_SYNC, err);
}

int network_write_leases(Runtime *rt, const Network *n, Error **err)
{
	cleanup_free char *path = network_file(n->name, ".leases"), *boot = kernel_boot_id();
	Leases l = { .boot_id = boot,
		     .containers = n->containers,
		     .n_containers = n->n_containers };

	return json_write_file(store_fd(rt->store), path, &leases_type, &l, 0600, 0, err);
}

int network_delete(Runtime *rt, const Network *n, Error **err)
{
	cleanup_free char *path = network_file(n->name, ".json");
	cleanup_free char *leases = network_file(n->name, ".leases");

	(void)unlinkat(store_fd(rt->store), leases, 0);
	if (unlinkat(store_fd(rt->store), path, 0) < 0 && errno != ENOENT)
		return error_errno(err, errno, "remove %s/%s", rt->root, path);
	return 0;
}

/* ---- what networks are ---- */

Network *network_new(const char *name, const char *driver)
{
	Network *n = xnew0(Network, 1);

	n->name = xstrdup(name);
	n->id = random_hex(ID_LENGTH);
	n->created = timestamp_now();
	n->scope = xstrdup("local");
	n->driver = xstrdup(driver);
	n->ipam.driver = xstrdup("default");
	n->config_from.network = xstrdup("");
	return n;
}

const char *network_option(const Network *n, const char *name)
{
	return env_get(n->options, name);
}

char *network_interface(const Network *n)
{
	const char *name;

	if (streq(n->driver, "macvlan")) {
		name = network_option(n, "parent");
		return xstrdup(name ? name : "");
	}
	name = network_option(n, "com.docker.network.bridge.name");
	if (!str_empty(name))
		return xstrdup(name);
	return xasprintf("br-%.*s", SHORT_ID, n->id);
}

bool network_is_predefined(const char *name)
{
	return streq(name, NETWORK_BRIDGE) || streq(name, NETWORK_HOST) ||
	       streq(name, NETWORK_NONE);
}
