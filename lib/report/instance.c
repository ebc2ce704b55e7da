/* instance.c: which iteration a step works on in each phase of the loop, and for which trip counts it does at all. */
#include "report/program.h"

#include <stdio.h>

static bool in_prologue(const report_step *step, int64_t t, report_instance *out) {
  int64_t j = t - step->stage, target = j - step->lag;
  if (j < 0 || target < 0)
    return false;
  out->iteration = (report_index){0, j};
  out->target = (report_index){0, target};
  out->guard = (report_guard){.of = 'n', .low = (j > target ? j : target) + 1};
  return true;
}

static bool in_steady_state(const report_program *program, const report_step *step, report_instance *out) {
  int64_t low = (int64_t)step->stage + step->lag;
  out->iteration = (report_index){'i', -(int64_t)step->stage};
  out->target = (report_index){'i', -low};
  out->guard = (report_guard){.of = 'i', .low = low > program->rounds - 1 ? low : 0};
  if (low < 0) {
    out->guard.has_high = true;
    out->guard.below = 1 - low;
  }
  return true;
}

static bool in_epilogue(const report_program *program, const report_step *step, int64_t t, report_instance *out) {
  int64_t j = t - step->stage, target = j - step->lag;
  if (j >= 0 || target >= 0)
    return false;
  out->iteration = (report_index){'n', j};
  out->target = (report_index){'n', target};
  out->guard = (report_guard){.of = 'n', .low = -target > program->rounds - 1 - t ? -target : 0};
  return true;
}

static bool in_any_round(const report_step *step, report_instance *out) {
  int64_t late = step->lag > 0 ? step->lag : 0, early = step->lag < 0 ? -step->lag : 0;
  out->iteration = (report_index){'t', -(int64_t)step->stage};
  out->target = (report_index){'t', -(int64_t)step->stage - step->lag};
  out->guard = (report_guard){.of = 't', .low = step->stage + late, .has_high = true};
  out->guard.below = 1 - (int64_t)step->stage + early;
  return true;
}

bool report_instance_of(const report_program *program, const report_step *step, report_phase phase, int64_t t,
                        report_instance *out) {
  switch (phase) {
  case PHASE_PROLOGUE:
    return in_prologue(step, t, out);
  case PHASE_STEADY:
    return in_steady_state(program, step, out);
  case PHASE_EPILOGUE:
    return in_epilogue(program, step, t, out);
  case PHASE_ROLLED:
    break;
  }
  return in_any_round(step, out);
}

void report_index_text(const report_index *index, char *text, size_t size) {
  if (!index->of)
    snprintf(text, size, "%lld", (long long)index->plus);
  else if (index->plus == 0)
    snprintf(text, size, "%c", index->of);
  else
    snprintf(text, size, "%c %c %lld", index->of, index->plus < 0 ? '-' : '+',
             (long long)(index->plus < 0 ? -index->plus : index->plus));
}

bool report_guard_same(const report_guard *a, const report_guard *b) {
  return a->of == b->of && a->low == b->low && a->has_high == b->has_high && a->below == b->below;
}

int64_t report_program_size(const report_program *program) {
  return (int64_t)program->nsteps * program->rounds;
}
