/* improve.c: at the II that was found, several schedules compacted, the best one kept. */
#include "solve/compact.h"
#include "solve/exact.h"
#include "solve/ims.h"

/* Placements for all variants together, most variants, placements per op and run, tries with one more stage. */
enum { WORK = 1200, VARIANTS = 10, BUDGET = 8, POLISH = 3 };

/* Invariant: start[] is the best so far, `quality` its measure. */
typedef struct improver {
  tweed_job *job;
  const tweed_graph *g;
  tweed_compactor compactor;
  tweed_ims ims;
  int64_t ii;
  int64_t *start, *trial;
  tweed_quality quality;
} improver;

/* Of stages and length. */
static bool within_limits(const improver *s, const tweed_quality *q) {
  return (s->job->options->max_stages == 0 || q->stages <= s->job->options->max_stages) &&
         (s->job->length_limit < 0 || tweed_exact_length(s->g, s->trial) <= s->job->length_limit);
}

static int64_t max_start(const improver *s) {
  int64_t stages = tweed_job_max_start(s->job, s->ii);
  return s->job->length_limit >= 0 && s->job->length_limit < stages ? s->job->length_limit : stages;
}

/* Compacts the trial and keeps it if it is the better one. False when out of memory. */
static bool consider(improver *s, int32_t extra) {
  tweed_quality quality;
  if (!tweed_compactor_run(&s->compactor, s->ii, max_start(s), extra, s->trial, s->job->stop))
    return false;
  tweed_compactor_measure(&s->compactor, s->ii, s->trial, &quality);
  if (!within_limits(s, &quality) || !tweed_quality_better(&quality, &s->quality))
    return true;
  s->quality = quality;
  for (int32_t v = 0; v < s->g->n; v++)
    s->start[v] = s->trial[v];
  return true;
}

static bool try_variant(improver *s, const tweed_ims_options *o, bool *found) {
  tweed_ims_result result = tweed_ims_run(&s->ims, o, s->job->stop);
  *found = result == TWEED_IMS_FOUND;
  for (int32_t extra = 0; extra < (s->job->length_limit >= 0 ? 1 : 2) && *found; extra++) {
    for (int32_t v = 0; v < s->g->n; v++)
      s->trial[v] = s->ims.time[v];
    if (!consider(s, extra))
      return false;
  }
  return result != TWEED_IMS_NO_MEMORY;
}

/* Fewer stages, down to what the longest path needs. */
static bool fewer_stages(improver *s, tweed_ims_options o) {
  bool ok = true, found = true;
  while (ok && found && s->quality.stages > (double)(s->ims.longest / s->ii + 1)) {
    o.max_start = ((int64_t)s->quality.stages - 1) * s->ii - 1;
    double before = s->quality.stages;
    ok = try_variant(s, &o, &found);
    found = found && s->quality.stages < before;
  }
  return ok;
}

static bool run_variants(improver *s) {
  tweed_ims_options o = {.ii = s->ii, .max_start = max_start(s)};
  int32_t variants = 1 + WORK / (s->g->n + 1);
  bool found, ok = true;
  o.budget = (int64_t)BUDGET * s->g->n + 16;
  variants = variants > VARIANTS ? VARIANTS : variants;
  for (int32_t k = 0; k < variants && ok && !tweed_stopped(s->job->stop); k++) {
    o.late = k % 2 == 1;
    o.noise = k < 2 ? 0 : 0.15 * k;
    o.seed = s->job->options->seed + (uint64_t)k;
    ok = try_variant(s, &o, &found);
  }
  o.late = false;
  o.noise = 0;
  return ok && fewer_stages(s, o);
}

/* A value that the next iteration reads lives shorter if its op moves to a later stage: one more, as long as that pays.
 */
static bool polish(improver *s) {
  bool ok = true, better = true;
  for (int turn = 0; turn < POLISH && ok && better && s->job->length_limit < 0; turn++) {
    tweed_quality before = s->quality;
    for (int32_t v = 0; v < s->g->n; v++)
      s->trial[v] = s->start[v];
    ok = consider(s, 1);
    better = tweed_quality_better(&s->quality, &before);
  }
  return ok;
}

tweed_status tweed_compact(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  improver s = {.job = job, .g = job->graph, .ii = plan->ii, .start = plan->start};
  if (!tweed_mrt_possible(s.g, s.ii))
    return TWEED_OK;
  s.trial = tweed_arena_array(job->arena, (size_t)job->graph->n + 1, sizeof *s.trial);
  bool ok = s.trial && tweed_compactor_init(&s.compactor, s.g) && tweed_ims_init(&s.ims, s.g);
  if (ok) {
    s.compactor.length = job->length_limit >= 0 ? job->length_limit : INT64_MAX;
    for (int32_t v = 0; v < s.g->n; v++)
      s.trial[v] = plan->start[v];
    tweed_compactor_measure(&s.compactor, s.ii, plan->start, &s.quality);
    ok = consider(&s, 0) && run_variants(&s) && polish(&s);
  }
  tweed_compactor_free(&s.compactor);
  tweed_ims_free(&s.ims);
  return ok ? TWEED_OK : tweed_no_memory(error);
}
