/* solve.c: tweed_solve(): options, bounds, the range of IIs, and the answer. */
#include "solve/sat.h"
#include <math.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool tweed_stopped(tweed_stop *stop) {
  if (atomic_load_explicit(&stop->stopped, memory_order_relaxed))
    return true;
  bool now = (stop->interrupt && *stop->interrupt) || (stop->deadline > 0 && tweed_clock() >= stop->deadline);
  if (now)
    atomic_store_explicit(&stop->stopped, true, memory_order_relaxed);
  return now;
}

int32_t tweed_job_threads(const tweed_job *job) {
  long count = job->options->threads > 0 ? job->options->threads : sysconf(_SC_NPROCESSORS_ONLN);
  return count < 1 ? 1 : count > TWEED_MOST_THREADS ? TWEED_MOST_THREADS : (int32_t)count;
}

double tweed_objective_cost(const tweed_problem *p, const tweed_objective *values) {
  const tweed_objective *w = &p->objective;
  return w->resource * values->resource + w->communication * values->communication + w->memory * values->memory;
}

int64_t tweed_job_max_start(const tweed_job *job, int64_t ii) {
  return job->options->max_stages > 0 ? job->options->max_stages * ii - 1 : INT64_MAX;
}

tweed_status tweed_job_why(tweed_job *job, tweed_error *error, const char *format, ...) {
  char line[1024];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(line, sizeof line, format, arguments);
  va_end(arguments);
  if (!tweed_arena_grow(job->arena, (void **)&job->why, &job->cap_why, (size_t)job->nwhy + 1, sizeof *job->why))
    return tweed_no_memory(error);
  job->why[job->nwhy] = tweed_arena_strdup(job->arena, line);
  return job->why[job->nwhy++] ? TWEED_OK : tweed_no_memory(error);
}

void tweed_job_note(tweed_job *job, const char *format, ...) {
  char text[640];
  va_list arguments;
  va_start(arguments, format);
  bool good = vsnprintf(text, sizeof text, format, arguments) >= 0;
  va_end(arguments);
  tweed_notes *n = job->notes;
  void *items = n->lines;
  char *line = good ? tweed_arena_strdup(job->arena, text) : NULL;
  if (!line || !tweed_arena_grow(job->arena, &items, &n->capacity, (size_t)n->count + 1, sizeof *n->lines))
    return;
  n->lines = items;
  n->lines[n->count++] = line;
}

void tweed_job_report(tweed_job *job, tweed_progress_report report) {
  if (!job->options->progress)
    return;
  double now = tweed_clock();
  if (now - job->last_progress < 0.1)
    return;
  job->last_progress = now;
  report.best_ii = (int32_t)job->best_ii;
  report.seconds = now - job->began;
  job->options->progress(job->options->progress_user, &report);
}

void tweed_job_progress(tweed_job *job, const char *solver, int64_t trying_ii) {
  tweed_job_report(job, (tweed_progress_report){.solver = solver, .trying_ii = (int32_t)trying_ii});
}

int tweed_kind_of(const tweed_problem *p, const tweed_solve_options *options) {
  return p->length > 0 ? TWEED_ACYCLIC : options->joint ? TWEED_JOINT : TWEED_MODULO;
}

void tweed_solve_options_default(tweed_solve_options *options) {
  *options = (tweed_solve_options){.solver = "auto", .seed = 1};
}

const char *tweed_solver_name(size_t i, const char **description) {
  static const char about_auto[] = "ims, then what improves or proves it; the best of all for acyclic problems";
  const tweed_solver *row = NULL;
  for (size_t k = 0, seen = 0; k < tweed_solver_count && !row && i > 0; k++)
    if (tweed_solvers[k].run && ++seen == i)
      row = &tweed_solvers[k];
  if (description)
    *description = i == 0 ? about_auto : row ? row->description : NULL;
  return i == 0 ? "auto" : row ? row->name : NULL;
}

static void list_available(const tweed_solve_seam *seam, char *buffer, size_t size) {
  size_t used = (size_t)snprintf(buffer, size, "auto");
  for (size_t i = 0; i < seam->count && used < size; i++)
    if (seam->table[i].run)
      used += (size_t)snprintf(buffer + used, size - used, ", %s", seam->table[i].name);
}

/* *row becomes NULL for "auto". */
static tweed_status find_row(const tweed_solve_seam *seam, const char *name, int kind, const tweed_solver **row,
                             tweed_error *error) {
  char available[256];
  *row = NULL;
  if (!name || strcmp(name, "auto") == 0)
    return TWEED_OK;
  list_available(seam, available, sizeof available);
  for (size_t i = 0; i < seam->count; i++)
    if (strcmp(seam->table[i].name, name) == 0)
      *row = &seam->table[i];
  if (!*row)
    return tweed_fail(error, TWEED_BAD_INPUT, "there is no solver \"%s\"; there are: %s", name, available);
  if (!(*row)->run)
    return tweed_fail(error, TWEED_BAD_INPUT, "solver \"%s\" is not available; there are: %s", name, available);
  if (!((*row)->kinds & kind))
    return tweed_fail(error, TWEED_BAD_INPUT, "solver \"%s\" does not take %s problems", name,
                      kind == TWEED_ACYCLIC ? "acyclic"
                      : kind == TWEED_JOINT ? "joint"
                                            : "modulo");
  return TWEED_OK;
}

static tweed_status check_options(const tweed_problem *p, const tweed_solve_options *o, tweed_error *error) {
  const struct {
    const char *name;
    int32_t value, most;
  } numbers[] = {{"ii", o->ii, TWEED_MAX_NUMBER},
                 {"max_ii", o->max_ii, TWEED_MAX_NUMBER},
                 {"max_stages", o->max_stages, TWEED_MAX_NUMBER},
                 {"threads", o->threads, TWEED_MAX_NUMBER},
                 {"restarts", o->restarts, TWEED_MAX_NUMBER},
                 {"normalize", o->normalize, TWEED_MAX_NUMBER}};
  for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
    if (numbers[i].value < 0 || numbers[i].value > numbers[i].most)
      return tweed_fail(error, TWEED_BAD_INPUT, "option %s is %d; it must be between 0 and %d", numbers[i].name,
                        (int)numbers[i].value, (int)numbers[i].most);
  if (!(o->time_limit >= 0) || isinf(o->time_limit))
    return tweed_fail(error, TWEED_BAD_INPUT, "the time limit must be a number of seconds, at least 0");
  if (!(o->effort >= 0) || isinf(o->effort))
    return tweed_fail(error, TWEED_BAD_INPUT, "the effort must be a number, at least 0");
  if ((unsigned)o->device > TWEED_DEVICE_GPU)
    return tweed_fail(error, TWEED_BAD_INPUT, "option device is %d; it must be auto, CPU or GPU", (int)o->device);
  if (o->objective && tweed_check_objective(o->objective, error) != TWEED_OK)
    return TWEED_BAD_INPUT;
  if (p->length > 0 && (o->ii > 0 || o->max_ii > 0 || o->max_stages > 0))
    return tweed_fail(error, TWEED_BAD_INPUT, "problem \"%s\" has a length, so there is no II and there are no stages",
                      p->name);
  if (o->normalize > 0 && (p->length > 0 || o->joint))
    return tweed_fail(error, TWEED_BAD_INPUT, "costs are normalized for modulo problems alone, not for %s ones",
                      o->joint ? "joint" : "acyclic");
  if (o->joint && p->length > 0)
    return tweed_fail(error, TWEED_BAD_INPUT, "problem \"%s\" has a length: only modulo problems have joint schedules",
                      p->name);
  if (o->joint && !p->machine->warps.present)
    return tweed_fail(error, TWEED_BAD_INPUT,
                      "machine \"%s\" has no warp groups (key \"warps\"), which a joint schedule needs",
                      p->machine->name);
  if (o->ii > 0 && o->max_ii > 0 && o->ii > o->max_ii)
    return tweed_fail(error, TWEED_BAD_INPUT, "II %d is asked for, but at most %d is allowed", (int)o->ii,
                      (int)o->max_ii);
  return TWEED_OK;
}

/* What the bounds say of the largest II that is allowed. */
static tweed_status why_below(tweed_job *job, tweed_error *error) {
  const tweed_bounds *b = &job->bounds;
  char unit[160] = "", circuit[384] = "";
  bool by_unit = b->res_mii > job->last_ii, by_circuit = b->rec_mii > job->last_ii;
  if (by_unit)
    snprintf(unit, sizeof unit, "unit %s (%d of %lld cycles)", b->unit, (int)b->res_mii, (long long)job->last_ii);
  if (by_circuit)
    snprintf(circuit, sizeof circuit, "circuit %s (%d cycles an iteration)", b->circuit, (int)b->rec_mii);
  if (!by_unit && !by_circuit)
    snprintf(unit, sizeof unit, "unit %s (the next II at which every op fits it is %d)", b->unit, (int)b->mii);
  return tweed_job_why(job, error, "II=%lld needs: %s%s%s", (long long)job->last_ii, unit,
                       by_unit && by_circuit ? ", " : "", circuit);
}

static tweed_status below_bound(tweed_job *job, tweed_error *error) {
  const tweed_bounds *b = &job->bounds;
  tweed_status status = why_below(job, error);
  if (status != TWEED_OK)
    return status;
  if (b->rec_mii >= b->res_mii)
    return tweed_fail(error, TWEED_INFEASIBLE, "II %lld is below RecMII %d, the bound of the circuit %s",
                      (long long)job->last_ii, (int)b->rec_mii, b->circuit);
  if (b->mii > b->res_mii)
    return tweed_fail(error, TWEED_INFEASIBLE, "II %lld is below MII %d, the least at which every op fits unit \"%s\"",
                      (long long)job->last_ii, (int)b->mii, b->unit);
  return tweed_fail(error, TWEED_INFEASIBLE, "II %lld is below ResMII %d, the bound of unit \"%s\"",
                    (long long)job->last_ii, (int)b->res_mii, b->unit);
}

/* The longest path over starts at this II. */
static int64_t longest_path(const tweed_job *job, int64_t ii, int64_t *early) {
  int64_t longest = 0;
  tweed_graph_earliest(job->graph, ii, early);
  for (int32_t v = 0; v < job->graph->n; v++)
    longest = early[v] > longest ? early[v] : longest;
  return longest;
}

/* Under a limit on stages: paths get no longer as II grows while the room for them does, so the least II is found by
 * halves. */
static tweed_status raise_for_stages(tweed_job *job, tweed_error *error) {
  int64_t *early = tweed_arena_array(job->arena, (size_t)job->graph->n + 1, sizeof *early);
  if (!early)
    return tweed_no_memory(error);
  int64_t longest = longest_path(job, job->last_ii, early);
  if (longest > tweed_job_max_start(job, job->last_ii))
    return tweed_fail(error, TWEED_INFEASIBLE, "at II %lld the longest path alone needs %lld stages, %d are allowed",
                      (long long)job->last_ii, (long long)(longest / job->last_ii + 1), (int)job->options->max_stages);
  int64_t high = job->last_ii;
  while (job->first_ii < high) {
    int64_t middle = job->first_ii + (high - job->first_ii) / 2;
    if (longest_path(job, middle, early) > tweed_job_max_start(job, middle))
      job->first_ii = middle + 1;
    else
      high = middle;
  }
  return TWEED_OK;
}

/* With an II given: may every op overlap its own copies at it? */
static tweed_status check_own_copies(const tweed_job *job, tweed_error *error) {
  const tweed_graph *g = job->graph;
  int32_t longest = 0, misfit = 0;
  for (int32_t s = 0; s < g->nshapes; s++)
    longest = g->shapes[s].extent > longest ? g->shapes[s].extent : longest;
  if (longest <= job->first_ii)
    return TWEED_OK;
  tweed_mrt t;
  tweed_fit fit = tweed_mrt_init(&t, g) ? tweed_mrt_reset(&t, job->first_ii, &misfit) : TWEED_FIT_NO_MEMORY;
  tweed_mrt_free(&t);
  if (fit == TWEED_FIT_NO_MEMORY)
    return tweed_no_memory(error);
  if (fit == TWEED_FIT_NO)
    return tweed_fail_at(error, TWEED_INFEASIBLE, "", 0, 0, g->problem->ops[g->shapes[misfit].op].name,
                         "overlaps its own copy of the next iteration at II %lld", (long long)job->first_ii);
  return TWEED_OK;
}

/* The bounds and the range of IIs. */
static tweed_status prepare_modulo(tweed_job *job, tweed_error *error) {
  const tweed_solve_options *o = job->options;
  tweed_status status = tweed_bounds_graph(job->graph, false, &job->bounds, error);
  if (status != TWEED_OK)
    return status;
  job->lower_bound = job->bounds.mii;
  job->first_ii = o->ii > 0 ? o->ii : job->bounds.mii;
  job->last_ii = o->ii > 0 ? o->ii : o->max_ii > 0 ? o->max_ii : TWEED_MAX_NUMBER;
  if (job->last_ii < job->bounds.mii)
    return below_bound(job, error);
  if (o->ii > 0)
    status = check_own_copies(job, error);
  return status == TWEED_OK && o->max_stages > 0 ? raise_for_stages(job, error) : status;
}

static tweed_status prepare_acyclic(tweed_job *job, tweed_error *error) {
  const tweed_graph *g = job->graph;
  int64_t *early = tweed_arena_array(job->arena, (size_t)g->n + 1, sizeof *early);
  if (!early)
    return tweed_no_memory(error);
  tweed_graph_earliest(g, 0, early);
  for (int32_t v = 0; v < g->n; v++) {
    int64_t end = early[v] + tweed_class_of(job->problem, v)->latency;
    if (end > job->problem->length)
      return tweed_fail_at(error, TWEED_INFEASIBLE, "", 0, 0, job->problem->ops[v].name,
                           "cannot end before step %lld, the length is %lld", (long long)end,
                           (long long)job->problem->length);
  }
  return TWEED_OK;
}

/* A schedule that carries no starts, only the answer and the bounds. */
static void answer_without_starts(const tweed_job *job, tweed_status status, tweed_schedule **out) {
  tweed_schedule *s;
  if (tweed_schedule_new(job->problem, 0, &s, NULL) != TWEED_OK)
    return;
  s->answer = status == TWEED_INFEASIBLE ? TWEED_ANSWER_INFEASIBLE : TWEED_ANSWER_UNKNOWN;
  s->proof = TWEED_PROOF_NONE;
  s->mii = job->bounds.mii;
  s->lower_bound = (int32_t)job->lower_bound;
  s->solver = tweed_arena_strdup(s->arena, job->options->solver ? job->options->solver : "auto");
  s->seconds = tweed_clock() - job->began;
  s->why = tweed_arena_array(s->arena, (size_t)job->nwhy + 1, sizeof *s->why);
  for (int32_t i = 0; i < job->nwhy && s->why; i++)
    if ((s->why[s->nwhy] = tweed_arena_strdup(s->arena, job->why[i])))
      s->nwhy++;
  if (s->solver && s->nwhy == job->nwhy)
    *out = s;
  else
    tweed_schedule_free(s);
}

static void job_note_bound(tweed_job *job, int64_t ii) {
  const tweed_bounds *b = &job->bounds;
  if (ii < 1)
    tweed_job_note(job, "no proof was written: there is no II below 1");
  else if (b->rec_mii > ii)
    tweed_job_note(job, "no proof was written: II %lld is below RecMII %d, the bound of the circuit %s", (long long)ii,
                   (int)b->rec_mii, b->circuit);
  else
    tweed_job_note(job, "no proof was written: II %lld is below MII %d, the bound of unit \"%s\"", (long long)ii,
                   (int)b->mii, b->unit);
}

/* The proof file: that the II below the lower bound is infeasible, or, if an II was given and is, that one. Where there
 * is nothing to prove or no proof to be had, a note says so; a file that cannot be written is an error. */
static tweed_status write_proof(tweed_job *job, tweed_status answer, tweed_error *error) {
  const tweed_solve_options *o = job->options;
  tweed_error why = {0};
  int64_t ii = answer == TWEED_INFEASIBLE && o->ii > 0 ? o->ii : job->lower_bound - 1;
  if (!job->graph || job->problem->length > 0 || o->joint)
    return tweed_fail(error, TWEED_BAD_INPUT, "a proof can be written for modulo problems without roles only");
  if (ii < job->bounds.mii) {
    job_note_bound(job, ii);
    return answer;
  }
  tweed_status status = tweed_sat_prove(job->graph, ii, o->proof, job->stop, &why);
  if (status == TWEED_OK)
    return answer;
  if (status == TWEED_UNKNOWN) {
    tweed_job_note(job, "no proof was written: %.400s", why.message);
    return answer;
  }
  if (error)
    *error = why;
  return status == TWEED_ILLEGAL
             ? tweed_fail(error, TWEED_INTERNAL, "II %lld was refuted, but has a schedule", (long long)ii)
             : status;
}

/* Infeasible is not all there is to say. A row that gave no message lets the first line be it. */
static tweed_status say_why(tweed_job *job, tweed_error *error) {
  tweed_status status = job->nwhy == 0 ? tweed_explain(job, error) : TWEED_OK;
  if (status != TWEED_OK)
    return status;
  if (error && (error->status != TWEED_INFEASIBLE || error->message[0] == 0))
    tweed_fail(error, TWEED_INFEASIBLE, "%s", job->nwhy > 0 ? job->why[0] : "there is no schedule");
  return TWEED_INFEASIBLE;
}

static tweed_status solve(tweed_job *job, const tweed_solve_seam *seam, const tweed_solver *row, tweed_schedule **out,
                          tweed_error *error) {
  const tweed_problem *p = job->problem;
  tweed_graph *g;
  tweed_status status = tweed_graph_of(p, job->arena, p->length > 0, &g, error);
  if (status == TWEED_OK) {
    job->graph = g;
    status = p->length > 0 ? prepare_acyclic(job, error) : prepare_modulo(job, error);
  }
  if (status == TWEED_OK)
    status = tweed_run_rows(job, seam, job->options->normalize > 0 ? &tweed_normalized : row, out, error);
  if (status == TWEED_UNKNOWN && p->length == 0 && job->last_ii < job->bounds.mii)
    status = below_bound(job, error);
  bool answered = status == TWEED_OK || status == TWEED_INFEASIBLE || status == TWEED_UNKNOWN;
  if (job->options->proof && answered)
    status = write_proof(job, status, error);
  return status == TWEED_INFEASIBLE && p->length == 0 && job->graph ? say_why(job, error) : status;
}

/* The notes of the job become the schedule's. Without memory for them there are none. */
static void keep_notes(const tweed_job *job, tweed_schedule *s) {
  int32_t count = job->notes->count;
  if (!s || count == 0)
    return;
  s->notes = tweed_arena_array(s->arena, (size_t)count, sizeof *s->notes);
  for (s->nnotes = 0; s->notes && s->nnotes < count; s->nnotes++)
    if (!(s->notes[s->nnotes] = tweed_arena_strdup(s->arena, job->notes->lines[s->nnotes])))
      return;
}

tweed_status tweed_solve_with(const tweed_problem *p, const tweed_solve_options *options, const tweed_solve_seam *seam,
                              tweed_schedule **out, tweed_error *error) {
  tweed_solve_options defaults;
  const tweed_solver *row;
  *out = NULL;
  tweed_solve_options_default(&defaults);
  options = options ? options : &defaults;
  tweed_status status = check_options(p, options, error);
  if (status == TWEED_OK)
    status = find_row(seam, options->solver, tweed_kind_of(p, options), &row, error);
  if (status != TWEED_OK)
    return status;
  double now = tweed_clock();
  tweed_problem view = tweed_problem_view(p, p->length, options->objective);
  tweed_stop stop = {.interrupt = options->interrupt,
                     .deadline = options->time_limit > 0 ? now + options->time_limit : 0};
  tweed_notes notes = {0};
  tweed_job job = {.problem = &view,
                   .options = options,
                   .stop = &stop,
                   .notes = &notes,
                   .length_limit = -1,
                   .began = now,
                   .last_progress = now};
  job.arena = tweed_arena_new();
  if (!job.arena)
    return tweed_no_memory(error);
  status = solve(&job, seam, row, out, error);
  if (status != TWEED_OK) {
    tweed_schedule_free(*out);
    *out = NULL;
  }
  if (status == TWEED_OK)
    (*out)->seconds = tweed_clock() - now;
  else if (status == TWEED_INFEASIBLE || status == TWEED_UNKNOWN)
    answer_without_starts(&job, status, out);
  keep_notes(&job, *out);
  tweed_arena_free(job.arena);
  return status;
}

tweed_status tweed_solve(const tweed_problem *p, const tweed_solve_options *options, tweed_schedule **out,
                         tweed_error *error) {
  const tweed_solve_seam seam = {tweed_solvers, tweed_solver_count};
  return tweed_solve_with(p, options, &seam, out, error);
}
