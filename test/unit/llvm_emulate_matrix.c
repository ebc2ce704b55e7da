/* Every mma, wmma and ldmatrix that LLVM has as an intrinsic is turned into a call of the run time. */
#include <assert.h>
#include <llvm-c/Core.h>
#include <stdio.h>
#include <string.h>
#include <tweed/llvm.h>

static LLVMContextRef context;
static LLVMModuleRef module;
static LLVMBuilderRef builder;

static void complain(LLVMDiagnosticInfoRef info, void *unused) {
  char *text = LLVMGetDiagInfoDescription(info);
  (void)unused;
  fprintf(stderr, "%s\n", text);
  LLVMDisposeMessage(text);
}

static bool is(unsigned id, const char *prefix) {
  size_t length;
  const char *name = LLVMIntrinsicGetName(id, &length);
  return name && strncmp(name, prefix, strlen(prefix)) == 0;
}

/* Calls the intrinsic with values that don't matter; loads and stores of each address space that it takes. */
static unsigned call(unsigned id) {
  static const unsigned spaces[] = {0, 3, 1};
  unsigned calls = !LLVMIntrinsicIsOverloaded(id) ? 1 : is(id, "llvm.nvvm.ldmatrix.") ? 2 : 3;
  for (unsigned s = 0; s < calls; s++) {
    LLVMTypeRef pointer = LLVMPointerTypeInContext(context, spaces[s]), types[64];
    LLVMValueRef function = LLVMGetIntrinsicDeclaration(module, id, &pointer, calls > 1), operands[64];
    LLVMTypeRef type = LLVMIntrinsicGetType(context, id, &pointer, calls > 1);
    unsigned count = LLVMCountParamTypes(type);
    assert(count <= 64);
    LLVMGetParamTypes(type, types);
    for (unsigned i = 0; i < count; i++)
      operands[i] = LLVMConstNull(types[i]);
    LLVMBuildCall2(builder, type, function, operands, count, "");
  }
  return calls;
}

/* Intrinsics whose names start alike have numbers in a row. */
static unsigned call_all(const char *one, const char *prefix) {
  unsigned id = LLVMLookupIntrinsicID(one, strlen(one)), count = 0;
  assert(id != 0);
  while (is(id - 1, prefix))
    id--;
  for (; is(id, prefix); id++)
    count += call(id);
  return count;
}

static unsigned count_calls(const char *name) {
  LLVMValueRef function = LLVMGetNamedFunction(module, name);
  unsigned count = 0;
  for (LLVMUseRef u = function ? LLVMGetFirstUse(function) : NULL; u; u = LLVMGetNextUse(u))
    count++;
  return count;
}

static void make_kernel(void) {
  LLVMTypeRef type = LLVMFunctionType(LLVMVoidTypeInContext(context), NULL, 0, false);
  LLVMValueRef k = LLVMAddFunction(module, "k", type);
  LLVMSetFunctionCallConv(k, 71);
  LLVMPositionBuilderAtEnd(builder, LLVMAppendBasicBlockInContext(context, k, ""));
}

int main(void) {
  context = LLVMContextCreate();
  LLVMContextSetDiagnosticHandler(context, complain, NULL);
  module = LLVMModuleCreateWithNameInContext("m", context);
  LLVMSetTarget(module, "nvptx64-nvidia-cuda");
  builder = LLVMCreateBuilderInContext(context);
  make_kernel();
  unsigned ldmatrix = call_all("llvm.nvvm.ldmatrix.sync.aligned.m8n8.x1.b16", "llvm.nvvm.ldmatrix.");
  unsigned mma = call_all("llvm.nvvm.mma.m16n8k16.row.col.f32.f32", "llvm.nvvm.mma.");
  unsigned wmma = call_all("llvm.nvvm.wmma.m16n16k16.mma.row.col.f32.f32", "llvm.nvvm.wmma.");
  LLVMBuildRetVoid(builder);
  assert(ldmatrix == 12 && mma >= 60 && wmma >= 500);
  tweed_error error = {0};
  if (tweed_emulate_module(module, NULL, &error) != TWEED_OK)
    fprintf(stderr, "%s\n", error.message);
  assert(error.status == TWEED_OK);
  unsigned products = count_calls("tweed_emu_mma"), loads = count_calls("tweed_emu_wmma_load");
  unsigned stores = count_calls("tweed_emu_wmma_store");
  assert(count_calls("tweed_emu_ldmatrix") == ldmatrix && products + loads + stores == mma + wmma);
  assert(loads > stores && stores > 30);
  printf("%u ldmatrix, %u mma, %u wmma\n", ldmatrix, mma, wmma);
  LLVMDisposeBuilder(builder);
  LLVMDisposeModule(module);
  LLVMContextDispose(context);
  return 0;
}
