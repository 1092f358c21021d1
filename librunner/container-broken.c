/* container-broken: containers whose files cannot be read (cut off, edited badly, of a newer
 * format). They are listed with what is still known, and can be removed by force. */
#include <fcntl.h>
#include <unistd.h>

#include "libcommon/alloc.h"
#include "libcommon/fs.h"
#include "libcommon/str.h"
#include "librunner/container-index.h"
#include "librunner/container-state.h"
#include "librunner/container-store.h"

Container *container_load_broken(Runtime *rt, const char *id, const Error *why)
{
	cleanup_free char *dir = container_dir(id);
	Container *c;

	/* It went away meanwhile, as a whole. */
	if (faccessat(store_fd(rt->store), dir, F_OK, 0) < 0)
		return NULL;
	c = xnew0(Container, 1);
	c->broken = true;
	c->id = xstrdup(id);
	c->name = index_name_of(rt, id);
	if (!c->name)
		c->name = xstrndup(id, 12);
	if (container_state_load(rt, id, &c->state, NULL) < 0)
		json_clear(&container_state_type, &c->state);
	if (!container_is_running(c)) {
		free(c->state.status);
		c->state.status = xstrdup("dead");
	}
	free(c->state.error);
	c->state.error = xstrdup(why->msg);
	return c;
}
