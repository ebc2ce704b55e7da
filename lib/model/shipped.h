/* shipped.h: the machine files of lib/model/machines/ as strings. The definitions are in a C file that the build makes
 * of them. */
#ifndef TWEED_LIB_SHIPPED_H
#define TWEED_LIB_SHIPPED_H

#include <stddef.h>

struct tweed_shipped {
  const char *name; /* "cortex-a55" */
  const char *text; /* the YAML file as it stands */
};

extern const struct tweed_shipped tweed_shipped_machines[];
extern const size_t tweed_shipped_machines_count;

#endif
