/* predicate.c: if-conversion. Conditions of blocks as small formulas, phis behind branches as selects.
 *
 * A condition is TRUE, a parent condition with one branch condition (or its negation) added, or the disjunction of two.
 * Formulas are hash-consed, and the two sides of a branch join to their parent again, so that structured control flow
 * needs no logic ops. An `and` is built as select(a, b, false): b may be poison where a is false, since it was never
 * evaluated there. */
#include "llvm/body.h"

enum { MAX_PREDECESSORS = 64 };

typedef enum node_kind { NODE_TRUE, NODE_AND, NODE_OR } node_kind;

typedef struct node {
  node_kind kind;
  int32_t a, b; /* AND: a = parent; OR: both sides */
  tw_ref condition;
  bool negated;
  bool built; /* ref holds the ops' result */
  tw_ref ref;
} node;

/* The comparison of a switch with its case k, made once. */
typedef struct comparison {
  LLVMValueRef terminator;
  unsigned k;
  tw_ref ref;
} comparison;

struct tw_predicates {
  tw_body *body;
  size_t nblocks;
  const LLVMBasicBlockRef *blocks;
  int32_t *of_block; /* node of each block, -1 = not entered */
  node *nodes;
  size_t nnodes, cap;
  comparison *comparisons;
  size_t ncomparisons, cap_comparisons;
};

static bool same_ref(tw_ref x, tw_ref y) {
  return x.kind == y.kind && (x.kind == TW_REF_VALUE ? x.value == y.value : x.index == y.index);
}

static int32_t add_node(tw_predicates *p, node n) {
  for (size_t i = 0; i < p->nnodes; i++) {
    const node *m = &p->nodes[i];
    if (m->kind == n.kind && m->a == n.a && m->b == n.b && m->negated == n.negated &&
        (n.kind != NODE_AND || same_ref(m->condition, n.condition)))
      return (int32_t)i;
  }
  if (!tweed_arena_grow(p->body->arena, (void **)&p->nodes, &p->cap, p->nnodes + 1, sizeof(node)))
    return -1;
  p->nodes[p->nnodes] = n;
  return (int32_t)p->nnodes++;
}

tw_predicates *tw_predicates_new(tw_body *body, size_t nblocks, const LLVMBasicBlockRef *blocks) {
  tw_predicates *p = tweed_arena_alloc(body->arena, sizeof *p);
  if (!p)
    return NULL;
  p->body = body;
  p->nblocks = nblocks;
  p->blocks = blocks;
  p->of_block = tweed_arena_array(body->arena, nblocks, sizeof(int32_t));
  if (!p->of_block)
    return NULL;
  for (size_t i = 0; i < nblocks; i++)
    p->of_block[i] = -1;
  if (add_node(p, (node){.kind = NODE_TRUE}) != 0)
    return NULL;
  p->of_block[0] = 0;
  return p;
}

static int32_t block_index(const tw_predicates *p, LLVMBasicBlockRef block) {
  for (size_t i = 0; i < p->nblocks; i++)
    if (p->blocks[i] == block)
      return (int32_t)i;
  return -1;
}

static LLVMTypeRef bool_type(const tw_predicates *p) {
  return LLVMInt1TypeInContext(LLVMGetTypeContext(LLVMTypeOf(LLVMBasicBlockAsValue(p->body->header))));
}

static bool compare(tw_predicates *p, LLVMValueRef end, unsigned k, tw_ref *out) {
  for (size_t i = 0; i < p->ncomparisons; i++)
    if (p->comparisons[i].terminator == end && p->comparisons[i].k == k) {
      *out = p->comparisons[i].ref;
      return true;
    }
  if (!tweed_arena_grow(p->body->arena, (void **)&p->comparisons, &p->cap_comparisons, p->ncomparisons + 1,
                        sizeof(comparison)))
    return false;
  tw_ref refs[2] = {tw_body_ref(p->body, LLVMGetOperand(end, 0)),
                    {.kind = TW_REF_VALUE, .value = LLVMGetOperand(end, 2 * k)}};
  int32_t op = tw_body_add(p->body, TW_OP_EQUAL, end, bool_type(p), 2, refs);
  *out = (tw_ref){.kind = TW_REF_OP, .index = op};
  p->comparisons[p->ncomparisons++] = (comparison){end, k, *out};
  return op >= 0;
}

static int32_t disjunction(tw_predicates *p, int32_t *terms, size_t n);

/* Case k is taken if the value equals it and none of the cases before, which no two cases do: the chain is there so
 * that conditions join again behind the switch. */
static int32_t switch_edge(tw_predicates *p, int32_t block, LLVMValueRef end, LLVMBasicBlockRef to) {
  int32_t terms[MAX_PREDECESSORS], rest = block;
  size_t n = 0;
  unsigned successors = LLVMGetNumSuccessors(end);
  if (successors > MAX_PREDECESSORS)
    return -1;
  for (unsigned k = 1; k < successors; k++) {
    node is = {.kind = NODE_AND, .a = rest}, not;
    if (!compare(p, end, k, &is.condition))
      return -1;
    not = is;
    not.negated = true;
    if (LLVMGetSuccessor(end, k) == to && (terms[n++] = add_node(p, is)) < 0)
      return -1;
    if ((rest = add_node(p, not)) < 0)
      return -1;
  }
  if (LLVMGetSuccessor(end, 0) == to)
    terms[n++] = rest;
  return n ? disjunction(p, terms, n) : -1;
}

/* The condition under which control goes from block i to `to`, -1 if it can't be expressed. */
static int32_t edge(tw_predicates *p, int32_t i, LLVMBasicBlockRef to) {
  if (i < 0 || p->of_block[i] < 0)
    return -1;
  LLVMValueRef end = LLVMGetBasicBlockTerminator(p->blocks[i]);
  if (LLVMGetInstructionOpcode(end) == LLVMSwitch)
    return switch_edge(p, p->of_block[i], end, to);
  if (LLVMGetInstructionOpcode(end) != LLVMBr)
    return -1;
  if (!LLVMIsConditional(end) || LLVMGetSuccessor(end, 0) == LLVMGetSuccessor(end, 1))
    return p->of_block[i];
  node n = {.kind = NODE_AND, .a = p->of_block[i], .condition = tw_body_ref(p->body, LLVMGetCondition(end))};
  n.negated = LLVMGetSuccessor(end, 0) != to;
  return add_node(p, n);
}

static bool complementary(const tw_predicates *p, int32_t x, int32_t y) {
  const node *a = &p->nodes[x], *b = &p->nodes[y];
  return a->kind == NODE_AND && b->kind == NODE_AND && a->a == b->a && same_ref(a->condition, b->condition) &&
         a->negated != b->negated;
}

static int32_t disjunction(tw_predicates *p, int32_t *terms, size_t n) {
  for (bool again = true; again;) { /* join the two sides of a branch until nothing joins any more */
    again = false;
    for (size_t i = 0; i < n; i++)
      for (size_t j = i + 1; j < n; j++)
        if (terms[i] == terms[j] || complementary(p, terms[i], terms[j])) {
          if (terms[i] != terms[j])
            terms[i] = p->nodes[terms[i]].a;
          terms[j] = terms[--n];
          again = true;
        }
  }
  int32_t result = terms[0];
  for (size_t i = 1; i < n && result >= 0; i++)
    result = add_node(p, (node){.kind = NODE_OR, .a = result, .b = terms[i]});
  return result;
}

bool tw_predicates_enter(tw_predicates *p, size_t i) {
  if (i == 0)
    return true;
  int32_t terms[MAX_PREDECESSORS];
  size_t n = 0;
  LLVMValueRef block = LLVMBasicBlockAsValue(p->blocks[i]);
  for (LLVMUseRef u = LLVMGetFirstUse(block); u; u = LLVMGetNextUse(u)) {
    LLVMValueRef user = LLVMGetUser(u);
    if (!LLVMIsAInstruction(user) || !LLVMIsATerminatorInst(user))
      continue;
    if (n == MAX_PREDECESSORS)
      return false;
    terms[n] = edge(p, block_index(p, LLVMGetInstructionParent(user)), p->blocks[i]);
    if (terms[n++] < 0)
      return false;
  }
  if (!n)
    return false;
  p->of_block[i] = disjunction(p, terms, n);
  /* The latch of a loop without other exits runs in every iteration, whatever the formula looks like. */
  if (p->blocks[i] == p->body->latch)
    p->of_block[i] = 0;
  return p->of_block[i] >= 0;
}

bool tw_predicates_always(const tw_predicates *p, size_t i) {
  return p->of_block[i] == 0;
}

static bool add_select(tw_predicates *p, tw_ref c, tw_ref x, tw_ref y, LLVMTypeRef type, LLVMValueRef inst,
                       tw_ref *out) {
  int32_t op = tw_body_add(p->body, TW_OP_SELECT, inst, type, 3, (tw_ref[]){c, x, y});
  *out = (tw_ref){.kind = TW_REF_OP, .index = op};
  return op >= 0;
}

static bool build(tw_predicates *p, int32_t id, tw_ref *out);

static bool build_literal(tw_predicates *p, const node *n, tw_ref *out) {
  *out = n->condition;
  if (!n->negated)
    return true;
  int32_t op = tw_body_add(p->body, TW_OP_NOT, NULL, bool_type(p), 1, &n->condition);
  *out = (tw_ref){.kind = TW_REF_OP, .index = op};
  return op >= 0;
}

/* Depth is bounded by the number of blocks, which extraction limits. */
static bool build(tw_predicates *p, int32_t id, tw_ref *out) {
  if (p->nodes[id].built) {
    *out = p->nodes[id].ref;
    return true;
  }
  LLVMTypeRef type = bool_type(p);
  tw_ref no = {.kind = TW_REF_VALUE, .value = LLVMConstInt(type, 0, false)};
  tw_ref yes = {.kind = TW_REF_VALUE, .value = LLVMConstInt(type, 1, false)};
  node n = p->nodes[id];
  tw_ref a, b;
  bool ok = false;
  if (n.kind == NODE_TRUE) {
    *out = yes;
    ok = true;
  } else if (n.kind == NODE_AND && n.a == 0) {
    ok = build_literal(p, &n, out);
  } else if (n.kind == NODE_AND) {
    /* parent && !c is select(parent, !c, false); with c itself: select(parent, c, false) */
    ok = build(p, n.a, &a) && build_literal(p, &n, &b) && add_select(p, a, b, no, type, NULL, out);
  } else {
    ok = build(p, n.a, &a) && build(p, n.b, &b) && add_select(p, a, yes, b, type, NULL, out);
  }
  p->nodes[id].built = ok;
  p->nodes[id].ref = *out;
  return ok;
}

bool tw_predicates_condition(tw_predicates *p, size_t i, tw_ref *out) {
  return build(p, p->of_block[i], out);
}

bool tw_predicates_merge(tw_predicates *p, size_t i, LLVMValueRef phi, tw_ref *out) {
  unsigned n = LLVMCountIncoming(phi);
  int32_t edges[MAX_PREDECESSORS];
  if (n == 0 || n > MAX_PREDECESSORS)
    return false;
  for (unsigned k = 0; k < n; k++) {
    edges[k] = edge(p, block_index(p, LLVMGetIncomingBlock(phi, k)), p->blocks[i]);
    if (edges[k] < 0)
      return false;
  }
  tw_ref merged = tw_body_ref(p->body, LLVMGetIncomingValue(phi, n - 1));
  for (unsigned k = n - 1; k-- > 0;) {
    tw_ref value = tw_body_ref(p->body, LLVMGetIncomingValue(phi, k));
    if (same_ref(value, merged))
      continue;
    /* The block runs, so exactly one of its edges was taken: with two complementary edges the branch condition alone
     * decides. */
    const node *e = &p->nodes[edges[k]];
    tw_ref c, yes = value, no = merged;
    if (n == 2 && complementary(p, edges[0], edges[1])) {
      c = e->condition;
      if (e->negated) {
        yes = merged;
        no = value;
      }
    } else if (!build(p, edges[k], &c)) {
      return false;
    }
    if (!add_select(p, c, yes, no, LLVMTypeOf(phi), phi, &merged))
      return false;
  }
  *out = merged;
  return true;
}
