/* emulate_wgmma_read.c: reads wgmma.mma_async in inline PTX, as CUTLASS, MLIR and people write it: alone, or in braces
 * behind a setp that makes the predicate for scale-d. */
#include "emu/wgmma.h"
#include "llvm/emulate_wgmma.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char opcode[] = "wgmma.mma_async";

/* The assembly of a call, and its operands: $0 … are the outputs, then the inputs. */
typedef struct text {
  tw_emulation *e;
  LLVMValueRef call;
  char *body;
  unsigned outputs, inputs;
  int tied[TW_WGMMA_REGISTERS]; /* input that is tied to an output, or -1 */
} text;

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

static bool refuse(const text *t, const char *why) {
  tw_emulation_error(t->e, t->call, "wgmma.mma_async in inline PTX: %s", why);
  return false;
}

/* Constraints: "=f" outputs, digits for inputs that are tied, "~{…}" for what is overwritten. */
static bool read_constraints(text *t) {
  size_t length;
  const char *c = LLVMGetInlineAsmConstraintString(LLVMGetCalledValue(t->call), &length), *end = c + length;
  for (int i = 0; i < TW_WGMMA_REGISTERS; i++)
    t->tied[i] = -1;
  while (c < end) {
    const char *comma = memchr(c, ',', (size_t)(end - c));
    if (*c == '=')
      t->outputs++;
    else if (*c != '~') {
      unsigned long output = isdigit((unsigned char)*c) ? strtoul(c, NULL, 10) : TW_WGMMA_REGISTERS;
      if (output < TW_WGMMA_REGISTERS)
        t->tied[output] = (int)t->inputs;
      t->inputs++;
    }
    c = comma ? comma + 1 : end;
  }
  return t->outputs <= TW_WGMMA_REGISTERS && t->inputs == LLVMGetNumArgOperands(t->call);
}

/* ---- words ---- */

static const char *skip(const char *s) {
  return s + strspn(s, " \t\r\n");
}

/* "$12" or "${12}": its number; -1: it is none. */
static int placeholder(const char **at) {
  const char *s = skip(*at);
  if (*s++ != '$')
    return -1;
  bool braced = *s == '{';
  s += braced;
  if (!isdigit((unsigned char)*s))
    return -1;
  char *end;
  int number = (int)strtol(s, &end, 10);
  if (braced && *end++ != '}')
    return -1;
  *at = end;
  return number;
}

static bool comma(const char **at) {
  const char *s = skip(*at);
  *at = s + (*s == ',');
  return *s == ',';
}

/* An input of the call. */
static bool input(const text *t, const char **at, unsigned *operand) {
  int number = placeholder(at);
  *operand = (unsigned)number - t->outputs;
  return number >= (int)t->outputs && *operand < t->inputs;
}

/* A number, or an input that is constant. */
static bool immediate(const text *t, const char **at, int64_t *value) {
  unsigned operand;
  const char *s = skip(*at);
  if (*s == '$') {
    if (!input(t, at, &operand) || !LLVMIsAConstantInt(LLVMGetOperand(t->call, operand)))
      return false;
    *value = LLVMConstIntGetSExtValue(LLVMGetOperand(t->call, operand));
    return true;
  }
  char *end;
  *value = strtol(s, &end, 10);
  *at = end;
  return end != s;
}

/* ---- operands ---- */

/* {$0, $1, …}: all outputs in order. */
static bool read_d(const char **at, const tw_wgmma *out) {
  *at = skip(*at);
  if (*(*at)++ != '{')
    return false;
  for (unsigned i = 0; i < out->registers; i++)
    if ((i > 0 && !comma(at)) || placeholder(at) != (int)i)
      return false;
  *at = skip(*at);
  return *(*at)++ == '}';
}

static bool read_a(const text *t, const char **at, tw_wgmma *out) {
  *at = skip(*at);
  if (**at != '{')
    return input(t, at, &out->a[0]);
  ++*at;
  for (out->a_count = 0; out->a_count < 4; out->a_count++)
    if ((out->a_count > 0 && !comma(at)) || !input(t, at, &out->a[out->a_count]))
      return false;
  *at = skip(*at);
  return *(*at)++ == '}';
}

/* scale-d: a predicate that an earlier "setp.ne.b32 p, $34, 0;" makes. */
static bool read_scale(const text *t, const char *start, const char **at, tw_wgmma *out) {
  char name[32];
  unsigned operand;
  const char *s = skip(*at), *setp = strstr(t->body, "setp.ne.b32");
  size_t length = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_%");
  if (length == 0 || length >= sizeof name || !setp || setp > start)
    return false;
  snprintf(name, sizeof name, "%.*s", (int)length, s);
  *at = s + length;
  setp = skip(setp + strlen("setp.ne.b32"));
  if (strncmp(setp, name, length) != 0)
    return false;
  setp += length;
  if (!comma(&setp) || !input(t, &setp, &operand) || !comma(&setp) || *skip(setp) != '0')
    return false;
  out->scale_d = (int)operand;
  return true;
}

/* imm-scale-a, imm-scale-b, then for 16-bit types imm-trans of what is in shared memory. */
static bool read_immediates(const text *t, const char **at, const emu_wgmma *w, tw_wgmma *out) {
  int64_t value[4] = {1, 1, 0, 0};
  int scales = emu_is_integer(w->a) ? 0 : 2, first = out->a_count ? 3 : 2, last = emu_bits(w->a) == 16 ? 3 : 1;
  for (int i = 0; i < scales; i++)
    if (!comma(at) || !immediate(t, at, &value[i]) || (value[i] != 1 && value[i] != -1))
      return false;
  for (int i = first; i <= last; i++)
    if (!comma(at) || !immediate(t, at, &value[i]) || (value[i] & ~1) != 0)
      return false;
  out->flags =
      (uint64_t)(value[0] < 0) << 1 | (uint64_t)(value[1] < 0) << 2 | (uint64_t)value[2] << 3 | (uint64_t)value[3] << 4;
  return *skip(*at) == ';';
}

/* Nothing but declarations, the setp and braces stand around the instruction. */
static bool stands_alone(const text *t, const char *start, const char *end) {
  for (const char *s = t->body; *(s = skip(s)); s += strcspn(s, ";{}"), s += *s != 0) {
    if (s == start) {
      s = end;
      continue;
    }
    if (*s != '{' && *s != '}' && *s != ';' && strncmp(s, ".reg", 4) != 0 && strncmp(s, "setp.ne.b32", 11) != 0)
      return false;
  }
  return true;
}

static bool read_operands(const text *t, const char *start, const emu_wgmma *w, tw_wgmma *out) {
  const char *at = start + strcspn(start, " \t\n");
  if (!read_d(&at, out) || !comma(&at))
    return refuse(t, "D must be all outputs of the assembly, in order and in braces");
  if (!read_a(t, &at, out) || !comma(&at) || !input(t, &at, &out->b) || !comma(&at))
    return refuse(t, "A must be four inputs in braces or a descriptor, B a descriptor");
  if (!read_scale(t, start, &at, out))
    return refuse(t, "scale-d must be a predicate made by setp.ne.b32 from an input and 0");
  if (!read_immediates(t, &at, w, out))
    return refuse(t, "scales must be 1 or -1, transpositions 0 or 1, and as many as the instruction takes");
  return stands_alone(t, start, at) || refuse(t, "other instructions stand beside it");
}

bool tw_read_wgmma(tw_emulation *e, LLVMValueRef call, tw_wgmma *out) {
  size_t length;
  const char *body = LLVMGetInlineAsmAsmString(LLVMGetCalledValue(call), &length);
  text t = {.e = e, .call = call, .body = tweed_arena_alloc(e->arena, length + 1)};
  *out = (tw_wgmma){.call = call, .scale_d = -1};
  if (!t.body)
    return refuse(&t, "out of memory");
  memcpy(t.body, body, length);
  const char *start = strstr(t.body, opcode);
  size_t name_length = strcspn(start, " \t\n");
  char *name = tweed_arena_alloc(e->arena, name_length + 1);
  if (!name || !read_constraints(&t))
    return refuse(&t, "its constraints are not understood");
  memcpy(name, start, name_length);
  emu_wgmma w;
  tweed_error error;
  if (emu_wgmma_parse(name, &w, &error) != TWEED_OK) {
    tw_emulation_error(e, call, "%s", error.message);
    return false;
  }
  out->name = name;
  out->code = emu_wgmma_pack(&w);
  out->registers = (unsigned)emu_wgmma_words(&w);
  memcpy(out->tied, t.tied, sizeof out->tied);
  if (t.outputs != out->registers)
    return refuse(&t, "the assembly has other outputs than the accumulators");
  return read_operands(&t, start, &w, out);
}
