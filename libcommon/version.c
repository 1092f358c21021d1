#include "libcommon/version.h"

const char racker_version[] = RACKER_VERSION;
const char racker_commit[] = RACKER_COMMIT;
