/* opcode.h: what machines match an instruction by: its opcode text and its type (docs/formats.md). */
#ifndef TWEED_LLVM_OPCODE_H
#define TWEED_LLVM_OPCODE_H

#include "llvm/bridge.h"
#include <tweed/model.h>

/* "add", "getelementptr", …; "other" for what machines know nothing of. */
const char *tw_opcode_name(LLVMOpcode opcode);

/* The part that the instruction plays by itself and by who uses it: ".folded", ".constant", ".narrow", … or "". */
const char *tw_opcode_part(LLVMValueRef inst);

/* NVPTX: the memory of a load or store, ".shared", ".global", ".stream" (moving: global memory at an address that moves
 * with every iteration), …; "" for other targets and other instructions. */
const char *tw_opcode_memory(tw_bridge *b, LLVMValueRef inst, bool moving);

/* "<opcode><part>", but "call NAME" for a call and "asm MNEMONIC" for inline PTX. */
void tw_opcode_text(LLVMValueRef inst, const char *part, char *opcode, size_t size);

/* The type to match: of the result, of the operands for comparisons, of the stored value, "FROM to TO" for casts. */
void tw_opcode_type(LLVMValueRef inst, char *type, size_t size);

/* The machine's class for such a text, also if the machine knows the opcode without the part only; -1 = none. */
int32_t tw_opcode_class(const tweed_machine *m, const char *opcode, const char *type);

#endif
