/* expand.c: writes guard, prologue, kernel and epilogue of a pipelined loop.
 *
 *   guard ---(too few iterations, or memory that overlaps)---> rest
 *     |                                                          ^  \
 *   prologue -> kernel (unrolled) -> epilogue --(iterations left)'   original loop -> exit
 *                                        `--(none left)-------------------------------^
 *
 * A step is the time of II cycles in which one iteration starts. The prologue is steps 0 .. stages-2; the kernel runs
 * `unroll` steps a trip; the epilogue is the stages-1 steps in which no iteration starts. An iteration is named by its
 * number in the prologue, and relative to T0, the iteration that starts in the first step of the current (after the
 * loop: last) trip, elsewhere. In the first trip T0 = stages - 1.
 *
 * A value of an iteration is found, not carried: an instance that this trip has computed is used directly, an older one
 * through a phi of the kernel made for it on demand, an affine value is computed from the induction variable. */
#include "llvm/expand.h"
#include <llvm-c/DebugInfo.h>
#include <string.h>

typedef enum region { PROLOGUE, KERNEL, EPILOGUE } region;

/* A kernel phi that stands for the value of `ref` in iteration T0 + iteration. */
typedef struct carried {
  tw_ref ref;
  int32_t iteration;
  LLVMValueRef phi;
} carried;

/* A computed affine op of one iteration in one region. */
typedef struct computed {
  int32_t index; /* op, or phi if is_phi */
  bool is_phi;
  region where;
  int32_t iteration;
  LLVMValueRef value;
} computed;

/* Bytes that a group touches. */
typedef struct range {
  LLVMValueRef low, high, ok;
} range;

typedef struct expander {
  tw_body *body;
  const tw_plan *plan;
  tweed_arena *arena;
  LLVMContextRef context;
  LLVMBuilderRef builders[3]; /* one for each region, always at the end of its block */
  LLVMBasicBlockRef blocks[3], guard, rest, exit;
  LLVMValueRef *first;     /* [op * stages + iteration], prologue */
  LLVMValueRef *steady;    /* [op * (unroll + stages) + step relative to T0], kernel and epilogue */
  LLVMValueRef *induction; /* kernel phi of each affine phi, or NULL */
  LLVMValueRef slot, backedges, counter;
  carried *carried;
  size_t ncarried; /* room for all there can be is made before the first change */
  computed *computed;
  size_t ncomputed, cap_computed;
  range *ranges;        /* of groups */
  LLVMValueRef *resume; /* value of each header phi for the rest */
} expander;

static LLVMValueRef value_of(expander *x, tw_ref ref, region where, int32_t iteration);

int64_t tw_expand_min_trips(const tw_plan *plan) {
  return (int64_t)plan->stages - 1 + plan->unroll;
}

static LLVMValueRef *steady_at(const expander *x, int32_t op, int32_t step) {
  return &x->steady[(size_t)op * (size_t)(x->plan->unroll + x->plan->stages) + (size_t)step];
}

static LLVMValueRef *first_at(const expander *x, int32_t op, int32_t iteration) {
  return &x->first[(size_t)op * (size_t)x->plan->stages + (size_t)iteration];
}

/* ---- affine values ---- */

/* Where the value is remembered; NULL out of memory: then it is computed once more. */
static LLVMValueRef *find_computed(expander *x, int32_t index, bool is_phi, region where, int32_t iteration) {
  for (size_t i = x->ncomputed; i-- > 0;) {
    computed *c = &x->computed[i];
    if (c->index == index && c->is_phi == is_phi && c->where == where && c->iteration == iteration)
      return &c->value;
  }
  if (!tweed_arena_grow(x->arena, (void **)&x->computed, &x->cap_computed, x->ncomputed + 1, sizeof(computed)))
    return NULL;
  x->computed[x->ncomputed] = (computed){index, is_phi, where, iteration, NULL};
  return &x->computed[x->ncomputed++].value;
}

/* The product is a number of so many bits, with its sign. */
static bool exact_product(int64_t count, int64_t step, unsigned bits) {
  int64_t limit = bits >= 63 ? INT64_C(1) << 62 : INT64_C(1) << (bits - 1);
  int64_t most = limit / (count < 0 ? -count : count);
  return step < most && step > -most;
}

/* count * step of a step that is not constant: where every block of the pipelined loop finds it. */
static LLVMValueRef multiple_of_step(expander *x, const tw_phi *phi, int64_t count) {
  LLVMValueRef factor = LLVMConstInt(LLVMTypeOf(phi->step_value), (uint64_t)(phi->negative ? -count : count), true);
  return LLVMBuildMul(x->builders[PROLOGUE], phi->step_value, factor, "");
}

/* from + count * step of an affine phi. */
static LLVMValueRef advance(expander *x, const tw_phi *phi, LLVMBuilderRef builder, LLVMValueRef from, int64_t count) {
  if (count == 0)
    return from;
  LLVMTypeRef type = LLVMTypeOf(from);
  uint64_t bytes = (uint64_t)count * (uint64_t)phi->step; /* modulo 2^64, as the induction variable itself */
  if (LLVMGetTypeKind(type) == LLVMPointerTypeKind) {
    LLVMValueRef index = LLVMConstInt(LLVMInt64TypeInContext(x->context), bytes, true);
    return LLVMBuildGEP2(builder, LLVMInt8TypeInContext(x->context), from, &index, 1, "");
  }
  if (phi->step_value)
    return LLVMBuildAdd(builder, from, multiple_of_step(x, phi, count), "");
  LLVMValueRef sum = LLVMBuildAdd(builder, from, LLVMConstInt(type, bytes, true), "");
  if (!LLVMIsAInstruction(sum))
    return sum;
  /* The sum is the exact value of the variable in an iteration that runs (or the one behind the last): no new overflow,
   * as long as what is added is exact too. */
  if (phi->nsw && exact_product(count, phi->step, LLVMGetIntTypeWidth(type)))
    LLVMSetNSW(sum, true);
  if (phi->nuw && count > 0 && phi->step > 0 && exact_product(count, phi->step, LLVMGetIntTypeWidth(type)))
    LLVMSetNUW(sum, true);
  return sum;
}

static LLVMValueRef induction_phi(expander *x, int32_t h) {
  if (!x->induction[h]) {
    LLVMBuilderRef b = LLVMCreateBuilderInContext(x->context);
    LLVMValueRef head = LLVMGetFirstInstruction(x->blocks[KERNEL]);
    if (head)
      LLVMPositionBuilderBefore(b, head);
    else
      LLVMPositionBuilderAtEnd(b, x->blocks[KERNEL]);
    x->induction[h] = LLVMBuildPhi(b, LLVMTypeOf(x->body->phis[h].phi), "tweed.iv");
    LLVMDisposeBuilder(b);
  }
  return x->induction[h];
}

static LLVMValueRef affine_phi(expander *x, int32_t h, region where, int32_t iteration) {
  const tw_phi *phi = &x->body->phis[h];
  LLVMValueRef *cached = find_computed(x, h, true, where, iteration);
  if (cached && *cached)
    return *cached;
  LLVMValueRef from = where == PROLOGUE ? phi->init : induction_phi(x, h);
  LLVMValueRef value = advance(x, phi, x->builders[where], from, iteration);
  if (cached)
    *cached = value;
  return value;
}

static LLVMValueRef affine_op(expander *x, int32_t index, region where, int32_t iteration) {
  const tw_op *op = &x->body->ops[index];
  LLVMValueRef *cached = find_computed(x, index, false, where, iteration);
  if (cached && *cached)
    return *cached;
  LLVMValueRef copy = tw_clone(op->inst, op->conditional);
  for (int32_t k = 0; k < op->nrefs; k++)
    LLVMSetOperand(copy, (unsigned)k, value_of(x, op->refs[k], where, iteration));
  LLVMInsertIntoBuilder(x->builders[where], copy);
  cached = find_computed(x, index, false, where, iteration); /* operands may have moved the table */
  if (cached)
    *cached = copy;
  return copy;
}

/* ---- values of other iterations ---- */

static bool same_ref(tw_ref a, tw_ref b) {
  return a.kind == b.kind && a.index == b.index && a.value == b.value;
}

static LLVMTypeRef type_of_ref(const expander *x, tw_ref ref) {
  if (ref.kind == TW_REF_OP)
    return x->body->ops[ref.index].type;
  return LLVMTypeOf(ref.kind == TW_REF_PHI ? x->body->phis[ref.index].phi : ref.value);
}

static LLVMValueRef carry(expander *x, tw_ref ref, int32_t iteration) {
  for (size_t i = 0; i < x->ncarried; i++)
    if (x->carried[i].iteration == iteration && same_ref(x->carried[i].ref, ref))
      return x->carried[i].phi;
  LLVMTypeRef type = type_of_ref(x, ref);
  LLVMBuilderRef b = LLVMCreateBuilderInContext(x->context);
  LLVMValueRef head = LLVMGetFirstInstruction(x->blocks[KERNEL]);
  if (head)
    LLVMPositionBuilderBefore(b, head);
  else
    LLVMPositionBuilderAtEnd(b, x->blocks[KERNEL]);
  LLVMValueRef phi = LLVMBuildPhi(b, type, "tweed.carried");
  LLVMDisposeBuilder(b);
  x->carried[x->ncarried++] = (carried){ref, iteration, phi};
  return phi;
}

/* An op's value in the kernel or behind it. */
static LLVMValueRef steady_value(expander *x, int32_t op, int32_t iteration) {
  int32_t step = iteration + x->plan->stage[op];
  if (step < 0)
    return carry(x, (tw_ref){.kind = TW_REF_OP, .index = op}, iteration);
  return *steady_at(x, op, step);
}

/* A header phi that is not affine, in the kernel or behind it. Its value is what its `next` was an iteration earlier;
 * in the first trip that may lie before the loop, where only the phi itself knows its initial value. */
static LLVMValueRef steady_phi(expander *x, int32_t h, region where, int32_t iteration) {
  tw_ref self = {.kind = TW_REF_PHI, .index = h}, ref = self;
  int32_t depth = 0;
  while (ref.kind == TW_REF_PHI && !x->body->phis[ref.index].affine && depth <= x->body->nphis) {
    ref = x->body->phis[ref.index].next;
    depth++;
  }
  if (depth > x->body->nphis) /* phis that only pass each other around */
    return iteration > 0 ? value_of(x, x->body->phis[h].next, where, iteration - 1) : carry(x, self, iteration);
  bool before_loop = x->plan->stages - 1 + iteration < depth;
  int32_t step = ref.kind == TW_REF_OP ? iteration - depth + x->plan->stage[ref.index] : -1;
  if (ref.kind == TW_REF_OP && !x->body->ops[ref.index].affine && step >= 0)
    return *steady_at(x, ref.index, step);
  return before_loop ? carry(x, self, iteration) : value_of(x, ref, where, iteration - depth);
}

static LLVMValueRef value_of(expander *x, tw_ref ref, region where, int32_t iteration) {
  switch (ref.kind) {
  case TW_REF_VALUE:
    return ref.value;
  case TW_REF_SLOT:
    return x->slot;
  case TW_REF_OP:
    if (x->body->ops[ref.index].affine)
      return affine_op(x, ref.index, where, iteration);
    return where == PROLOGUE ? *first_at(x, ref.index, iteration) : steady_value(x, ref.index, iteration);
  case TW_REF_PHI:
    break;
  }
  const tw_phi *phi = &x->body->phis[ref.index];
  if (phi->affine)
    return affine_phi(x, ref.index, where, iteration);
  if (where != PROLOGUE)
    return steady_phi(x, ref.index, where, iteration);
  return iteration == 0 ? phi->init : value_of(x, phi->next, PROLOGUE, iteration - 1);
}

/* ---- emission ---- */

typedef struct debug_place {
  expander *x;
  region where;
  int32_t iteration;
} debug_place;

static LLVMValueRef carried_already(const expander *x, tw_ref ref, int32_t iteration) {
  for (size_t i = 0; i < x->ncarried; i++)
    if (x->carried[i].iteration == iteration && same_ref(x->carried[i].ref, ref))
      return x->carried[i].phi;
  return NULL;
}

static LLVMValueRef computed_already(const debug_place *p, tw_ref ref) {
  const expander *x = p->x;
  for (size_t i = x->ncomputed; i-- > 0;) {
    const computed *c = &x->computed[i];
    if (c->index == ref.index && c->is_phi == (ref.kind == TW_REF_PHI) && c->where == p->where &&
        c->iteration == p->iteration)
      return c->value;
  }
  return NULL;
}

/* The value for a debug record, only if it is there already: debug info must not change the code. */
static LLVMValueRef debug_value(void *user, LLVMValueRef value) {
  const debug_place *p = user;
  const expander *x = p->x;
  tw_ref ref = tw_body_ref(x->body, value);
  if (ref.kind == TW_REF_VALUE)
    return ref.value;
  if (ref.kind == TW_REF_SLOT)
    return NULL;
  if (ref.kind == TW_REF_PHI ? x->body->phis[ref.index].affine : x->body->ops[ref.index].affine)
    return computed_already(p, ref);
  if (ref.kind == TW_REF_OP && !x->body->ops[ref.index].live)
    return NULL;
  if (ref.kind == TW_REF_OP && p->where == PROLOGUE)
    return *first_at(x, ref.index, p->iteration);
  int32_t step = ref.kind == TW_REF_OP ? p->iteration + x->plan->stage[ref.index] : -1;
  if (step >= 0)
    return *steady_at(x, ref.index, step);
  return p->where == PROLOGUE ? NULL : carried_already(x, ref, p->iteration);
}

static LLVMValueRef emit(expander *x, int32_t index, region where, int32_t iteration) {
  const tw_op *op = &x->body->ops[index];
  LLVMBuilderRef b = x->builders[where];
  LLVMValueRef v[3];
  if (op->kind != TW_OP_INSTRUCTION) {
    for (int32_t k = 0; k < op->nrefs; k++)
      v[k] = value_of(x, op->refs[k], where, iteration);
    LLVMSetCurrentDebugLocation2(b, op->inst ? LLVMInstructionGetDebugLoc(op->inst) : NULL);
    LLVMValueRef made = op->kind == TW_OP_SELECT ? LLVMBuildSelect(b, v[0], v[1], v[2], "")
                        : op->kind == TW_OP_NOT  ? LLVMBuildNot(b, v[0], "")
                                                 : LLVMBuildICmp(b, LLVMIntEQ, v[0], v[1], "");
    LLVMSetCurrentDebugLocation2(b, NULL);
    return made;
  }
  LLVMValueRef copy = tw_clone(op->inst, op->conditional);
  for (int32_t k = 0; k < op->nrefs; k++)
    LLVMSetOperand(copy, (unsigned)k, value_of(x, op->refs[k], where, iteration));
  tw_drop_iteration_scopes(copy);
  LLVMInsertIntoBuilder(b, copy);
  tw_clone_debug(op->inst, copy, debug_value, &(debug_place){x, where, iteration});
  return copy;
}

static void emit_prologue(expander *x) {
  const tw_plan *plan = x->plan;
  for (int32_t step = 0; step < plan->stages - 1; step++)
    for (int32_t k = 0; k < plan->norder; k++) {
      int32_t op = plan->order[k], iteration = step - plan->stage[op];
      if (iteration >= 0)
        *first_at(x, op, iteration) = emit(x, op, PROLOGUE, iteration);
    }
}

static void emit_kernel(expander *x) {
  const tw_plan *plan = x->plan;
  for (int32_t step = 0; step < plan->unroll; step++)
    for (int32_t k = 0; k < plan->norder; k++)
      *steady_at(x, plan->order[k], step) = emit(x, plan->order[k], KERNEL, step - plan->stage[plan->order[k]]);
}

static void emit_epilogue(expander *x) {
  const tw_plan *plan = x->plan;
  for (int32_t step = plan->unroll; step < plan->unroll + plan->stages - 1; step++)
    for (int32_t k = 0; k < plan->norder; k++) {
      int32_t op = plan->order[k], iteration = step - plan->stage[op];
      if (iteration < plan->unroll)
        *steady_at(x, op, step) = emit(x, op, EPILOGUE, iteration);
    }
}

/* ---- guard ---- */

static LLVMValueRef const64(const expander *x, uint64_t n) {
  return LLVMConstInt(LLVMInt64TypeInContext(x->context), n, false);
}

static range group_range(expander *x, LLVMBuilderRef b, LLVMValueRef where, const tw_group *group) {
  const tw_access *leader = &x->body->accesses[group->leader];
  range r;
  tw_expand_range(x->body->bridge, x->body->loop, leader->pointer, (uint64_t)group->high, where, &r.low, &r.high,
                  &r.ok);
  r.low = LLVMBuildAdd(b, r.low, const64(x, (uint64_t)group->low), "");
  r.ok = LLVMBuildAnd(b, r.ok, LLVMBuildICmp(b, LLVMIntULE, r.low, r.high, ""), "");
  return r;
}

/* Different iterations of a group with a step that is not constant touch different bytes. */
static LLVMValueRef step_check(expander *x, LLVMValueRef where, const tw_group *group) {
  return tw_expand_step_check(x->body->bridge, x->body->loop, x->body->accesses[group->leader].pointer,
                              (uint64_t)(group->high - group->low), where);
}

/* True if the pipelined path may run: enough iterations, and all checked groups apart. */
static LLVMValueRef build_guard(expander *x, LLVMBuilderRef b, LLVMValueRef where) {
  const tw_body *body = x->body;
  uint64_t least = (uint64_t)tw_expand_min_trips(x->plan) - 1;
  LLVMValueRef all = LLVMBuildICmp(b, LLVMIntUGE, x->backedges, const64(x, least), "tweed.enough");
  if (!body->nchecks)
    return all;
  range *ranges = x->ranges;
  all = LLVMBuildAnd(b, all, LLVMBuildICmp(b, LLVMIntULT, x->backedges, const64(x, UINT64_C(1) << 40), ""), "");
  for (int32_t i = 0; i < body->nchecks; i++) {
    const tw_check *c = &body->checks[i];
    int32_t both[2] = {c->a, c->b};
    for (int k = 0; k < 2; k++)
      if (!ranges[both[k]].low) {
        ranges[both[k]] = group_range(x, b, where, &body->groups[both[k]]);
        all = LLVMBuildAnd(b, all, ranges[both[k]].ok, "");
      }
    if (c->a == c->b) {
      all = LLVMBuildAnd(b, all, step_check(x, where, &body->groups[c->a]), "tweed.apart");
      continue;
    }
    LLVMValueRef below = LLVMBuildICmp(b, LLVMIntULE, ranges[c->a].high, ranges[c->b].low, "");
    LLVMValueRef above = LLVMBuildICmp(b, LLVMIntULE, ranges[c->b].high, ranges[c->a].low, "");
    all = LLVMBuildAnd(b, all, LLVMBuildOr(b, below, above, ""), "tweed.apart");
  }
  return all;
}

static void build_slot(expander *x) {
  if (!x->body->needs_slot)
    return;
  LLVMBasicBlockRef entry = LLVMGetEntryBasicBlock(tw_function(x->body->bridge));
  LLVMBuilderRef b = LLVMCreateBuilderInContext(x->context);
  LLVMPositionBuilderBefore(b, LLVMGetFirstInstruction(entry));
  LLVMTypeRef bytes = LLVMArrayType2(LLVMInt8TypeInContext(x->context), x->body->slot_size);
  x->slot = LLVMBuildAlloca(b, bytes, "tweed.slot");
  LLVMSetAlignment(x->slot, 64);
  LLVMDisposeBuilder(b);
}

/* ---- blocks ---- */

static bool allocate(expander *x) {
  size_t n = (size_t)x->body->nops + 1, stages = (size_t)x->plan->stages, steps = stages + (size_t)x->plan->unroll;
  x->first = tweed_arena_array(x->arena, n * stages, sizeof(LLVMValueRef));
  x->steady = tweed_arena_array(x->arena, n * steps, sizeof(LLVMValueRef));
  x->induction = tweed_arena_array(x->arena, (size_t)x->body->nphis + 1, sizeof(LLVMValueRef));
  /* An op is carried for the iterations that stages and phis reach back to; a phi also into the next trip. */
  size_t refs = n + (size_t)x->body->nphis, reach = steps + (size_t)x->body->nphis + 1;
  x->carried = tweed_arena_array(x->arena, refs * reach, sizeof(carried));
  x->ranges = tweed_arena_array(x->arena, (size_t)x->body->ngroups + 1, sizeof(range));
  x->resume = tweed_arena_array(x->arena, (size_t)x->body->nphis + 1, sizeof(LLVMValueRef));
  return x->first && x->steady && x->induction && x->carried && x->ranges && x->resume;
}

/* Computes what runs before the loop, then splits: guard | rest -> original loop. */
static LLVMValueRef open_guard(expander *x) {
  tw_body *body = x->body;
  x->guard = tw_preheader(body->loop);
  x->exit = tw_exit(body->loop);
  LLVMValueRef end = LLVMGetBasicBlockTerminator(x->guard);
  LLVMBuilderRef b = LLVMCreateBuilderInContext(x->context);
  LLVMPositionBuilderBefore(b, end);
  x->backedges = tw_expand_backedges(body->bridge, body->loop, end);
  LLVMValueRef condition = build_guard(x, b, end);
  LLVMDisposeBuilder(b);
  x->rest = tw_split_before_terminator(body->bridge, x->guard);
  LLVMSetValueName2(LLVMBasicBlockAsValue(x->rest), "tweed.rest", 10);
  return condition;
}

static void make_blocks(expander *x) {
  static const char *const names[3] = {"tweed.prologue", "tweed.kernel", "tweed.epilogue"};
  for (int k = 0; k < 3; k++) {
    x->blocks[k] = LLVMInsertBasicBlockInContext(x->context, x->rest, names[k]);
    x->builders[k] = LLVMCreateBuilderInContext(x->context);
    LLVMPositionBuilderAtEnd(x->builders[k], x->blocks[k]);
  }
}

static void close_guard(expander *x, LLVMValueRef condition) {
  LLVMBuilderRef b = LLVMCreateBuilderInContext(x->context);
  LLVMInstructionEraseFromParent(LLVMGetBasicBlockTerminator(x->guard));
  LLVMPositionBuilderAtEnd(b, x->guard);
  LLVMValueRef branch = LLVMBuildCondBr(b, condition, x->blocks[PROLOGUE], x->rest);
  if (!LLVMIsConstant(condition))
    tw_set_weights(branch, 127, 1);
  LLVMDisposeBuilder(b);
}

/* trips of the kernel = (iterations - (stages - 1)) / unroll; one iteration more than backedges. */
static LLVMValueRef iterations_in_kernel(expander *x) {
  return LLVMBuildSub(x->builders[PROLOGUE], x->backedges, const64(x, (uint64_t)x->plan->stages - 2), "");
}

static void close_prologue(expander *x, LLVMValueRef trips) {
  LLVMBuilderRef b = x->builders[PROLOGUE];
  LLVMBuildBr(b, x->blocks[KERNEL]);
  LLVMAddIncoming(x->counter, &trips, &x->blocks[PROLOGUE], 1);
}

static void add_incoming(expander *x, LLVMValueRef phi, LLVMValueRef before, LLVMValueRef again) {
  LLVMValueRef values[2] = {before, again};
  LLVMAddIncoming(phi, values, x->blocks, 2); /* blocks[PROLOGUE], blocks[KERNEL] */
}

/* Gives every kernel phi its two values; that may create more of them. What they start with is computed in the
 * prologue. */
static void close_carried(expander *x) {
  for (size_t i = 0; i < x->ncarried; i++) {
    carried c = x->carried[i];
    LLVMValueRef before = value_of(x, c.ref, PROLOGUE, x->plan->stages - 1 + c.iteration);
    LLVMValueRef again = value_of(x, c.ref, KERNEL, c.iteration + x->plan->unroll);
    add_incoming(x, c.phi, before, again);
  }
}

static void close_inductions(expander *x) {
  for (int32_t h = 0; h < x->body->nphis; h++) {
    if (!x->induction[h])
      continue;
    const tw_phi *phi = &x->body->phis[h];
    LLVMValueRef before = advance(x, phi, x->builders[PROLOGUE], phi->init, x->plan->stages - 1);
    add_incoming(x, x->induction[h], before, advance(x, phi, x->builders[KERNEL], x->induction[h], x->plan->unroll));
  }
}

static void close_kernel(expander *x) {
  LLVMBuilderRef b = x->builders[KERNEL];
  LLVMValueRef left = LLVMBuildSub(b, x->counter, const64(x, 1), "tweed.left");
  LLVMValueRef more = LLVMBuildICmp(b, LLVMIntNE, left, const64(x, 0), "");
  LLVMAddIncoming(x->counter, &left, &x->blocks[KERNEL], 1);
  LLVMValueRef branch = LLVMBuildCondBr(b, more, x->blocks[KERNEL], x->blocks[EPILOGUE]);
  LLVMValueRef original = LLVMGetBasicBlockTerminator(x->body->latch);
  LLVMInstructionSetDebugLoc(branch, LLVMInstructionGetDebugLoc(original));
  tw_mark_loop(branch, original);
  tw_mark_loop(original, original);
}

/* The original loop goes on where the pipelined one stopped. */
static void connect_rest(expander *x) {
  LLVMBuilderRef b = LLVMCreateBuilderInContext(x->context);
  LLVMBasicBlockRef from[2] = {x->guard, x->blocks[EPILOGUE]};
  LLVMPositionBuilderBefore(b, LLVMGetFirstInstruction(x->rest));
  for (int32_t h = 0; h < x->body->nphis; h++) {
    const tw_phi *phi = &x->body->phis[h];
    LLVMValueRef merged = LLVMBuildPhi(b, LLVMTypeOf(phi->phi), "");
    LLVMValueRef values[2] = {phi->init, x->resume[h]};
    LLVMAddIncoming(merged, values, from, 2);
    for (unsigned k = 0; k < LLVMCountIncoming(phi->phi); k++)
      if (LLVMGetIncomingBlock(phi->phi, k) == x->rest)
        LLVMSetOperand(phi->phi, k, merged);
  }
  LLVMDisposeBuilder(b);
}

static void connect_exit(expander *x) {
  int32_t last = x->plan->unroll - 1;
  for (LLVMValueRef phi = LLVMGetFirstInstruction(x->exit); phi && LLVMIsAPHINode(phi);
       phi = LLVMGetNextInstruction(phi)) {
    LLVMValueRef value = NULL;
    for (unsigned k = 0; k < LLVMCountIncoming(phi) && !value; k++)
      if (LLVMGetIncomingBlock(phi, k) == x->body->latch)
        value = value_of(x, tw_body_ref(x->body, LLVMGetIncomingValue(phi, k)), EPILOGUE, last);
    LLVMAddIncoming(phi, &value, &x->blocks[EPILOGUE], 1);
  }
}

/* Values that the epilogue needs may still create kernel phis, so this comes before close_carried. */
static void close_epilogue(expander *x, LLVMValueRef in_kernel) {
  const tw_plan *plan = x->plan;
  LLVMBuilderRef b = x->builders[EPILOGUE];
  connect_exit(x);
  if (plan->unroll == 1) {
    LLVMBuildBr(b, x->exit);
    return;
  }
  for (int32_t h = 0; h < x->body->nphis; h++)
    x->resume[h] = value_of(x, (tw_ref){.kind = TW_REF_PHI, .index = h}, EPILOGUE, plan->unroll);
  LLVMValueRef left = LLVMBuildURem(b, in_kernel, const64(x, (uint64_t)plan->unroll), "");
  LLVMValueRef none = LLVMBuildICmp(b, LLVMIntEQ, left, const64(x, 0), "");
  LLVMBuildCondBr(b, none, x->exit, x->rest);
  connect_rest(x);
}

/* A loop that was entered from several blocks has got its initial values as phis of a new preheader. */
static void read_initial_values(tw_body *body) {
  for (int32_t h = 0; h < body->nphis; h++)
    for (unsigned k = 0; k < LLVMCountIncoming(body->phis[h].phi); k++)
      if (LLVMGetIncomingBlock(body->phis[h].phi, k) != body->latch)
        body->phis[h].init = LLVMGetIncomingValue(body->phis[h].phi, k);
}

tweed_status tw_expand(tw_body *body, const tw_plan *plan, tweed_error *error) {
  expander x = {.body = body, .plan = plan, .arena = body->arena};
  if (!allocate(&x))
    return tweed_no_memory(error);
  if (!tw_canonicalize(body->bridge, body->loop))
    return tweed_fail(error, TWEED_UNKNOWN, "the loop can't be brought into loop-simplify form");
  read_initial_values(body);
  x.context = LLVMGetTypeContext(LLVMTypeOf(LLVMBasicBlockAsValue(body->header)));
  LLVMValueRef condition = open_guard(&x);
  build_slot(&x);
  make_blocks(&x);
  x.counter = LLVMBuildPhi(x.builders[KERNEL], LLVMInt64TypeInContext(x.context), "tweed.trips");
  LLVMValueRef in_kernel = iterations_in_kernel(&x);
  LLVMValueRef trips = LLVMBuildUDiv(x.builders[PROLOGUE], in_kernel, const64(&x, (uint64_t)plan->unroll), "");
  emit_prologue(&x);
  emit_kernel(&x);
  emit_epilogue(&x);
  close_epilogue(&x, in_kernel);
  close_carried(&x);
  close_inductions(&x);
  close_prologue(&x, trips);
  close_kernel(&x);
  close_guard(&x, condition);
  for (int k = 0; k < 3; k++)
    LLVMDisposeBuilder(x.builders[k]);
  return TWEED_OK;
}
