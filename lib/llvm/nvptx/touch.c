/* touch.c: effects of instructions, intrinsics and inline PTX; where addresses come from. */
#include "llvm/nvptx/touch.h"
#include "llvm/nvptx/align.h"
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- origins ---- */

enum { MAX_WALK = 256, SHARED_SPACE = 3 };

typedef struct walk {
  LLVMValueRef seen[MAX_WALK];
  int32_t n;
  tw_origin found;
} walk;

static void found(walk *w, tw_space space, LLVMValueRef object) {
  tw_origin *o = &w->found;
  if (o->space == TW_SPACE_NONE) {
    *o = (tw_origin){space, object};
    return;
  }
  if (o->object != object)
    o->object = NULL;
  if (o->space != space)
    o->space = TW_SPACE_ANY;
}

static bool is_pointer(LLVMValueRef v) {
  return LLVMGetTypeKind(LLVMTypeOf(v)) == LLVMPointerTypeKind;
}

static tw_space space_of_type(LLVMValueRef pointer) {
  switch (LLVMGetPointerAddressSpace(LLVMTypeOf(pointer))) {
  case 1:
  case 4:
    return TW_SPACE_GLOBAL;
  case SHARED_SPACE:
    return TW_SPACE_SHARED;
  case 5:
    return TW_SPACE_PRIVATE;
  default:
    return TW_SPACE_ANY;
  }
}

static bool has_attribute(LLVMValueRef argument, const char *name) {
  LLVMValueRef f = LLVMGetParamParent(argument);
  unsigned kind = LLVMGetEnumAttributeKindForName(name, strlen(name));
  for (unsigned i = 0; i < LLVMCountParams(f); i++)
    if (LLVMGetParam(f, i) == argument)
      return LLVMGetEnumAttributeAtIndex(f, i + 1, kind) != NULL;
  return false;
}

/* An integer or pointer whose operands say where it points. */
static bool passes_on(LLVMOpcode op) {
  switch (op) {
  case LLVMBitCast:
  case LLVMAddrSpaceCast:
  case LLVMPtrToInt:
  case LLVMIntToPtr:
  case LLVMTrunc:
  case LLVMZExt:
  case LLVMSExt:
  case LLVMFreeze:
  case LLVMAdd:
  case LLVMSub:
  case LLVMAnd:
  case LLVMOr:
  case LLVMXor:
  case LLVMPHI:
    return true;
  default:
    return false;
  }
}

static void visit(walk *w, LLVMValueRef v);

static void visit_operands(walk *w, LLVMValueRef v, int from) {
  for (int k = from; k < LLVMGetNumOperands(v); k++)
    visit(w, LLVMGetOperand(v, (unsigned)k));
}

static void visit_operation(walk *w, LLVMValueRef v, LLVMOpcode op) {
  if (op == LLVMGetElementPtr)
    visit(w, LLVMGetOperand(v, 0));
  else if (op == LLVMSelect)
    visit_operands(w, v, 1);
  else if (passes_on(op))
    visit_operands(w, v, 0);
  else if (op == LLVMAlloca)
    found(w, TW_SPACE_PRIVATE, v);
  else if (is_pointer(v))
    found(w, space_of_type(v), NULL);
}

static void visit_leaf(walk *w, LLVMValueRef v) {
  if (LLVMIsAGlobalVariable(v))
    found(w, space_of_type(v) == TW_SPACE_ANY ? TW_SPACE_GLOBAL : space_of_type(v), v);
  else if (LLVMIsAArgument(v) && is_pointer(v))
    found(w, has_attribute(v, "byval") ? TW_SPACE_PRIVATE : TW_SPACE_GLOBAL, v);
  else if (is_pointer(v) && !LLVMIsUndef(v) && !LLVMIsNull(v))
    found(w, space_of_type(v), NULL);
}

static void visit(walk *w, LLVMValueRef v) {
  for (int32_t i = 0; i < w->n; i++)
    if (w->seen[i] == v)
      return;
  if (w->n == MAX_WALK) {
    found(w, TW_SPACE_ANY, NULL);
    return;
  }
  w->seen[w->n++] = v;
  if (LLVMIsAInstruction(v))
    visit_operation(w, v, LLVMGetInstructionOpcode(v));
  else if (LLVMIsAConstantExpr(v))
    visit_operation(w, v, LLVMGetConstOpcode(v));
  else
    visit_leaf(w, v);
}

tw_origin tw_origin_of(LLVMValueRef address) {
  walk w = {.n = 0};
  visit(&w, address);
  if (w.found.space == TW_SPACE_NONE && is_pointer(address))
    w.found.space = TW_SPACE_ANY;
  return w.found;
}

static bool identified(LLVMValueRef object) {
  return object && (LLVMIsAGlobalVariable(object) || LLVMIsAAllocaInst(object));
}

/* Arrays without a size in shared memory: all of them begin where dynamic memory does. */
static bool dynamic(tw_origin o) {
  return o.space == TW_SPACE_SHARED && LLVMIsAGlobalVariable(o.object) && LLVMIsDeclaration(o.object);
}

bool tw_origins_apart(tw_origin a, tw_origin b) {
  bool known = a.space != TW_SPACE_ANY && b.space != TW_SPACE_ANY;
  if (known && a.space != b.space)
    return true;
  if (!a.object || !b.object || a.object == b.object)
    return false;
  if (identified(a.object) && identified(b.object))
    return !dynamic(a) || !dynamic(b);
  bool arguments = LLVMIsAArgument(a.object) || LLVMIsAArgument(b.object);
  return arguments && ((LLVMIsAArgument(a.object) && has_attribute(a.object, "noalias")) ||
                       (LLVMIsAArgument(b.object) && has_attribute(b.object, "noalias")));
}

/* ---- inline PTX ---- */

static bool is_asm(LLVMValueRef inst) {
  return LLVMIsACallInst(inst) && LLVMIsAInlineAsm(LLVMGetCalledValue(inst));
}

/* The next statement of PTX behind *at: skips braces, white space and declarations. NULL at the end. */
static const char *statement(const char **at, size_t *length) {
  const char *p = *at;
  for (;;) {
    while (*p && (isspace((unsigned char)*p) || *p == '{' || *p == '}' || *p == ';'))
      p++;
    if (!*p)
      return NULL;
    const char *begin = p;
    p += strcspn(p, ";");
    *at = p;
    if (*begin == '.' || strncmp(begin, "//", 2) == 0)
      continue;
    *length = (size_t)(p - begin);
    return begin;
  }
}

static const char *asm_text(LLVMValueRef inst) {
  size_t length = 0;
  return LLVMGetInlineAsmAsmString(LLVMGetCalledValue(inst), &length);
}

const char *tw_ptx_mnemonic(LLVMValueRef call, char *buffer, size_t size) {
  buffer[0] = 0;
  if (is_asm(call)) {
    const char *at = asm_text(call);
    size_t length = 0;
    const char *s = statement(&at, &length);
    if (s) {
      size_t word = strcspn(s, " \t\n;");
      snprintf(buffer, size, "%.*s", (int)(word < length ? word : length), s);
    }
  }
  return buffer;
}

bool tw_ptx_names(LLVMValueRef inst, const char *text) {
  return is_asm(inst) && strstr(asm_text(inst), text);
}

static bool starts(const char *text, const char *prefix) {
  return strncmp(text, prefix, strlen(prefix)) == 0;
}

static bool starts_with_one_of(const char *text, const char *const *prefixes) {
  for (; *prefixes; prefixes++)
    if (starts(text, *prefixes))
      return true;
  return false;
}

static const char *const arithmetic[] = {
    "add.",   "sub.",   "mul.", "mad.",  "fma.",  "min.",  "max.",  "abs.",  "neg.",  "and.",  "or.",       "xor.",
    "not.",   "shl.",   "shr.", "cvt.",  "mov.",  "selp.", "setp.", "set.",  "ex2.",  "lg2.",  "rcp.",      "rsqrt.",
    "sqrt.",  "sin.",   "cos.", "tanh.", "prmt.", "lop3.", "bfe.",  "bfi.",  "dp4a.", "dp2a.", "sad.",      "mul24.",
    "mad24.", "bfind.", "fns.", "brev.", "rem.",  "div.",  "cvta.", "popc.", "clz.",  "shf.",  "copysign.", NULL};
static const char *const of_warps[] = {"mma.sync.", "wmma.mma.",   "shfl.sync.", "vote.sync.",
                                       "match.",    "redux.sync.", "elect.sync", NULL};
static const char *const asynchronous[] = {"cp.async", "mbarrier.", "wgmma.", "fence.proxy", "fence.mbarrier", NULL};

/* The call's operand that an address in brackets names: "[$4 + 16]" is operand 4 of the text, results first. */
static bool bracket_operand(LLVMValueRef inst, const char *s, size_t length, unsigned *operand) {
  const char *open = memchr(s, '[', length);
  if (!open)
    return false;
  const char *p = open + 1;
  while (isspace((unsigned char)*p))
    p++;
  if (p[0] == '$' && p[1] == '{')
    p++;
  if (*p != '$' || !isdigit((unsigned char)p[1]))
    return false;
  unsigned long number = strtoul(p + 1, NULL, 10);
  LLVMTypeRef result = LLVMTypeOf(inst);
  unsigned long results = 1;
  if (LLVMGetTypeKind(result) == LLVMVoidTypeKind)
    results = 0;
  else if (LLVMGetTypeKind(result) == LLVMStructTypeKind)
    results = LLVMCountStructElementTypes(result);
  if (number < results || number - results >= LLVMGetNumArgOperands(inst))
    return false;
  *operand = (unsigned)(number - results);
  return true;
}

static tw_act one_statement(LLVMValueRef inst, const char *s, size_t length, tw_touch *touch, int32_t *count) {
  if (*s == '@')
    return TW_ACT_OTHER;
  if (starts_with_one_of(s, arithmetic))
    return TW_ACT_NONE;
  if (starts_with_one_of(s, of_warps))
    return TW_ACT_WARP;
  if (starts_with_one_of(s, asynchronous))
    return TW_ACT_ASYNC;
  if ((starts(s, "bar.sync 0") || starts(s, "barrier.sync 0")) && !memchr(s, ',', length))
    return TW_ACT_BARRIER;
  bool load = starts(s, "ldmatrix."), store = starts(s, "stmatrix.");
  if ((!load && !store) || *count == TW_MAX_TOUCHES || !bracket_operand(inst, s, length, &touch[*count].operand))
    return TW_ACT_OTHER;
  tw_touch *t = &touch[(*count)++];
  t->reads = load;
  t->writes = store;
  t->bytes = 16;
  t->align = 16;
  t->origin = tw_origin_of(LLVMGetOperand(inst, t->operand));
  if (t->origin.space != TW_SPACE_SHARED)
    t->origin = (tw_origin){TW_SPACE_SHARED, NULL};
  return TW_ACT_ACCESS;
}

/* The strongest of several acts: accesses and work of warps go together, all else does not. */
static tw_act join(tw_act a, tw_act b) {
  if (a == b || b == TW_ACT_NONE)
    return a;
  if (a == TW_ACT_NONE)
    return b;
  return TW_ACT_OTHER;
}

/* %laneid, %ntid.x, …: what LLVM's intrinsics for them say, PTX doesn't. A value of this thread alone is as good as one
 * that other lanes have a part in; what else there is, such as the size of the block, may be another one after a
 * rewrite. */
static tw_act act_of_registers(const char *text) {
  static const char *const own[] = {"laneid", "lanemask_", "tid.x", "ctaid.", "nctaid.", NULL};
  tw_act act = TW_ACT_NONE;
  for (const char *p = strchr(text, '%'); p; p = strchr(p + 1, '%'))
    if (isalpha((unsigned char)p[1]))
      act = join(act, starts_with_one_of(p + 1, own) ? TW_ACT_WARP : TW_ACT_OTHER);
  return act;
}

static tw_act act_of_asm(LLVMValueRef inst, tw_touch *touches, int32_t *count) {
  const char *at = asm_text(inst), *s;
  size_t length = 0;
  tw_act act = TW_ACT_NONE;
  while ((s = statement(&at, &length)))
    act = join(act, one_statement(inst, s, length, touches, count));
  act = join(act, act_of_registers(asm_text(inst)));
  if (act != TW_ACT_ACCESS)
    *count = 0;
  return act;
}

/* ---- intrinsics ---- */

static tw_act access_of(LLVMValueRef inst, unsigned operand, bool reads, bool writes, uint64_t bytes, unsigned align,
                        tw_touch *touch, int32_t *count) {
  *count = 1;
  *touch = (tw_touch){.reads = reads, .writes = writes, .operand = operand, .bytes = bytes, .align = align};
  touch->origin = tw_origin_of(LLVMGetOperand(inst, operand));
  return TW_ACT_ACCESS;
}

/* memset, memcpy, memmove: what is written first, then what is read. Not those that are atomic by element. */
static bool moves_memory(LLVMValueRef inst, const char *name, tw_touch *touches, int32_t *count) {
  bool set = strcmp(name, "llvm.memset") == 0 || strcmp(name, "llvm.memset.inline") == 0;
  bool copy =
      strcmp(name, "llvm.memcpy") == 0 || strcmp(name, "llvm.memcpy.inline") == 0 || strcmp(name, "llvm.memmove") == 0;
  if (!set && !copy)
    return false;
  LLVMValueRef length = LLVMGetOperand(inst, 2), is_volatile = LLVMGetOperand(inst, 3);
  uint64_t bytes = LLVMIsAConstantInt(length) ? LLVMConstIntGetZExtValue(length) : 0;
  for (unsigned k = 0; k < (copy ? 2 : 1); k++) {
    access_of(inst, k, k == 1, k == 0, bytes, 1, &touches[k], count);
    touches[k].ordered = !LLVMIsNull(is_volatile);
  }
  *count = copy ? 2 : 1;
  return true;
}

static bool block_barrier(LLVMValueRef inst, const char *name) {
  if (strcmp(name, "llvm.nvvm.barrier0") == 0)
    return true;
  bool by_number = strcmp(name, "llvm.nvvm.bar.sync") == 0 || strcmp(name, "llvm.nvvm.barrier.n") == 0 ||
                   strcmp(name, "llvm.nvvm.barrier.sync") == 0;
  return by_number && LLVMIsAConstantInt(LLVMGetOperand(inst, 0)) &&
         LLVMConstIntGetZExtValue(LLVMGetOperand(inst, 0)) == 0;
}

static tw_act act_of_call(tw_bridge *b, LLVMValueRef inst, tw_touch *touches, int32_t *count) {
  char name[128];
  tw_callee_name(inst, name, sizeof name);
  if (tw_is_assume_like(inst))
    return TW_ACT_NONE;
  if (block_barrier(inst, name))
    return TW_ACT_BARRIER;
  if (moves_memory(inst, name, touches, count))
    return TW_ACT_ACCESS;
  if (starts(name, "llvm.nvvm.ldmatrix"))
    return access_of(inst, 0, true, false, 16, 16, touches, count);
  if (starts(name, "llvm.nvvm.wmma.")) {
    if (strstr(name, ".load."))
      return access_of(inst, 0, true, false, 16, 16, touches, count);
    if (strstr(name, ".store."))
      return access_of(inst, 0, false, true, 16, 16, touches, count);
    return TW_ACT_WARP;
  }
  if (starts(name, "llvm.nvvm.mma.") || starts(name, "llvm.nvvm.shfl.sync") || starts(name, "llvm.nvvm.vote.") ||
      starts(name, "llvm.nvvm.match.") || starts(name, "llvm.nvvm.redux.sync") ||
      starts(name, "llvm.nvvm.bar.warp.sync"))
    return TW_ACT_WARP;
  if (starts(name, "llvm.nvvm.cp.async") || starts(name, "llvm.nvvm.mbarrier"))
    return TW_ACT_ASYNC;
  tw_effects e = tw_effects_of(b, inst);
  bool pure = !e.reads && !e.writes && !e.convergent && !e.may_throw && !e.may_not_return;
  return pure ? TW_ACT_NONE : TW_ACT_OTHER;
}

const char *tw_register_of(LLVMValueRef inst, char *buffer, size_t size) {
  static const char prefix[] = "llvm.nvvm.read.ptx.sreg.";
  char name[128];
  if (!LLVMIsACallInst(inst) || !LLVMIsAFunction(LLVMGetCalledValue(inst)))
    return NULL;
  if (!starts(tw_callee_name(inst, name, sizeof name), prefix))
    return NULL;
  snprintf(buffer, size, "%s", name + sizeof prefix - 1);
  return buffer;
}

/* ---- instructions ---- */

static unsigned alignment(LLVMValueRef inst, unsigned operand) {
  LLVMModuleRef module = LLVMGetGlobalParent(LLVMGetBasicBlockParent(LLVMGetInstructionParent(inst)));
  unsigned said = LLVMGetAlignment(inst);
  unsigned proved = tw_alignment_of(LLVMGetModuleDataLayout(module), LLVMGetOperand(inst, operand));
  return said > proved ? said : proved;
}

static tw_act act_of_memory(tw_bridge *b, LLVMValueRef inst, LLVMOpcode op, tw_touch *t, int32_t *count) {
  bool load = op == LLVMLoad, store = op == LLVMStore, change = op == LLVMAtomicRMW || op == LLVMAtomicCmpXchg;
  if (!load && !store && !change)
    return TW_ACT_OTHER; /* fences and what else there is */
  LLVMTypeRef type = load ? LLVMTypeOf(inst) : LLVMTypeOf(LLVMGetOperand(inst, store ? 0 : 1));
  access_of(inst, store ? 1 : 0, !store, !load, tw_store_size(b, type), change ? 0 : alignment(inst, store ? 1 : 0), t,
            count);
  t->ordered = change || LLVMGetVolatile(inst) || LLVMGetOrdering(inst) != LLVMAtomicOrderingNotAtomic;
  return TW_ACT_ACCESS;
}

tw_act tw_act_of(tw_bridge *b, LLVMValueRef inst, tw_touch *touches, int32_t *count) {
  *count = 0;
  memset(touches, 0, TW_MAX_TOUCHES * sizeof *touches);
  if (is_asm(inst)) {
    tw_act act = act_of_asm(inst, touches, count);
    /* LLVM takes it for a function of its operands, and it looks like one. */
    bool harmless = !LLVMGetInlineAsmHasSideEffects(LLVMGetCalledValue(inst)) && LLVMGetNumArgOperands(inst) > 0 &&
                    !strpbrk(asm_text(inst), "[%@");
    return act == TW_ACT_OTHER && harmless && !tw_effects_of(b, inst).convergent ? TW_ACT_NONE : act;
  }
  if (LLVMIsACallInst(inst))
    return act_of_call(b, inst, touches, count);
  if (LLVMIsATerminatorInst(inst))
    return LLVMIsAInvokeInst(inst) ? TW_ACT_OTHER : TW_ACT_NONE;
  tw_effects e = tw_effects_of(b, inst);
  if (!e.reads && !e.writes)
    return TW_ACT_NONE;
  return act_of_memory(b, inst, LLVMGetInstructionOpcode(inst), touches, count);
}

static bool from_block(walk *w, LLVMValueRef v) {
  char name[64];
  for (int32_t i = 0; i < w->n; i++)
    if (w->seen[i] == v)
      return false;
  if (!LLVMIsAInstruction(v))
    return false;
  if (w->n == MAX_WALK)
    return true;
  w->seen[w->n++] = v;
  if (tw_register_of(v, name, sizeof name))
    return strncmp(name, "ctaid.", 6) == 0 || strncmp(name, "clusterid", 9) == 0;
  LLVMOpcode op = LLVMGetInstructionOpcode(v);
  bool computes =
      op == LLVMCall && starts(tw_callee_name(v, name, sizeof name), "llvm.") && !starts(name, "llvm.nvvm.");
  if (op == LLVMLoad || op == LLVMAtomicRMW || op == LLVMAtomicCmpXchg || (op == LLVMCall && !computes))
    return true;
  for (int k = 0; k < LLVMGetNumOperands(v); k++)
    if (from_block(w, LLVMGetOperand(v, (unsigned)k)))
      return true;
  return false;
}

bool tw_differs_by_block(LLVMValueRef value) {
  walk w = {.n = 0};
  return from_block(&w, value);
}
