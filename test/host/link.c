/* A compiler that links the passes: reads IR, runs Tweed on every function through the C API, verifies and prints the
 * IR. */
#include <llvm-c/Analysis.h>
#include <llvm-c/Core.h>
#include <llvm-c/IRReader.h>
#include <stdio.h>
#include <tweed/llvm.h>

static int run(LLVMModuleRef module) {
  tweed_llvm_options options;
  tweed_error error = {0};
  char message[1024];
  tweed_llvm_options_default(&options);
  options.mode = TWEED_LLVM_PIPELINE;
  options.machine = "cortex-a55";
  for (LLVMValueRef f = LLVMGetFirstFunction(module); f; f = LLVMGetNextFunction(f)) {
    bool changed = false;
    if (LLVMIsDeclaration(f))
      continue;
    if (tweed_llvm_run(f, &options, &changed, &error) != TWEED_OK) {
      fprintf(stderr, "%s\n", tweed_error_format(&error, message, sizeof message));
      return 1;
    }
    fprintf(stderr, "%s: %s\n", LLVMGetValueName(f), changed ? "changed" : "unchanged");
  }
  return 0;
}

int main(int argc, char **argv) {
  LLVMContextRef context = LLVMContextCreate();
  LLVMMemoryBufferRef buffer = NULL;
  LLVMModuleRef module = NULL;
  char *message = NULL;
  if (argc != 2 || LLVMCreateMemoryBufferWithContentsOfFile(argv[1], &buffer, &message) ||
      LLVMParseIRInContext(context, buffer, &module, &message)) {
    fprintf(stderr, "usage: link FILE.ll: %s\n", message ? message : "");
    return 2;
  }
  int status = run(module);
  if (status == 0 && LLVMVerifyModule(module, LLVMPrintMessageAction, &message))
    status = 3;
  LLVMDisposeMessage(message);
  if (status == 0) {
    char *text = LLVMPrintModuleToString(module);
    fputs(text, stdout);
    LLVMDisposeMessage(text);
  }
  LLVMDisposeModule(module);
  LLVMContextDispose(context);
  return status;
}
