/* smt_length.c: the least length at an II, in difference form on Z3. */
#include "solve/diff.h"
#include "solve/exact.h"
#include <string.h>

/* Z3's work per length, lengths that may stay undecided, ops, and ops for which its matrix is best. */
enum { WORK = 250000, MOST_OPEN = 3, MOST_OPS = 150, MOST_DENSE = 128 };

/* The windows and arcs of the model, by op instead of by item. */
typedef struct question {
  const tweed_exact *e;
  int64_t *low, *high, *path;
  tweed_edge *edges;
} question;

static bool prepare(question *q, tweed_arena *arena) {
  const tweed_exact *e = q->e;
  size_t n = (size_t)e->count + 1;
  q->low = tweed_arena_array(arena, n, sizeof *q->low);
  q->high = tweed_arena_array(arena, n, sizeof *q->high);
  q->edges = tweed_arena_array(arena, (size_t)e->narcs + 1, sizeof *q->edges);
  if (!q->low || !q->high || !q->edges)
    return false;
  for (int32_t i = 0; i < e->count; i++) {
    q->low[e->op[i]] = e->low[i];
    q->high[e->op[i]] = e->high[i];
  }
  for (int32_t k = 0; k < e->narcs; k++)
    q->edges[k] = (tweed_edge){e->op[e->arcs[k].from], e->op[e->arcs[k].to], e->arcs[k].weight, 0};
  return true;
}

static tweed_smt_answer ask(question *q, tweed_smt *smt, tweed_arena *arena, int64_t *start) {
  const tweed_exact *e = q->e;
  const tweed_range ii = {e->ii, e->ii};
  tweed_diff d;
  tweed_status status = tweed_diff_paths(arena, e->count, ii, (size_t)e->narcs, q->edges, &q->path, NULL);
  if (status != TWEED_OK)
    return status == TWEED_INFEASIBLE ? TWEED_SMT_UNSAT : TWEED_SMT_FAILED;
  if (!tweed_diff_begin(&d, smt, arena, e->count, ii, q->path, q->low, q->high, TWEED_TRUE))
    return TWEED_SMT_FAILED;
  tweed_diff_edges(&d, (size_t)e->narcs, q->edges);
  if (!tweed_diff_units(&d, e->g, NULL))
    return TWEED_SMT_FAILED;
  tweed_smt_answer answer = tweed_smt_check(smt, 0, NULL, WORK);
  for (int32_t v = 0; v < e->count && answer == TWEED_SMT_SAT; v++)
    start[v] = tweed_smt_int_value(smt, v);
  return answer;
}

/* Is there a schedule of that length? On TWEED_SMT_SAT start[] is one. */
static tweed_smt_answer try_length(tweed_job *job, int64_t ii, int64_t length, int64_t *start) {
  question q = {0};
  tweed_exact *e;
  tweed_status status = tweed_exact_whole(job->graph, ii, length, tweed_job_max_start(job, ii), &e, NULL);
  if (status != TWEED_OK)
    return status == TWEED_INFEASIBLE ? TWEED_SMT_UNSAT : TWEED_SMT_FAILED;
  q.e = e;
  tweed_smt *smt = tweed_smt_new(job->stop, e->count <= MOST_DENSE ? TWEED_SMT_DENSE : TWEED_SMT_SPARSE);
  tweed_smt_answer answer = smt && prepare(&q, e->arena) ? ask(&q, smt, e->arena, start) : TWEED_SMT_FAILED;
  tweed_smt_free(smt);
  tweed_exact_free(e);
  return answer;
}

tweed_status tweed_smt_shorten(tweed_job *job, tweed_plan *plan, int64_t *bound, tweed_error *error) {
  const tweed_graph *g = job->graph;
  int64_t *start = tweed_arena_array(job->arena, (size_t)g->n + 1, sizeof *start);
  tweed_exact_lengths s = {.low = *bound, .high = tweed_exact_length(g, plan->start)};
  int open = 0;
  if (!start)
    return tweed_no_memory(error);
  if (g->n > MOST_OPS)
    return tweed_fail(error, TWEED_UNKNOWN, "lengths are proved for up to %d ops", MOST_OPS);
  while (s.low < s.high && open < MOST_OPEN && !tweed_stopped(job->stop)) {
    int64_t length = tweed_exact_next_length(&s, plan->ii);
    tweed_smt_answer answer = try_length(job, plan->ii, length, start);
    if (answer == TWEED_SMT_FAILED)
      return tweed_fail(error, TWEED_UNKNOWN, "the smt solver cannot take length %lld", (long long)length);
    if (answer == TWEED_SMT_SAT) {
      memcpy(plan->start, start, (size_t)g->n * sizeof *start);
      s.high = tweed_exact_length(g, start);
      s.found = true;
      continue;
    }
    s.low = length + 1;
    open += answer == TWEED_SMT_UNKNOWN;
    *bound = open == 0 ? s.low : *bound;
  }
  return *bound >= s.high ? TWEED_OK : tweed_fail(error, TWEED_UNKNOWN, "the length is not decided");
}
