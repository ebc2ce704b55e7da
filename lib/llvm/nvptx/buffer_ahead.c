/* buffer_ahead.c: the copies of the iteration that is next to be copied, and the step of their state to the one after.
 * Twice: in front of the loop, and behind its first barrier. */
#include "llvm/nvptx/buffer_parts.h"
#include <llvm-c/DebugInfo.h>

enum { LIKELY = 127 /* to 1, that there is another iteration to copy */ };

LLVMBasicBlockRef tw_buffer_block(const tw_buffer *b, const char *name) {
  return LLVMAppendBasicBlockInContext(b->emit.context, b->kernel->flow->function, name);
}

LLVMValueRef tw_buffer_cell(tw_buffer *b, LLVMTypeRef type) {
  if (!tweed_arena_grow(b->arena, (void **)&b->cells, &b->room, b->ncells + 1, sizeof *b->cells)) {
    b->failed = true;
    return NULL;
  }
  LLVMBasicBlockRef here = LLVMGetInsertBlock(b->emit.builder);
  LLVMPositionBuilderBefore(b->emit.builder, LLVMGetFirstInstruction(b->kernel->flow->blocks[0]));
  LLVMValueRef cell = LLVMBuildAlloca(b->emit.builder, type, "");
  if (here)
    LLVMPositionBuilderAtEnd(b->emit.builder, here);
  return b->cells[b->ncells++] = cell;
}

/* Code that is of no instruction of the kernel is that of the loop's first barrier. */
static void take_location(const tw_buffer *b, const tw_buffer_loop *l) {
  LLVMValueRef barrier = b->kernel->flow->insts[l->tile->barriers[0]];
  LLVMSetCurrentDebugLocation2(b->emit.builder, LLVMInstructionGetDebugLoc(barrier));
}

static void go_to(const tw_buffer *b, LLVMBasicBlockRef block) {
  LLVMBuildBr(b->emit.builder, block);
  LLVMPositionBuilderAtEnd(b->emit.builder, block);
}

/* The value of a counter in the iteration that is depth - 1 ahead of the loop's. */
static LLVMValueRef counted(const tw_buffer *b, const tw_buffer_loop *l, LLVMValueRef phi) {
  LLVMValueRef step = tw_buffer_step(b, l, phi);
  LLVMValueRef way = LLVMConstMul(step, LLVMConstInt(LLVMTypeOf(step), (unsigned long long)l->depth - 1, false));
  if (LLVMGetTypeKind(LLVMTypeOf(phi)) != LLVMPointerTypeKind)
    return LLVMBuildAdd(b->emit.builder, phi, way, "");
  LLVMTypeRef type = LLVMGetGEPSourceElementType(tw_buffer_next(b, l, phi));
  return LLVMBuildGEP2(b->emit.builder, type, phi, &way, 1, "");
}

/* The state, by instruction; for one region of code, which adds values of its own. In the loop, what is only counted is
 * taken from the loop's own counters, to save registers. NULL: out of memory. */
static LLVMValueRef *current(const tw_buffer *b, const tw_buffer_loop *l, bool inside) {
  const tw_flow *f = b->kernel->flow;
  LLVMValueRef *values = tweed_arena_array(b->arena, (size_t)f->ninsts, sizeof *values);
  for (int32_t i = 0; values && i < f->ninsts; i++)
    if (l->state[i] && inside && tw_buffer_step(b, l, f->insts[i]))
      values[i] = counted(b, l, f->insts[i]);
    else if (l->state[i])
      values[i] = LLVMBuildLoad2(b->emit.builder, LLVMTypeOf(f->insts[i]), l->state_cells[i], "");
  return values;
}

static bool write_channel(tw_buffer *b, tw_buffer_loop *l, int32_t c, LLVMValueRef slot, bool inside) {
  LLVMBasicBlockRef next = tw_buffer_block(b, "tweed.filled"), entry, here = LLVMGetInsertBlock(b->emit.builder);
  tw_buffer_staging staging = {b, l, slot};
  tw_fill fill = {.plan = &l->fills[c],
                  .emit = &b->emit,
                  .values = current(b, l, inside),
                  .slot = slot,
                  .prefix = "tweed.fill",
                  .plain = inside ? tw_buffer_stage : NULL,
                  .user = &staging};
  if (!fill.values || !tw_fill_write(&fill, next, &entry))
    return false;
  LLVMPositionBuilderAtEnd(b->emit.builder, here);
  LLVMBuildBr(b->emit.builder, entry);
  LLVMPositionBuilderAtEnd(b->emit.builder, next);
  take_location(b, l);
  return true;
}

static void store_next(const tw_buffer *b, const tw_buffer_loop *l, tw_copy *c, bool inside) {
  const tw_flow *f = b->kernel->flow;
  LLVMBuilderRef builder = b->emit.builder;
  LLVMValueRef end = f->insts[tw_flow_end(f, l->tile->latch)];
  for (int32_t i = 0; i < f->ninsts; i++)
    if (l->state[i] && !(inside && tw_buffer_step(b, l, f->insts[i])))
      LLVMBuildStore(builder, tw_copy_value(c, tw_buffer_next(b, l, f->insts[i])), l->state_cells[i]);
  LLVMValueRef more = tw_copy_value(c, LLVMGetCondition(end));
  bool goes_on = LLVMGetSuccessor(end, 0) == f->blocks[l->tile->header];
  LLVMBuildStore(builder, goes_on ? more : LLVMBuildNot(builder, more, ""), l->alive);
}

static bool write_step(tw_buffer *b, tw_buffer_loop *l, bool inside) {
  LLVMBasicBlockRef next = tw_buffer_block(b, "tweed.stepped"), entry, here = LLVMGetInsertBlock(b->emit.builder);
  tw_copy c = {.flow = b->kernel->flow,
               .builder = b->emit.builder,
               .within = l->tile->within,
               .live = l->step,
               .values = current(b, l, inside),
               .end = next,
               .prefix = "tweed.step"};
  if (!c.values || !tw_copy_prepare(&c) || !tw_copy_region(&c, l->tile->header, &entry))
    return false;
  LLVMPositionBuilderAtEnd(b->emit.builder, here);
  LLVMBuildBr(b->emit.builder, entry);
  LLVMPositionBuilderAtEnd(b->emit.builder, next);
  take_location(b, l);
  store_next(b, l, &c, inside);
  return true;
}

/* At the builder's place, which is behind it afterwards. inside: in the loop, where plain stores are staged. */
static bool write_iteration(tw_buffer *b, tw_buffer_loop *l, LLVMValueRef slot, bool inside) {
  for (int32_t c = 0; c < l->tile->nchannels; c++)
    if (!write_channel(b, l, c, slot, inside))
      return false;
  return write_step(b, l, inside);
}

static bool write_if_alive(tw_buffer *b, tw_buffer_loop *l, LLVMValueRef slot, bool inside) {
  LLVMBasicBlockRef copies = tw_buffer_block(b, "tweed.copies"), join = tw_buffer_block(b, "tweed.copied");
  LLVMBuilderRef builder = b->emit.builder;
  LLVMValueRef alive = LLVMBuildLoad2(builder, LLVMInt1TypeInContext(b->emit.context), l->alive, "");
  tw_set_weights(LLVMBuildCondBr(builder, alive, copies, join), LIKELY, 1);
  LLVMPositionBuilderAtEnd(builder, copies);
  if (!write_iteration(b, l, slot, inside))
    return false;
  go_to(b, join);
  return true;
}

static void commit(const tw_buffer *b, const tw_buffer_loop *l) {
  if (l->async)
    tw_emit_copy_commit(&b->emit);
}

/* ---- in front of the loop ---- */

static void make_cells(tw_buffer *b, tw_buffer_loop *l) {
  const tw_flow *f = b->kernel->flow;
  LLVMTypeRef i32 = tw_emit_i32(&b->emit), i1 = LLVMInt1TypeInContext(b->emit.context);
  for (int32_t i = 0; i < f->ninsts; i++)
    if (l->state[i])
      l->state_cells[i] = tw_buffer_cell(b, LLVMTypeOf(f->insts[i]));
  l->alive = tw_buffer_cell(b, i1);
  l->read = tw_buffer_cell(b, i32);
  l->write = tw_buffer_cell(b, i32);
}

static void begin(const tw_buffer *b, const tw_buffer_loop *l) {
  const tw_flow *f = b->kernel->flow;
  LLVMBuilderRef builder = b->emit.builder;
  if (l->barrier_before)
    tw_emit_block_barrier(&b->emit);
  for (int32_t i = 0; i < f->ninsts; i++)
    if (l->state[i])
      LLVMBuildStore(builder, tw_buffer_first(b, l, f->insts[i]), l->state_cells[i]);
  LLVMBuildStore(builder, LLVMConstInt(LLVMInt1TypeInContext(b->emit.context), 1, false), l->alive);
  LLVMBuildStore(builder, tw_emit_u32(&b->emit, 0), l->read);
  LLVMBuildStore(builder, tw_emit_u32(&b->emit, 0), l->write);
}

/* Iterations 1 … depth - 2, if they exist: a loop. The first one always does: loops are entered at their header. */
static bool write_others(tw_buffer *b, tw_buffer_loop *l) {
  LLVMBuilderRef builder = b->emit.builder;
  uint32_t slot = (uint32_t)l->slot, end = slot * (uint32_t)(l->depth - 1);
  LLVMBasicBlockRef body = tw_buffer_block(b, "tweed.prologue"), done = tw_buffer_block(b, "tweed.begun");
  LLVMBuildStore(builder, tw_emit_u32(&b->emit, slot), l->write);
  go_to(b, body);
  LLVMValueRef write = LLVMBuildLoad2(builder, tw_emit_i32(&b->emit), l->write, "");
  if (!write_if_alive(b, l, write, false))
    return false;
  commit(b, l);
  LLVMValueRef next = LLVMBuildAdd(builder, write, tw_emit_u32(&b->emit, slot), "");
  LLVMBuildStore(builder, next, l->write);
  if (l->depth == 3) {
    LLVMBuildBr(builder, done);
  } else {
    LLVMValueRef more = LLVMBuildICmp(builder, LLVMIntNE, next, tw_emit_u32(&b->emit, end), "");
    tw_mark_loop(LLVMBuildCondBr(builder, more, body, done), NULL);
  }
  LLVMPositionBuilderAtEnd(builder, done);
  return true;
}

static bool write_before(tw_buffer *b, tw_buffer_loop *l) {
  l->before = tw_buffer_block(b, "tweed.before");
  LLVMPositionBuilderAtEnd(b->emit.builder, l->before);
  take_location(b, l);
  begin(b, l);
  if (!write_iteration(b, l, tw_emit_u32(&b->emit, 0), false))
    return false;
  commit(b, l);
  if (l->depth > 2 && !write_others(b, l))
    return false;
  l->before_end = LLVMGetInsertBlock(b->emit.builder);
  return true;
}

/* ---- in the loop ---- */

LLVMValueRef tw_buffer_written(const tw_buffer *b, const tw_buffer_loop *l) {
  LLVMBuilderRef builder = b->emit.builder;
  LLVMValueRef read = LLVMBuildLoad2(builder, tw_emit_i32(&b->emit), l->read, "");
  LLVMValueRef first = LLVMBuildICmp(builder, LLVMIntEQ, read, tw_emit_u32(&b->emit, 0), "");
  LLVMValueRef last = tw_emit_u32(&b->emit, (uint32_t)l->slot * (uint32_t)(l->depth - 1));
  LLVMValueRef before = LLVMBuildSub(builder, read, tw_emit_u32(&b->emit, (uint32_t)l->slot), "");
  return LLVMBuildSelect(builder, first, last, before, "");
}

static bool write_behind_barrier(tw_buffer *b, tw_buffer_loop *l) {
  l->ahead = tw_buffer_block(b, "tweed.ahead");
  LLVMPositionBuilderAtEnd(b->emit.builder, l->ahead);
  take_location(b, l);
  LLVMValueRef slot = tw_buffer_written(b, l);
  tw_buffer_clear_stages(b, l);
  if (!write_if_alive(b, l, slot, true))
    return false;
  commit(b, l);
  l->ahead_joined = LLVMGetInsertBlock(b->emit.builder);
  return true;
}

bool tw_buffer_write_ahead(tw_buffer *b, tw_buffer_loop *l) {
  make_cells(b, l);
  return tw_buffer_make_stages(b, l) && !b->failed && write_before(b, l) && write_behind_barrier(b, l);
}
