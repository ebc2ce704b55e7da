/* ptx_build.c: inline PTX as a function of calls: its registers are variables, its labels blocks. */
#include "llvm/ptx_build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- flow ---- */

static LLVMBasicBlockRef block_of(ptx_assembly *a, const char *name) {
  for (size_t i = 0; i < a->label_count; i++)
    if (strcmp(a->labels[i].name, name) == 0)
      return a->labels[i].block;
  return NULL;
}

static LLVMBasicBlockRef new_block(ptx_assembly *a) {
  return LLVMAppendBasicBlockInContext(a->e->context, a->function, "");
}

static void enter(ptx_assembly *a, LLVMBasicBlockRef block) {
  if (!LLVMGetBasicBlockTerminator(LLVMGetInsertBlock(a->e->builder)))
    LLVMBuildBr(a->e->builder, block);
  LLVMPositionBuilderAtEnd(a->e->builder, block);
}

static bool build_plain(ptx_assembly *a, const ptx_statement *s) {
  if (strcmp(s->mnemonic, "bra") == 0 || strcmp(s->mnemonic, "bra.uni") == 0) {
    LLVMBasicBlockRef to = s->count == 1 && s->operands[0].kind == PTX_NAME ? block_of(a, s->operands[0].name) : NULL;
    if (!to)
      return ptx_wrong(a, "a branch to nowhere", NULL);
    LLVMBuildBr(a->e->builder, to);
    return true;
  }
  if (strncmp(s->mnemonic, "mov.", 4) == 0)
    return ptx_build_mov(a, s);
  return ptx_build_call(a, s);
}

/* A register, or an operand of the assembly ($2). */
static ptx_slot *find_predicate(ptx_assembly *a, const char *name) {
  char *end = NULL;
  unsigned long n = name[0] == '$' ? strtoul(name + 1, &end, 10) : 0;
  ptx_slot *p = !end || end == name + 1 || *end ? ptx_find_register(a, name) : n < a->slot_count ? &a->slots[n] : NULL;
  return p && p->type == a->e->i1 ? p : NULL;
}

static bool build_statement(ptx_assembly *a, const ptx_statement *s) {
  if (s->label) {
    enter(a, block_of(a, s->label));
    return true;
  }
  LLVMBasicBlockRef then = NULL, after = new_block(a);
  if (s->guard) {
    ptx_slot *p = find_predicate(a, s->guard);
    if (!p)
      return ptx_wrong(a, "there is no predicate ", s->guard);
    then = new_block(a);
    LLVMValueRef is = LLVMBuildLoad2(a->e->builder, p->type, p->variable, "");
    LLVMBuildCondBr(a->e->builder, is, s->guard_negated ? after : then, s->guard_negated ? then : after);
    LLVMPositionBuilderAtEnd(a->e->builder, then);
  }
  bool good = build_plain(a, s);
  enter(a, after);
  return good;
}

/* ---- the function ---- */

typedef struct constraints {
  char codes[MAX_SLOTS]; /* r, l, h, f, d, n; of a tied input: 0 */
  int ties[MAX_SLOTS];   /* the result that an input shares its register with, or -1 */
  size_t results, inputs;
} constraints;

static bool read_constraints(ptx_assembly *a, const char *text, constraints *out) {
  *out = (constraints){0};
  size_t n = 0;
  while (*text) {
    size_t length = strcspn(text, ",");
    if (n == MAX_SLOTS)
      return ptx_wrong(a, "more operands than can be", NULL);
    if (text[0] == '=') {
      out->results++;
      n++;
    } else if (text[0] != '~') {
      out->ties[n] = text[0] >= '0' && text[0] <= '9' ? (int)strtol(text, NULL, 10) : -1;
      out->inputs++;
      n++;
    }
    text += length + (text[length] == ',');
  }
  return true;
}

static LLVMTypeRef result_at(LLVMTypeRef type, size_t results, unsigned i) {
  return results == 1 ? type : LLVMStructGetTypeAtIndex(type, i);
}

/* Variables for the assembly's operands and for its registers, inputs filled in. */
static bool make_slots(ptx_assembly *a, const constraints *c, LLVMTypeRef result) {
  tw_emulation *e = a->e;
  a->result_count = c->results;
  a->slot_count = c->results + c->inputs;
  for (unsigned i = 0; i < c->results; i++) {
    LLVMTypeRef type = result_at(result, c->results, i);
    a->slots[i] = (ptx_slot){tw_stack(e, type), type};
  }
  for (unsigned i = 0; i < c->inputs; i++) {
    unsigned k = (unsigned)c->results + i;
    LLVMValueRef value = LLVMGetParam(a->function, i + 1);
    LLVMTypeRef type = LLVMTypeOf(value);
    ptx_slot *tied = c->ties[k] >= 0 && (size_t)c->ties[k] < c->results ? &a->slots[c->ties[k]] : NULL;
    a->slots[k] = tied ? *tied : (ptx_slot){tw_stack(e, type), type};
    LLVMBuildStore(e->builder, value, a->slots[k].variable);
  }
  a->registers = tweed_arena_array(e->arena, a->program->register_count + 1, sizeof *a->registers);
  for (size_t i = 0; a->registers && i < a->program->register_count; i++) {
    LLVMTypeRef type = ptx_register_type(e, a->program->registers[i].type);
    if (!type)
      return ptx_wrong(a, "registers of an unknown type ", a->program->registers[i].type);
    a->registers[i] = (ptx_slot){tw_stack(e, type), type};
  }
  return a->registers != NULL;
}

static bool make_labels(ptx_assembly *a) {
  for (size_t i = 0; i < a->program->count; i++) {
    const ptx_statement *s = &a->program->statements[i];
    if (!s->label)
      continue;
    if (a->label_count == MAX_LABELS)
      return ptx_wrong(a, "too many labels", NULL);
    a->labels[a->label_count++] = (ptx_label){s->label, new_block(a)};
  }
  return true;
}

static void build_return(ptx_assembly *a, LLVMTypeRef result) {
  LLVMBuilderRef b = a->e->builder;
  if (a->result_count == 0) {
    LLVMBuildRetVoid(b);
    return;
  }
  LLVMValueRef all = NULL;
  for (unsigned i = 0; i < a->result_count; i++) {
    LLVMValueRef one = LLVMBuildLoad2(b, a->slots[i].type, a->slots[i].variable, "");
    if (a->result_count == 1)
      all = one;
    else
      all = LLVMBuildInsertValue(b, all ? all : LLVMGetPoison(result), one, i, "");
  }
  LLVMBuildRet(b, all);
}

static void set_attributes(tw_emulation *e, LLVMValueRef function) {
  static const char *const names[] = {"alwaysinline", "nounwind", "convergent"};
  LLVMSetLinkage(function, LLVMInternalLinkage);
  for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
    unsigned kind = LLVMGetEnumAttributeKindForName(names[i], strlen(names[i]));
    LLVMAddAttributeAtIndex(function, TW_OF_FUNCTION, LLVMCreateEnumAttribute(e->context, kind, 0));
  }
}

/* A function of the places of the statements and of the assembly's inputs. */
static bool build_function(ptx_assembly *a, const constraints *c, LLVMTypeRef asm_type) {
  tw_emulation *e = a->e;
  LLVMTypeRef types[MAX_SLOTS + 1], result = LLVMGetReturnType(asm_type);
  types[0] = e->pointer;
  LLVMGetParamTypes(asm_type, types + 1);
  LLVMTypeRef type = LLVMFunctionType(result, types, (unsigned)c->inputs + 1, false);
  a->function = LLVMAddFunction(e->module, "tweed.asm", type);
  set_attributes(e, a->function);
  LLVMPositionBuilderAtEnd(e->builder, new_block(a));
  LLVMSetCurrentDebugLocation2(e->builder, NULL);
  if (!make_slots(a, c, result) || !make_labels(a))
    return false;
  for (size_t i = 0; i < a->program->count; i++) {
    LLVMValueRef index = tw_number(e->i32, i);
    a->place = LLVMBuildGEP2(e->builder, e->place, LLVMGetParam(a->function, 0), &index, 1, "");
    if (!build_statement(a, &a->program->statements[i]))
      return false;
  }
  build_return(a, result);
  return true;
}

static void call_function(ptx_assembly *a) {
  tw_emulation *e = a->e;
  LLVMPositionBuilderBefore(e->builder, a->call);
  LLVMValueRef arguments[MAX_SLOTS + 1];
  unsigned count = (unsigned)LLVMGetNumArgOperands(a->call);
  arguments[0] = tw_places(e, a->call, a->program);
  for (unsigned i = 0; i < count; i++)
    arguments[i + 1] = LLVMGetOperand(a->call, i);
  LLVMTypeRef type = LLVMGlobalGetValueType(a->function);
  tw_replace(a->call, LLVMBuildCall2(e->builder, type, a->function, arguments, count + 1, ""));
}

void tw_lower_asm(tw_emulation *e, LLVMValueRef call) {
  LLVMValueRef code = LLVMGetCalledValue(call);
  LLVMTypeRef type = LLVMGetInlineAsmFunctionType(code);
  size_t length;
  const char *text = LLVMGetInlineAsmAsmString(code, &length);
  ptx_program program;
  tweed_error error;
  char *copy = tweed_arena_alloc(e->arena, length + 1);
  if (copy)
    memcpy(copy, text, length);
  if (!copy || ptx_parse(e->arena, copy, &program, &error) != TWEED_OK) {
    tw_emulation_error(e, call, "%s", copy ? error.message : "out of memory");
    return;
  }
  ptx_assembly *a = tweed_arena_alloc(e->arena, sizeof *a);
  constraints *c = tweed_arena_alloc(e->arena, sizeof *c);
  if (!a || !c) {
    tw_emulation_error(e, call, "out of memory");
    return;
  }
  *a = (ptx_assembly){.e = e, .call = call, .program = &program};
  text = LLVMGetInlineAsmConstraintString(code, &length);
  if (read_constraints(a, text, c) && build_function(a, c, type))
    call_function(a);
}
