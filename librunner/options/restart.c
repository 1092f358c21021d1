#include "librunner/options/restart.h"

#include "libcommon/alloc.h"
#include "libcommon/str.h"
#include "libcommon/units.h"

int restart_policy_parse(const char *text, RestartPolicy *policy, Error **err)
{
	const char *colon = strchr(text, ':');
	int64_t count = 0;

	if (colon == text)
		return error_set(err, EINVAL,
				 "invalid restart policy format: no policy provided before colon");
	if (colon && colon[1] && units_parse_decimal(colon + 1, &count, NULL) < 0)
		return error_set(
			err, EINVAL,
			"invalid restart policy format: maximum retry count must be an integer");
	free(policy->name);
	policy->name = colon ? xstrndup(text, (size_t)(colon - text)) : xstrdup(text);
	policy->maximum_retry_count = count;
	return 0;
}

int restart_policy_check(const RestartPolicy *policy, Error **err)
{
	const char *name = policy->name ? policy->name : "";
	bool counts = streq(name, "on-failure");

	if (!counts && *name && !streq(name, "no") && !streq(name, "always") &&
	    !streq(name, "unless-stopped"))
		return error_set(err, EINVAL,
				 "invalid restart policy: unknown policy '%s'; use one of 'no', "
				 "'always', 'on-failure', or 'unless-stopped'",
				 name);
	if (policy->maximum_retry_count && !counts)
		return error_set(err, EINVAL,
				 "invalid restart policy: maximum retry count can only be used "
				 "with 'on-failure'%s",
				 policy->maximum_retry_count < 0 ? " and cannot be negative" : "");
	if (policy->maximum_retry_count < 0)
		return error_set(err, EINVAL,
				 "invalid restart policy: maximum retry count cannot be negative");
	return 0;
}

bool restart_policy_is_none(const RestartPolicy *policy)
{
	return str_empty(policy->name) || streq(policy->name, "no");
}
