/* run-fold: what flags have collected becomes part of the request. */
#include "librunner/options/run-flags.h"

#include "libcommon/alloc.h"
#include "libcommon/env-file.h"
#include "libcommon/str.h"
#include "librunner/options/security.h"
#include "librunner/options/volumes.h"

/* Sets NAME=value, and NAME alone, which takes the variable away from the image's. */
static void fold_variable(char ***vars, const char *text, const char *separator)
{
	size_t n = strcspn(text, "=");
	cleanup_free char *name = xstrndup(text, n);

	if (text[n])
		env_set(vars, name, text + n + 1);
	else if (separator)
		env_set(vars, name, "");
	else if (!strv_contains(*vars, text)) {
		if (*vars)
			env_unset(*vars, name);
		strv_add(vars, text);
	}
}

/* Files first: what is said one by one counts for more. `fallback` is the value of a name alone. */
static int fold_variables(char ***files, char ***values, const char *fallback, char ***ret,
			  Error **err)
{
	cleanup_strv char **read = NULL;

	STRV_FOREACH(it, *files) {
		int r = env_file_read(*it, !fallback, &read, err);

		if (r < 0)
			return r;
	}
	STRV_FOREACH(it, read)
		fold_variable(ret, *it, fallback);
	STRV_FOREACH(it, *values)
		fold_variable(ret, *it, fallback);
	*files = strv_free(*files);
	*values = strv_free(*values);
	return 0;
}

/* As Docker's client: `./dir` is relative to where we are. */
static int fold_volumes(RunFlags *f, Error **err)
{
	STRV_FOREACH(it, f->volumes) {
		cleanup_free char *bind = NULL;
		int r = volume_resolve(*it, f->base, &bind, err);

		if (r < 0)
			return r;
		/* A place alone: an anonymous volume. */
		if (!strchr(bind, ':')) {
			if (!strv_contains(f->create.config.volumes, bind))
				strv_push(&f->create.config.volumes, steal(&bind));
			continue;
		}
		if (!strv_contains(f->create.host.binds, bind))
			strv_push(&f->create.host.binds, steal(&bind));
	}
	f->volumes = strv_free(f->volumes);
	return 0;
}

/* Networks that are named later take the place of those before. */
static void fold_networks(RunFlags *f)
{
	if (!f->networks)
		return;
	strv_free(f->attachments);
	f->attachments = steal(&f->networks);
}

static int fold_security(RunFlags *f, Error **err)
{
	HostConfig *host = &f->create.host;

	STRV_FOREACH(it, f->security_opts) {
		cleanup_free char *option = NULL;
		int r = security_option_read(*it, f->base, &option, err);

		if (r < 0)
			return r;
		if (streq(option, "systempaths=unconfined"))
			host->unmasked = true;
		else
			strv_push(&host->security_opt, steal(&option));
	}
	f->security_opts = strv_free(f->security_opts);
	return 0;
}

int run_flags_fold(RunFlags *f, Error **err)
{
	ContainerConfig *config = &f->create.config;
	int r = fold_volumes(f, err);

	if (r >= 0)
		r = fold_variables(&f->env_files, &f->env, NULL, &config->env, err);
	if (r >= 0)
		r = fold_variables(&f->label_files, &f->labels, "", &config->labels, err);
	if (r >= 0)
		r = fold_security(f, err);
	fold_networks(f);
	return r;
}
