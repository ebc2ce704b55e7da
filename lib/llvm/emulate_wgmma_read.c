/* emulate_wgmma_read.c: reads wgmma.mma_async in inline PTX, as CUTLASS, MLIR and people write it: alone, or behind a
 * setp that makes the predicate for scale-d. */
#include "emu/wgmma.h"
#include "llvm/emulate_wgmma.h"
#include "llvm/ptx.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char opcode[] = "wgmma.mma_async";

/* The assembly of a call. Its operands: outputs, then the inputs, which are those of the call. */
typedef struct assembly {
  tw_emulation *e;
  LLVMValueRef call;
  ptx_program program;
  const ptx_statement *statement; /* the wgmma */
  unsigned outputs, inputs;
} assembly;

bool tw_is_wgmma(LLVMValueRef instruction) {
  if (LLVMGetInstructionOpcode(instruction) != LLVMCall || !LLVMIsAInlineAsm(LLVMGetCalledValue(instruction)))
    return false;
  size_t length;
  const char *body = LLVMGetInlineAsmAsmString(LLVMGetCalledValue(instruction), &length);
  for (size_t i = 0; i + sizeof opcode <= length; i++)
    if (memcmp(body + i, opcode, sizeof opcode - 1) == 0)
      return true;
  return false;
}

static bool refuse(const assembly *a, const char *why) {
  tw_emulation_error(a->e, a->call, "wgmma.mma_async in inline PTX: %s", why);
  return false;
}

/* Constraints: "=f" outputs, digits for inputs that are tied, "~{…}" for what is overwritten. */
static bool read_constraints(LLVMValueRef call, unsigned *outputs, unsigned *inputs, int tied[TW_WGMMA_REGISTERS]) {
  size_t length;
  const char *c = LLVMGetInlineAsmConstraintString(LLVMGetCalledValue(call), &length), *end = c + length;
  *outputs = *inputs = 0;
  for (int i = 0; i < TW_WGMMA_REGISTERS; i++)
    tied[i] = -1;
  while (c < end) {
    const char *comma = memchr(c, ',', (size_t)(end - c));
    if (*c == '=')
      ++*outputs;
    else if (*c != '~') {
      unsigned long output = isdigit((unsigned char)*c) ? strtoul(c, NULL, 10) : TW_WGMMA_REGISTERS;
      if (output < TW_WGMMA_REGISTERS)
        tied[output] = (int)*inputs;
      ++*inputs;
    }
    c = comma ? comma + 1 : end;
  }
  return *outputs <= TW_WGMMA_REGISTERS && *inputs == LLVMGetNumArgOperands(call);
}

/* ---- transparent assembly ---- */

/* The text without what stands in front: white space and comments. */
static const char *skip(const char *s, const char *end) {
  while (s < end) {
    if (isspace((unsigned char)*s) || *s == ';')
      s++;
    else if (end - s > 1 && s[0] == '/' && s[1] == '/')
      while (s < end && *s != '\n')
        s++;
    else
      break;
  }
  return s;
}

/* Nothing, or one wait for a number of groups that stands there or is a constant operand. */
static bool read_wait(LLVMValueRef call, const char *s, const char *end, tw_transparent *t) {
  static const char name[] = "wgmma.wait_group.sync.aligned";
  char digits[16] = "";
  s = skip(s, end);
  if (s == end)
    return true;
  if ((size_t)(end - s) < sizeof name || memcmp(s, name, sizeof name - 1) != 0)
    return false;
  s = skip(s + sizeof name - 1, end);
  bool is_operand = s < end && *s == '$';
  s += is_operand;
  for (size_t i = 0; s < end && isdigit((unsigned char)*s) && i + 1 < sizeof digits; i++)
    digits[i] = *s++;
  unsigned long number = strtoul(digits, NULL, 10), operand = number - t->outputs;
  if (is_operand) {
    if (number < t->outputs || operand >= LLVMGetNumArgOperands(call) ||
        !LLVMIsAConstantInt(LLVMGetOperand(call, (unsigned)operand)))
      return false;
    number = (unsigned long)LLVMConstIntGetZExtValue(LLVMGetOperand(call, (unsigned)operand));
  }
  t->waits = true;
  t->pending = (uint32_t)number;
  return digits[0] && skip(s, end) == end;
}

bool tw_read_transparent(LLVMValueRef call, tw_transparent *out) {
  tw_transparent t = {0};
  unsigned inputs;
  if (LLVMGetInstructionOpcode(call) != LLVMCall || !LLVMIsAInlineAsm(LLVMGetCalledValue(call)) ||
      !read_constraints(call, &t.outputs, &inputs, t.tied) || t.outputs == 0)
    return false;
  for (unsigned i = 0; i < t.outputs; i++)
    if (t.tied[i] < 0)
      return false;
  size_t length;
  const char *body = LLVMGetInlineAsmAsmString(LLVMGetCalledValue(call), &length);
  bool transparent = read_wait(call, body, body + length, &t);
  if (transparent && out)
    *out = t;
  return transparent;
}

/* ---- operands ---- */

/* Operand `at` of the instruction; NULL: there are fewer. */
static const ptx_operand *operand(const assembly *a, size_t at) {
  return at < a->statement->count ? &a->statement->operands[at] : NULL;
}

/* The input of the call that an operand is. */
static bool input(const assembly *a, const ptx_operand *o, unsigned *out) {
  if (!o || o->kind != PTX_SLOT || o->number < a->outputs || o->number - a->outputs >= a->inputs)
    return false;
  *out = (unsigned)o->number - a->outputs;
  return true;
}

/* A number, or an input that is constant. */
static bool immediate(const assembly *a, const ptx_operand *o, int64_t *value) {
  unsigned i;
  if (o && o->kind == PTX_NUMBER) {
    *value = (int64_t)o->number;
    return true;
  }
  if (!input(a, o, &i) || !LLVMIsAConstantInt(LLVMGetOperand(a->call, i)))
    return false;
  *value = LLVMConstIntGetSExtValue(LLVMGetOperand(a->call, i));
  return true;
}

/* {$0, $1, …}: all outputs in order. */
static bool read_d(const ptx_operand *o, const tw_wgmma *out) {
  bool good = o && o->kind == PTX_VECTOR && o->count == out->registers;
  for (size_t i = 0; good && i < o->count; i++)
    good = o->items[i].kind == PTX_SLOT && o->items[i].number == i;
  return good;
}

static bool read_a(const assembly *a, const ptx_operand *o, tw_wgmma *out) {
  if (!o || o->kind != PTX_VECTOR)
    return input(a, o, &out->a[0]);
  out->a_count = (unsigned)o->count;
  bool good = o->count == 4;
  for (size_t i = 0; good && i < o->count; i++)
    good = input(a, &o->items[i], &out->a[i]);
  return good;
}

/* scale-d: a predicate that "setp.ne.b32 p, $34, 0;" makes. */
static bool read_scale(const assembly *a, const ptx_operand *o, tw_wgmma *out) {
  const ptx_statement *s = a->program.statements;
  if (!o || o->kind != PTX_NAME || o->negated || s == a->statement || strcmp(s->mnemonic, "setp.ne.b32") != 0)
    return false;
  const ptx_operand *to = s->operands;
  unsigned from;
  bool good = s->count == 3 && to[0].kind == PTX_NAME && strcmp(to[0].name, o->name) == 0 && input(a, &to[1], &from) &&
              to[2].kind == PTX_NUMBER && to[2].number == 0;
  out->scale_d = good ? (int)from : -1;
  return good;
}

/* imm-scale-a, imm-scale-b, then for 16-bit types imm-trans of what is in shared memory. */
static bool read_immediates(const assembly *a, const emu_wgmma *w, tw_wgmma *out) {
  int64_t value[4] = {1, 1, 0, 0};
  int scales = emu_is_integer(w->a) ? 0 : 2, first = out->a_count ? 3 : 2, last = emu_bits(w->a) == 16 ? 3 : 1;
  size_t at = 4;
  for (int i = 0; i < scales; i++)
    if (!immediate(a, operand(a, at++), &value[i]) || (value[i] != 1 && value[i] != -1))
      return false;
  for (int i = first; i <= last; i++)
    if (!immediate(a, operand(a, at++), &value[i]) || (value[i] & ~1) != 0)
      return false;
  out->flags =
      (uint64_t)(value[0] < 0) << 1 | (uint64_t)(value[1] < 0) << 2 | (uint64_t)value[2] << 3 | (uint64_t)value[3] << 4;
  return at == a->statement->count;
}

static bool read_operands(const assembly *a, const emu_wgmma *w, tw_wgmma *out) {
  if (a->outputs != out->registers)
    return refuse(a, "the assembly has other outputs than the accumulators");
  if (!read_d(operand(a, 0), out))
    return refuse(a, "D must be all outputs of the assembly, in order and in braces");
  if (!read_a(a, operand(a, 1), out) || !input(a, operand(a, 2), &out->b))
    return refuse(a, "A must be four inputs in braces or a descriptor, B a descriptor");
  if (!read_scale(a, operand(a, 3), out))
    return refuse(a, "scale-d must be a predicate made by setp.ne.b32 from an input and 0");
  if (!read_immediates(a, w, out))
    return refuse(a, "scales must be 1 or -1, transpositions 0 or 1, and as many as the instruction takes");
  return true;
}

/* ---- the assembly ---- */

/* Nothing but the setp stands in front of the instruction. */
static bool find_statement(assembly *a) {
  size_t length;
  const char *body = LLVMGetInlineAsmAsmString(LLVMGetCalledValue(a->call), &length);
  char *copy = tweed_arena_alloc(a->e->arena, length + 1);
  tweed_error error;
  if (!copy)
    return refuse(a, "out of memory");
  memcpy(copy, body, length);
  if (ptx_parse(a->e->arena, copy, &a->program, &error) != TWEED_OK)
    return refuse(a, error.message);
  if (a->program.count == 0)
    return refuse(a, "there is no instruction");
  size_t last = a->program.count - 1;
  a->statement = &a->program.statements[last];
  for (size_t i = 0; i < a->program.count; i++) {
    const ptx_statement *s = &a->program.statements[i];
    bool is_setp = !s->label && strncmp(s->mnemonic, "setp.", 5) == 0;
    if (s->label || s->guard || last > 1 || (i < last && !is_setp))
      return refuse(a, "other instructions stand beside it, or a guard before it");
  }
  return true;
}

bool tw_read_wgmma(tw_emulation *e, LLVMValueRef call, tw_wgmma *out) {
  assembly a = {.e = e, .call = call};
  emu_wgmma w;
  tweed_error error;
  *out = (tw_wgmma){.call = call, .scale_d = -1};
  if (!read_constraints(call, &a.outputs, &a.inputs, out->tied))
    return refuse(&a, "its constraints are not understood");
  if (!find_statement(&a))
    return false;
  if (emu_wgmma_parse(a.statement->mnemonic, &w, &error) != TWEED_OK) {
    tw_emulation_error(e, call, "%s", error.message);
    return false;
  }
  out->name = a.statement->mnemonic;
  out->code = emu_wgmma_pack(&w);
  out->registers = (unsigned)emu_wgmma_words(&w);
  return read_operands(&a, &w, out);
}
