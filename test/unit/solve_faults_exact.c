/* Faults of exact rows, in run and in shorten: not there, given up, out of time, malformed, lying. The portfolio goes
 * on to the next one and says so; what it claims in the end is true. */
#include "solve/solver.h"
#include "solve_random.h"

/* MII 4, no schedule there, one at 5 (see tight()). */
enum { MII = 4, OPTIMUM = 5 };

static tweed_status gives_up(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  (void)job, (void)plan;
  return tweed_fail(error, TWEED_UNKNOWN, "gave up here");
}

static tweed_status cannot_start(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  (void)job, (void)plan;
  return tweed_fail(error, TWEED_INTERNAL, "the library is not there");
}

static tweed_status hangs(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  (void)plan;
  while (!tweed_stopped(job->stop))
    continue;
  return tweed_fail(error, TWEED_UNKNOWN, "stopped");
}

static tweed_status nothing(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  (void)job, (void)plan, (void)error;
  return TWEED_OK;
}

static tweed_status says_infeasible(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  (void)job, (void)plan;
  return tweed_fail(error, TWEED_INFEASIBLE, "just so");
}

static tweed_status all_at_zero(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  (void)error;
  plan->ii = job->first_ii;
  return TWEED_OK;
}

static tweed_status garbage(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  (void)error;
  plan->ii = INT64_MAX / 5;
  for (int32_t v = 0; v < job->problem->nops; v++)
    plan->start[v] = INT64_MIN + v;
  return TWEED_OK;
}

/* Refutes more than is true, after a schedule was found there. */
static tweed_status refutes_all(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  (void)plan;
  job->lower_bound = OPTIMUM + 2;
  job->lower_proof = TWEED_PROOF_SAT;
  job->first_ii = OPTIMUM + 2;
  return tweed_fail(error, TWEED_INFEASIBLE, "all refuted");
}

/* Raises the bound and does not say by what. */
static tweed_status refutes_without_proof(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  (void)plan;
  job->lower_bound = job->first_ii = OPTIMUM;
  return tweed_fail(error, TWEED_UNKNOWN, "no proof");
}

static const struct fault {
  const char *name;
  tweed_status (*run)(tweed_job *, tweed_plan *, tweed_error *);
  const char *note; /* what is said of it even if another row proves; NULL = nothing */
} faults[] = {
    {"not-there", NULL, NULL},
    {"gives-up", gives_up, NULL},
    {"cannot-start", cannot_start, "solver \"cannot-start\" failed and was passed over: the library is not there"},
    {"hangs", hangs, NULL},
    {"nothing", nothing, NULL},
    {"infeasible", says_infeasible, "solver \"infeasible\" failed and was passed over"},
    {"all-at-zero", all_at_zero, "solver \"all-at-zero\" failed and was passed over"},
    {"garbage", garbage, "solver \"garbage\" failed and was passed over"},
    {"refutes-all", refutes_all, "solver \"refutes-all\" refuted II 5, at which there is a schedule"},
    {"no-proof", refutes_without_proof, NULL}};

static tweed_problem *tight(void) {
  static const char text[] =
      "problem: tight\n"
      "machine: {machine: m, units: {U: 1}, classes: {c: {latency: 1, uses: {U: [1]}}}}\n"
      "ops: [{name: a, class: c}, {name: b, class: c}, {name: x, class: c}, {name: y, class: c}]\n"
      "deps:\n  - {from: a, to: b, latency: 2}\n  - {from: b, to: a, latency: 2, distance: 1}\n"
      "  - {from: x, to: y, latency: 1}\n  - {from: y, to: x, latency: 3, distance: 1}\n";
  tweed_problem *p;
  assert(tweed_problem_parse(text, sizeof text - 1, "tight.yaml", &p, NULL) == TWEED_OK);
  return p;
}

static bool noted(const tweed_schedule *s, const char *text) {
  const char *line;
  for (int32_t i = 0; (line = tweed_schedule_note(s, i)) != NULL; i++)
    if (strstr(line, text))
      return true;
  return false;
}

/* ims, the fault, and (unless alone) sat behind it. */
static void check_run(const tweed_problem *p, const struct fault *fault, bool alone) {
  const tweed_solver table[] = {
      {.name = "ims", .kinds = TWEED_MODULO, .proves = TWEED_PROVES_MII, .portfolio = 1, .run = tweed_run_ims},
      {.name = fault->name, .kinds = TWEED_MODULO, .proves = TWEED_PROVES_MORE, .portfolio = 2, .run = fault->run},
      {.name = "sat", .kinds = TWEED_MODULO, .proves = TWEED_PROVES_MORE, .portfolio = 3, .run = tweed_run_sat}};
  const tweed_solve_seam seam = {table, alone ? 2 : 3};
  tweed_solve_options o;
  tweed_schedule *s = NULL;
  tweed_error error = {0};
  tweed_solve_options_default(&o);
  bool timed = fault->run == hangs;
  o.time_limit = timed ? 0.05 : 0;
  assert(tweed_solve_with(p, &o, &seam, &s, &error) == TWEED_OK);
  assert(tweed_verify(p, s, NULL) == TWEED_OK && tweed_schedule_ii(s) == OPTIMUM);
  printf("%s%s: bound %d, proof %s\n", fault->name, alone ? " alone" : "", (int)tweed_schedule_lower_bound(s),
         tweed_proof_name(tweed_schedule_proof(s)));
  bool proved = tweed_schedule_proof(s) == TWEED_PROOF_SAT;
  assert(proved == (!alone && !timed) && proved == (tweed_schedule_answer(s) == TWEED_ANSWER_OPTIMAL));
  bool raised = proved || fault->run == refutes_without_proof;
  assert(tweed_schedule_lower_bound(s) == (raised ? OPTIMUM : MII));
  if (fault->note && !noted(s, fault->note))
    fprintf(stderr, "%s: %s\n", fault->name, tweed_schedule_note(s, 0) ? tweed_schedule_note(s, 0) : "no note");
  assert(!fault->note || noted(s, fault->note));
  assert(noted(s, "gave up here") == (fault->run == gives_up && alone)); /* of no interest once it is proved */
  tweed_schedule_free(s);
}

/* A row that finds a schedule where another one, earlier, refuted: the bound goes. */
static tweed_status refutes_five(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  (void)plan;
  job->lower_bound = OPTIMUM + 1;
  job->lower_proof = TWEED_PROOF_SAT;
  return tweed_fail(error, TWEED_UNKNOWN, "and knows nothing else");
}

static void check_contradiction(const tweed_problem *p) {
  const tweed_solver table[] = {
      {.name = "liar", .kinds = TWEED_MODULO, .proves = TWEED_PROVES_MORE, .portfolio = 1, .run = refutes_five},
      {.name = "ims", .kinds = TWEED_MODULO, .proves = TWEED_PROVES_MII, .portfolio = 2, .run = tweed_run_ims},
      {.name = "sat", .kinds = TWEED_MODULO, .proves = TWEED_PROVES_MORE, .portfolio = 3, .run = tweed_run_sat}};
  for (size_t count = 2; count <= 3; count++) {
    const tweed_solve_seam seam = {table, count};
    tweed_schedule *s = NULL;
    assert(tweed_solve_with(p, NULL, &seam, &s, NULL) == TWEED_OK && tweed_schedule_ii(s) == OPTIMUM);
    assert(noted(s, "which another one refuted"));
    assert(tweed_schedule_lower_bound(s) == (count == 3 ? OPTIMUM : MII));
    assert(tweed_schedule_proof(s) == (count == 3 ? TWEED_PROOF_SAT : TWEED_PROOF_NONE));
    tweed_schedule_free(s);
  }
}

/* ---- lengths -------------------------------------------------------------------------------------------------------
 */

static tweed_status no_shorter(tweed_job *job, tweed_plan *plan, int64_t *bound, tweed_error *error) {
  (void)job, (void)plan, (void)bound;
  return tweed_fail(error, TWEED_UNKNOWN, "too hard");
}

static tweed_status fails(tweed_job *job, tweed_plan *plan, int64_t *bound, tweed_error *error) {
  (void)job, (void)plan, (void)bound;
  return tweed_fail(error, TWEED_INTERNAL, "broke");
}

static tweed_status longer(tweed_job *job, tweed_plan *plan, int64_t *bound, tweed_error *error) {
  (void)bound, (void)error;
  for (int32_t v = 0; v < job->problem->nops; v++)
    plan->start[v] += plan->ii;
  return TWEED_OK;
}

static tweed_status squashed(tweed_job *job, tweed_plan *plan, int64_t *bound, tweed_error *error) {
  (void)error;
  for (int32_t v = 0; v < job->problem->nops; v++)
    plan->start[v] = 0;
  *bound = 4;
  return TWEED_OK;
}

/* As short as the bound, and illegal: z starts before both others are done. */
static tweed_status too_short(tweed_job *job, tweed_plan *plan, int64_t *bound, tweed_error *error) {
  (void)job, (void)error;
  plan->start[2] = *bound - 1;
  return TWEED_OK;
}

static tweed_status negative(tweed_job *job, tweed_plan *plan, int64_t *bound, tweed_error *error) {
  (void)bound, (void)error;
  for (int32_t v = 0; v < job->problem->nops; v++)
    plan->start[v] -= 1000000;
  return TWEED_OK;
}

static tweed_status bound_too_high(tweed_job *job, tweed_plan *plan, int64_t *bound, tweed_error *error) {
  (void)job, (void)plan, (void)error;
  *bound = INT64_MAX;
  return TWEED_OK;
}

static tweed_status bound_lowered(tweed_job *job, tweed_plan *plan, int64_t *bound, tweed_error *error) {
  (void)job, (void)plan, (void)error;
  *bound = -1;
  return TWEED_UNKNOWN;
}

static tweed_status other_ii(tweed_job *job, tweed_plan *plan, int64_t *bound, tweed_error *error) {
  (void)job, (void)bound, (void)error;
  plan->ii--;
  return TWEED_OK;
}

static tweed_status spins(tweed_job *job, tweed_plan *plan, int64_t *bound, tweed_error *error) {
  (void)plan, (void)bound;
  while (!tweed_stopped(job->stop))
    continue;
  return tweed_fail(error, TWEED_UNKNOWN, "stopped");
}

static const struct length_fault {
  const char *name;
  tweed_status (*shorten)(tweed_job *, tweed_plan *, int64_t *, tweed_error *);
  bool said; /* there is a note */
} length_faults[] = {{"unknown", no_shorter, false},
                     {"broken", fails, true},
                     {"longer", longer, true},
                     {"squashed", squashed, true},
                     {"too-short", too_short, true},
                     {"negative", negative, true},
                     {"too-high", bound_too_high, true},
                     {"lowered", bound_lowered, true},
                     {"other-ii", other_ii, true},
                     {"spins", spins, false},
                     {"absent", NULL, false}};

/* Two ops that keep each other from starting at once, and one behind both: the shortest takes a choice. */
static tweed_problem *choice(void) {
  static const char text[] =
      "problem: choice\n"
      "machine: {machine: m, units: {U: 1}, classes: {c: {latency: 3, uses: {U: [1, 1, 1]}}, d: {latency: 1}}}\n"
      "ops: [{name: a, class: c}, {name: b, class: c}, {name: z, class: d}]\n"
      "deps: [{from: a, to: z}, {from: b, to: z}]\n";
  tweed_problem *p;
  assert(tweed_problem_parse(text, sizeof text - 1, "choice.yaml", &p, NULL) == TWEED_OK);
  return p;
}

/* A legal schedule that is longer than need be. */
static tweed_status loose(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  tweed_status status = tweed_run_ims(job, plan, error);
  plan->start[2] += 3 * plan->ii;
  return status;
}

static void check_length(const tweed_problem *p, const struct length_fault *fault, bool alone) {
  const tweed_solver table[] = {
      {.name = "loose", .kinds = TWEED_MODULO, .proves = TWEED_PROVES_MII, .portfolio = 1, .run = loose},
      {.name = fault->name, .kinds = TWEED_MODULO, .portfolio = 2, .run = gives_up, .shorten = fault->shorten},
      {.name = "sat", .kinds = TWEED_MODULO, .portfolio = 3, .run = gives_up, .shorten = tweed_sat_shorten}};
  const tweed_solve_seam seam = {table, alone ? 2 : 3};
  tweed_solve_options o;
  tweed_schedule *s = NULL;
  tweed_error error = {0};
  tweed_solve_options_default(&o);
  o.prove_length = true;
  bool timed = fault->shorten == spins, shortest = !alone && !timed;
  o.time_limit = timed ? 0.05 : 0;
  tweed_status status = tweed_solve_with(p, &o, &seam, &s, &error);
  if (status != TWEED_OK)
    fprintf(stderr, "%s: %s\n", fault->name, error.message);
  assert(status == TWEED_OK && tweed_verify(p, s, NULL) == TWEED_OK && tweed_schedule_ii(s) == 6);
  assert(tweed_schedule_length(p, s) == 7); /* IMS sees to that, but proves nothing */
  assert((tweed_schedule_length_bound(s) == 7) == shortest && tweed_schedule_length_bound(s) <= 7);
  assert((tweed_schedule_note(s, 0) != NULL) == fault->said);
  assert(strcmp(tweed_schedule_solver(s), "loose") == 0);
  tweed_schedule_free(s);
}

int main(void) {
  tweed_problem *p = tight(), *q = choice();
  for (int alone = 0; alone < 2; alone++) {
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
      check_run(p, &faults[i], alone);
    for (size_t i = 0; i < sizeof length_faults / sizeof length_faults[0]; i++)
      check_length(q, &length_faults[i], alone);
  }
  check_contradiction(p);
  tweed_problem_free(p);
  tweed_problem_free(q);
  return 0;
}
