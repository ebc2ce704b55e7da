/* front.c: tweed_solve_front(): the same problem for many deadlines and weights, or IIs and limits on stages. */
#include "solve/solver.h"
#include <math.h>

/* Deadlines with their weights, IIs and limits on stages for each. */
enum { DEADLINES = 8, MIXES = 5, IIS = 8, STAGE_LIMITS = 3 };

/* One sweep. status: why nothing was found, as long as nothing was. */
typedef struct sweep {
  const tweed_problem *problem;
  tweed_solve_options options;
  tweed_front *front;
  double end; /* by tweed_clock(), 0 = no limit */
  tweed_status status;
  tweed_error error; /* belongs to status */
} sweep;

static bool is_over(const sweep *s) {
  const volatile int *interrupt = s->options.interrupt;
  return (interrupt && *interrupt) || (s->end > 0 && tweed_clock() >= s->end);
}

/* Solves once; what is asked for of the schedule stays as it is if there is none. Only what no other solve would
 * survive is an error. */
static tweed_status solve_once(sweep *s, const tweed_problem *view, tweed_objective *terms, int32_t *stages,
                               int32_t *ii, tweed_error *error) {
  tweed_schedule *found;
  tweed_error why = {0};
  if (s->end > 0)
    s->options.time_limit = fmax(s->end - tweed_clock(), 1e-3) / fmax(s->front->planned - s->front->solves, 1);
  tweed_status status = tweed_solve(view, &s->options, &found, &why);
  s->front->solves++;
  if (status == TWEED_INFEASIBLE || status == TWEED_UNKNOWN) {
    tweed_schedule_free(found);
    if (s->front->count == 0) {
      s->status = status;
      s->error = why;
    }
    return TWEED_OK;
  }
  if (status != TWEED_OK) {
    if (error)
      *error = why;
    return status;
  }
  if (terms)
    tweed_schedule_objective(found, terms);
  if (stages)
    *stages = tweed_schedule_stages(found);
  if (ii)
    *ii = found->ii;
  return tweed_front_offer(s->front, s->problem, found, NULL, error);
}

/* ---- acyclic ------------------------------------------------------------------------------------------------------
 */

/* One deadline: units alone, live bytes alone, then both in shares of what each came to alone. */
static tweed_status solve_deadline(sweep *s, int64_t deadline, tweed_error *error) {
  static const double shares[MIXES] = {1, 0, 0.5, 0.75, 0.25};
  tweed_objective best[2] = {{0, 0, 0}, {0, 0, 0}};
  tweed_problem view = tweed_problem_view(s->problem, deadline, NULL);
  for (int k = 0; k < MIXES && !is_over(s); k++) {
    double unit = best[0].resource > 1 ? best[0].resource : 1, memory = best[1].memory > 1 ? best[1].memory : 1;
    tweed_objective weights = {shares[k] / (k < 2 ? 1 : unit), 0, (1 - shares[k]) / (k < 2 ? 1 : memory)};
    s->options.objective = &weights;
    tweed_status status = solve_once(s, &view, k < 2 ? &best[k] : NULL, NULL, NULL, error);
    if (status != TWEED_OK)
      return status;
  }
  return TWEED_OK;
}

static tweed_status longest_path(const tweed_problem *p, int64_t *out, tweed_error *error) {
  tweed_graph *g;
  tweed_arena *arena = tweed_arena_new();
  int64_t *early = arena ? tweed_arena_array(arena, (size_t)p->nops + 1, sizeof *early) : NULL;
  tweed_status status = early ? tweed_graph_of(p, arena, false, &g, error) : tweed_no_memory(error);
  *out = 1;
  if (status == TWEED_OK)
    tweed_graph_earliest(g, 0, early);
  for (int32_t v = 0; v < p->nops && status == TWEED_OK; v++)
    if (early[v] + tweed_class_of(p, v)->latency > *out)
      *out = early[v] + tweed_class_of(p, v)->latency;
  tweed_arena_free(arena);
  return status;
}

/* Deadlines from the longest path to the length, the shortest last: those are the hardest to keep where units are few.
 */
static tweed_status sweep_deadlines(sweep *s, tweed_error *error) {
  int64_t least, most = s->problem->length;
  tweed_status status = longest_path(s->problem, &least, error);
  int32_t count = least >= most ? 1 : most - least < DEADLINES ? (int32_t)(most - least + 1) : DEADLINES;
  s->front->planned = count * MIXES;
  for (int32_t k = 0; k < count && status == TWEED_OK && !is_over(s); k++)
    status = solve_deadline(s, count == 1 ? most : most - (most - least) * k / (count - 1), error);
  return status;
}

/* ---- modulo -------------------------------------------------------------------------------------------------------
 */

/* One II: any number of stages, then fewer than were used, half of these, and so on. *ii 0: searched for. */
static tweed_status solve_ii(sweep *s, int32_t *ii, tweed_error *error) {
  int32_t stages = 0;
  s->options.ii = *ii;
  s->options.max_stages = 0;
  tweed_status status = solve_once(s, s->problem, NULL, &stages, ii, error);
  s->options.ii = *ii;
  for (int32_t k = 0, limit = stages - 1; k < STAGE_LIMITS && status == TWEED_OK && *ii > 0; k++) {
    if (limit < 1 || is_over(s)) {
      s->front->planned -= limit < 1 ? STAGE_LIMITS - k : 0;
      break;
    }
    s->options.max_stages = limit;
    status = solve_once(s, s->problem, NULL, NULL, NULL, error);
    limit /= 2;
  }
  return status;
}

/* IIs from the least that is found to the length of its schedule, beyond which overlapping gains nothing. */
static tweed_status sweep_iis(sweep *s, tweed_error *error) {
  int32_t least = 0;
  s->front->planned = IIS * (1 + STAGE_LIMITS);
  tweed_status status = solve_ii(s, &least, error);
  if (status != TWEED_OK || s->front->count == 0)
    return status;
  int64_t most = tweed_schedule_length(s->problem, s->front->points[0].schedule);
  int64_t gap = most > least ? most - least : 0;
  int32_t count = gap < IIS ? (int32_t)gap + 1 : IIS;
  s->front->planned -= (IIS - count) * (1 + STAGE_LIMITS);
  for (int32_t k = 1; k < count && status == TWEED_OK && !is_over(s); k++) {
    int64_t wide = least + gap * k * k / ((int64_t)(count - 1) * (count - 1)), ii = wide > least + k ? wide : least + k;
    int32_t next = (int32_t)ii;
    status = solve_ii(s, &next, error);
  }
  return status;
}

tweed_status tweed_solve_front(const tweed_problem *p, const tweed_solve_options *options, tweed_front **out,
                               tweed_error *error) {
  sweep s = {.problem = p, .status = TWEED_UNKNOWN};
  *out = NULL;
  tweed_solve_options_default(&s.options);
  if (options)
    s.options = *options;
  if (s.options.joint || s.options.proof || s.options.ii > 0 || s.options.max_ii > 0 || s.options.max_stages > 0)
    return tweed_fail(
        error, TWEED_BAD_INPUT,
        "a front is searched for over all IIs and stages, without roles and without a proof: options joint, "
        "proof, ii, max_ii and max_stages do not go with it");
  if (s.options.time_limit > 0)
    s.end = tweed_clock() + s.options.time_limit;
  s.options.prove_length = false;
  tweed_status status = tweed_front_new(p, &s.front, error);
  if (status == TWEED_OK)
    status = p->length > 0 ? sweep_deadlines(&s, error) : sweep_iis(&s, error);
  if (status == TWEED_OK && s.front->count == 0) {
    status = s.status;
    if (error && s.error.status == status)
      *error = s.error;
    else
      tweed_fail(error, status, "nothing was found in time");
  }
  if (status != TWEED_OK)
    tweed_front_free(s.front);
  else
    *out = s.front;
  return status;
}
