/* crash.h: verdicts on kernels that the processor ends. Private to tools/emu. */
#ifndef TWEED_TOOLS_EMU_CRASH_H
#define TWEED_TOOLS_EMU_CRASH_H

#include <tweed/emu.h>

/* From now on a division by zero, a full stack and the like end the program with a message about the thread and exit
 * status 1. */
void crash_catch(void);
/* Of which run they are; NULL: none is under way, and then a crash is the emulator's own. */
void crash_expect(const tweed_emu_launch *launch, uint64_t seed);

#endif
