/* Input: a user, passwd and group, separated by NUL. */
#include <stdint.h>

#include "librunner/init/identity.c"
#include "librunner/init/text.c"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static Identity id;
	static Text why;
	char *text = malloc(size + 3), *passwd, *group;

	memcpy(text, data, size);
	memset(text + size, 0, 3);
	passwd = text + strlen(text) + (strlen(text) < size);
	group = passwd + strlen(passwd);
	group += group < text + size;
	char *further[] = { text, NULL };

	why.n = 0;
	(void)identity_resolve(text, NULL, passwd, group, &id, &why);
	(void)identity_resolve(NULL, further, passwd, group, &id, &why);
	if (id.n_groups > IDENTITY_MAX_GROUPS || why.n >= sizeof(why.s))
		abort();
	free(text);
	return 0;
}
