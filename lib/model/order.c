/* order.c: an order of the ops that respects every dependence of distance 0, or the cycle that forbids one. */
#include "model/build.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Dependences of distance 0 that enter an op from ops not yet in order. */
static void count_waits(const tweed_problem *p, int32_t *waits) {
  memset(waits, 0, (size_t)p->nops * sizeof *waits);
  for (int32_t d = 0; d < p->ndeps; d++)
    if (p->deps[d].distance == 0)
      waits[p->deps[d].to]++;
}

/* Kahn's algorithm, p->topo being its queue. Returns how many ops got a place. */
static int32_t fill_order(tweed_problem *p, int32_t *waits) {
  int32_t placed = 0;
  for (int32_t i = 0; i < p->nops; i++)
    if (waits[i] == 0)
      p->topo[placed++] = i;
  for (int32_t next = 0; next < placed; next++) {
    int32_t op = p->topo[next];
    for (int32_t i = p->out_begin[op]; i < p->out_begin[op + 1]; i++) {
      const tweed_dep *dep = &p->deps[p->out[i]];
      if (dep->distance == 0 && --waits[dep->to] == 0)
        p->topo[placed++] = dep->to;
    }
  }
  return placed;
}

/* A dependence of distance 0 into op from an op that got no place either. */
static int32_t waiting_dep(const tweed_problem *p, const int32_t *waits, int32_t op) {
  for (int32_t i = p->in_begin[op]; i < p->in_begin[op + 1]; i++)
    if (p->deps[p->in[i]].distance == 0 && waits[p->deps[p->in[i]].from] > 0)
      return p->in[i];
  return -1;
}

/* An op without a place has a predecessor without a place: walking backwards nops times ends on a cycle. */
static tweed_status name_cycle(const tweed_problem *p, const int32_t *waits, int32_t *next, tweed_culprit *culprit,
                               tweed_error *error) {
  int32_t at = 0;
  while (waits[at] == 0)
    at++;
  for (int32_t i = 0; i < p->nops; i++)
    at = p->deps[waiting_dep(p, waits, at)].from;
  int32_t start = at, closing = -1;
  do {
    int32_t dep = waiting_dep(p, waits, at), before = p->deps[dep].from;
    next[before] = at;
    if (dep > closing)
      closing = dep;
    at = before;
  } while (at != start);
  culprit->dep = closing;
  char names[384];
  size_t used = 0;
  at = start = p->deps[closing].to;
  do {
    int n = snprintf(names + used, sizeof names - used, "%s -> ", p->ops[at].name);
    if (n < 0 || (size_t)n >= sizeof names - used - 8) {
      memcpy(names + used, "… -> ", sizeof "… -> ");
      break;
    }
    used += (size_t)n;
    at = next[at];
  } while (at != start);
  return tweed_fail(error, TWEED_BAD_INPUT, "cycle of distance 0: %s%s", names, p->ops[start].name);
}

tweed_status tweed_problem_order(tweed_problem *p, tweed_culprit *culprit, tweed_error *error) {
  p->topo = tweed_arena_array(p->arena, (size_t)p->nops, sizeof *p->topo);
  int32_t *waits = malloc((size_t)p->nops * sizeof *waits);
  if (!p->topo || !waits) {
    free(waits);
    return tweed_no_memory(error);
  }
  count_waits(p, waits);
  tweed_status status = TWEED_OK;
  if (fill_order(p, waits) < p->nops)
    status = name_cycle(p, waits, p->topo, culprit, error);
  free(waits);
  return status;
}
