/* schema-nearest: what somebody may have meant who wrote a key that does not exist. */
#pragma once

#include "compose/schema.h"

/* The object's key that is nearest to `name`, or NULL if none is near. */
const char *schema_nearest(const SchemaObject *object, const char *name);
