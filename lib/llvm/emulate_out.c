/* emulate_out.c: the tweed_emu_module that a module exports: its kernels, with an entry that unpacks arguments, and its
 * variables. */
#include "llvm/emulate.h"

#include <llvm-c/Comdat.h>
#include <stdio.h>
#include <string.h>
#include <tweed/emu.h>

static LLVMValueRef variable(tw_emulation *e, LLVMTypeRef type, LLVMValueRef value, const char *name) {
  LLVMValueRef g = LLVMAddGlobal(e->module, type, name);
  LLVMSetInitializer(g, value);
  LLVMSetGlobalConstant(g, true);
  LLVMSetLinkage(g, LLVMInternalLinkage);
  return g;
}

static LLVMValueRef array(tw_emulation *e, LLVMTypeRef type, LLVMValueRef *values, size_t count, const char *name) {
  if (count == 0)
    return LLVMConstNull(e->pointer);
  return variable(e, LLVMArrayType2(type, count), LLVMConstArray2(type, values, count), name);
}

static LLVMValueRef structure(tw_emulation *e, LLVMValueRef *fields, unsigned count) {
  return LLVMConstStructInContext(e->context, fields, count, false);
}

/* ---- parameters ---- */

static uint32_t type_of(LLVMTypeRef type) {
  LLVMTypeKind kind = LLVMGetTypeKind(type);
  int code = tw_type_code(type);
  if (kind == LLVMPointerTypeKind)
    return TWEED_EMU_POINTER;
  if (kind == LLVMIntegerTypeKind && LLVMGetIntTypeWidth(type) == 1)
    return TWEED_EMU_I8;
  return code < 0 ? (uint32_t)TWEED_EMU_BYTES : (uint32_t)code;
}

/* The type that a parameter points at and is passed by, or NULL. */
static LLVMTypeRef by_value(LLVMValueRef function, unsigned index) {
  unsigned kind = LLVMGetEnumAttributeKindForName("byval", 5);
  LLVMAttributeRef a = LLVMGetEnumAttributeAtIndex(function, index + 1, kind);
  return a ? LLVMGetTypeAttributeValue(a) : NULL;
}

/* Of the value, or as much as the parameter says. */
static uint64_t alignment(tw_emulation *e, LLVMValueRef function, unsigned index) {
  LLVMTypeRef value = by_value(function, index);
  uint64_t align = tw_abi_align(e->module, value ? value : LLVMTypeOf(LLVMGetParam(function, index)));
  LLVMAttributeRef said = LLVMGetEnumAttributeAtIndex(function, index + 1, LLVMGetEnumAttributeKindForName("align", 5));
  return value && said && LLVMGetEnumAttributeValue(said) > align ? LLVMGetEnumAttributeValue(said) : align;
}

static LLVMValueRef parameter(tw_emulation *e, LLVMValueRef function, unsigned index) {
  LLVMTypeRef value = by_value(function, index), type = value ? value : LLVMTypeOf(LLVMGetParam(function, index));
  LLVMValueRef fields[] = {
      tw_number(e->i32, value ? TWEED_EMU_BYTES : type_of(type)),
      tw_number(e->i32, tw_alloc_size(e->module, type)),
      tw_number(e->i32, alignment(e, function, index)),
  };
  return structure(e, fields, 3);
}

static LLVMValueRef parameters(tw_emulation *e, LLVMValueRef function) {
  LLVMValueRef all[256];
  unsigned count = LLVMCountParams(function);
  for (unsigned i = 0; i < count && i < 256; i++)
    all[i] = parameter(e, function, i);
  LLVMTypeRef fields[] = {e->i32, e->i32, e->i32};
  return array(e, LLVMStructTypeInContext(e->context, fields, 3, false), all, count, "tweed.params");
}

/* ---- entries ---- */

/* A struct that is passed by value, as the thread's own: hosts align what they pass by value to less than a tensor map
 * needs, so the kernel gets a pointer instead. */
static LLVMValueRef own_copy(tw_emulation *e, LLVMValueRef function, unsigned index, LLVMValueRef from) {
  LLVMTypeRef type = by_value(function, index);
  LLVMValueRef room = tw_stack(e, type), size = tw_number(e->i64, tw_alloc_size(e->module, type));
  unsigned align = (unsigned)alignment(e, function, index);
  LLVMSetAlignment(room, align);
  LLVMBuildMemCpy(e->builder, room, align, from, align, size);
  LLVMRemoveEnumAttributeAtIndex(function, index + 1, LLVMGetEnumAttributeKindForName("byval", 5));
  return room;
}

/* void entry(void *const *arguments): loads each and calls the kernel. */
static LLVMValueRef entry(tw_emulation *e, LLVMValueRef function, const char *name) {
  char entry_name[600];
  snprintf(entry_name, sizeof entry_name, "tweed.entry.%s", name);
  LLVMTypeRef type = LLVMFunctionType(e->none, &e->pointer, 1, false);
  LLVMValueRef f = LLVMAddFunction(e->module, entry_name, type), arguments[256];
  LLVMSetLinkage(f, LLVMInternalLinkage);
  LLVMPositionBuilderAtEnd(e->builder, LLVMAppendBasicBlockInContext(e->context, f, ""));
  LLVMSetCurrentDebugLocation2(e->builder, NULL);
  unsigned count = LLVMCountParams(function);
  for (unsigned i = 0; i < count && i < 256; i++) {
    LLVMValueRef index = tw_number(e->i64, i);
    LLVMValueRef slot = LLVMBuildGEP2(e->builder, e->pointer, LLVMGetParam(f, 0), &index, 1, "");
    LLVMValueRef at = LLVMBuildLoad2(e->builder, e->pointer, slot, "");
    LLVMTypeRef want = LLVMTypeOf(LLVMGetParam(function, i));
    bool bit = want == e->i1;
    arguments[i] =
        by_value(function, i) ? own_copy(e, function, i, at) : LLVMBuildLoad2(e->builder, bit ? e->i8 : want, at, "");
    if (bit)
      arguments[i] = LLVMBuildTrunc(e->builder, arguments[i], e->i1, "");
  }
  LLVMBuildCall2(e->builder, LLVMGlobalGetValueType(function), function, arguments, count, "");
  LLVMBuildRetVoid(e->builder);
  return f;
}

/* The bytes of each shared variable of a kernel. */
static LLVMValueRef ranges(tw_emulation *e, const tw_kernel *k) {
  LLVMTypeRef fields[] = {e->i32, e->i32};
  LLVMTypeRef type = LLVMStructTypeInContext(e->context, fields, 2, false);
  LLVMValueRef *all = tweed_arena_array(e->arena, k->range_count + 1, sizeof *all);
  for (size_t i = 0; all && i < k->range_count; i++) {
    LLVMValueRef values[] = {tw_number(e->i32, k->ranges[i].offset), tw_number(e->i32, k->ranges[i].size)};
    all[i] = structure(e, values, 2);
  }
  return array(e, type, all, all ? k->range_count : 0, "tweed.ranges");
}

static LLVMValueRef kernel(tw_emulation *e, const tw_kernel *k) {
  LLVMValueRef f = LLVMGetNamedFunction(e->module, k->name);
  LLVMValueRef params = parameters(e, f); /* before the entry turns what is passed by value into pointers */
  LLVMValueRef fields[] = {
      tw_string(e, k->name),
      entry(e, f, k->name),
      params,
      tw_number(e->i32, LLVMCountParams(f)),
      tw_number(e->i32, k->shared),
      tw_number(e->i32, (uint64_t)k->max_threads),
      tw_number(e->i32, (uint64_t)k->registers),
      ranges(e, k),
      tw_number(e->i32, k->range_count),
  };
  return structure(e, fields, 9);
}

/* ---- the module ---- */

static LLVMValueRef kernels(tw_emulation *e) {
  LLVMTypeRef fields[] = {e->pointer, e->pointer, e->pointer, e->i32, e->i32, e->i32, e->i32, e->pointer, e->i32};
  LLVMTypeRef type = LLVMStructTypeInContext(e->context, fields, 9, false);
  LLVMValueRef *all = tweed_arena_array(e->arena, e->kernel_count + 1, sizeof *all);
  for (size_t i = 0; all && i < e->kernel_count; i++)
    all[i] = kernel(e, &e->kernels[i]);
  return array(e, type, all, all ? e->kernel_count : 0, "tweed.kernels");
}

/* All variables of the module but those that the pass made. */
static LLVMValueRef variables(tw_emulation *e, uint32_t *count) {
  LLVMTypeRef fields[] = {e->pointer, e->pointer, e->i64};
  LLVMTypeRef type = LLVMStructTypeInContext(e->context, fields, 3, false);
  size_t room = 0, used = 0;
  LLVMValueRef *all = NULL, last = LLVMGetLastGlobal(e->module);
  for (LLVMValueRef g = LLVMGetFirstGlobal(e->module); g; g = g == last ? NULL : LLVMGetNextGlobal(g)) {
    size_t length;
    const char *name = LLVMGetValueName2(g, &length);
    if (strncmp(name, "tweed.", 6) == 0 || strncmp(name, "llvm.", 5) == 0 || LLVMIsDeclaration(g))
      continue;
    if (!tweed_arena_grow(e->arena, (void **)&all, &room, used + 1, sizeof *all))
      break;
    LLVMSetLinkage(g, LLVMInternalLinkage);
    LLVMSetComdat(g, NULL);
    LLVMValueRef values[] = {tw_string(e, name), g,
                             tw_number(e->i64, tw_alloc_size(e->module, LLVMGlobalGetValueType(g)))};
    all[used++] = structure(e, values, 3);
  }
  *count = (uint32_t)used;
  return array(e, type, all, used, "tweed.variables");
}

/* Without their comdats, of which a linker would keep that of one module. */
static void hide_functions(tw_emulation *e) {
  for (LLVMValueRef f = LLVMGetFirstFunction(e->module); f; f = LLVMGetNextFunction(f))
    if (!LLVMIsDeclaration(f)) {
      LLVMSetVisibility(f, LLVMDefaultVisibility);
      LLVMSetLinkage(f, LLVMInternalLinkage);
      LLVMSetComdat(f, NULL);
    }
}

void tw_write_tables(tw_emulation *e) {
  uint32_t count;
  LLVMValueRef all_variables = variables(e, &count), all_kernels = kernels(e);
  LLVMValueRef fields[] = {tw_number(e->i32, TWEED_EMU_ABI), tw_number(e->i32, e->kernel_count),
                           tw_number(e->i32, count), all_kernels, all_variables};
  LLVMValueRef value = structure(e, fields, 5);
  char name[256];
  snprintf(name, sizeof name, "tweed_emu_module_%s", e->options->name ? e->options->name : "kernels");
  LLVMSetLinkage(variable(e, LLVMTypeOf(value), value, name), LLVMExternalLinkage);
  hide_functions(e);
}
