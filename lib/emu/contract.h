/* contract.h: the launch contract. Private to lib/emu. */
#ifndef TWEED_LIB_EMU_CONTRACT_H
#define TWEED_LIB_EMU_CONTRACT_H

#include "emu/emu.h"

/* Adds what the kernel's contract asks for to a launch whose block is the original kernel's. Nothing where there is no
 * contract; TWEED_BAD_INPUT where launch and contract don't fit. */
tweed_status emu_contract_apply(tweed_emu_launch *launch, tweed_error *error);

#endif
