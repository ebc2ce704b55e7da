/* ptx.c: inline PTX. */
#include "llvm/emulate.h"

void tw_lower_asm(tw_emulation *e, LLVMValueRef call) {
  tw_emulation_error(e, call, "inline PTX is not supported by the emulator");
}
