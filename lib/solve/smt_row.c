/* smt_row.c: the row "smt": modulo problems in difference form, II by II from the bound, on Z3.
 *
 * Dependences between components never make an II infeasible, so only those inside are put to Z3, where every component
 * starts in the first II cycles; the components are then shifted by multiples of II. A limit on stages needs the whole
 * graph. An II that is unsatisfiable is refuted. */
#include "solve/diff.h"

/* Z3's work per II, and the largest problem. */
enum { WORK = 40000000, MOST_OPS = 400, MOST_DENSE = 128 };

typedef struct query {
  tweed_job *job;
  const tweed_graph *g;
  tweed_arena *arena; /* of this II */
  int64_t ii;
  int64_t *path, *low, *high;
  tweed_edge *edges;
  size_t nedges;
} query;

static bool make_edges(query *q, bool inner) {
  const tweed_graph *g = q->g;
  q->edges = tweed_arena_array(q->arena, (size_t)g->out_begin[g->n] + 1, sizeof *q->edges);
  for (int32_t v = 0; v < g->n && q->edges; v++)
    for (int32_t e = g->out_begin[v]; e < (inner ? g->out_inner[v] : g->out_begin[v + 1]); e++)
      q->edges[q->nedges++] = (tweed_edge){v, g->out[e].other, g->out[e].latency, g->out[e].distance};
  q->low = tweed_arena_array(q->arena, (size_t)g->n + 1, sizeof *q->low);
  q->high = tweed_arena_array(q->arena, (size_t)g->n + 1, sizeof *q->high);
  return q->edges && q->low && q->high;
}

/* Every component begins in the first II cycles; the largest, at 0. */
static void inner_windows(query *q) {
  const tweed_graph *g = q->g;
  int32_t largest = 0;
  for (int32_t c = 0; c < g->ncomponents; c++)
    if (g->component_begin[c + 1] - g->component_begin[c] >
        g->component_begin[largest + 1] - g->component_begin[largest])
      largest = c;
  for (int32_t c = 0; c < g->ncomponents; c++) {
    int32_t first = g->order[g->component_begin[c]];
    int64_t last = c == largest ? 0 : q->ii - 1;
    for (int32_t k = g->component_begin[c]; k < g->component_begin[c + 1]; k++) {
      int32_t v = g->order[k];
      q->low[v] = q->path[(size_t)first * (size_t)g->n + (size_t)v];
      q->high[v] = last - q->path[(size_t)v * (size_t)g->n + (size_t)first];
    }
  }
}

/* Between the longest paths from any op and to any op. False if the path does not fit. */
static bool stage_windows(query *q, int64_t last) {
  bool fits = true;
  for (int32_t v = 0; v < q->g->n; v++) {
    q->high[v] = last;
    for (int32_t w = 0; w < q->g->n; w++) {
      int64_t to = q->path[(size_t)w * (size_t)q->g->n + (size_t)v],
              from = q->path[(size_t)v * (size_t)q->g->n + (size_t)w];
      q->low[v] = to > q->low[v] ? to : q->low[v];
      q->high[v] = last - from < q->high[v] ? last - from : q->high[v];
    }
    fits = fits && q->low[v] <= q->high[v];
  }
  return fits;
}

static bool take_starts(const query *q, const tweed_smt *smt, bool inner, tweed_plan *plan) {
  int64_t least = 0;
  for (int32_t v = 0; v < q->g->n; v++) {
    plan->start[v] = tweed_smt_int_value(smt, v);
    least = plan->start[v] < least ? plan->start[v] : least;
  }
  for (int32_t v = 0; v < q->g->n; v++)
    plan->start[v] += (-least + q->ii - 1) / q->ii * q->ii;
  return !inner || tweed_shift_components(q->g, q->ii, INT64_MAX, plan->start);
}

/* Puts the II to Z3; refuted only means "within the limit on stages", *always that no schedule of any length is. */
static tweed_smt_answer ask(query *q, tweed_plan *plan, bool *always, tweed_error *error) {
  int64_t last = tweed_job_max_start(q->job, q->ii);
  bool inner = last == INT64_MAX;
  tweed_diff d;
  if (!make_edges(q, inner))
    return TWEED_SMT_FAILED;
  tweed_status status =
      tweed_diff_paths(q->arena, q->g->n, (tweed_range){q->ii, q->ii}, q->nedges, q->edges, &q->path, error);
  if (status != TWEED_OK)
    return status == TWEED_INFEASIBLE ? TWEED_SMT_UNSAT : TWEED_SMT_FAILED;
  if (inner)
    inner_windows(q);
  else if (!stage_windows(q, last))
    return TWEED_SMT_UNSAT;
  tweed_smt *smt = tweed_smt_new(q->job->stop, q->g->n <= MOST_DENSE ? TWEED_SMT_DENSE : TWEED_SMT_SPARSE);
  if (!smt)
    return TWEED_SMT_FAILED;
  tweed_lit window = inner ? TWEED_TRUE : tweed_smt_bool(smt);
  tweed_smt_answer answer = TWEED_SMT_FAILED;
  if (tweed_diff_begin(&d, smt, q->arena, q->g->n, (tweed_range){q->ii, q->ii}, q->path, q->low, q->high, window)) {
    tweed_diff_edges(&d, q->nedges, q->edges);
    if (tweed_diff_units(&d, q->g, NULL))
      answer = tweed_smt_check(smt, inner ? 0 : 1, &window, (uint32_t)((double)WORK * q->job->effort));
  }
  *always = answer == TWEED_SMT_UNSAT && (inner || !tweed_smt_in_core(smt, window));
  if (answer == TWEED_SMT_SAT && !take_starts(q, smt, inner, plan))
    answer = TWEED_SMT_UNKNOWN;
  tweed_smt_free(smt);
  return answer;
}

static tweed_smt_answer try_ii(tweed_job *job, int64_t ii, tweed_plan *plan, bool *always, tweed_error *error) {
  query q = {.job = job, .g = job->graph, .arena = tweed_arena_new(), .ii = ii};
  *always = false;
  tweed_smt_answer answer = q.arena ? ask(&q, plan, always, error) : TWEED_SMT_FAILED;
  tweed_arena_free(q.arena);
  return answer;
}

tweed_status tweed_run_smt(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  bool open = false;
  if (job->graph->n > MOST_OPS)
    return tweed_fail(error, TWEED_UNKNOWN, "more than %d ops are too many for the smt solver", MOST_OPS);
  for (int64_t ii = job->first_ii; ii <= job->last_ii; ii++) {
    bool always;
    tweed_job_progress(job, "smt", ii);
    tweed_smt_answer answer = try_ii(job, ii, plan, &always, error);
    if (answer == TWEED_SMT_SAT) {
      plan->ii = ii;
      return TWEED_OK;
    }
    bool part = answer == TWEED_SMT_UNKNOWN && job->effort < 1; /* of a portfolio: the next row may do better */
    if (answer == TWEED_SMT_FAILED || part || tweed_stopped(job->stop))
      return tweed_fail(error, TWEED_UNKNOWN, "the smt solver cannot take II %lld", (long long)ii);
    if (always && job->lower_bound == ii) {
      job->lower_bound = ii + 1;
      job->lower_proof = TWEED_PROOF_SMT;
    }
    open = open || answer != TWEED_SMT_UNSAT;
    if (!open && job->first_ii == ii)
      job->first_ii = ii + 1;
  }
  if (open)
    return tweed_fail(error, TWEED_UNKNOWN, "the smt solver reached its limit");
  return tweed_fail(error, TWEED_INFEASIBLE, "no schedule with II up to %lld", (long long)job->last_ii);
}
