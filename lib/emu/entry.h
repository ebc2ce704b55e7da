/* entry.h: the kernels that a PTX module declares. */
#ifndef TWEED_LIB_EMU_ENTRY_H
#define TWEED_LIB_EMU_ENTRY_H

#include "base/base.h"
#include <tweed/emu.h>

/* The signatures of all kernels, as a module without code, for tweed_emu_launch_parse and tweed_emu_launch_plan. 64
 * bits count as a pointer, which whole numbers can be, too; .b16 has no type: PTX does not tell halves from bfloats. It
 * lives in the arena. TWEED_BAD_INPUT: this is no PTX. */
tweed_status emu_entries_read(const char *ptx, tweed_arena *arena, tweed_emu_module *out, tweed_error *error);

#endif
