// bridge_rewrite.cpp: the bridge's changes to the IR, and remarks.
#include "bridge_impl.h"
#include <llvm/IR/DebugInfo.h>
#include <llvm/IR/DebugProgramInstruction.h>
#include <llvm/IR/ProfDataUtils.h>
#include <llvm/IR/ReplaceConstant.h>
#include <llvm/Transforms/Utils/BasicBlockUtils.h>
#include <llvm/Transforms/Utils/LoopSimplify.h>
#include <llvm/Transforms/Utils/LoopUtils.h>
#include <llvm/Transforms/Utils/PromoteMemToReg.h>

using namespace llvm;

// ---- the shape of the loop ----

// Not simplifyLoop, which also erases phis that it finds trivial: callers hold on to them.
bool tw_canonicalize(tw_bridge *b, tw_loop *l) {
  Loop *loop = unwrap(l);
  DominatorTree &dominators = b->dominators();
  LoopInfo &loops = b->loops();
  if (!loop->getLoopPreheader() && !InsertPreheaderForLoop(loop, &dominators, &loops, nullptr, false))
    return false;
  formDedicatedExitBlocks(loop, &dominators, &loops, nullptr, false);
  formLCSSA(*loop, dominators, &loops, &b->evolution());
  return loop->isLoopSimplifyForm() && loop->isLCSSAForm(dominators);
}

LLVMBasicBlockRef tw_split_before_terminator(tw_bridge *b, LLVMBasicBlockRef block) {
  BasicBlock *old = unwrap(block);
  return wrap(SplitBlock(old, old->getTerminator(), &b->dominators(), &b->loops()));
}

// Without the trees: they are computed anew after the rewrite.
LLVMBasicBlockRef tw_split_before(tw_bridge *, LLVMValueRef instruction) {
  auto *inst = cast<Instruction>(unwrap(instruction));
  return wrap(SplitBlock(inst->getParent(), inst->getIterator()));
}

LLVMBasicBlockRef tw_split_edge(LLVMValueRef terminator, LLVMBasicBlockRef to) {
  return wrap(SplitEdge(cast<Instruction>(unwrap(terminator))->getParent(), unwrap(to)));
}

// The first use goes behind so many others.
static void moveFirstUse(Value *value, size_t position) {
  DenseMap<const Use *, size_t> order;
  size_t at = 0;
  for (const Use &use : value->uses()) {
    order[&use] = at == 0 ? position : at <= position ? at - 1 : at;
    at++;
  }
  value->sortUseList([&](const Use &a, const Use &b) { return order[&a] < order[&b]; });
}

size_t tw_use_position(LLVMBasicBlockRef block, LLVMValueRef user) {
  size_t position = 0;
  for (const Use &use : unwrap(block)->uses()) {
    if (use.getUser() == unwrap(user))
      break;
    position++;
  }
  return position;
}

void tw_join_edge(LLVMBasicBlockRef block, size_t position) {
  BasicBlock *middle = unwrap(block), *from = middle->getSinglePredecessor(), *to = middle->getSingleSuccessor();
  to->replacePhiUsesWith(middle, from);
  from->getTerminator()->replaceSuccessorWith(middle, to);
  middle->eraseFromParent();
  moveFirstUse(to, position);
}

void tw_remove_unreachable(tw_bridge *b) {
  EliminateUnreachableBlocks(b->function);
}

void tw_replace_in(LLVMValueRef function, LLVMValueRef global, LLVMValueRef with) {
  auto *f = cast<Function>(unwrap(function));
  auto *old = cast<Constant>(unwrap(global));
  convertUsersOfConstantsToInstructions({old}, f);
  old->replaceUsesWithIf(unwrap(with), [f](Use &use) {
    auto *user = dyn_cast<Instruction>(use.getUser());
    return user && user->getFunction() == f;
  });
}

LLVMValueRef tw_constant_as_instruction(LLVMValueRef constant) {
  return wrap(cast<ConstantExpr>(unwrap(constant))->getAsInstruction());
}

void tw_set_annotation(LLVMValueRef function, const char *key, int64_t value) {
  auto *f = cast<Function>(unwrap(function));
  LLVMContext &context = f->getContext();
  NamedMDNode *all = f->getParent()->getOrInsertNamedMetadata("nvvm.annotations");
  auto *number = ConstantAsMetadata::get(ConstantInt::get(Type::getInt32Ty(context), static_cast<uint64_t>(value)));
  for (MDNode *node : all->operands()) {
    auto *of = node->getNumOperands() ? mdconst::dyn_extract_or_null<Function>(node->getOperand(0)) : nullptr;
    for (unsigned i = 1; of == f && i + 1 < node->getNumOperands(); i += 2) {
      auto *name = dyn_cast<MDString>(node->getOperand(i));
      if (name && name->getString() == key) {
        node->replaceOperandWith(i + 1, number);
        return;
      }
    }
  }
  all->addOperand(MDNode::get(context, {ConstantAsMetadata::get(f), MDString::get(context, key), number}));
}

void tw_promote(tw_bridge *b, LLVMValueRef *allocas, size_t n) {
  std::vector<AllocaInst *> slots;
  for (size_t i = 0; i < n; i++)
    slots.push_back(cast<AllocaInst>(unwrap(allocas[i])));
  DominatorTree dominators(b->function);
  PromoteMemToReg(slots, dominators);
}

void tw_invalidate(tw_bridge *b) {
  b->reset();
}

// ---- copies of instructions ----

LLVMValueRef tw_clone(LLVMValueRef instruction, bool drop_facts) {
  Instruction *copy = cast<Instruction>(unwrap(instruction))->clone();
  copy->setMetadata(LLVMContext::MD_DIAssignID, nullptr);
  if (drop_facts) {
    copy->dropPoisonGeneratingAnnotations();
    copy->dropUBImplyingAttrsAndMetadata();
  }
  return wrap(copy);
}

// Maps the operands of one record; a value that has no counterpart kills the location.
static void map_record(DbgVariableRecord &record, LLVMValueRef (*map)(void *user, LLVMValueRef value), void *user) {
  if (record.isDbgAssign())
    record.setKillAddress(); // the copy of the store carries no assignment id
  if (record.isKillLocation())
    return;
  for (unsigned i = 0; i < record.getNumVariableLocationOps(); i++) {
    Value *old = record.getVariableLocationOp(i);
    if (!old || isa<Constant>(old))
      continue;
    Value *now = unwrap(map(user, wrap(old)));
    if (!now) {
      record.setKillLocation();
      return;
    }
    if (now != old)
      record.replaceVariableLocationOp(i, now);
  }
}

void tw_clone_debug(LLVMValueRef original, LLVMValueRef copy, LLVMValueRef (*map)(void *user, LLVMValueRef value),
                    void *user) {
  auto *from = cast<Instruction>(unwrap(original)), *to = dyn_cast<Instruction>(unwrap(copy));
  if (!to || !to->getParent() || !to->getParent()->IsNewDbgInfoFormat || !from->hasDbgRecords())
    return;
  for (DbgRecord &record : to->cloneDebugInfoFrom(from, std::nullopt, /*InsertAtHead=*/false))
    if (auto *variable = dyn_cast<DbgVariableRecord>(&record))
      map_record(*variable, map, user);
}

void tw_drop_iteration_scopes(LLVMValueRef instruction) {
  auto *inst = cast<Instruction>(unwrap(instruction));
  inst->setMetadata(LLVMContext::MD_alias_scope, nullptr);
  inst->setMetadata(LLVMContext::MD_noalias, nullptr);
  inst->setMetadata(LLVMContext::MD_access_group, nullptr);
  inst->setMetadata(LLVMContext::MD_mem_parallel_loop_access, nullptr);
}

// ---- metadata of branches ----

static bool kept(const MDNode *option) {
  auto *name = option->getNumOperands() ? dyn_cast<MDString>(option->getOperand(0)) : nullptr;
  return name && (name->getString() == "llvm.loop.mustprogress" || name->getString() == "llvm.loop.isvectorized");
}

static MDNode *option(LLVMContext &context, StringRef name, Constant *value) {
  SmallVector<Metadata *, 2> operands = {MDString::get(context, name)};
  if (value)
    operands.push_back(ConstantAsMetadata::get(value));
  return MDNode::get(context, operands);
}

void tw_mark_loop(LLVMValueRef latch_branch, LLVMValueRef original) {
  auto *branch = cast<Instruction>(unwrap(latch_branch));
  LLVMContext &context = branch->getContext();
  SmallVector<Metadata *, 8> operands = {nullptr};
  MDNode *old = original ? cast<Instruction>(unwrap(original))->getMetadata(LLVMContext::MD_loop) : nullptr;
  for (unsigned i = 1; old && i < old->getNumOperands(); i++) {
    auto *node = dyn_cast_or_null<MDNode>(old->getOperand(i));
    if (node && (isa<DILocation>(node) || kept(node)))
      operands.push_back(node);
  }
  operands.push_back(option(context, "tweed.done", nullptr));
  operands.push_back(option(context, "llvm.loop.pipeline.disable", ConstantInt::getTrue(context)));
  operands.push_back(option(context, "llvm.loop.unroll.disable", nullptr));
  operands.push_back(option(context, "llvm.loop.vectorize.enable", ConstantInt::getFalse(context)));
  MDNode *id = MDNode::getDistinct(context, operands);
  id->replaceOperandWith(0, id);
  branch->setMetadata(LLVMContext::MD_loop, id);
}

void tw_set_weights(LLVMValueRef branch, uint32_t if_true, uint32_t if_false) {
  setBranchWeights(*cast<Instruction>(unwrap(branch)), {if_true, if_false}, /*IsExpected=*/false);
}

// ---- remarks ----

template <typename Remark>
static void emit(tw_bridge *b, Loop *loop, const char *name, ArrayRef<tw_argument> arguments) {
  b->remarks().emit([&] {
    Remark remark("tweed", name, loop->getStartLoc(), loop->getHeader());
    for (const tw_argument &a : arguments) {
      if (a.key)
        remark << ore::NV(a.key, StringRef(a.text));
      else
        remark << StringRef(a.text);
    }
    return remark;
  });
}

void tw_emit_remark(tw_bridge *b, tw_loop *l, tw_remark kind, const char *name, const tw_argument *arguments,
                    size_t n) {
  ArrayRef<tw_argument> all(arguments, n);
  switch (kind) {
  case TW_REMARK_PASSED:
    return emit<OptimizationRemark>(b, unwrap(l), name, all);
  case TW_REMARK_MISSED:
    return emit<OptimizationRemarkMissed>(b, unwrap(l), name, all);
  case TW_REMARK_ANALYSIS:
    return emit<OptimizationRemarkAnalysis>(b, unwrap(l), name, all);
  }
}
