/* llvm_run.c: the passes through the C API: options as text, what is refused, what a run says about the IR. */
#include <assert.h>
#include <llvm-c/Analysis.h>
#include <llvm-c/Core.h>
#include <llvm-c/IRReader.h>
#include <stdio.h>
#include <string.h>
#include <tweed/llvm.h>

static const char text[] = "declare void @declared()\n"
                           "define void @straight() {\n  ret void\n}\n"
                           "define void @axpy(ptr noalias %x, ptr noalias %y, i64 %n) {\n"
                           "entry:\n  br label %loop\n"
                           "loop:\n"
                           "  %i = phi i64 [ 0, %entry ], [ %next, %loop ]\n"
                           "  %p = getelementptr double, ptr %x, i64 %i\n"
                           "  %v = load double, ptr %p, align 8\n"
                           "  %w = fmul double %v, %v\n"
                           "  %q = getelementptr double, ptr %y, i64 %i\n"
                           "  store double %w, ptr %q, align 8\n"
                           "  %next = add nuw nsw i64 %i, 1\n"
                           "  %more = icmp ult i64 %next, %n\n"
                           "  br i1 %more, label %loop, label %exit\n"
                           "exit:\n  ret void\n}\n";

static void options_from_text(void) {
  tweed_llvm_options o;
  tweed_error error;
  char buffer[128];
  tweed_llvm_options_default(&o);
  assert(!o.machine && !o.solver && !o.time_limit_ms && !o.max_stages && !o.max_ii && !o.seed && !o.force && !o.out);
  assert(tweed_llvm_options_parse("", buffer, sizeof buffer, &o, &error) == TWEED_OK);
  assert(tweed_llvm_options_parse("machine=generic;solver=ims;time-limit=5;max-stages=3;max-ii=9;seed=7;force", buffer,
                                  sizeof buffer, &o, &error) == TWEED_OK);
  assert(strcmp(o.machine, "generic") == 0 && strcmp(o.solver, "ims") == 0);
  assert(o.time_limit_ms == 5 && o.max_stages == 3 && o.max_ii == 9 && o.seed == 7 && o.force);
  assert(tweed_llvm_options_parse("machine=auto;solver=auto", buffer, sizeof buffer, &o, &error) == TWEED_OK);
  assert(!o.machine && !o.solver);
  assert(tweed_llvm_options_parse("seed=18446744073709551615", buffer, sizeof buffer, &o, NULL) == TWEED_OK);
  assert(o.seed == UINT64_MAX);
}

static void bad_options(void) {
  tweed_llvm_options o;
  tweed_error error;
  char buffer[32];
  tweed_llvm_options_default(&o);
  assert(tweed_llvm_options_parse("sped=1", buffer, sizeof buffer, &o, &error) == TWEED_BAD_INPUT);
  assert(strstr(error.message, "unknown parameter 'sped'") && strcmp(error.key, "sped") == 0);
  assert(tweed_llvm_options_parse("max-ii=1x", buffer, sizeof buffer, &o, &error) == TWEED_BAD_INPUT);
  assert(tweed_llvm_options_parse("machine", buffer, sizeof buffer, &o, &error) == TWEED_BAD_INPUT);
  assert(tweed_llvm_options_parse("machine=a-name-that-is-too-long-for-it", buffer, sizeof buffer, &o, &error) ==
         TWEED_BAD_INPUT);
  assert(strstr(error.message, "longer than 31 characters"));
  assert(tweed_llvm_options_parse("", NULL, 0, &o, NULL) == TWEED_BAD_INPUT);
}

static LLVMModuleRef read_module(LLVMContextRef context) {
  LLVMMemoryBufferRef buffer = LLVMCreateMemoryBufferWithMemoryRangeCopy(text, sizeof text - 1, "text");
  LLVMModuleRef module = NULL;
  char *message = NULL;
  assert(!LLVMParseIRInContext(context, buffer, &module, &message));
  return module;
}

static void runs(LLVMModuleRef module) {
  tweed_llvm_options o;
  tweed_error error;
  bool changed = true;
  LLVMValueRef axpy = LLVMGetNamedFunction(module, "axpy");
  tweed_llvm_options_default(&o);
  o.mode = TWEED_LLVM_PIPELINE;
  assert(tweed_llvm_run(NULL, &o, &changed, &error) == TWEED_BAD_INPUT && !changed);
  assert(tweed_llvm_run(LLVMGetParam(axpy, 0), &o, NULL, &error) == TWEED_BAD_INPUT);
  assert(tweed_llvm_run(axpy, NULL, NULL, NULL) == TWEED_BAD_INPUT);
  assert(tweed_llvm_run(LLVMGetNamedFunction(module, "declared"), &o, NULL, &error) == TWEED_BAD_INPUT);
  assert(strstr(error.message, "only declared"));
  assert(tweed_llvm_run(LLVMGetNamedFunction(module, "straight"), &o, &changed, &error) == TWEED_OK && !changed);
  o.machine = "pdp11";
  changed = true;
  assert(tweed_llvm_run(axpy, &o, &changed, &error) == TWEED_BAD_INPUT && !changed && strstr(error.message, "pdp11"));
  assert(LLVMCountBasicBlocks(axpy) == 3);
  o.machine = "cortex-a55";
  assert(tweed_llvm_run(axpy, &o, &changed, &error) == TWEED_OK && changed);
  assert(LLVMCountBasicBlocks(axpy) > 3);
  assert(tweed_llvm_run(axpy, &o, &changed, NULL) == TWEED_OK && !changed);
  assert(!LLVMVerifyModule(module, LLVMReturnStatusAction, NULL));
}

int main(void) {
  options_from_text();
  bad_options();
  LLVMContextRef context = LLVMContextCreate();
  LLVMModuleRef module = read_module(context);
  runs(module);
  LLVMDisposeModule(module);
  LLVMContextDispose(context);
  return 0;
}
