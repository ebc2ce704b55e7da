/* memory.c: the memory dependences of a body.
 *
 * LLVM 19's own dependence analyses are not sound across iterations, so this file decides from scalar evolution alone:
 * addresses with the same base and the same constant step have exact distances; with the same step that is not
 * constant, none but within an iteration, if a check before the loop finds it large enough; different objects are
 * disjoint; what may overlap but has a computable range is left to a check before the loop; everything else is ordered
 * in both directions. Alias scopes and cross-iteration alias queries are not used; types of accesses are. */
#include "llvm/body.h"

enum { MAX_CHECKS = 24, MAX_DISTANCE = 4096 };
/* A step below this keeps step * iterations from wrapping the address space before every address was touched. */
static const int64_t max_step = INT64_C(1) << 31;
static const uint64_t max_size = UINT64_C(1) << 31;

static bool add_access(tw_body *body, int32_t index) {
  tw_op *op = &body->ops[index];
  tw_effects e = tw_effects_of(body->bridge, op->inst);
  tw_access access = {.op = index, .reads = e.reads, .writes = e.writes, .group = -1};
  LLVMOpcode opcode = LLVMGetInstructionOpcode(op->inst);
  if (opcode == LLVMLoad || opcode == LLVMStore) {
    LLVMTypeRef type = opcode == LLVMLoad ? op->type : LLVMTypeOf(LLVMGetOperand(op->inst, 0));
    access.pointer = LLVMGetOperand(op->inst, opcode == LLVMLoad ? 0 : 1);
    access.size = tw_store_size(body->bridge, type);
    access.affine = tw_affine(body->bridge, body->loop, access.pointer, &access.step);
    if (!access.affine && tw_invariant(body->bridge, body->loop, access.pointer))
      access.affine = true;
    if (!access.affine && access.size < max_size)
      access.step_id = tw_step_id(body->bridge, body->loop, access.pointer);
    access.base = tw_pointer_base_id(body->bridge, body->loop, access.pointer);
    if (access.size >= max_size || access.step >= max_step || access.step <= -max_step)
      access.affine = false;
  }
  op->access = -1;
  if (!access.writes && access.pointer && tw_constant_memory(body->bridge, access.pointer))
    return true;
  if (!tweed_arena_grow(body->arena, (void **)&body->accesses, &body->cap_accesses, (size_t)body->naccesses + 1,
                        sizeof(tw_access)))
    return false;
  op->access = body->naccesses;
  body->accesses[body->naccesses++] = access;
  return true;
}

static tweed_dep_kind kind_of(const tw_access *from, const tw_access *to) {
  if (from->writes && to->reads)
    return TWEED_DEP_MEMORY;
  return from->writes ? TWEED_DEP_OUTPUT : TWEED_DEP_ANTI;
}

static bool add_memdep(tw_body *body, int32_t from, int32_t to, int64_t distance) {
  if (body->trips.max_backedges != UINT64_MAX && distance > 0 && (uint64_t)distance > body->trips.max_backedges)
    return true;
  if (!tweed_arena_grow(body->arena, (void **)&body->memdeps, &body->cap_memdeps, (size_t)body->nmemdeps + 1,
                        sizeof(tw_memdep)))
    return false;
  /* A shorter distance only orders more, so a cap is sound. */
  int32_t capped = distance > MAX_DISTANCE ? MAX_DISTANCE : (int32_t)distance;
  body->memdeps[body->nmemdeps++] = (tw_memdep){from, to, capped, kind_of(&body->accesses[from], &body->accesses[to])};
  return true;
}

static int64_t floor_div(int64_t a, int64_t b) {
  int64_t q = a / b;
  return a % b != 0 && (a < 0) != (b < 0) ? q - 1 : q;
}

static int64_t ceil_div(int64_t a, int64_t b) {
  return -floor_div(-a, b);
}

/* Accesses i before j in program order; start(j) - start(i) = c bytes; equal steps. In iteration k + d, j overlaps what
 * i touches in iteration k iff -size(j) < c + step * d < size(i). */
static bool exact(tw_body *body, int32_t i, int32_t j, int64_t c) {
  const tw_access *a = &body->accesses[i], *b = &body->accesses[j];
  int64_t low = -(int64_t)b->size + 1, high = (int64_t)a->size - 1;
  if (a->step == 0) {
    if (c < low || c > high)
      return true;
    return add_memdep(body, i, j, 0) && add_memdep(body, j, i, 1);
  }
  int64_t from = a->step > 0 ? ceil_div(low - c, a->step) : ceil_div(high - c, a->step);
  int64_t to = a->step > 0 ? floor_div(high - c, a->step) : floor_div(low - c, a->step);
  if (from > to)
    return true;
  int64_t forward = from > 0 ? from : 0, backward = to < -1 ? to : -1;
  if (forward <= to && !add_memdep(body, i, j, forward))
    return false;
  return backward < from || add_memdep(body, j, i, -backward);
}

static bool ordered(tw_body *body, int32_t i, int32_t j) {
  return add_memdep(body, i, j, 0) && add_memdep(body, j, i, 1);
}

/* ---- runtime checks ---- */

static bool find_group(tw_body *body, int32_t i) {
  tw_access *a = &body->accesses[i];
  if (!a->pointer || (!a->affine && !a->step_id) || !a->base ||
      !tw_range_computable(body->bridge, body->loop, a->pointer))
    return true;
  for (int32_t g = 0; g < body->ngroups; g++) {
    tw_group *group = &body->groups[g];
    const tw_access *leader = &body->accesses[group->leader];
    int64_t c;
    if (leader->step != a->step || leader->step_id != a->step_id ||
        !tw_start_difference(body->bridge, body->loop, leader->pointer, a->pointer, &c))
      continue;
    if (c >= max_step || c <= -max_step)
      continue;
    a->group = g;
    if (c < group->low)
      group->low = c;
    if (c + (int64_t)a->size > group->high)
      group->high = c + (int64_t)a->size;
    return true;
  }
  if (!tweed_arena_grow(body->arena, (void **)&body->groups, &body->cap_groups, (size_t)body->ngroups + 1,
                        sizeof(tw_group)))
    return false;
  a->group = body->ngroups;
  body->groups[body->ngroups++] = (tw_group){.leader = i, .low = 0, .high = (int64_t)a->size};
  return true;
}

/* Adds a check of two groups. False if there are too many, or *ok: out of memory. */
static bool add_check(tw_body *body, int32_t x, int32_t y, bool *ok) {
  tw_check want = {x < y ? x : y, x < y ? y : x};
  for (int32_t k = 0; k < body->nchecks; k++)
    if (body->checks[k].a == want.a && body->checks[k].b == want.b)
      return true;
  if (body->nchecks == MAX_CHECKS)
    return false;
  if (!tweed_arena_grow(body->arena, (void **)&body->checks, &body->cap_checks, (size_t)body->nchecks + 1,
                        sizeof(tw_check))) {
    *ok = false;
    return false;
  }
  body->checks[body->nchecks++] = want;
  return true;
}

/* True if a check before the loop will keep the two apart; *ok is false when out of memory. */
static bool checked(tw_body *body, int32_t i, int32_t j, bool *ok) {
  const tw_access *a = &body->accesses[i], *b = &body->accesses[j];
  *ok = true;
  if (a->group < 0 || b->group < 0 || a->group == b->group)
    return false;
  if (a->base == b->base && (a->step != b->step || a->step_id != b->step_id))
    return false; /* such ranges overlap nearly always */
  return add_check(body, a->group, b->group, ok);
}

/* The same for two accesses of one group in different iterations; how they lie to each other in one is known. */
static bool stepped(tw_body *body, int32_t i, int32_t j, int64_t *distance, bool *ok) {
  const tw_access *a = &body->accesses[i], *b = &body->accesses[j];
  *ok = true;
  if (!a->step_id || a->group < 0 || a->group != b->group ||
      !tw_start_difference(body->bridge, body->loop, a->pointer, b->pointer, distance))
    return false;
  return add_check(body, a->group, a->group, ok);
}

static bool depend(tw_body *body, int32_t i, int32_t j) {
  const tw_access *a = &body->accesses[i], *b = &body->accesses[j];
  if (!a->writes && !b->writes)
    return true;
  if (!a->pointer || !b->pointer)
    return ordered(body, i, j);
  int64_t c;
  if (a->affine && b->affine && a->step == b->step &&
      tw_start_difference(body->bridge, body->loop, a->pointer, b->pointer, &c) && c < max_step && c > -max_step)
    return exact(body, i, j, c);
  if (tw_disjoint_objects(body->bridge, body->loop, a->pointer, b->pointer) ||
      tw_disjoint_types(body->bridge, body->ops[a->op].inst, body->ops[b->op].inst))
    return true;
  bool ok;
  if (stepped(body, i, j, &c, &ok))
    return c <= -(int64_t)b->size || c >= (int64_t)a->size || add_memdep(body, i, j, 0);
  if (!ok)
    return false;
  if (checked(body, i, j, &ok))
    return true;
  return ok && ordered(body, i, j);
}

bool tw_body_memory(tw_body *body) {
  for (int32_t i = 0; i < body->nops; i++)
    if (body->ops[i].access == -2) {
      if (!body->ops[i].live)
        body->ops[i].access = -1;
      else if (!add_access(body, i))
        return false;
    }
  for (int32_t i = 0; i < body->naccesses; i++)
    if (!find_group(body, i))
      return false;
  for (int32_t j = 0; j < body->naccesses; j++)
    for (int32_t i = 0; i < j; i++)
      if (!depend(body, i, j))
        return false;
  return true;
}
