// bridge_memory.cpp: the bridge's answers about memory and about the effects of instructions.
//
// LLVM's alias analyses answer for one moment in time and, in 19, for some phis not even that across iterations. Here
// the question is always about any two iterations, so only objects that stay the same during the whole loop are asked
// about, and metadata that holds within one iteration never takes part.
#include "bridge_impl.h"
#include <llvm/ADT/SmallPtrSet.h>
#include <llvm/Analysis/CaptureTracking.h>
#include <llvm/Analysis/Loads.h>
#include <llvm/Analysis/TypeBasedAliasAnalysis.h>
#include <llvm/Analysis/ValueTracking.h>
#include <llvm/IR/InlineAsm.h>
#include <llvm/IR/IntrinsicInst.h>

using namespace llvm;

uint64_t tw_store_size(tw_bridge *b, LLVMTypeRef type) {
  TypeSize size = b->layout().getTypeStoreSize(unwrap(type));
  return size.isScalable() ? UINT64_MAX : size.getFixedValue();
}

// ---- objects ----

using Objects = SmallPtrSet<const Value *, 8>;

// An access through such a pointer is undefined, so no access that happens goes there.
static bool never_accessed(const tw_bridge *b, const Value *v) {
  if (isa<UndefValue>(v))
    return true;
  return isa<ConstantPointerNull>(v) && !NullPointerIsDefined(&b->function, v->getType()->getPointerAddressSpace());
}

// All objects that a pointer may be derived from in any iteration. Phis and selects count with all their operands, so
// pointers that change places from one iteration to the next have the same objects. False if some object is made or
// loaded in the loop.
static bool collect_objects(tw_bridge *b, const Loop *loop, const Value *pointer, Objects &out) {
  const unsigned most = 64;
  SmallPtrSet<const Value *, 16> seen;
  SmallVector<const Value *, 16> work = {pointer};
  while (!work.empty()) {
    const Value *v = getUnderlyingObject(work.pop_back_val(), 0);
    if (!seen.insert(v).second || never_accessed(b, v))
      continue;
    if (seen.size() > most)
      return false;
    if (auto *phi = dyn_cast<PHINode>(v)) {
      work.append(phi->value_op_begin(), phi->value_op_end());
    } else if (auto *select = dyn_cast<SelectInst>(v)) {
      work.push_back(select->getTrueValue());
      work.push_back(select->getFalseValue());
    } else {
      auto *inst = dyn_cast<Instruction>(v);
      if (inst && loop->contains(inst))
        return false;
      out.insert(v);
    }
  }
  return true;
}

static bool may_be_captured(tw_bridge *b, const Value *object) {
  auto found = b->captured.find(object);
  if (found != b->captured.end())
    return found->second;
  bool captured = PointerMayBeCaptured(object, /*ReturnCaptures=*/false, /*StoreCaptures=*/true);
  b->captured[object] = captured;
  return captured;
}

// `local` is an object of this function that `other` can't reach.
static bool out_of_reach(tw_bridge *b, const Value *local, const Value *other) {
  if (!isIdentifiedFunctionLocal(local))
    return false;
  return isa<Argument>(other) || (isEscapeSource(other) && !may_be_captured(b, local));
}

static bool different(tw_bridge *b, const Value *x, const Value *y) {
  if (x == y)
    return false;
  if (isIdentifiedObject(x) && isIdentifiedObject(y))
    return true;
  if (out_of_reach(b, x, y) || out_of_reach(b, y, x))
    return true;
  // Both stay the same during the loop and carry no metadata, so that this holds for any two iterations.
  return b->aliases().isNoAlias(MemoryLocation::getBeforeOrAfter(x), MemoryLocation::getBeforeOrAfter(y));
}

bool tw_disjoint_objects(tw_bridge *b, tw_loop *l, LLVMValueRef p, LLVMValueRef q) {
  Objects of_p, of_q;
  if (!unwrap(p)->getType()->isPointerTy() || !unwrap(q)->getType()->isPointerTy())
    return false;
  if (!collect_objects(b, unwrap(l), unwrap(p), of_p) || !collect_objects(b, unwrap(l), unwrap(q), of_q))
    return false;
  for (const Value *x : of_p)
    for (const Value *y : of_q)
      if (!different(b, x, y))
        return false;
  return true;
}

bool tw_disjoint_types(tw_bridge *b, LLVMValueRef x, LLVMValueRef y) {
  MDNode *tags[2] = {};
  LLVMValueRef both[2] = {x, y};
  for (int i = 0; i < 2; i++) {
    auto *inst = dyn_cast<Instruction>(unwrap(both[i]));
    if (!inst || !(isa<LoadInst>(inst) || isa<StoreInst>(inst)))
      return false;
    tags[i] = inst->getMetadata(LLVMContext::MD_tbaa);
    if (!tags[i])
      return false;
  }
  // Only this analysis is asked, and it looks at nothing but the tags.
  SimpleAAQueryInfo query(b->aliases());
  const Value *any = &b->function;
  MemoryLocation of_x(any, LocationSize::beforeOrAfterPointer(), AAMDNodes(tags[0], nullptr, nullptr, nullptr));
  MemoryLocation of_y(any, LocationSize::beforeOrAfterPointer(), AAMDNodes(tags[1], nullptr, nullptr, nullptr));
  return b->manager.getResult<TypeBasedAA>(b->function).alias(of_x, of_y, query, nullptr) == AliasResult::NoAlias;
}

bool tw_constant_memory(tw_bridge *b, LLVMValueRef pointer) {
  return !isModSet(b->aliases().getModRefInfoMask(MemoryLocation::getBeforeOrAfter(unwrap(pointer))));
}

bool tw_dereferenceable(tw_bridge *b, LLVMValueRef load, LLVMValueRef context) {
  auto *inst = dyn_cast<LoadInst>(unwrap(load));
  if (!inst || mustSuppressSpeculation(*inst))
    return false;
  if (isDereferenceableAndAlignedPointer(inst->getPointerOperand(), inst->getType(), inst->getAlign(), b->layout(),
                                         cast<Instruction>(unwrap(context)), &b->assumptions(), &b->dominators(),
                                         &b->library()))
    return true;
  Loop *loop = b->loops().getLoopFor(inst->getParent());
  return loop && isDereferenceableAndAlignedInLoop(inst, loop, b->evolution(), b->dominators(), &b->assumptions());
}

// ---- effects ----

static void call_effects(const CallBase *call, tw_effects *e) {
  e->convergent = call->isConvergent();
  e->inline_asm = call->isInlineAsm();
  e->argument_memory = call->onlyAccessesArgMemory();
  // Bundles tie a call to its place (deoptimisation state, funclets).
  e->no_duplicate = call->cannotDuplicate() || call->hasFnAttr(Attribute::ReturnsTwice) || call->hasOperandBundles();
}

tw_effects tw_effects_of(tw_bridge *b, LLVMValueRef instruction) {
  auto *inst = cast<Instruction>(unwrap(instruction));
  tw_effects e = {};
  e.reads = inst->mayReadFromMemory();
  e.writes = inst->mayWriteToMemory();
  e.volatile_ = inst->isVolatile();
  e.atomic = inst->isAtomic();
  e.may_throw = inst->mayThrow();
  e.may_not_return = !inst->willReturn();
  e.speculatable = isSafeToSpeculativelyExecute(inst, nullptr, &b->assumptions(), &b->dominators(), &b->library());
  if (auto *call = dyn_cast<CallBase>(inst))
    call_effects(call, &e);
  return e;
}

// ---- names ----

const char *tw_callee_name(LLVMValueRef call, char *buffer, size_t size) {
  auto *base = dyn_cast<CallBase>(unwrap(call));
  const Function *callee = base ? base->getCalledFunction() : nullptr;
  if (!callee)
    return copy_text("", buffer, size);
  if (callee->isIntrinsic() && callee->getIntrinsicID() != Intrinsic::not_intrinsic)
    return copy_text(Intrinsic::getBaseName(callee->getIntrinsicID()), buffer, size);
  return copy_text(callee->getName(), buffer, size);
}

// Not Instruction's isAssumeLikeIntrinsic, which counts some that have a result.
bool tw_is_assume_like(LLVMValueRef call) {
  auto *intrinsic = dyn_cast<IntrinsicInst>(unwrap(call));
  if (!intrinsic)
    return false;
  switch (intrinsic->getIntrinsicID()) {
  case Intrinsic::assume:
  case Intrinsic::sideeffect:
  case Intrinsic::pseudoprobe:
  case Intrinsic::dbg_assign:
  case Intrinsic::dbg_declare:
  case Intrinsic::dbg_value:
  case Intrinsic::dbg_label:
  case Intrinsic::lifetime_start:
  case Intrinsic::lifetime_end:
  case Intrinsic::experimental_noalias_scope_decl:
  case Intrinsic::donothing:
    return true;
  default:
    return false;
  }
}

const char *tw_type_text(LLVMTypeRef type, char *buffer, size_t size) {
  std::string text;
  raw_string_ostream stream(text);
  unwrap(type)->print(stream, /*IsForDebug=*/false, /*NoDetails=*/true);
  return copy_text(stream.str(), buffer, size);
}

const char *tw_location(LLVMValueRef instruction, char *buffer, size_t size) {
  auto *inst = dyn_cast<Instruction>(unwrap(instruction));
  const DebugLoc &where = inst ? inst->getDebugLoc() : DebugLoc();
  if (!where)
    return copy_text("", buffer, size);
  std::string text = where->getFilename().str() + ":" + std::to_string(where.getLine());
  if (where.getCol())
    text += ":" + std::to_string(where.getCol());
  return copy_text(text, buffer, size);
}
