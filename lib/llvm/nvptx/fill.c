/* fill.c: writes the copies of an iteration. */
#include "llvm/nvptx/fill.h"
#include <string.h>

enum { CONSTANT_SPACE = 4 };

/* ---- which stores become asynchronous ---- */

static bool is_zero(LLVMValueRef v) {
  return LLVMIsConstant(v) && LLVMIsNull(v);
}

/* The load of global memory that is all there is to a value; NULL: there is more. Of a phi of a load and zeroes, too,
 * and then *phi is its number. */
static LLVMValueRef copied_load(const tw_flow *f, LLVMValueRef value, int32_t *phi) {
  *phi = -1;
  if (LLVMIsALoadInst(value))
    return value;
  if (!LLVMIsAPHINode(value))
    return NULL;
  LLVMValueRef load = NULL;
  for (unsigned k = 0; k < LLVMCountIncoming(value); k++) {
    LLVMValueRef v = LLVMGetIncomingValue(value, k);
    if (is_zero(v))
      continue;
    if (!LLVMIsALoadInst(v) || (load && load != v))
      return NULL;
    load = v;
  }
  *phi = tw_flow_inst(f, value);
  return load;
}

/* Of what an earlier iteration has loaded, there is no address any more. */
static bool carried(const tw_fill_plan *p, int32_t phi) {
  return phi >= 0 && p->kernel->flow->block_of[phi] == p->tile->header;
}

/* cp.async reads no constant memory. */
static bool is_constant_memory(LLVMValueRef object) {
  return object && LLVMIsAGlobalVariable(object) && LLVMGetPointerAddressSpace(LLVMTypeOf(object)) == CONSTANT_SPACE;
}

static bool wide_enough(const tw_site *s, uint64_t bytes) {
  return s && s->touch.bytes == bytes && s->touch.align >= bytes;
}

static void judge_store(tw_fill_plan *p, int32_t store) {
  const tw_flow *f = p->kernel->flow;
  int32_t phi, load;
  LLVMValueRef value = copied_load(f, LLVMGetOperand(f->insts[store], 0), &phi);
  load = value ? tw_flow_inst(f, value) : -1;
  const tw_site *from = load >= 0 ? tw_kernel_site(p->kernel, load) : NULL, *to = tw_kernel_site(p->kernel, store);
  if (!from || !to || !p->tile->within[f->block_of[load]] || from->touch.origin.space != TW_SPACE_GLOBAL ||
      (phi >= 0 && !from->touch.origin.object) || carried(p, phi) || is_constant_memory(from->touch.origin.object))
    return;
  for (uint64_t bytes = 4; bytes <= 16; bytes *= 2)
    if (wide_enough(from, bytes) && wide_enough(to, bytes)) {
      p->bytes[store] = (uint8_t)bytes;
      p->load[store] = load;
      p->guarded[store] = phi;
    }
}

/* An instruction of the slice, other than asynchronous stores, that uses the value. */
static bool used_otherwise(const tw_fill_plan *p, int32_t inst, bool by_phi) {
  const tw_flow *f = p->kernel->flow;
  for (LLVMUseRef u = LLVMGetFirstUse(f->insts[inst]); u; u = LLVMGetNextUse(u)) {
    int32_t user = tw_flow_inst(f, LLVMGetUser(u));
    if (user < 0 || !p->channel->slice[user])
      continue;
    bool copied = LLVMIsAStoreInst(f->insts[user]) && p->bytes[user];
    if (!copied && !(by_phi && LLVMIsAPHINode(f->insts[user])))
      return true;
  }
  return false;
}

/* A load that is needed as a value stays a load, and so do the stores of it. */
static bool drop_shared_loads(tw_fill_plan *p) {
  for (int32_t s = 0; s < p->nstores; s++) {
    int32_t store = p->stores[s];
    if (!p->bytes[store])
      continue;
    bool guarded = p->guarded[store] >= 0;
    if (used_otherwise(p, p->load[store], guarded) || (guarded && used_otherwise(p, p->guarded[store], false))) {
      p->bytes[store] = 0;
      return true;
    }
  }
  return false;
}

/* A load that is not copied since asynchronous stores take its place. */
static bool replaced(const tw_fill_plan *p, int32_t inst) {
  for (int32_t s = 0; s < p->nstores; s++) {
    int32_t store = p->stores[s];
    if (p->bytes[store] && p->load[store] == inst)
      return true;
  }
  return false;
}

static bool stop(void *user, int32_t inst) {
  const tw_fill_plan *p = user;
  return replaced(p, inst) || inst == tw_flow_end(p->kernel->flow, p->tile->latch) ||
         (p->kernel->flow->block_of[inst] == p->tile->header && LLVMIsAPHINode(p->kernel->flow->insts[inst]));
}

static void live_operand(tw_fill_plan *p, int32_t inst, unsigned operand) {
  int32_t n = tw_flow_inst(p->kernel->flow, LLVMGetOperand(p->kernel->flow->insts[inst], operand));
  if (n >= 0 && p->tile->within[p->kernel->flow->block_of[n]] && !stop(p, n))
    p->live[n] = true;
}

static bool find_live(tw_fill_plan *p) {
  for (int32_t s = 0; s < p->nstores; s++) {
    int32_t store = p->stores[s];
    p->live[store] = true;
    if (p->bytes[store])
      live_operand(p, p->load[store], 0);
    p->nasync += p->bytes[store] != 0;
    p->nplain += p->bytes[store] == 0;
  }
  return tw_flow_slice(p->kernel->flow, p->tile->within, stop, p, p->live);
}

bool tw_fill_plan_some(const tw_kernel *k, const tw_tile *t, const tw_channel *c, bool async, const bool *only,
                       tw_fill_plan *out) {
  size_t n = (size_t)k->flow->ninsts;
  *out = (tw_fill_plan){.kernel = k, .tile = t, .channel = c};
  out->bytes = tweed_arena_array(k->arena, n, sizeof *out->bytes);
  out->load = tweed_arena_array(k->arena, n, sizeof *out->load);
  out->guarded = tweed_arena_array(k->arena, n, sizeof *out->guarded);
  out->live = tweed_arena_array(k->arena, n, sizeof *out->live);
  out->stores = tweed_arena_array(k->arena, (size_t)c->nstores + 1, sizeof *out->stores);
  if (!out->bytes || !out->load || !out->guarded || !out->live || !out->stores)
    return false;
  for (int32_t s = 0; s < c->nstores; s++)
    if (!only || only[c->stores[s]])
      out->stores[out->nstores++] = c->stores[s];
  for (int32_t s = 0; async && s < out->nstores; s++)
    judge_store(out, out->stores[s]);
  while (drop_shared_loads(out))
    ;
  return find_live(out);
}

bool tw_fill_plan_make(const tw_kernel *k, const tw_tile *t, const tw_channel *c, bool async, tw_fill_plan *out) {
  return tw_fill_plan_some(k, t, c, async, NULL, out);
}

static bool use_operands(const tw_fill_plan *p, LLVMValueRef v, unsigned from, tw_fill_use use, void *user) {
  for (unsigned k = from; k < (unsigned)LLVMGetNumOperands(v); k++) {
    int32_t n = tw_flow_inst(p->kernel->flow, LLVMGetOperand(v, k));
    if (n >= 0 && !p->live[n] && !replaced(p, n) && !use(user, n))
      return false;
  }
  return true;
}

bool tw_fill_inputs(const tw_fill_plan *p, tw_fill_use use, void *user) {
  const tw_flow *f = p->kernel->flow;
  for (int32_t i = 0; i < f->ninsts; i++) {
    if (!p->live[i])
      continue;
    if (!use_operands(p, f->insts[i], p->bytes[i] ? 1 : 0, use, user) ||
        (p->bytes[i] && !use_operands(p, f->insts[p->load[i]], 0, use, user)))
      return false;
  }
  return true;
}

/* ---- writing ---- */

/* Two phis in place of that of a guarded value. */
typedef struct guard {
  LLVMValueRef from, size;
} guard;

typedef struct writing {
  const tw_fill *fill;
  guard *guards; /* by number of the phi */
} writing;

static LLVMTypeRef pointer_of(const tw_fill_plan *p, int32_t load) {
  return LLVMTypeOf(LLVMGetOperand(p->kernel->flow->insts[load], 0));
}

/* The asynchronous store that a phi guards, or -1. */
static int32_t guarded_store(const tw_fill_plan *p, int32_t phi) {
  for (int32_t s = 0; s < p->nstores; s++) {
    int32_t store = p->stores[s];
    if (p->bytes[store] && p->guarded[store] == phi)
      return store;
  }
  return -1;
}

static void write_async(tw_copy *c, const writing *w, int32_t store, LLVMValueRef to) {
  const tw_fill_plan *p = w->fill->plan;
  if (p->guarded[store] >= 0) {
    const guard *g = &w->guards[p->guarded[store]];
    tw_emit_copy(w->fill->emit, to, g->from, p->bytes[store], g->size);
    return;
  }
  LLVMValueRef from = tw_copy_value(c, LLVMGetOperand(c->flow->insts[p->load[store]], 0));
  if (w->fill->pairs)
    w->fill->pairs[store] = (tw_fill_pair){to, from};
  else
    tw_emit_copy(w->fill->emit, to, from, p->bytes[store], NULL);
}

static void write_store(tw_copy *c, const writing *w, int32_t store) {
  LLVMValueRef original = c->flow->insts[store];
  if (!w->fill->plan->bytes[store] && w->fill->plain) {
    w->fill->plain(w->fill->user, c, store);
    return;
  }
  LLVMValueRef to = tw_emit_offset(w->fill->emit, tw_copy_value(c, LLVMGetOperand(original, 1)), w->fill->slot);
  if (w->fill->plan->bytes[store]) {
    write_async(c, w, store, to);
    return;
  }
  LLVMValueRef operands[2] = {tw_copy_value(c, LLVMGetOperand(original, 0)), to};
  tw_copy_with(c->builder, original, operands, 2);
}

static bool is_store_of(const tw_fill_plan *p, int32_t inst) {
  for (int32_t s = 0; s < p->nstores; s++)
    if (p->stores[s] == inst)
      return true;
  return false;
}

static bool replace(tw_copy *c, int32_t inst, LLVMValueRef *value) {
  writing *w = c->user;
  const tw_fill_plan *p = w->fill->plan;
  LLVMValueRef original = c->flow->insts[inst];
  if (LLVMIsAPHINode(original)) {
    int32_t store = guarded_store(p, inst);
    if (store < 0)
      return false;
    w->guards[inst].from = LLVMBuildPhi(c->builder, pointer_of(p, p->load[store]), "");
    w->guards[inst].size = LLVMBuildPhi(c->builder, tw_emit_i32(w->fill->emit), "");
    *value = w->guards[inst].size;
    return true;
  }
  if (is_store_of(p, inst)) {
    write_store(c, w, inst);
    *value = LLVMGetUndef(tw_emit_i32(w->fill->emit)); /* nobody asks for it */
    return true;
  }
  const tw_fill *f = w->fill;
  *value = f->block ? tw_block_register(f->block, f->emit, original, f->thread) : NULL;
  return *value != NULL;
}

/* Nothing is read where the size is 0, but the address has to be one. */
static LLVMValueRef harmless(const tw_fill_plan *p, int32_t store, LLVMTypeRef type) {
  LLVMValueRef object = tw_kernel_site(p->kernel, p->load[store])->touch.origin.object;
  return LLVMTypeOf(object) == type ? object : LLVMConstNull(type);
}

static void fill_guard(tw_copy *c, const writing *w, int32_t phi) {
  const tw_fill_plan *p = w->fill->plan;
  int32_t store = guarded_store(p, phi);
  LLVMValueRef original = c->flow->insts[phi], load = c->flow->insts[p->load[store]];
  LLVMTypeRef type = pointer_of(p, p->load[store]);
  for (unsigned k = 0; k < LLVMCountIncoming(original); k++) {
    int32_t from = tw_flow_block(c->flow, LLVMGetIncomingBlock(original, k));
    if (from < 0 || !c->blocks[from])
      continue;
    bool loaded = LLVMGetIncomingValue(original, k) == load;
    LLVMValueRef address = loaded ? tw_copy_value(c, LLVMGetOperand(load, 0)) : harmless(p, store, type);
    LLVMValueRef size = tw_emit_u32(w->fill->emit, loaded ? p->bytes[store] : 0);
    LLVMAddIncoming(w->guards[phi].from, &address, &c->ends[from], 1);
    LLVMAddIncoming(w->guards[phi].size, &size, &c->ends[from], 1);
  }
}

bool tw_fill_write(const tw_fill *f, LLVMBasicBlockRef end, LLVMBasicBlockRef *entry) {
  tw_flow *flow = f->plan->kernel->flow;
  writing w = {.fill = f};
  w.guards = tweed_arena_array(flow->arena, (size_t)flow->ninsts, sizeof *w.guards);
  tw_copy c = {.flow = flow,
               .builder = f->emit->builder,
               .within = f->plan->tile->within,
               .live = f->plan->live,
               .values = f->values,
               .end = end,
               .replace = replace,
               .prefix = f->prefix,
               .user = &w};
  if (!w.guards || !tw_copy_prepare(&c) || !tw_copy_region(&c, f->plan->tile->header, entry))
    return false;
  for (int32_t i = 0; i < flow->ninsts; i++)
    if (w.guards[i].size)
      fill_guard(&c, &w, i);
  return true;
}
