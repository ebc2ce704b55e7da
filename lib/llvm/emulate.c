/* emulate.c: the pass tweed-emulate: a module of NVPTX becomes one of the host, in which everything that a host has no
 * instruction for is a call of libtweed-emu. */
#include "llvm/emulate.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_MESSAGES = 20 };

/* Kept until the end: opt exits at the first error that it is told of. */
void tw_emulation_error(tw_emulation *e, LLVMValueRef instruction, const char *format, ...) {
  char text[1024], where[1024];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  if (e->errors++ >= MAX_MESSAGES)
    return;
  tw_where(instruction, where, sizeof where);
  size_t size = (e->messages ? strlen(e->messages) : 0) + strlen(where) + strlen(text) + 2;
  char *all = tweed_arena_alloc(e->arena, size);
  if (!all)
    return;
  snprintf(all, size, "%s%s%s%s", e->messages ? e->messages : "", e->messages ? "\n" : "", where, text);
  e->messages = all;
}

static void tell_errors(const tw_emulation *e) {
  char more[64] = "";
  if (e->errors > MAX_MESSAGES)
    snprintf(more, sizeof more, "\nand %zu more", e->errors - MAX_MESSAGES);
  if (e->errors)
    tw_emulate_error(e->module, e->messages ? e->messages : "out of memory", more);
}

/* ---- kernels ---- */

enum { PTX_KERNEL = 71 }; /* calling convention */

static int64_t attribute_number(LLVMValueRef function, const char *name) {
  LLVMAttributeRef a = LLVMGetStringAttributeAtIndex(function, TW_OF_FUNCTION, name, (unsigned)strlen(name));
  unsigned length;
  return a ? strtoll(LLVMGetStringAttributeValue(a, &length), NULL, 10) : 0;
}

/* maxntid is the most threads of a block: a product, where it is given by dimension. */
static int64_t most_threads(LLVMValueRef f) {
  int64_t x = tw_annotation(f, "maxntidx", 0);
  if (x > 0)
    return x * tw_annotation(f, "maxntidy", 1) * tw_annotation(f, "maxntidz", 1);
  return attribute_number(f, "nvvm.maxntid");
}

static void find_kernels(tw_emulation *e) {
  for (LLVMValueRef f = LLVMGetFirstFunction(e->module); f; f = LLVMGetNextFunction(f)) {
    bool kernel = LLVMGetFunctionCallConv(f) == PTX_KERNEL || tw_annotation(f, "kernel", 0) == 1;
    if (!kernel || LLVMIsDeclaration(f))
      continue;
    size_t length;
    if (!tweed_arena_grow(e->arena, (void **)&e->kernels, &e->kernel_room, e->kernel_count + 1, sizeof *e->kernels)) {
      tw_emulation_error(e, NULL, "out of memory");
      return;
    }
    tw_kernel *k = &e->kernels[e->kernel_count++];
    *k = (tw_kernel){.name = tweed_arena_strdup(e->arena, LLVMGetValueName2(f, &length)),
                     .max_threads = most_threads(f),
                     .registers = tw_annotation(f, "maxnreg", 0)};
  }
}

/* ---- instructions ---- */

static const char prefix[] = "llvm.nvvm.";

static void lower_intrinsic(tw_emulation *e, LLVMValueRef call, const char *full) {
  const char *name = full + strlen(prefix);
  if (tw_is_flushing(name))
    tw_flush_call(e, call, full);
  if (tw_lower_math(e, call, name) || tw_lower_matrix(e, call, full))
    return;
  for (const tw_row *row = tw_intrinsic_rows; row->pattern; row++) {
    uint32_t passed[TW_MAX_PASSED], count;
    if (tw_match(row->pattern, name, passed, &count) && tw_call_row(e, call, row, full, passed, count))
      return;
  }
  tw_emulation_error(e, call, "intrinsic %s is not supported by the emulator", full);
}

/* Functions that a kernel may call without defining them. */
static void lower_library_call(tw_emulation *e, LLVMValueRef call, const char *name) {
  static const tw_row rows[] = {
      {"vprintf", "tweed_emu_vprintf", "i:aa"},
      {"__assertfail", "tweed_emu_assert_fail", "v:aaia-"},
      {NULL, NULL, NULL},
  };
  for (const tw_row *row = rows; row->pattern; row++)
    if (strcmp(name, row->pattern) == 0 && tw_call_row(e, call, row, name, NULL, 0))
      return;
  tw_emulation_error(
      e, call, "function %s is called, but it is not in the module (link libdevice and other libraries first)", name);
}

static void lower_trap(tw_emulation *e, LLVMValueRef call) {
  LLVMPositionBuilderBefore(e->builder, call);
  LLVMValueRef place = tw_place(e, call, "trap");
  tw_call(e, "tweed_emu_trap", e->none, &place, 1);
  tw_replace(call, NULL);
}

static void lower_call(tw_emulation *e, LLVMValueRef call) {
  LLVMValueRef target = LLVMGetCalledValue(call), callee = tw_callee(call);
  if (LLVMIsAInlineAsm(target)) {
    tw_lower_asm(e, call);
    return;
  }
  if (!callee)
    return; /* through a pointer: to a function that is in the module */
  size_t length;
  char name[512];
  snprintf(name, sizeof name, "%s", LLVMGetValueName2(callee, &length));
  if (strncmp(name, prefix, strlen(prefix)) == 0)
    lower_intrinsic(e, call, name);
  else if (strcmp(name, "llvm.trap") == 0 || strcmp(name, "llvm.debugtrap") == 0)
    lower_trap(e, call);
  else if (strncmp(name, "llvm.", 5) == 0)
    tw_lower_access(e, call);
  else if (LLVMIsDeclaration(callee) && strncmp(name, "tweed_emu_", 10) != 0)
    lower_library_call(e, call, name);
}

static void lower_block(tw_emulation *e, LLVMBasicBlockRef block) {
  for (LLVMValueRef i = LLVMGetFirstInstruction(block), next; i; i = next) {
    next = LLVMGetNextInstruction(i);
    if (LLVMGetInstructionOpcode(i) == LLVMCall)
      lower_call(e, i);
    else
      tw_lower_access(e, i);
  }
}

static void lower_function(tw_emulation *e, LLVMValueRef function) {
  for (LLVMBasicBlockRef b = LLVMGetFirstBasicBlock(function); b; b = LLVMGetNextBasicBlock(b))
    lower_block(e, b);
}

/* What the module had before; functions that are made meanwhile stand behind it. */
static void lower_functions(tw_emulation *e) {
  LLVMValueRef last = LLVMGetLastFunction(e->module);
  for (LLVMValueRef f = LLVMGetFirstFunction(e->module); f; f = f == last ? NULL : LLVMGetNextFunction(f))
    if (!LLVMIsDeclaration(f))
      lower_function(e, f);
}

/* ---- the module ---- */

static void add_tsan(tw_emulation *e) {
  unsigned kind = LLVMGetEnumAttributeKindForName("sanitize_thread", 15);
  for (LLVMValueRef f = LLVMGetFirstFunction(e->module); f; f = LLVMGetNextFunction(f))
    if (!LLVMIsDeclaration(f))
      LLVMAddAttributeAtIndex(f, TW_OF_FUNCTION, LLVMCreateEnumAttribute(e->context, kind, 0));
}

/* A weak variable that nobody defines, such as threadIdx as an object, gets memory of its own; any other is missing. */
static void define_variables(tw_emulation *e) {
  for (LLVMValueRef g = LLVMGetFirstGlobal(e->module); g; g = LLVMGetNextGlobal(g)) {
    size_t length;
    if (!LLVMIsDeclaration(g) || !LLVMGetFirstUse(g))
      continue;
    if (LLVMGetLinkage(g) == LLVMExternalWeakLinkage)
      LLVMSetInitializer(g, LLVMConstNull(LLVMGlobalGetValueType(g)));
    else
      tw_emulation_error(e, NULL, "variable %s is used, but it is not in the module", LLVMGetValueName2(g, &length));
  }
}

/* Kernels keep frames of their own, so that reports find their lines. */
static void keep_kernels(tw_emulation *e) {
  unsigned kind = LLVMGetEnumAttributeKindForName("noinline", 8);
  unsigned always = LLVMGetEnumAttributeKindForName("alwaysinline", 12);
  for (size_t i = 0; i < e->kernel_count; i++) {
    LLVMValueRef f = LLVMGetNamedFunction(e->module, e->kernels[i].name);
    LLVMRemoveEnumAttributeAtIndex(f, TW_OF_FUNCTION, always);
    LLVMAddAttributeAtIndex(f, TW_OF_FUNCTION, LLVMCreateEnumAttribute(e->context, kind, 0));
  }
}

/* Intrinsics that are gone leave declarations that no host knows. */
static void drop_declarations(tw_emulation *e) {
  for (LLVMValueRef f = LLVMGetFirstFunction(e->module), next; f; f = next) {
    next = LLVMGetNextFunction(f);
    if (LLVMIsDeclaration(f) && !LLVMGetFirstUse(f))
      LLVMDeleteFunction(f);
  }
}

static bool prepare(tw_emulation *e) {
  LLVMContextRef c = e->context = LLVMGetModuleContext(e->module);
  e->arena = tweed_arena_new();
  e->builder = LLVMCreateBuilderInContext(c);
  e->none = LLVMVoidTypeInContext(c);
  e->i1 = LLVMInt1TypeInContext(c);
  e->i8 = LLVMInt8TypeInContext(c);
  e->i16 = LLVMInt16TypeInContext(c);
  e->i32 = LLVMInt32TypeInContext(c);
  e->i64 = LLVMInt64TypeInContext(c);
  e->f32 = LLVMFloatTypeInContext(c);
  e->f64 = LLVMDoubleTypeInContext(c);
  e->pointer = LLVMPointerTypeInContext(c, 0);
  LLVMTypeRef place[5] = {e->pointer, e->pointer, e->pointer, e->i32, e->i32};
  e->place = LLVMStructTypeInContext(c, place, 5, false);
  return e->arena != NULL;
}

static void run(tw_emulation *e) {
  find_kernels(e);
  tw_find_shared(e);
  tw_expand_shared(e->module);
  tw_flatten(e->module);
  tw_lower_shared(e);
  tw_lower_wgmma(e);
  define_variables(e);
  lower_functions(e);
  if (e->errors)
    return;
  drop_declarations(e);
  keep_kernels(e);
  tw_write_tables(e);
  if (e->options->tsan)
    add_tsan(e);
  char *wrong = tw_verify(e->module);
  if (wrong)
    tw_emulation_error(e, NULL, "the emulated module is malformed, which is a bug: %s", wrong);
  LLVMDisposeMessage(wrong);
}

tweed_status tweed_emulate_module(LLVMModuleRef module, const tweed_emulate_options *options, tweed_error *error) {
  static const tweed_emulate_options defaults;
  if (!module || strncmp(LLVMGetTarget(module), "nvptx", 5) != 0)
    return tweed_fail(error, TWEED_BAD_INPUT, "tweed-emulate needs a module for NVPTX, not for '%.60s'",
                      module ? LLVMGetTarget(module) : "");
  tw_emulation e = {.module = module, .options = options ? options : &defaults};
  bool ready = prepare(&e);
  if (ready)
    run(&e);
  tell_errors(&e);
  LLVMDisposeBuilder(e.builder);
  tweed_arena_free(e.arena);
  if (!ready)
    return tweed_no_memory(error);
  return e.errors ? tweed_fail(error, TWEED_BAD_INPUT, "%zu thing%s in the module can't be emulated", e.errors,
                               e.errors == 1 ? "" : "s")
                  : TWEED_OK;
}
