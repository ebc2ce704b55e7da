// plugin.cpp: the entry of TweedLLVM.so: the names of its passes in pipelines, and its place in clang's own.
#include "door.h"
#include <llvm/Passes/PassBuilder.h>
#include <llvm/Passes/PassPlugin.h>
#include <llvm/Support/CommandLine.h>

using namespace llvm;

static cl::opt<std::string> automatic_options("tweed-options", cl::value_desc("machine=…;max-stages=…;force"),
                                              cl::desc("Parameters of the tweed pass in the default pipelines"));

// "<a;b>" gives "a;b", nothing gives nothing; false for what is neither.
static bool parameters(StringRef rest, StringRef *inside) {
  *inside = "";
  if (rest.empty())
    return true;
  if (!rest.consume_front("<") || !rest.consume_back(">"))
    return false;
  *inside = rest;
  return true;
}

// What a pass name asks for. Printers carry their parameters inside: print<tweed-graph;machine=generic>.
static bool read_name(StringRef name, tweed_llvm_mode *mode, StringRef *text) {
  if (name.consume_front("print<")) {
    if (!name.consume_back(">") || !name.consume_front("tweed-"))
      return false;
    if (name.consume_front("graph"))
      *mode = TWEED_LLVM_PRINT_GRAPH;
    else if (name.consume_front("schedule"))
      *mode = TWEED_LLVM_PRINT_SCHEDULE;
    else
      return false;
    *text = name;
    return name.empty() || text->consume_front(";");
  }
  if (!name.consume_front("tweed"))
    return false;
  *mode = name.consume_front("-pipeline")          ? TWEED_LLVM_PIPELINE
          : name.consume_front("-warp-specialize") ? TWEED_LLVM_SPECIALIZE
                                                   : TWEED_LLVM_AUTO;
  return parameters(name, text);
}

static bool parse_pass(StringRef name, FunctionPassManager &passes, ArrayRef<PassBuilder::PipelineElement> inner) {
  tweed_llvm_mode mode;
  StringRef text;
  if (!inner.empty() || !read_name(name, &mode, &text))
    return false;
  auto settings = tweed::parse_settings(mode, text);
  if (settings->error.status != TWEED_OK) {
    errs() << "tweed: " << settings->error.message << "\n";
    return false;
  }
  passes.addPass(tweed::TweedPass(settings, tweed::Origin::Named));
  return true;
}

static bool parse_module_pass(StringRef name, ModulePassManager &passes, ArrayRef<PassBuilder::PipelineElement> inner) {
  StringRef text;
  if (!inner.empty() || !name.consume_front("tweed-emulate") || !parameters(name, &text))
    return false;
  tweed::EmulatePass pass(text);
  if (!pass.wrong.empty()) {
    errs() << "tweed: tweed-emulate has no parameter '" << pass.wrong << "' (known: name=NAME, tsan, no-checks)\n";
    return false;
  }
  passes.addPass(std::move(pass));
  return true;
}

static void add_automatic(ModulePassManager &passes, OptimizationLevel level) {
  if (level == OptimizationLevel::O0)
    return;
  // Whoever launches kernels knows nothing of a plugin.
  auto settings = tweed::parse_settings(TWEED_LLVM_AUTO, automatic_options, /*keep_launch=*/true);
  passes.addPass(createModuleToFunctionPassAdaptor(tweed::TweedPass(settings, tweed::Origin::Automatic)));
  passes.addPass(tweed::RenewPass());
}

static void register_passes(PassBuilder &builder) {
  if (PassInstrumentationCallbacks *callbacks = builder.getPassInstrumentationCallbacks())
    callbacks->addClassToPassName(tweed::TweedPass::name(), "tweed");
  builder.registerPipelineParsingCallback(parse_module_pass);
  builder.registerPipelineParsingCallback(parse_pass);
  builder.registerOptimizerLastEPCallback(add_automatic);
  builder.registerFullLinkTimeOptimizationLastEPCallback(add_automatic);
}

extern "C" LLVM_ATTRIBUTE_WEAK LLVM_EXTERNAL_VISIBILITY PassPluginLibraryInfo llvmGetPassPluginInfo() {
  return {LLVM_PLUGIN_API_VERSION, "tweed", TWEED_VERSION, register_passes};
}
