// door_renew.cpp: gives rewritten kernels new function objects.
//
// NVPTX keeps what nvvm.annotations say of a function (maxntid among it) by the function's address from the first
// question on, and asks early in clang's pipeline. A kernel that got more threads would be compiled for the old number.
// A function at another address is asked for anew.
#include "door.h"
#include <llvm/IR/Module.h>

using namespace llvm;

static void renew(Function &old, FunctionAnalysisManager &analyses) {
  Module &module = *old.getParent();
  Function *now = Function::Create(old.getFunctionType(), old.getLinkage(), old.getAddressSpace());
  module.getFunctionList().insert(old.getIterator(), now);
  now->copyAttributesFrom(&old);
  now->setComdat(old.getComdat());
  now->copyMetadata(&old, 0);
  now->setIsNewDbgInfoFormat(old.IsNewDbgInfoFormat);
  old.setSubprogram(nullptr);
  now->splice(now->begin(), &old);
  for (auto [from, to] : zip(old.args(), now->args())) {
    from.replaceAllUsesWith(&to);
    to.takeName(&from);
  }
  analyses.clear(old, old.getName());
  old.replaceAllUsesWith(now);
  now->takeName(&old);
}

PreservedAnalyses tweed::RenewPass::run(Module &module, ModuleAnalysisManager &manager) {
  SmallVector<Function *, 8> kernels;
  for (Function &f : module)
    if (!f.isDeclaration() && module.getNamedValue(("__tweed_launch_" + f.getName()).str()))
      kernels.push_back(&f);
  if (kernels.empty())
    return PreservedAnalyses::all();
  auto &analyses = manager.getResult<FunctionAnalysisManagerModuleProxy>(module).getManager();
  for (Function *f : kernels)
    renew(*f, analyses);
  for (Function *f : kernels) // not before: addresses would be used again
    f->eraseFromParent();
  return PreservedAnalyses::none();
}
