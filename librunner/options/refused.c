#include "librunner/options/refused.h"

#include <stddef.h>

#define WINDOWS_ONLY "it exists for containers on Windows only"
#define NO_GPU "there is no GPU stack that could be handed to a container"
#define NO_TRUST "Docker Content Trust is not supported"
#define ONLY_LOG_DRIVERS "the log drivers are json-file, local, journald and none"
#define NEEDS_CRIU "systemd-nspawn cannot checkpoint processes"
#define OWN_PIDS "systemd-nspawn can share the host's PID namespace only"
#define OWN_IPC "systemd-nspawn can share the host's IPC namespace only"

/* clang-format off */
const RefusedFlag refused_flags[] = {
	{ "run, create", "cpu-count", 0, "int", NULL, WINDOWS_ONLY },
	{ "run, create", "cpu-percent", 0, "int", NULL, WINDOWS_ONLY },
	{ "run, create", "io-maxbandwidth", 0, "bytes", NULL, WINDOWS_ONLY },
	{ "run, create", "io-maxiops", 0, "uint", NULL, WINDOWS_ONLY },
	{ "run, create", "isolation", 0, "string", NULL, WINDOWS_ONLY },
	{ "run, create, update", "kernel-memory", 0, "bytes", NULL, "Linux has dropped this limit; use --memory" },
	{ "run, create", "gpus", 0, "gpu-request", NULL, NO_GPU },
	{ "run, create", "runtime", 0, "string", NULL, "the runtime is systemd-nspawn" },
	{ "run, create", "storage-opt", 0, "list", NULL, "there is one storage, without options for a container" },
	{ "run, create", "use-api-socket", 0, NULL, NULL, "there is no Docker daemon" },

	{ "start", "checkpoint", 0, "string", NULL, NEEDS_CRIU },
	{ "start", "checkpoint-dir", 0, "string", NULL, NEEDS_CRIU },
	{ "rm", "link", 'l', NULL, NULL, "links are a legacy of Docker; there are none here" },
	{ "images", "tree", 0, NULL, NULL, "it shows how Docker's containerd store keeps the platforms of an image" },

	{ "run, create", "disable-content-trust", 0, NULL, "false", NO_TRUST },
	{ "run, create", "pid", 0, "string", "container:*", OWN_PIDS },
	{ "run, create", "ipc", 0, "string", "container:*", OWN_IPC },
	{ "run, create", "log-driver", 0, "string", "syslog", ONLY_LOG_DRIVERS },
	{ "run, create", "log-driver", 0, "string", "gelf", ONLY_LOG_DRIVERS },
	{ "run, create", "log-driver", 0, "string", "fluentd", ONLY_LOG_DRIVERS },
	{ "run, create", "log-driver", 0, "string", "awslogs", ONLY_LOG_DRIVERS },
	{ "run, create", "log-driver", 0, "string", "splunk", ONLY_LOG_DRIVERS },
	{ "run, create", "log-driver", 0, "string", "etwlogs", WINDOWS_ONLY },
	{ "run, create", "log-driver", 0, "string", "gcplogs", ONLY_LOG_DRIVERS },
	{ "run, create", "log-driver", 0, "string", "logentries", ONLY_LOG_DRIVERS },
	REFUSED_END,
};
/* clang-format on */
