/* emulate_layout.c: where shared variables lie in a block's shared memory: for each kernel one behind the other, those
 * that it or a function that it may call uses, with gaps in which every access is out of bounds. A variable of several
 * kernels has the same place in all. */
#include "llvm/emulate.h"

#include <string.h>

enum { GAP = 16, MOST_FUNCTIONS = 4096 };

/* Functions that can be reached from a kernel. */
typedef struct reach {
  tw_emulation *e;
  LLVMValueRef functions[MOST_FUNCTIONS];
  size_t count;
  bool all; /* calls through pointers, or too many: whatever there is */
} reach;

static void add(reach *r, LLVMValueRef function) {
  for (size_t i = 0; i < r->count; i++)
    if (r->functions[i] == function)
      return;
  if (r->count == MOST_FUNCTIONS)
    r->all = true;
  else
    r->functions[r->count++] = function;
}

static tw_shared *variable_of(tw_emulation *e, LLVMValueRef value) {
  size_t length;
  const char *name = LLVMIsAGlobalVariable(value) ? LLVMGetValueName2(value, &length) : NULL;
  for (size_t i = 0; name && i < e->shared_count; i++)
    if (e->shared[i].name && strcmp(e->shared[i].name, name) == 0)
      return &e->shared[i];
  return NULL;
}

static void look(reach *r, LLVMValueRef instruction, bool *used) {
  for (int i = 0; i < LLVMGetNumOperands(instruction); i++) {
    LLVMValueRef operand = LLVMGetOperand(instruction, (unsigned)i);
    tw_shared *s = variable_of(r->e, operand);
    if (s)
      used[s - r->e->shared] = true;
    else if (LLVMIsAFunction(operand) && !LLVMIsDeclaration(operand))
      add(r, operand);
  }
  if (LLVMGetInstructionOpcode(instruction) != LLVMCall)
    return;
  LLVMValueRef target = LLVMGetCalledValue(instruction);
  r->all = r->all || (!LLVMIsAFunction(target) && !LLVMIsAInlineAsm(target));
}

/* used: for each shared variable. */
static void find_used(reach *r, LLVMValueRef kernel, bool *used) {
  r->count = 0;
  r->all = false;
  add(r, kernel);
  for (size_t i = 0; i < r->count; i++)
    for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(r->functions[i]); b; b = LLVMGetNextBasicBlock(b))
      for (LLVMValueRef x = LLVMGetFirstInstruction(b); x; x = LLVMGetNextInstruction(x))
        look(r, x, used);
  for (size_t i = 0; r->all && i < r->e->shared_count; i++)
    used[i] = true;
}

static uint64_t round_up(uint64_t at, uint64_t align) {
  return (at + align - 1) / align * align;
}

static bool keep(tw_emulation *e, tw_kernel *k, const tw_shared *s) {
  if (!tweed_arena_grow(e->arena, (void **)&k->ranges, &k->range_room, k->range_count + 1, sizeof *k->ranges))
    return false;
  k->ranges[k->range_count++] = (tw_range){s->offset, s->size};
  k->shared = (uint32_t)(s->offset + s->size);
  return true;
}

/* Behind all that its kernels have already. */
static bool place(tw_emulation *e, tw_shared *s, bool *const *used, size_t index) {
  uint64_t at = 0;
  for (size_t k = 0; k < e->kernel_count; k++)
    if (used[k][index] && e->kernels[k].range_count > 0 && e->kernels[k].shared + (uint64_t)GAP > at)
      at = e->kernels[k].shared + (uint64_t)GAP;
  s->offset = round_up(at, s->align);
  for (size_t k = 0; k < e->kernel_count; k++)
    if (used[k][index] && !keep(e, &e->kernels[k], s))
      return false;
  return true;
}

/* Dynamic shared memory starts behind the static one, as aligned as the variable for it is. */
static void align_dynamic(tw_emulation *e, const tw_shared *s, bool *const *used, size_t index) {
  for (size_t k = 0; k < e->kernel_count; k++)
    if (used[k][index])
      e->kernels[k].shared = (uint32_t)round_up(e->kernels[k].shared, s->align);
}

static bool lay_out(tw_emulation *e, reach *r) {
  bool **used = tweed_arena_array(e->arena, e->kernel_count + 1, sizeof *used);
  for (size_t k = 0; used && k < e->kernel_count; k++) {
    used[k] = tweed_arena_array(e->arena, e->shared_count + 1, sizeof **used);
    if (!used[k])
      return false;
    find_used(r, LLVMGetNamedFunction(e->module, e->kernels[k].name), used[k]);
  }
  for (size_t i = 0; used && i < e->shared_count; i++)
    if (!e->shared[i].dynamic && !place(e, &e->shared[i], used, i))
      return false;
  for (size_t i = 0; used && i < e->shared_count; i++)
    if (e->shared[i].dynamic)
      align_dynamic(e, &e->shared[i], used, i);
  return used != NULL;
}

void tw_lay_out_shared(tw_emulation *e) {
  reach *r = tweed_arena_alloc(e->arena, sizeof *r);
  if (r)
    r->e = e;
  if (!r || !lay_out(e, r))
    tw_emulation_error(e, NULL, "out of memory");
}
