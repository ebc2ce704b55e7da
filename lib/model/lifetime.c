/* lifetime.c: what is live when: registers per row, and the values of a problem's objective. */
#include "model/build.h"
#include "model/levels.h"

/* The time up to which the value of an op is needed over dependences that `wanted` accepts; its start if there are
 * none. */
static int64_t last_use(const tweed_problem *p, const tweed_schedule *s, int32_t op,
                        bool (*wanted)(const tweed_dep *)) {
  int64_t end = s->start[op];
  for (int32_t i = p->out_begin[op]; i < p->out_begin[op + 1]; i++) {
    const tweed_dep *dep = &p->deps[p->out[i]];
    int64_t use = s->start[dep->to] + (int64_t)dep->distance * s->ii;
    if (wanted(dep) && use > end)
      end = use;
  }
  return end;
}

static bool is_flow(const tweed_dep *dep) {
  return dep->kind == TWEED_DEP_FLOW;
}

int64_t tweed_schedule_max_live(const tweed_problem *p, const tweed_schedule *s, int32_t file) {
  tweed_levels l;
  if (!tweed_levels_new(&l, s->ii, (size_t)p->nops))
    return -1;
  for (int32_t i = 0; i < p->nops; i++)
    if (p->ops[i].regs > 0 && (file == -1 || tweed_class_of(p, i)->file == file))
      tweed_levels_add(&l, s->start[i], last_use(p, s, i, is_flow), p->ops[i].regs);
  double result = tweed_levels_peak(&l);
  tweed_levels_free(&l);
  return tweed_level_number(result);
}

double tweed_live_bytes(const tweed_problem *p, int32_t op) {
  double bytes = 0;
  for (int32_t m = 0; m < p->machine->nmemories && p->ops[op].bytes; m++)
    bytes += (double)p->ops[op].bytes[m];
  for (int32_t i = p->out_begin[op]; i < p->out_begin[op + 1] && !p->ops[op].bytes; i++)
    if ((double)p->deps[p->out[i]].bytes > bytes)
      bytes = (double)p->deps[p->out[i]].bytes;
  return bytes;
}

static bool peak_of_memory(const tweed_problem *p, const tweed_schedule *s, double *out) {
  tweed_levels l;
  if (!tweed_levels_new(&l, s->ii, (size_t)p->nops))
    return false;
  for (int32_t i = 0; i < p->nops; i++)
    tweed_levels_add(&l, s->start[i], last_use(p, s, i, tweed_hands_over), tweed_live_bytes(p, i));
  *out = tweed_levels_peak(&l);
  tweed_levels_free(&l);
  return true;
}

static const tweed_use *use_of(const tweed_problem *p, int32_t op, int32_t unit) {
  const tweed_class *class = tweed_class_of(p, op);
  for (int32_t u = 0; u < class->nuses; u++)
    if (class->uses[u].unit == unit)
      return &class->uses[u];
  return NULL;
}

/* The end of the run of cycles from c on in which as many are held as in c. */
static int32_t run_end(const tweed_use *use, int32_t c) {
  int32_t end = c + 1;
  while (end < use->cycles && use->held[end] == use->held[c])
    end++;
  return end;
}

static bool peak_of_unit(const tweed_problem *p, const tweed_schedule *s, int32_t unit, double *out) {
  size_t runs = 0;
  for (int32_t i = 0; i < p->nops; i++) {
    const tweed_use *use = use_of(p, i, unit);
    for (int32_t c = 0; use && c < use->cycles; c = run_end(use, c))
      runs++;
  }
  tweed_levels l;
  if (!tweed_levels_new(&l, s->ii, runs))
    return false;
  for (int32_t i = 0; i < p->nops; i++) {
    const tweed_use *use = use_of(p, i, unit);
    for (int32_t c = 0, end; use && c < use->cycles; c = end) {
      end = run_end(use, c);
      tweed_levels_add(&l, s->start[i] + c, s->start[i] + end, (double)tweed_held(p, i, use, c));
    }
  }
  *out += tweed_levels_peak(&l);
  tweed_levels_free(&l);
  return true;
}

bool tweed_schedule_measure(const tweed_problem *p, const tweed_schedule *s, tweed_objective *out) {
  *out = (tweed_objective){0, 0, 0};
  for (int32_t u = 0; u < p->machine->nunits; u++)
    if (u != p->machine->issue_unit && !peak_of_unit(p, s, u, &out->resource))
      return false;
  for (int32_t d = 0; d < p->ndeps; d++) {
    const tweed_dep *dep = &p->deps[d];
    int64_t time = s->start[dep->to] - s->start[dep->from] + (int64_t)dep->distance * s->ii;
    out->communication += (double)dep->bytes * (double)time;
  }
  return peak_of_memory(p, s, &out->memory);
}
