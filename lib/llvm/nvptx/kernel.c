/* kernel.c: reads a kernel: the act of each instruction, its accesses, divergence. */
#include "llvm/nvptx/kernel.h"
#include "llvm/host.h"
#include <stdlib.h>
#include <string.h>

enum { WARP = 32, PTX_KERNEL = 71 /* LLVM's number of the calling convention */ };

bool tw_is_kernel(tw_bridge *b) {
  LLVMValueRef f = tw_function(b);
  return strncmp(tw_triple(b), "nvptx", 5) == 0 &&
         (LLVMGetFunctionCallConv(f) == PTX_KERNEL || tw_annotation(f, "kernel", 0) == 1);
}

static bool per_thread(const char *name) {
  return strncmp(name, "tid.", 4) == 0 || strcmp(name, "laneid") == 0 || strcmp(name, "warpid") == 0 ||
         strncmp(name, "lanemask", 8) == 0 || strncmp(name, "clock", 5) == 0 || strncmp(name, "globaltimer", 11) == 0;
}

/* The thread parts from others here, whatever the operands are: it reads its number, memory, or another lane. Memory
 * of parameters and constants is the same for all who read it at the same address. */
static bool source_of_divergence(const tw_kernel *k, int32_t inst, const tw_touch *t) {
  LLVMValueRef v = k->flow->insts[inst];
  char name[64];
  if (tw_register_of(v, name, sizeof name))
    return per_thread(name);
  if (LLVMIsAAllocaInst(v))
    return true;
  switch ((tw_act)k->acts[inst]) {
  case TW_ACT_NONE:
    return false;
  case TW_ACT_ACCESS: {
    bool parameter = t->origin.object && LLVMIsAArgument(t->origin.object) && t->origin.space == TW_SPACE_PRIVATE;
    bool constant =
        t->origin.object && LLVMIsAGlobalVariable(t->origin.object) && LLVMIsGlobalConstant(t->origin.object);
    return !(parameter || constant) || t->ordered;
  }
  default:
    return true;
  }
}

static void note_register(tw_kernel *k, LLVMValueRef inst) {
  char name[64];
  if (tw_register_of(inst, name, sizeof name) &&
      (tw_block_dimension(name, "tid.") > 0 || tw_block_dimension(name, "ntid.") > 0))
    k->flat = false;
  k->asks_ptx |= tw_ptx_names(inst, "%tid.");
}

static bool read_instruction(tw_kernel *k, size_t *room, int32_t inst) {
  tw_touch touches[TW_MAX_TOUCHES];
  int32_t n = 0;
  LLVMValueRef v = k->flow->insts[inst];
  tw_act act = tw_act_of(k->flow->bridge, v, touches, &n);
  k->acts[inst] = (uint8_t)act;
  k->divergent[inst] = source_of_divergence(k, inst, &touches[0]);
  k->unknown |= act == TW_ACT_OTHER || act == TW_ACT_ASYNC;
  note_register(k, v);
  if (!tweed_arena_grow(k->arena, (void **)&k->sites, room, (size_t)(k->nsites + n), sizeof *k->sites))
    return false;
  for (int32_t i = 0; i < n; i++) {
    tw_origin o = touches[i].origin;
    k->hidden |= o.space == TW_SPACE_ANY || (o.space == TW_SPACE_SHARED && !o.object);
    k->sites[k->nsites++] = (tw_site){inst, touches[i]};
  }
  return true;
}

/* Of target-features="+ptx80,+sm_90". */
static int32_t ptx_version(LLVMValueRef function) {
  static const char key[] = "target-features";
  LLVMAttributeRef a =
      LLVMGetStringAttributeAtIndex(function, (LLVMAttributeIndex)LLVMAttributeFunctionIndex, key, sizeof key - 1);
  unsigned length = 0;
  const char *text = a ? LLVMGetStringAttributeValue(a, &length) : NULL;
  const char *found = text ? strstr(text, "+ptx") : NULL;
  return found ? (int32_t)strtol(found + 4, NULL, 10) : 0;
}

static void read_target(tw_kernel *k, const int32_t block[3]) {
  const char *cpu = tw_cpu(k->flow->bridge);
  if (strncmp(cpu, "sm_", 3) == 0) {
    char *end;
    k->sm = (int32_t)strtol(cpu + 3, &end, 10);
    k->arch_specific = *end == 'a';
  }
  LLVMValueRef f = k->flow->function;
  k->ptx = ptx_version(f);
  k->block = tw_block_of(f, k->flat, block);
}

tw_kernel *tw_kernel_of(tw_bridge *b, const int32_t block[3], tweed_arena *arena) {
  tw_kernel *k = tweed_arena_alloc(arena, sizeof *k);
  tw_flow *f = k ? tw_flow_of(b, arena) : NULL;
  if (!f)
    return NULL;
  k->flow = f;
  k->arena = arena;
  k->flat = true;
  k->acts = tweed_arena_array(arena, (size_t)f->ninsts, sizeof *k->acts);
  k->divergent = tweed_arena_array(arena, (size_t)f->ninsts, sizeof *k->divergent);
  size_t room = 0;
  bool fine = k->acts && k->divergent;
  for (int32_t i = 0; fine && i < f->ninsts; i++)
    fine = read_instruction(k, &room, i);
  if (!fine) {
    tw_flow_free_map(f);
    return NULL;
  }
  tw_flow_taint(f, NULL, -1, k->divergent);
  read_target(k, block);
  return k;
}

const char *tw_kernel_against_warps(const tw_kernel *k, int32_t threads, int32_t most) {
  if (k->block.threads == 0)
    return "the number of threads is not given";
  if (k->block.size[0] == 0)
    return "of its dimensions, only the number of threads is given";
  if (k->asks_ptx && !tw_block_is_flat(&k->block))
    return "inline PTX reads a thread's coordinates";
  if (k->block.threads % WARP != 0)
    return "the number of threads is not a multiple of 32";
  return k->block.threads + threads > most || threads > k->block.threads ? "no room for more threads" : NULL;
}

const tw_site *tw_kernel_site(const tw_kernel *k, int32_t inst) {
  for (int32_t i = 0; i < k->nsites; i++)
    if (k->sites[i].inst == inst)
      return &k->sites[i];
  return NULL;
}
