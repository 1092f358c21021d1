/* volume: what the commands of the group `volume` share. */
#pragma once

/* Why flags of Docker's are refused. */
#define VOLUME_NO_CLUSTER "there is no swarm that could have cluster volumes"
