#include "librunner/caps.h"

#include <linux/capability.h>

#include "tests/tap.h"

int main(void)
{
	check_int((long long)caps_docker_default, 0xa80425fb);
	check_int(cap_from_name("CAP_CHOWN"), 0);
	check_int(cap_from_name("chown"), 0);
	check_int(cap_from_name("cap_Sys_Admin"), CAP_SYS_ADMIN);
	check_int(cap_from_name("CHECKPOINT_RESTORE"), 40);
	check_int(cap_from_name("nosuch"), -EINVAL);
	check_int(cap_from_name(""), -EINVAL);
	check_int(cap_from_name("CAP_"), -EINVAL);
	check_str(cap_name(CAP_AUDIT_WRITE), "CAP_AUDIT_WRITE");
	check_str(cap_name(41), NULL);
	for (unsigned cap = 0; cap <= 40; cap++)
		check_int(cap_from_name(cap_name(cap)), cap);
	return tap_done();
}
