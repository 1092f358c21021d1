/* version: what this build is. */
#pragma once

extern const char racker_version[]; /* "0.1.0" */
extern const char racker_commit[]; /* short git commit, or "unknown" */
