// A compiler that loads the plugin into a pass pipeline of its own: load PLUGIN PIPELINE FILE.ll prints the IR that
// comes out.
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Verifier.h>
#include <llvm/IRReader/IRReader.h>
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Passes/PassPlugin.h>
#include <llvm/Support/SourceMgr.h>
#include <llvm/Support/raw_ostream.h>

using namespace llvm;

static int fail(Error error) {
  logAllUnhandledErrors(std::move(error), errs(), "load: ");
  return 1;
}

static int run(Module &module, const PassPlugin &plugin, StringRef pipeline) {
  PassBuilder builder;
  plugin.registerPassBuilderCallbacks(builder);
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager components;
  ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  ModulePassManager passes;
  if (Error error = builder.parsePassPipeline(passes, pipeline))
    return fail(std::move(error));
  passes.run(module, modules);
  return verifyModule(module, &errs()) ? 3 : 0;
}

int main(int argc, char **argv) {
  if (argc != 4) {
    errs() << "usage: load PLUGIN PIPELINE FILE.ll\n";
    return 2;
  }
  Expected<PassPlugin> plugin = PassPlugin::Load(argv[1]);
  if (!plugin)
    return fail(plugin.takeError());
  LLVMContext context;
  SMDiagnostic diagnostic;
  std::unique_ptr<Module> module = parseIRFile(argv[3], diagnostic, context);
  if (!module) {
    diagnostic.print(argv[0], errs());
    return 2;
  }
  int status = run(*module, *plugin, argv[2]);
  if (status == 0)
    module->print(outs(), nullptr);
  return status;
}
