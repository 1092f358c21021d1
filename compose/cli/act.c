/* act: commands that do one thing to the containers of services. */
#include "compose/cli/cli.h"

int compose_cli_act(Cli *cli, bool dry_run, const char *title, const ActOptions *act, Error **err)
{
	cleanup_project_containers ProjectContainers all = { 0 };
	cleanup_compose_cli ComposeCli c = { 0 };
	int r = compose_cli_open(&c, cli, dry_run, OPEN_NAME, title, act->services, err);

	if (r >= 0)
		r = compose_cli_services(&c, act->services, err);
	if (r >= 0)
		r = project_containers(c.rt, c.project.name, CONTAINERS_SERVICES, &all, err);
	if (r >= 0)
		r = compose_act(&c.engine, act, &all, err);
	return compose_cli_result(&c, r, err);
}
