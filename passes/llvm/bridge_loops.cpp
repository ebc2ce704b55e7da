// bridge_loops.cpp: the bridge's answers about the function, its loops, trip counts and scalar evolution.
#include "bridge_impl.h"
#include <llvm/ADT/PostOrderIterator.h>
#include <llvm/Analysis/LoopIterator.h>
#include <llvm/Analysis/PostDominators.h>
#include <llvm/Analysis/ScalarEvolutionExpressions.h>
#include <llvm/Analysis/ValueTracking.h>
#include <llvm/IR/CFG.h>
#include <llvm/IR/DebugInfoMetadata.h>
#include <llvm/Transforms/Utils/LoopUtils.h>

using namespace llvm;

// ---- the function ----

LLVMValueRef tw_function(tw_bridge *b) {
  return wrap(&b->function);
}

const char *tw_triple(tw_bridge *b) {
  return b->triple.c_str();
}

const char *tw_cpu(tw_bridge *b) {
  return b->cpu.c_str();
}

bool tw_function_has_attribute(tw_bridge *b, const char *name) {
  Attribute::AttrKind kind = Attribute::getAttrKindFromName(name);
  return kind == Attribute::None ? b->function.hasFnAttribute(name) : b->function.hasFnAttribute(kind);
}

// ---- loops ----

size_t tw_innermost_loops(tw_bridge *b, tw_loop **out, size_t capacity) {
  size_t n = 0;
  for (Loop *l : b->loops().getLoopsInPreorder())
    if (l->isInnermost()) {
      if (n < capacity)
        out[n] = wrap(l);
      n++;
    }
  return n;
}

size_t tw_all_loops(tw_bridge *b, tw_loop **out, size_t capacity) {
  size_t n = 0;
  for (Loop *l : b->loops().getLoopsInPreorder()) {
    if (n < capacity)
      out[n] = wrap(l);
    n++;
  }
  return n;
}

tw_loop *tw_parent_loop(tw_loop *l) {
  return wrap(unwrap(l)->getParentLoop());
}

tw_loop *tw_loop_of(tw_bridge *b, LLVMBasicBlockRef block) {
  return wrap(b->loops().getLoopFor(unwrap(block)));
}

// ---- the function ----

size_t tw_reachable_blocks(tw_bridge *b, LLVMBasicBlockRef *out, size_t capacity) {
  size_t n = 0;
  for (BasicBlock *block : ReversePostOrderTraversal<Function *>(&b->function)) {
    if (n < capacity)
      out[n] = wrap(block);
    n++;
  }
  return n;
}

LLVMBasicBlockRef tw_post_dominator(tw_bridge *b, LLVMBasicBlockRef block) {
  auto &tree = b->manager.getResult<PostDominatorTreeAnalysis>(b->function);
  DomTreeNode *node = tree.getNode(unwrap(block));
  return node && node->getIDom() ? wrap(node->getIDom()->getBlock()) : nullptr;
}

bool tw_dominates(tw_bridge *b, LLVMBasicBlockRef above, LLVMBasicBlockRef below) {
  return b->dominators().dominates(unwrap(above), unwrap(below));
}

LLVMBasicBlockRef tw_header(tw_loop *l) {
  return wrap(unwrap(l)->getHeader());
}

LLVMBasicBlockRef tw_latch(tw_loop *l) {
  return wrap(unwrap(l)->getLoopLatch());
}

LLVMBasicBlockRef tw_preheader(tw_loop *l) {
  return wrap(unwrap(l)->getLoopPreheader());
}

LLVMBasicBlockRef tw_exiting(tw_loop *l) {
  return wrap(unwrap(l)->getExitingBlock());
}

LLVMBasicBlockRef tw_exit(tw_loop *l) {
  return wrap(unwrap(l)->getExitBlock());
}

size_t tw_blocks(tw_bridge *b, tw_loop *l, LLVMBasicBlockRef *out, size_t capacity) {
  LoopBlocksRPO order(unwrap(l));
  order.perform(&b->loops());
  size_t n = 0;
  for (BasicBlock *block : order) {
    if (n < capacity)
      out[n] = wrap(block);
    n++;
  }
  return n;
}

bool tw_in_loop(tw_loop *l, LLVMValueRef instruction) {
  auto *inst = dyn_cast<Instruction>(unwrap(instruction));
  return inst && unwrap(l)->contains(inst);
}

bool tw_block_in_loop(tw_loop *l, LLVMBasicBlockRef block) {
  return unwrap(l)->contains(unwrap(block));
}

const char *tw_loop_name(tw_bridge *b, tw_loop *l, char *buffer, size_t size) {
  std::string name = b->function.getName().str() + ":";
  BasicBlock *header = unwrap(l)->getHeader();
  if (DebugLoc start = unwrap(l)->getStartLoc())
    name += std::to_string(start.getLine());
  else if (header->hasName())
    name += header->getName().str();
  else
    name += "loop" + std::to_string(std::distance(b->function.begin(), header->getIterator()));
  return copy_text(name, buffer, size);
}

tw_hints tw_loop_hints(tw_loop *l) {
  Loop *loop = unwrap(l);
  tw_hints hints = {false, 0, false};
  hints.done = findOptionMDForLoop(loop, "tweed.done") != nullptr;
  hints.ii = getOptionalIntLoopAttribute(loop, "llvm.loop.pipeline.initiationinterval").value_or(0);
  hints.disabled = getBooleanLoopAttribute(loop, "llvm.loop.pipeline.disable") ||
                   (hasDisableAllTransformsHint(loop) && hints.ii <= 0);
  if (hints.ii < 0)
    hints.ii = 0;
  return hints;
}

// ---- trip counts ----

// Code that every entry into the loop runs through: an expression that is safe there is safe in the preheader, also in
// one that is still to be made. NULL if there is no such place.
static Instruction *before_loop(tw_bridge *b, Loop *loop) {
  if (BasicBlock *preheader = loop->getLoopPreheader())
    return preheader->getTerminator();
  DomTreeNode *node = b->dominators().getNode(loop->getHeader());
  return node && node->getIDom() ? node->getIDom()->getBlock()->getTerminator() : nullptr;
}

static bool expandable(tw_bridge *b, Loop *loop, const SCEV *s) {
  Instruction *where = before_loop(b, loop);
  return where && b->evolution().isLoopInvariant(s, loop) && b->expand().isSafeToExpandAt(s, where);
}

namespace {
// A divisor that is not known to differ from zero is a step with which the loop would never end, so the count means
// nothing where it is zero; but what computes it in front of the loop must not trap.
class SafeDivisors : public SCEVRewriteVisitor<SafeDivisors> {
public:
  explicit SafeDivisors(ScalarEvolution &evolution) : SCEVRewriteVisitor(evolution) {}

  const SCEV *visitUDivExpr(const SCEVUDivExpr *s) {
    const SCEV *dividend = visit(s->getLHS()), *divisor = visit(s->getRHS());
    if (!SE.isKnownNonZero(divisor))
      divisor = SE.getUMaxExpr(divisor, SE.getOne(divisor->getType()));
    return SE.getUDivExpr(dividend, divisor);
  }
};
} // namespace

static const SCEV *backedges_of(tw_bridge *b, Loop *loop) {
  const SCEV *s = b->evolution().getBackedgeTakenCount(loop);
  if (isa<SCEVCouldNotCompute>(s) || !s->getType()->isIntegerTy() || s->getType()->getIntegerBitWidth() > 64)
    return nullptr;
  return SafeDivisors(b->evolution()).visit(s);
}

tw_trips tw_trip_count(tw_bridge *b, tw_loop *l) {
  Loop *loop = unwrap(l);
  tw_trips trips = {false, false, 0, UINT64_MAX};
  auto *most = dyn_cast<SCEVConstant>(b->evolution().getConstantMaxBackedgeTakenCount(loop));
  if (most && most->getAPInt().getActiveBits() <= 64)
    trips.max_backedges = most->getAPInt().getZExtValue();
  const SCEV *s = backedges_of(b, loop);
  if (!s || !expandable(b, loop, s))
    return trips;
  trips.known = true;
  if (auto *constant = dyn_cast<SCEVConstant>(s)) {
    trips.constant = true;
    trips.backedges = trips.max_backedges = constant->getAPInt().getZExtValue();
  }
  return trips;
}

static Value *expand_backedges(tw_bridge *b, Loop *loop, Instruction *where) {
  const SCEV *s = backedges_of(b, loop);
  Type *wide = Type::getInt64Ty(where->getContext());
  if (!s)
    return PoisonValue::get(wide);
  Value *count = b->expand().expandCodeFor(s, s->getType(), where->getIterator());
  return IRBuilder<>(where).CreateZExt(count, wide, "tweed.backedges");
}

LLVMValueRef tw_expand_backedges(tw_bridge *b, tw_loop *l, LLVMValueRef where) {
  return wrap(expand_backedges(b, unwrap(l), cast<Instruction>(unwrap(where))));
}

// ---- scalar evolution ----

bool tw_invariant(tw_bridge *, tw_loop *l, LLVMValueRef v) {
  return !tw_in_loop(l, v);
}

namespace {
// start + k * step in iteration k; invariant values have step 0.
struct Affine {
  const SCEV *start = nullptr;
  const SCEV *step = nullptr; // NULL: 0
};
} // namespace

// Where indices are narrower than pointers, adding to an address keeps its upper bits: not what an integer would do.
static bool plain_pointer(tw_bridge *b, Type *type) {
  return b->layout().getIndexTypeSizeInBits(type) == b->layout().getPointerTypeSizeInBits(type);
}

static bool affine_of(tw_bridge *b, Loop *loop, Value *v, Affine *out) {
  ScalarEvolution &se = b->evolution();
  if (!se.isSCEVable(v->getType()) || (v->getType()->isPointerTy() && !plain_pointer(b, v->getType())))
    return false;
  const SCEV *s = se.getSCEV(v);
  if (isa<SCEVCouldNotCompute>(s))
    return false;
  if (se.isLoopInvariant(s, loop)) {
    *out = {s, nullptr};
    return true;
  }
  auto *rec = dyn_cast<SCEVAddRecExpr>(s);
  if (!rec || rec->getLoop() != loop || !rec->isAffine() || !se.isLoopInvariant(rec->getStart(), loop))
    return false;
  *out = {rec->getStart(), rec->getStepRecurrence(se)};
  return se.isLoopInvariant(out->step, loop);
}

static bool constant_of(const SCEV *s, int64_t *out) {
  auto *constant = dyn_cast<SCEVConstant>(s);
  if (!constant || !constant->getAPInt().isSignedIntN(64))
    return false;
  *out = constant->getAPInt().getSExtValue();
  return true;
}

// A pointer narrower than 64 bits comes back to where it was after few large steps; callers reckon with distances as if
// it never did, so such steps are not for them. Nor are steps of wide integers whose multiples don't fit 64 bits.
static bool small_enough(tw_bridge *b, Type *type, int64_t step) {
  unsigned bits = type->isPointerTy() ? b->layout().getPointerTypeSizeInBits(type) : type->getIntegerBitWidth();
  unsigned most = type->isPointerTy() ? (bits >= 64 ? 63 : bits >= 32 ? bits - 14 : 0) : (bits > 64 ? 48 : 63);
  return most == 63 || step == 0 || (step < (INT64_C(1) << most) && step > -(INT64_C(1) << most));
}

static bool constant_affine(tw_bridge *b, Loop *loop, Value *v, Affine *form, int64_t *step) {
  *step = 0;
  return affine_of(b, loop, v, form) && (!form->step || constant_of(form->step, step)) &&
         small_enough(b, v->getType(), *step);
}

bool tw_affine(tw_bridge *b, tw_loop *l, LLVMValueRef v, int64_t *step) {
  Affine form;
  return constant_affine(b, unwrap(l), unwrap(v), &form, step);
}

bool tw_affine_any(tw_bridge *b, tw_loop *l, LLVMValueRef v) {
  Affine form;
  return affine_of(b, unwrap(l), unwrap(v), &form);
}

// The step is an invariant, not a constant. Narrow pointers are left out: see small_enough.
static bool variable_affine(tw_bridge *b, Loop *loop, Value *v, Affine *form) {
  int64_t constant;
  return v->getType()->isPointerTy() && b->layout().getPointerTypeSizeInBits(v->getType()) == 64 &&
         affine_of(b, loop, v, form) && form->step && !constant_of(form->step, &constant);
}

uint64_t tw_step_id(tw_bridge *b, tw_loop *l, LLVMValueRef v) {
  Affine form;
  return variable_affine(b, unwrap(l), unwrap(v), &form) ? reinterpret_cast<uintptr_t>(form.step) : 0;
}

bool tw_start_difference(tw_bridge *b, tw_loop *l, LLVMValueRef p, LLVMValueRef q, int64_t *bytes) {
  Affine fp, fq;
  int64_t sp, sq;
  Loop *loop = unwrap(l);
  if (unwrap(p)->getType() != unwrap(q)->getType())
    return false;
  bool constant = constant_affine(b, loop, unwrap(p), &fp, &sp) && constant_affine(b, loop, unwrap(q), &fq, &sq);
  if (constant ? sp != sq
               : !variable_affine(b, loop, unwrap(p), &fp) || !variable_affine(b, loop, unwrap(q), &fq) ||
                     fp.step != fq.step)
    return false;
  // CouldNotCompute where the two have different bases.
  return constant_of(b->evolution().getMinusSCEV(fq.start, fp.start), bytes);
}

uint64_t tw_pointer_base_id(tw_bridge *b, tw_loop *l, LLVMValueRef pointer) {
  Value *v = unwrap(pointer);
  ScalarEvolution &se = b->evolution();
  if (!v->getType()->isPointerTy() || !plain_pointer(b, v->getType()))
    return 0;
  const SCEV *base = se.getPointerBase(se.getSCEV(v));
  return se.isLoopInvariant(base, unwrap(l)) ? reinterpret_cast<uintptr_t>(base) : 0;
}

// ---- ranges ----

static const int64_t max_range_step = INT64_C(1) << 20;

// *step: the constant one; 0 as well where it is not.
static bool range_form(tw_bridge *b, Loop *loop, Value *pointer, Affine *form, int64_t *step) {
  auto *type = dyn_cast<PointerType>(pointer->getType());
  if (!type || type->getAddressSpace() != 0 || b->layout().isNonIntegralPointerType(type) ||
      b->layout().getPointerTypeSizeInBits(type) > 64)
    return false;
  if (constant_affine(b, loop, pointer, form, step))
    return *step < max_range_step && *step > -max_range_step;
  *step = 0;
  return variable_affine(b, loop, pointer, form);
}

bool tw_range_computable(tw_bridge *b, tw_loop *l, LLVMValueRef pointer) {
  Affine form;
  int64_t step;
  const SCEV *count = backedges_of(b, unwrap(l));
  return count && expandable(b, unwrap(l), count) && range_form(b, unwrap(l), unwrap(pointer), &form, &step) &&
         expandable(b, unwrap(l), form.start) && (step != 0 || !form.step || expandable(b, unwrap(l), form.step));
}

static Value *frozen(tw_bridge *b, Value *v, Instruction *at) {
  return isGuaranteedNotToBeUndefOrPoison(v, &b->assumptions(), at, &b->dominators()) ? v
                                                                                      : IRBuilder<>(at).CreateFreeze(v);
}

// Both ends of the addresses that a variable step leads to; below 2^31 steps of below 2^31 bytes: the product is exact.
static Value *variable_ends(tw_bridge *b, Loop *loop, const SCEV *step, Value *start, Instruction *at, Value **first,
                            Value **last) {
  const uint64_t most = UINT64_C(1) << 31;
  Type *wide = Type::getInt64Ty(at->getContext());
  Value *by = frozen(b, b->expand().expandCodeFor(step, wide, at->getIterator()), at);
  Value *count = expand_backedges(b, loop, at);
  IRBuilder<> builder(at);
  Value *end = builder.CreateAdd(start, builder.CreateMul(count, by));
  Value *down = builder.CreateICmpSLT(by, ConstantInt::get(wide, 0));
  *first = builder.CreateSelect(down, end, start);
  *last = builder.CreateSelect(down, start, end);
  Value *biased = builder.CreateAdd(by, ConstantInt::get(wide, most));
  return builder.CreateAnd(builder.CreateICmpULT(biased, ConstantInt::get(wide, 2 * most)),
                           builder.CreateICmpULT(count, ConstantInt::get(wide, most)));
}

LLVMValueRef tw_expand_step_check(tw_bridge *b, tw_loop *l, LLVMValueRef pointer, uint64_t span, LLVMValueRef where) {
  auto *at = cast<Instruction>(unwrap(where));
  Type *wide = Type::getInt64Ty(at->getContext());
  Affine form;
  if (!variable_affine(b, unwrap(l), unwrap(pointer), &form))
    return wrap(ConstantInt::getFalse(at->getContext()));
  Value *by = frozen(b, b->expand().expandCodeFor(form.step, wide, at->getIterator()), at);
  IRBuilder<> builder(at);
  // by <= -span or by >= span
  Value *biased = builder.CreateAdd(by, ConstantInt::get(wide, span - 1));
  return wrap(builder.CreateICmpUGE(biased, ConstantInt::get(wide, 2 * span - 1)));
}

// With backedges < 2^40 and |step| < 2^20 the product is exact. An address that wraps around shows as low > high, since
// not both ends can wrap; narrower pointers are computed in 64 bits and must stay below 2^width.
void tw_expand_range(tw_bridge *b, tw_loop *l, LLVMValueRef pointer, uint64_t size, LLVMValueRef where,
                     LLVMValueRef *low, LLVMValueRef *high, LLVMValueRef *ok) {
  auto *at = cast<Instruction>(unwrap(where));
  Type *wide = Type::getInt64Ty(at->getContext()), *type = unwrap(pointer)->getType();
  Affine form;
  int64_t step;
  if (!range_form(b, unwrap(l), unwrap(pointer), &form, &step)) {
    *low = *high = wrap(ConstantInt::get(wide, 0));
    *ok = wrap(ConstantInt::getFalse(at->getContext()));
    return;
  }
  Value *start = b->expand().expandCodeFor(form.start, type, at->getIterator());
  IRBuilder<> builder(at);
  start = builder.CreatePtrToInt(start, wide);
  // A conditional access that never runs may have an address that is poison.
  start = frozen(b, start, at);
  Value *first = start, *last = start, *exact = nullptr;
  if (step == 0 && form.step && !form.step->isZero()) {
    exact = variable_ends(b, unwrap(l), form.step, start, at, &first, &last);
    builder.SetInsertPoint(at);
  } else if (step != 0) {
    Value *count = expand_backedges(b, unwrap(l), at);
    builder.SetInsertPoint(at);
    Value *moved = builder.CreateMul(count, ConstantInt::getSigned(wide, step));
    (step > 0 ? last : first) = builder.CreateAdd(start, moved);
  }
  last = builder.CreateAdd(last, ConstantInt::get(wide, size));
  Value *good = builder.CreateICmpULE(first, last);
  if (exact)
    good = builder.CreateAnd(good, exact);
  unsigned bits = b->layout().getPointerTypeSizeInBits(type);
  if (bits < 64)
    good = builder.CreateAnd(good, builder.CreateICmpULE(last, ConstantInt::get(wide, UINT64_C(1) << bits)));
  *low = wrap(first);
  *high = wrap(last);
  *ok = wrap(good);
}
