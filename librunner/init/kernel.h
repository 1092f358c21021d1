/*
 * kernel: what racker-init sets in the kernel for a plain container: device nodes, sysctls, the
 * domain name; and for every command: resource limits and the OOM score.
 */
#pragma once

#include "librunner/init/spec.h"

void kernel_make_devices(const Spec *spec);
void kernel_set_sysctls(const Spec *spec);
void kernel_set_limits(const Spec *spec);
