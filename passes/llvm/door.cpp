// door.cpp: the LLVM pass: runs lib/llvm over a function and turns its errors into diagnostics of the compiler.
#include "door.h"
#include "bridge_impl.h"
#include <llvm/IR/DiagnosticInfo.h>
#include <llvm/IR/DiagnosticPrinter.h>
#include <llvm/IR/LLVMContext.h>

using namespace llvm;

namespace {

// A message of Tweed in the compiler's own way of saying things.
class Message : public DiagnosticInfo {
public:
  Message(int kind, DiagnosticSeverity severity, const Twine &t) : DiagnosticInfo(kind, severity), text(t) {}
  void print(DiagnosticPrinter &printer) const override { printer << "tweed: " << text; }

private:
  const Twine &text;
};

} // namespace

static void tell(Function &f, DiagnosticSeverity severity, const char *text) {
  // A number of our own, asked for once for each message: no state is kept.
  f.getContext().diagnose(Message(getNextAvailablePluginDiagnosticKind(), severity, text));
}

static void report(tw_bridge *b, tweed::Settings &s, tweed::Origin origin, tweed_status status, bool changed,
                   const tweed_error &error) {
  char text[1024];
  tweed_error_format(&error, text, sizeof text);
  bool broken = changed && status == TWEED_NO_MEMORY; // a half-made rewrite must not be compiled any further
  if (broken) {
    tell(b->function, DS_Error, text);
  } else if (status == TWEED_BAD_INPUT || status == TWEED_IO) {
    if (!s.warned)
      tell(b->function, origin == tweed::Origin::Named ? DS_Error : DS_Warning, text);
    s.warned = true;
  } else {
    tw_loop *loop = nullptr;
    tw_argument argument = {"Reason", text};
    if (tw_innermost_loops(b, &loop, 1) > 0)
      tw_emit_remark(b, loop, TW_REMARK_MISSED, "InternalError", &argument, 1);
  }
}

std::shared_ptr<tweed::Settings> tweed::parse_settings(tweed_llvm_mode mode, StringRef text, bool keep_launch) {
  auto s = std::make_shared<Settings>();
  s->text = text.str();
  tweed_llvm_options_default(&s->options);
  s->options.mode = mode;
  s->options.keep_launch = keep_launch;
  s->error.status = tweed_llvm_options_parse(s->text.c_str(), s->strings, sizeof s->strings, &s->options, &s->error);
  return s;
}

PreservedAnalyses tweed::TweedPass::run(Function &f, FunctionAnalysisManager &manager) {
  if (settings->error.status != TWEED_OK) {
    if (!settings->warned)
      tell(f, DS_Error, settings->error.message);
    settings->warned = true;
    return PreservedAnalyses::all();
  }
  if (f.size() == 1) // no loops, and no analysis is needed to see it
    return PreservedAnalyses::all();
  tw_bridge bridge(f, manager);
  tweed_error error = {};
  bool changed = false;
  tweed_status status = tweed_pass_run(&bridge, &settings->options, &settings->cache, &changed, &error);
  if (changed)
    bridge.reset();
  if (status != TWEED_OK)
    report(&bridge, *settings, origin, status, changed, error);
  return changed ? PreservedAnalyses::none() : PreservedAnalyses::all();
}
