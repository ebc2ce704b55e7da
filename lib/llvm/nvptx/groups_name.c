/* groups_name.c: what groups come to, and their names. */
#include "llvm/nvptx/groups.h"
#include <stdio.h>
#include <string.h>

int64_t tw_group_cycles(const tw_groups *g, int32_t group) {
  int64_t most = 0;
  for (int32_t u = 0; u < g->costs->nunits; u++)
    most = tw_max64(most, tw_cost_cycles(g->costs, u, g->groups[group].work[u], g->warps));
  return most;
}

/* The place in a mangled name where its last part begins: 17 in "_ZZ12sgemm_kernelE2as". 0: there is none. */
static size_t last_part(const char *name, size_t length) {
  for (size_t at = length; at > 0; at--)
    for (size_t digits = 1; digits <= 3 && at >= digits + 1; digits++) {
      char number[24];
      snprintf(number, sizeof number, "%zu", length - at);
      if (strlen(number) == digits && name[at - digits - 1] == 'E' && strncmp(name + at - digits, number, digits) == 0)
        return at;
    }
  return 0;
}

/* Without the number of a later life (lives.h). */
static size_t stem(const char *name, size_t length) {
  size_t end = length;
  while (end > 0 && name[end - 1] >= '0' && name[end - 1] <= '9')
    end--;
  return end > 1 && end < length && name[end - 1] == '.' ? end - 1 : length;
}

/* What the programmer called it. */
static void object_name(LLVMValueRef object, char *out, size_t size) {
  size_t length = 0;
  const char *name = LLVMGetValueName2(object, &length);
  size_t from = last_part(name, stem(name, length));
  if (length > 0) {
    snprintf(out, size, "%.*s", (int)(length - from), name + from);
    return;
  }
  unsigned number = 0;
  if (LLVMIsAArgument(object))
    while (LLVMGetParam(LLVMGetParamParent(object), number) != object)
      number++;
  snprintf(out, size, "arg%u", number);
}

static const char *const kind_names[] = {
    [TW_GROUP_COPY] = "copy",        [TW_GROUP_LOAD] = "load",       [TW_GROUP_FETCH] = "fetch",
    [TW_GROUP_TENSOR] = "tensor",    [TW_GROUP_FLOAT] = "float",     [TW_GROUP_SPECIAL] = "special",
    [TW_GROUP_EXCHANGE] = "shuffle", [TW_GROUP_INTEGER] = "integer", [TW_GROUP_WRITE] = "write",
    [TW_GROUP_STORE] = "store",      [TW_GROUP_LOOP] = "loop",       [TW_GROUP_BARRIER] = "barrier",
};

static void plain_name(const tw_groups *g, int32_t group, char *out, size_t size) {
  const tw_group *it = &g->groups[group];
  size_t used = (size_t)snprintf(out, size, "%s", kind_names[it->kind]);
  char object[40];
  int32_t n = it->kind == TW_GROUP_COPY ? g->tile->channels[it->channel].nobjects : it->object ? 1 : 0;
  for (int32_t k = 0; k < n && used < size; k++) {
    object_name(it->kind == TW_GROUP_COPY ? g->tile->channels[it->channel].objects[k] : it->object, object,
                sizeof object);
    used += (size_t)snprintf(out + used, size - used, ".%s", object);
  }
}

const char *tw_group_name(const tw_groups *g, int32_t group, char *buffer, size_t size) {
  char other[96], own[80];
  int32_t number = 1, same = 0;
  plain_name(g, group, own, sizeof own);
  for (int32_t k = 0; k < g->ngroups; k++) {
    plain_name(g, k, other, sizeof other);
    if (strncmp(own, other, sizeof own - 1) == 0) {
      number += k < group;
      same++;
    }
  }
  if (same > 1)
    snprintf(buffer, size, "%s.%d", own, (int)number);
  else
    snprintf(buffer, size, "%s", own);
  return buffer;
}
