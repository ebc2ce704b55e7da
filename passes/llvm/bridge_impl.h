// bridge_impl.h: what a tw_bridge is. Private to passes/llvm.
#ifndef TWEED_PASSES_LLVM_BRIDGE_IMPL_H
#define TWEED_PASSES_LLVM_BRIDGE_IMPL_H

#include "llvm/bridge.h"
#include <algorithm>
#include <llvm/ADT/DenseMap.h>
#include <llvm/Analysis/AliasAnalysis.h>
#include <llvm/Analysis/AssumptionCache.h>
#include <llvm/Analysis/LoopInfo.h>
#include <llvm/Analysis/OptimizationRemarkEmitter.h>
#include <llvm/Analysis/ScalarEvolution.h>
#include <llvm/Analysis/TargetLibraryInfo.h>
#include <llvm/IR/Dominators.h>
#include <llvm/IR/Function.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/PassManager.h>
#include <llvm/Transforms/Utils/ScalarEvolutionExpander.h>
#include <memory>
#include <string>

// One function and its analyses, which are computed when first asked for. Invariant: `expander` and `captured` are only
// kept as long as the analyses that they were made from (reset).
struct tw_bridge {
  llvm::Function &function;
  llvm::FunctionAnalysisManager &manager;
  std::string cpu, triple;
  std::unique_ptr<llvm::SCEVExpander> expander;
  llvm::DenseMap<const llvm::Value *, bool> captured;

  tw_bridge(llvm::Function &f, llvm::FunctionAnalysisManager &m)
      : function(f), manager(m), cpu(f.getFnAttribute("target-cpu").getValueAsString()),
        triple(f.getParent()->getTargetTriple()) {}

  const llvm::DataLayout &layout() const { return function.getParent()->getDataLayout(); }
  llvm::LoopInfo &loops() { return manager.getResult<llvm::LoopAnalysis>(function); }
  llvm::DominatorTree &dominators() { return manager.getResult<llvm::DominatorTreeAnalysis>(function); }
  llvm::ScalarEvolution &evolution() { return manager.getResult<llvm::ScalarEvolutionAnalysis>(function); }
  llvm::AAResults &aliases() { return manager.getResult<llvm::AAManager>(function); }
  llvm::AssumptionCache &assumptions() { return manager.getResult<llvm::AssumptionAnalysis>(function); }
  llvm::TargetLibraryInfo &library() { return manager.getResult<llvm::TargetLibraryAnalysis>(function); }
  llvm::OptimizationRemarkEmitter &remarks() {
    return manager.getResult<llvm::OptimizationRemarkEmitterAnalysis>(function);
  }
  llvm::SCEVExpander &expand() {
    if (!expander)
      expander = std::make_unique<llvm::SCEVExpander>(evolution(), layout(), "tweed");
    return *expander;
  }
  void reset() {
    expander.reset();
    captured.clear();
    manager.invalidate(function, llvm::PreservedAnalyses::none());
  }
};

inline llvm::Loop *unwrap(tw_loop *l) {
  return reinterpret_cast<llvm::Loop *>(l);
}

inline tw_loop *wrap(llvm::Loop *l) {
  return reinterpret_cast<tw_loop *>(l);
}

// Copies text into a C buffer, cut and terminated.
inline char *copy_text(llvm::StringRef text, char *buffer, size_t size) {
  if (size) {
    size_t n = text.size() < size ? text.size() : size - 1;
    std::copy_n(text.begin(), n, buffer);
    buffer[n] = 0;
  }
  return buffer;
}

#endif
