// run.cpp: tweed_llvm_run, for hosts that link the passes and have no pass pipeline to add them to.
extern "C" {
#include "base/base.h"
}
#include "bridge_impl.h"
#include "llvm/pass.h"
#include <llvm/Passes/PassBuilder.h>

using namespace llvm;

tweed_status tweed_llvm_run(LLVMValueRef function, const tweed_llvm_options *options, bool *changed,
                            tweed_error *error) {
  bool unused;
  if (!changed)
    changed = &unused;
  *changed = false;
  auto *f = function ? dyn_cast<Function>(unwrap(function)) : nullptr;
  if (!f || !options)
    return tweed_fail(error, TWEED_BAD_INPUT, "%s", f ? "no options are given" : "the value is not a function");
  if (f->isDeclaration())
    return tweed_fail(error, TWEED_BAD_INPUT, "the function is only declared");
  PassBuilder builder;
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager components;
  ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  tw_bridge bridge(*f, functions);
  tweed_pass_cache cache = {};
  tweed_status status = tweed_pass_run(&bridge, options, &cache, changed, error);
  tweed_pass_cache_clear(&cache);
  return status;
}
