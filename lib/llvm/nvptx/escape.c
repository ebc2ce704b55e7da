/* escape.c: follows the address of an object. */
#include "llvm/nvptx/escape.h"

typedef struct following {
  const tw_kernel *kernel;
  bool *seen; /* by instruction */
} following;

static bool known_access(const tw_kernel *k, int32_t inst, unsigned operand) {
  for (int32_t i = 0; i < k->nsites; i++)
    if (k->sites[i].inst == inst && k->sites[i].touch.operand == operand)
      return true;
  return false;
}

static bool follow(following *f, LLVMValueRef value);

/* Numbers and addresses are followed further, accesses are known, and whatever else takes the value may keep it. */
static bool taken_by(following *f, LLVMValueRef user, LLVMValueRef value) {
  const tw_kernel *k = f->kernel;
  int32_t inst = tw_flow_inst(k->flow, user);
  if (inst < 0)
    return true; /* of another function, or of code that is never reached */
  for (unsigned o = 0; o < (unsigned)LLVMGetNumOperands(user); o++)
    if (LLVMGetOperand(user, o) == value && k->acts[inst] != TW_ACT_NONE && !known_access(k, inst, o))
      return true;
  if (k->acts[inst] != TW_ACT_NONE || f->seen[inst])
    return false;
  f->seen[inst] = true;
  return follow(f, user);
}

static bool follow(following *f, LLVMValueRef value) {
  for (LLVMUseRef u = LLVMGetFirstUse(value); u; u = LLVMGetNextUse(u)) {
    LLVMValueRef user = LLVMGetUser(u);
    bool taken = LLVMIsAInstruction(user)                                ? taken_by(f, user, value)
                 : LLVMIsAConstant(user) && !LLVMIsAGlobalVariable(user) ? follow(f, user)
                                                                         : true;
    if (taken)
      return true;
  }
  return false;
}

bool tw_escapes(const tw_kernel *k, LLVMValueRef object) {
  if (!k->unknown)
    return false;
  following f = {.kernel = k};
  f.seen = tweed_arena_array(k->arena, (size_t)k->flow->ninsts, sizeof *f.seen);
  return !f.seen || follow(&f, object);
}
