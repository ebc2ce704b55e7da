/* specialize_bulk.c: rows of a tile by bulk copies (sm_90), where the copies of neighbouring threads leave no gaps. */
#include "llvm/nvptx/special.h"

enum { WIDEST = 32, NARROWEST = 4, CHUNK = 16, BULK_SM = 90, BULK_PTX = 80 };

/* ---- what can be done ---- */

static bool straight(const tw_flow *f, const tw_fill_plan *p) {
  for (int32_t i = 0; i < f->ninsts; i++)
    if (p->live[i] && tw_flow_decides(f, i))
      return false;
  return true;
}

static bool suits(const tw_special *s, const tw_fill_plan *p) {
  const tw_kernel *k = s->kernel;
  bool target = k->sm >= BULK_SM && (k->ptx >= BULK_PTX || (k->ptx == 0 && k->arch_specific));
  if (!target || p->nplain > 0 || !straight(k->flow, p))
    return false;
  for (int32_t i = 0; i < p->nstores; i++)
    if (p->bytes[p->stores[i]] != CHUNK || p->guarded[p->stores[i]] >= 0)
      return false;
  return true;
}

static bool fills_rows(tw_contiguous *c, const tw_fill_plan *p, int32_t store) {
  const tw_flow *f = p->kernel->flow;
  return tw_contiguous_check(c, LLVMGetOperand(f->insts[store], 1), CHUNK) &&
         tw_contiguous_check(c, LLVMGetOperand(f->insts[p->load[store]], 0), CHUNK);
}

/* Threads whose copies by this store make a row; 0: not enough of them, -1: out of memory. */
static int32_t width_of(const tw_special *s, const tw_tile *t, const tw_fill_plan *p, int32_t store) {
  for (int32_t width = WIDEST; width >= NARROWEST; width /= 2) {
    tw_contiguous *c = s->kernel->block.threads % width == 0 ? tw_contiguous_new(s->kernel, t, width) : NULL;
    if (!c && s->kernel->block.threads % width == 0)
      return -1;
    if (c && fills_rows(c, p, store))
      return width;
  }
  return 0;
}

static bool plan_rows(tw_special *s, const tw_tile *t, tw_special_channel *c, const int32_t *width, tw_bulk *bulk) {
  const tw_fill_plan *p = &c->fill;
  bool *only = tweed_arena_array(s->arena, (size_t)s->kernel->flow->ninsts, sizeof *only);
  tw_contiguous *rows = tw_contiguous_new(s->kernel, t, bulk->width);
  if (!only || !rows)
    return false;
  for (int32_t i = 0; i < p->nstores; i++)
    if (width[i] == bulk->width) {
      only[p->stores[i]] = true;
      fills_rows(rows, p, p->stores[i]);
    }
  bulk->extensions = tw_contiguous_extensions(rows, &bulk->nextensions);
  return tw_fill_plan_some(s->kernel, t, c->channel, true, only, &bulk->row) &&
         tw_fill_plan_some(s->kernel, t, c->channel, false, only, &bulk->single);
}

bool tw_special_bulk_plan(tw_special *s, const tw_tile *t, tw_special_channel *c) {
  const tw_fill_plan *p = &c->fill;
  int32_t *width = tweed_arena_array(s->arena, (size_t)p->nstores, sizeof *width), n = 0;
  c->bulk = tweed_arena_array(s->arena, (size_t)p->nstores, sizeof *c->bulk);
  if (!width || !c->bulk)
    return false;
  if (!suits(s, p))
    return true;
  for (int32_t i = 0; i < p->nstores; i++) {
    width[i] = width_of(s, t, p, p->stores[i]);
    if (width[i] <= 0)
      return width[i] == 0;
    int32_t g = 0;
    while (g < n && c->bulk[g].width != width[i])
      g++;
    if (g == n)
      c->bulk[n++].width = width[i];
  }
  for (int32_t g = 0; g < n; g++)
    if (!plan_rows(s, t, c, width, &c->bulk[g]))
      return false;
  c->nbulk = n;
  return true;
}

/* ---- writing ---- */

/* An i1: no extension passes the sign within the row. */
static LLVMValueRef has_no_gap(tw_producing *p, const tw_bulk *bulk, LLVMValueRef *values) {
  const tw_special *s = p->s;
  LLVMBuilderRef b = s->emit.builder;
  LLVMValueRef all = LLVMConstInt(LLVMInt1TypeInContext(s->emit.context), 1, false);
  for (int32_t i = 0; i < bulk->nextensions; i++) {
    int32_t n = tw_flow_inst(s->kernel->flow, bulk->extensions[i].value);
    LLVMValueRef first = values[n] ? values[n] : p->skeleton->values[n];
    LLVMTypeRef type = LLVMTypeOf(first);
    LLVMValueRef most = LLVMConstInt(type, (unsigned long long)bulk->extensions[i].most, false);
    LLVMValueRef both = LLVMBuildXor(b, first, LLVMBuildAdd(b, first, most, ""), "");
    all = LLVMBuildAnd(b, all, LLVMBuildICmp(b, LLVMIntSGE, both, LLVMConstNull(type), ""), "");
  }
  return all;
}

/* for (other = thread; other < thread + width; other++) its own copies. */
static void write_single(tw_producing *p, const tw_special_loop *l, const tw_bulk *bulk, LLVMValueRef thread,
                         LLVMValueRef slot) {
  tw_special *s = p->s;
  LLVMBuilderRef b = s->emit.builder;
  LLVMBasicBlockRef before = LLVMGetInsertBlock(b), body = tw_special_block(s, "tweed.single");
  LLVMBasicBlockRef done = tw_special_block(s, "tweed.singles");
  LLVMValueRef end = LLVMBuildAdd(b, thread, tw_emit_u32(&s->emit, (uint32_t)bulk->width), "");
  LLVMBuildBr(b, body);
  LLVMPositionBuilderAtEnd(b, body);
  LLVMValueRef other = LLVMBuildPhi(b, tw_emit_i32(&s->emit), "");
  tw_special_copies_of(p, l, &bulk->single, other, slot, NULL, NULL);
  if (p->failed)
    return;
  LLVMValueRef next = LLVMBuildAdd(b, other, tw_emit_u32(&s->emit, 1), "");
  LLVMBasicBlockRef last = LLVMGetInsertBlock(b);
  LLVMBuildCondBr(b, LLVMBuildICmp(b, LLVMIntULT, next, end, ""), body, done);
  LLVMAddIncoming(other, &thread, &before, 1);
  LLVMAddIncoming(other, &next, &last, 1);
  LLVMPositionBuilderAtEnd(b, done);
}

static void write_row(tw_producing *p, const tw_bulk *bulk, const tw_fill_pair *pairs, LLVMValueRef full) {
  const tw_emit *e = &p->s->emit;
  uint32_t bytes = (uint32_t)bulk->width * CHUNK;
  tw_emit_mbarrier_expect(e, full, tw_emit_u32(e, bytes * (uint32_t)bulk->row.nstores));
  for (int32_t i = 0; i < bulk->row.nstores; i++) {
    const tw_fill_pair *pair = &pairs[bulk->row.stores[i]];
    tw_emit_bulk_copy(e, pair->to, pair->from, tw_emit_u32(e, bytes), full);
  }
}

static void write_rows_of(tw_producing *p, const tw_special_loop *l, const tw_bulk *bulk, LLVMValueRef thread,
                          LLVMValueRef slot, LLVMValueRef full) {
  tw_special *s = p->s;
  LLVMBuilderRef b = s->emit.builder;
  LLVMValueRef *values = NULL;
  tw_fill_pair *pairs = tweed_arena_array(s->arena, (size_t)s->kernel->flow->ninsts, sizeof *pairs);
  p->failed |= !pairs;
  if (!p->failed)
    tw_special_copies_of(p, l, &bulk->row, thread, slot, pairs, &values);
  if (p->failed)
    return;
  if (bulk->nextensions == 0) {
    write_row(p, bulk, pairs, full);
    return;
  }
  LLVMBasicBlockRef row = tw_special_block(s, "tweed.row"), gap = tw_special_block(s, "tweed.gap");
  LLVMBasicBlockRef done = tw_special_block(s, "tweed.rowdone");
  LLVMBuildCondBr(b, has_no_gap(p, bulk, values), row, gap);
  LLVMPositionBuilderAtEnd(b, row);
  write_row(p, bulk, pairs, full);
  LLVMBuildBr(b, done);
  LLVMPositionBuilderAtEnd(b, gap);
  write_single(p, l, bulk, thread, slot);
  if (p->failed)
    return;
  LLVMBuildBr(b, done);
  LLVMPositionBuilderAtEnd(b, done);
}

/* for (thread = mine * width; thread < threads; thread += producers * width) a row that begins with that thread. */
static void write_rows(tw_producing *p, const tw_special_loop *l, const tw_bulk *bulk, LLVMValueRef slot,
                       LLVMValueRef full) {
  tw_special *s = p->s;
  LLVMBuilderRef b = s->emit.builder;
  LLVMBasicBlockRef before = LLVMGetInsertBlock(b), head = tw_special_block(s, "tweed.rows");
  LLVMBasicBlockRef body = tw_special_block(s, "tweed.rowbegin"), done = tw_special_block(s, "tweed.rowsdone");
  LLVMValueRef threads = tw_emit_u32(&s->emit, s->contract.threads),
               width = tw_emit_u32(&s->emit, (uint32_t)bulk->width);
  LLVMValueRef mine = LLVMBuildMul(b, LLVMBuildSub(b, s->thread, threads, ""), width, "");
  LLVMBuildBr(b, head);
  LLVMPositionBuilderAtEnd(b, head);
  LLVMValueRef thread = LLVMBuildPhi(b, tw_emit_i32(&s->emit), "");
  LLVMBuildCondBr(b, LLVMBuildICmp(b, LLVMIntULT, thread, threads, ""), body, done);
  LLVMPositionBuilderAtEnd(b, body);
  write_rows_of(p, l, bulk, thread, slot, full);
  if (p->failed)
    return;
  LLVMValueRef step = tw_emit_u32(&s->emit, (uint32_t)(s->producers * bulk->width));
  LLVMValueRef further = LLVMBuildAdd(b, thread, step, "");
  LLVMBasicBlockRef last = LLVMGetInsertBlock(b);
  LLVMBuildBr(b, head);
  LLVMAddIncoming(thread, &mine, &before, 1);
  LLVMAddIncoming(thread, &further, &last, 1);
  LLVMPositionBuilderAtEnd(b, done);
}

void tw_special_bulk_write(tw_producing *p, const tw_special_loop *l, const tw_special_channel *c, LLVMValueRef slot,
                           LLVMValueRef full) {
  for (int32_t g = 0; g < c->nbulk && !p->failed; g++)
    write_rows(p, l, &c->bulk[g], slot, full);
}
