#include "libimage/registry-error.h"

#include "libcommon/str.h"
#include "tests/tap.h"

static const struct {
	long status;
	const char *body;
	int errnum;
	const char *text;
} cases[] = {
	{ 401, "{\"errors\":[{\"code\":\"UNAUTHORIZED\",\"message\":\"authentication required\"}]}",
	  EACCES, "unauthorized: authentication required" },
	{ 403, "{\"errors\":[{\"code\":\"DENIED\",\"message\":\"no\"},{\"code\":\"X\"}]}", EACCES,
	  "denied: no" },
	{ 403, "", EACCES, "denied: requested access to the resource is denied" },
	{ 404,
	  "{\"errors\":[{\"code\":\"MANIFEST_UNKNOWN\",\"message\":\"manifest "
	  "unknown\",\"detail\":{}}]}",
	  ENOENT, "manifest unknown: manifest unknown" },
	{ 404, "<html>", ENOENT, "not found" },
	{ 404, "{\"errors\":[]}", ENOENT, "not found" },
	{ 429, "{\"errors\":[{\"code\":\"TOOMANYREQUESTS\"}]}", EBUSY, "toomanyrequests" },
	{ 429, "slow down", EBUSY, "toomanyrequests: too many requests" },
	{ 500, "oops", EREMOTEIO, "internal server error" },
	{ 418, "", EREMOTEIO, "unexpected status" },
	{ 401, "{\"details\":\"incorrect username or password\"}", EACCES,
	  "incorrect username or password" },
	{ 403, "{\"message\":\"a\\u001b[31m\\nb\\u0085c\"}", EACCES, "a?[31m b\?\?c" },
	{ 403, "{\"errors\":[{\"message\":\"m\"}]}", EACCES, "unknown: m" },
	{ 403, "{\"errors\":{}}", EACCES, "denied: requested access to the resource is denied" },
};

int main(void)
{
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		cleanup_response HttpResponse r = { .status = cases[i].status };
		cleanup_error Error *err = NULL;

		strbuf_adds(&r.body, cases[i].body);
		check_int(registry_status_error(&r, &err), -cases[i].errnum);
		check_str(err ? err->msg : NULL, cases[i].text);
	}
	return tap_done();
}
