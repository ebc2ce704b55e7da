// door_emulate.cpp: the module pass tweed-emulate.
#include "door.h"
#include <llvm/IR/Module.h>

using namespace llvm;

tweed::EmulatePass::EmulatePass(StringRef parameters) {
  for (StringRef rest = parameters; !rest.empty();) {
    auto [one, others] = rest.split(';');
    rest = others;
    if (one == "tsan")
      tsan = true;
    else if (one == "no-checks")
      no_checks = true;
    else if (one.consume_front("name="))
      module = one.str();
    else
      wrong = one.str();
  }
}

PreservedAnalyses tweed::EmulatePass::run(Module &m, ModuleAnalysisManager &) {
  tweed_emulate_options options = {};
  options.name = module.empty() ? nullptr : module.c_str();
  options.tsan = tsan;
  options.no_checks = no_checks;
  tweed_error error = {};
  if (tweed_emulate_module(wrap(&m), &options, &error) != TWEED_OK)
    m.getContext().emitError(Twine("tweed-emulate: ") + error.message);
  return PreservedAnalyses::none();
}
