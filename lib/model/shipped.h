/* shipped.h: the machine and kernel files as strings, and the machines as images: machines in static memory, read by
 * nobody at run time. The definitions are in C files that the build makes of the files. */
#ifndef TWEED_LIB_SHIPPED_H
#define TWEED_LIB_SHIPPED_H

#include "model/model.h"

struct tweed_shipped {
  const char *name; /* "cortex-a55" */
  const char *text; /* the YAML file; of a machine, without its comment lines */
};

extern const struct tweed_shipped tweed_shipped_machines[];
extern const size_t tweed_shipped_machines_count;

/* The kernels of lib/model/kernels/, with their comments. */
extern const struct tweed_shipped tweed_shipped_kernels[];
extern const size_t tweed_shipped_kernels_count;

/* In the same order as the machines; without patterns, which have to be compiled, and without an arena. Ends in NULL;
 * empty where the build could not run its tools. */
extern const tweed_machine *const tweed_shipped_images[];

#endif
