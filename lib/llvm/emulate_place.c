/* emulate_place.c: the places that the run time names in its verdicts: constants tweed_emu_place. */
#include "llvm/ptx.h"
#include <llvm-c/DebugInfo.h>
#include <stdio.h>
#include <string.h>

static LLVMValueRef constant(tw_emulation *e, LLVMTypeRef type, LLVMValueRef value, const char *name) {
  LLVMValueRef g = LLVMAddGlobal(e->module, type, name);
  LLVMSetInitializer(g, value);
  LLVMSetGlobalConstant(g, true);
  LLVMSetLinkage(g, LLVMPrivateLinkage);
  LLVMSetUnnamedAddress(g, LLVMGlobalUnnamedAddr);
  return g;
}

/* A variable that is named after its text is found again by it. */
LLVMValueRef tw_string(tw_emulation *e, const char *text) {
  size_t size = strlen(text);
  char *name = tweed_arena_alloc(e->arena, size + 16);
  if (!name)
    return LLVMConstNull(e->pointer);
  memcpy(name, "tweed.s.", 8);
  memcpy(name + 8, text, size + 1);
  LLVMValueRef known = LLVMGetNamedGlobal(e->module, name);
  if (known)
    return known;
  LLVMValueRef value = LLVMConstStringInContext2(e->context, text, size, false);
  return constant(e, LLVMTypeOf(value), value, name);
}

/* clang splits paths below the folder that it ran in, in which nobody else may be. */
static LLVMValueRef file_of(tw_emulation *e, LLVMValueRef instruction) {
  unsigned length = 0, folder_length = 0;
  const char *file = LLVMGetDebugLocFilename(instruction, &length);
  const char *folder = LLVMGetDebugLocDirectory(instruction, &folder_length);
  if (!file || length == 0)
    return LLVMConstNull(e->pointer);
  char text[1024];
  if (!folder || file[0] == '/')
    folder_length = 0;
  snprintf(text, sizeof text, "%.*s%s%.*s", (int)folder_length, folder_length ? folder : "", folder_length ? "/" : "",
           (int)length, file);
  return tw_string(e, text);
}

static const char *last_part(const char *file, unsigned *length) {
  for (unsigned i = *length; i-- > 0;)
    if (file[i] == '/') {
      const char *part = file + i + 1;
      *length -= i + 1;
      return part;
    }
  return file;
}

/* What is inlined tells the lines that it was called from: "bar.sync, called at roles.cu:98, roles.cu:141". */
static LLVMValueRef what_of(tw_emulation *e, LLVMValueRef instruction, const char *what) {
  enum { MOST = 4 };
  char text[1024];
  int used = snprintf(text, sizeof text, "%.300s", what);
  LLVMMetadataRef at = LLVMInstructionGetDebugLoc(instruction);
  for (int depth = 0; at && depth < MOST && (at = LLVMDILocationGetInlinedAt(at)); depth++) {
    unsigned length = 0;
    LLVMMetadataRef file = LLVMDIScopeGetFile(LLVMDILocationGetScope(at));
    const char *name = file ? LLVMDIFileGetFilename(file, &length) : "";
    name = last_part(name, &length);
    used += snprintf(text + used, sizeof text - (size_t)used, "%s%.*s:%u", depth ? ", " : ", called at ",
                     length < 100 ? (int)length : 100, name, LLVMDILocationGetLine(at));
  }
  return tw_string(e, text);
}

static LLVMValueRef place_of(tw_emulation *e, LLVMValueRef instruction, const char *what) {
  LLVMValueRef function = LLVMGetBasicBlockParent(LLVMGetInstructionParent(instruction));
  size_t length;
  const char *name = LLVMGetValueName2(function, &length);
  LLVMValueRef fields[5] = {
      file_of(e, instruction),
      tw_string(e, name),
      what_of(e, instruction, what),
      tw_number(e->i32, LLVMGetDebugLocLine(instruction)),
      tw_number(e->i32, LLVMGetDebugLocColumn(instruction)),
  };
  return LLVMConstNamedStruct(e->place, fields, 5);
}

/* Two places of the same content are two places. */
static LLVMValueRef keep(tw_emulation *e, LLVMValueRef value) {
  LLVMValueRef place = constant(e, LLVMTypeOf(value), value, "tweed.place");
  LLVMSetUnnamedAddress(place, LLVMNoUnnamedAddr);
  return place;
}

LLVMValueRef tw_place(tw_emulation *e, LLVMValueRef instruction, const char *what) {
  return keep(e, place_of(e, instruction, what));
}

LLVMValueRef tw_places(tw_emulation *e, LLVMValueRef call, const ptx_program *program) {
  LLVMValueRef *all = tweed_arena_array(e->arena, program->count + 1, sizeof *all);
  for (size_t i = 0; all && i < program->count; i++) {
    const char *what = program->statements[i].mnemonic;
    all[i] = place_of(e, call, what ? what : "label");
  }
  return keep(e, LLVMConstArray2(e->place, all, all ? program->count : 0));
}
