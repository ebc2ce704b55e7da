/* values.c: what ops hand to each other. */
#include "solve/values.h"
#include <string.h>

/* The other ends of the dependences in list[begin[v] … begin[v + 1]), each once. seen: 1 + the op that saw it last. */
static void list_once(const tweed_problem *p, const int32_t *begin, const int32_t *list, bool outgoing, int32_t *seen,
                      int32_t *to_begin, int32_t *to) {
  int32_t count = 0;
  memset(seen, 0, (size_t)p->nops * sizeof *seen);
  for (int32_t v = 0; v < p->nops; v++) {
    for (int32_t k = begin[v]; k < begin[v + 1]; k++) {
      const tweed_dep *dep = &p->deps[list[k]];
      int32_t other = outgoing ? dep->to : dep->from;
      if (!tweed_hands_over(dep) || seen[other] == v + 1)
        continue;
      seen[other] = v + 1;
      to[count++] = other;
    }
    to_begin[v + 1] = count;
  }
}

bool tweed_values_of(const tweed_problem *p, tweed_arena *arena, tweed_values *out) {
  size_t n = (size_t)p->nops + 1, m = (size_t)p->ndeps + 1;
  int32_t *pool = tweed_arena_array(arena, 3 * n + 2 * m, sizeof *pool);
  out->bytes = tweed_arena_array(arena, n, sizeof *out->bytes);
  if (!pool || !out->bytes)
    return false;
  out->user_begin = pool, out->giver_begin = pool + n;
  out->user = pool + 3 * n, out->giver = out->user + m;
  list_once(p, p->out_begin, p->out, true, pool + 2 * n, out->user_begin, out->user);
  list_once(p, p->in_begin, p->in, false, pool + 2 * n, out->giver_begin, out->giver);
  for (int32_t v = 0; v < p->nops; v++)
    out->bytes[v] = out->user_begin[v + 1] > out->user_begin[v] ? tweed_live_bytes(p, v) : 0;
  return true;
}
