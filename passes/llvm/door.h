// door.h: the LLVM pass, shared by the plugin and by hosts that link Tweed. Private to passes/llvm.
#ifndef TWEED_PASSES_LLVM_DOOR_H
#define TWEED_PASSES_LLVM_DOOR_H

#include "llvm/pass.h"
#include <llvm/IR/PassManager.h>
#include <memory>
#include <string>

namespace tweed {

// What all copies of a pass object share: options, with the memory that their strings live in, and what is kept between
// functions. A pass belongs to one pipeline, which runs in one thread.
struct Settings {
  tweed_llvm_options options = {};
  std::string text; // as the user wrote it
  char strings[4096] = {};
  tweed_error error = {}; // of parsing
  bool warned = false;    // about an error that every function would repeat
  tweed_pass_cache cache = {};

  Settings() = default;
  Settings(const Settings &) = delete;
  Settings &operator=(const Settings &) = delete;
  ~Settings() { tweed_pass_cache_clear(&cache); }
};

// Parses text over the defaults of a mode. Never NULL; look at error.status.
std::shared_ptr<Settings> parse_settings(tweed_llvm_mode mode, llvm::StringRef text, bool keep_launch = false);

enum class Origin { Named, Automatic }; // asked for by the user, or there because the plugin was loaded

class TweedPass : public llvm::PassInfoMixin<TweedPass> {
public:
  TweedPass(std::shared_ptr<Settings> s, Origin o) : settings(std::move(s)), origin(o) {}
  llvm::PreservedAnalyses run(llvm::Function &f, llvm::FunctionAnalysisManager &manager);

private:
  std::shared_ptr<Settings> settings;
  Origin origin;
};

// Behind the tweed pass in clang's pipeline: see door_renew.cpp.
struct RenewPass : llvm::PassInfoMixin<RenewPass> {
  llvm::PreservedAnalyses run(llvm::Module &module, llvm::ModuleAnalysisManager &manager);
};

// The module pass tweed-emulate<name=NAME;tsan;no-checks>.
class EmulatePass : public llvm::PassInfoMixin<EmulatePass> {
public:
  explicit EmulatePass(llvm::StringRef parameters);
  llvm::PreservedAnalyses run(llvm::Module &m, llvm::ModuleAnalysisManager &manager);
  static bool isRequired() { return true; } // also of modules that are not optimized

  std::string wrong; // the parameter that there is none of

private:
  std::string module;
  bool tsan = false, no_checks = false;
};

} // namespace tweed

#endif
