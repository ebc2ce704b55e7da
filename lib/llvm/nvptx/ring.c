/* ring.c: places rings in shared memory and moves accesses to their slots. */
#include "llvm/nvptx/ring.h"
#include "llvm/nvptx/footprint.h"

enum { RING_ALIGN = 128 };

uint64_t tw_rings_add(tw_rings *r, uint64_t bytes) {
  uint64_t at = r->bytes;
  r->bytes += (bytes + RING_ALIGN - 1) / RING_ALIGN * RING_ALIGN;
  return at;
}

/* ---- how much there is ---- */

static bool takes_dynamic(const tw_kernel *k, const tw_tile *t) {
  int32_t channel;
  uint64_t offset;
  return k->dynamic.stand_in && tw_tile_object(t, k->dynamic.stand_in, &channel, &offset);
}

bool tw_rings_can_ask(const tw_kernel *k, const tw_tile *t) {
  return !k->dynamic.used || takes_dynamic(k, t);
}

void tw_rings_replace(tw_rings *r, const tw_tile *t) {
  r->freed += tw_tile_bytes(r->kernel, t);
  r->takes |= takes_dynamic(r->kernel, t);
}

const char tw_rings_no_room[] = "more than 48 KB, and dynamic shared memory is in use already";

bool tw_rings_decide(tw_rings *r, tw_contract *contract) {
  const tw_dynamic *d = &r->kernel->dynamic;
  uint64_t there = d->stand_in ? (uint64_t)d->bytes : 0, kept = tw_shared_of(r->kernel->flow->bridge) - r->freed;
  if (!r->takes)
    kept -= there;
  r->dynamic = r->takes || kept + r->bytes > TW_STATIC_SHARED;
  contract->static_shared = (uint32_t)(kept + (r->dynamic ? 0 : r->bytes));
  contract->dynamic_shared = (uint32_t)(r->dynamic ? r->bytes - (r->takes ? there : 0) : 0);
  return !r->dynamic || r->takes || !d->used;
}

/* ---- changing the IR ---- */

/* Dynamic memory begins at an external array without a size; one for all kernels of the module. */
static LLVMValueRef dynamic_memory(const tw_emit *e) {
  static const char name[] = "tweed_dynamic";
  LLVMValueRef memory = LLVMGetNamedGlobal(e->module, name);
  if (memory)
    return memory;
  LLVMTypeRef bytes = LLVMArrayType2(LLVMInt8TypeInContext(e->context), 0);
  memory = LLVMAddGlobalInAddressSpace(e->module, bytes, name, TW_SHARED_SPACE);
  LLVMSetAlignment(memory, RING_ALIGN);
  return memory;
}

void tw_rings_build(tw_rings *r, const tw_emit *e) {
  if (r->dynamic) {
    r->memory = dynamic_memory(e);
    return;
  }
  LLVMTypeRef bytes = LLVMArrayType2(LLVMInt8TypeInContext(e->context), r->bytes);
  r->memory = LLVMAddGlobalInAddressSpace(e->module, bytes, "tweed_rings", TW_SHARED_SPACE);
  LLVMSetAlignment(r->memory, RING_ALIGN);
  LLVMSetLinkage(r->memory, LLVMInternalLinkage);
  LLVMSetInitializer(r->memory, LLVMGetUndef(bytes));
}

LLVMValueRef tw_rings_at(const tw_rings *r, const tw_emit *e, uint64_t at) {
  LLVMValueRef offset = LLVMConstInt(tw_emit_i32(e), at, false);
  return at ? LLVMConstInBoundsGEP2(LLVMInt8TypeInContext(e->context), r->memory, &offset, 1) : r->memory;
}

/* Other kernels may use the same object: of a function that both have inlined. */
void tw_rings_take(const tw_rings *r, const tw_emit *e, const tw_channel *c, uint64_t at) {
  for (int32_t o = 0; o < c->nobjects; o++) {
    tw_replace_in(r->kernel->flow->function, c->objects[o], tw_rings_at(r, e, at + c->offsets[o]));
    if (!LLVMGetFirstUse(c->objects[o]) && LLVMGetLinkage(c->objects[o]) == LLVMInternalLinkage)
      LLVMDeleteGlobal(c->objects[o]);
  }
}

static LLVMValueRef moved(const tw_emit *e, LLVMValueRef address, LLVMValueRef slot) {
  if (LLVMGetTypeKind(LLVMTypeOf(address)) == LLVMPointerTypeKind)
    return tw_emit_offset(e, address, slot);
  LLVMValueRef bytes = LLVMBuildZExtOrBitCast(e->builder, slot, LLVMTypeOf(address), "");
  return LLVMBuildAdd(e->builder, address, bytes, "");
}

static bool of_channel(const tw_channel *c, LLVMValueRef object) {
  for (int32_t o = 0; o < c->nobjects; o++)
    if (c->objects[o] == object)
      return true;
  return false;
}

void tw_rings_shift_reads(const tw_kernel *k, const tw_tile *t, const tw_channel *c, const tw_emit *e,
                          LLVMValueRef slot) {
  for (int32_t i = 0; i < k->nsites; i++) {
    const tw_site *s = &k->sites[i];
    if (!t->within[k->flow->block_of[s->inst]] || !s->touch.reads || !of_channel(c, s->touch.origin.object))
      continue;
    LLVMValueRef inst = k->flow->insts[s->inst];
    LLVMPositionBuilderBefore(e->builder, inst);
    LLVMSetOperand(inst, s->touch.operand, moved(e, LLVMGetOperand(inst, s->touch.operand), slot));
    if (LLVMIsALoadInst(inst) && s->touch.align > LLVMGetAlignment(inst))
      LLVMSetAlignment(inst, s->touch.align < RING_ALIGN ? s->touch.align : RING_ALIGN);
  }
}
