/* plan.h: `tweed emulate --plan`. Private to tools/tweed. */
#ifndef TWEED_TOOLS_PLAN_H
#define TWEED_TOOLS_PLAN_H

#include <stdbool.h>
#include <stdint.h>

/* Makes the folder, if it isn't there. Returns an exit status. */
int plan_folder(const char *folder);
/* By its name. */
bool plan_is_ptx(const char *path);
/* The plan of a launch of a kernel in PTX: its signature is all that is needed, so nothing is compiled. */
int plan_of_ptx(const char *path, const char *launch, uint64_t data_seed, const char *folder);

#endif
