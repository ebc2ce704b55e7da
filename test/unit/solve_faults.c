/* Faults put in place of solvers: rows that are not there, give up, return nothing, garbage or an illegal schedule, or
 * run until they are stopped. Whatever they do, the answer is verified or there is none. */
#include "solve/solver.h"
#include "solve_random.h"

static tweed_status gives_up(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  (void)job;
  plan->ii = -1;
  return tweed_fail(error, TWEED_UNKNOWN, "gave up");
}

static tweed_status says_ok_without_a_plan(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  (void)job, (void)plan, (void)error;
  return TWEED_OK;
}

static tweed_status all_at_zero(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  (void)error;
  plan->ii = job->first_ii; /* starts are zero as they came */
  return TWEED_OK;
}

static tweed_status nonsense(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  (void)error;
  plan->ii = job->problem->length > 0 ? 0 : INT64_MAX / 3;
  for (int32_t i = 0; i < job->problem->nops; i++)
    plan->start[i] = i % 2 ? INT64_MAX - i : -5;
  return TWEED_OK;
}

static tweed_status one_step_short(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  tweed_status status = tweed_run_list(job, plan, error);
  for (int32_t i = 0; i < job->problem->nops; i++)
    if (plan->start[i] > 0)
      plan->start[i]--;
  return status;
}

static tweed_status breaks(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  (void)job, (void)plan;
  return tweed_fail(error, TWEED_INTERNAL, "broke");
}

static tweed_status no_memory(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  (void)job, (void)plan;
  return tweed_no_memory(error);
}

static tweed_status runs_until_stopped(tweed_job *job, tweed_plan *plan, tweed_error *error) {
  (void)plan;
  while (!tweed_stopped(job->stop))
    continue;
  return tweed_fail(error, TWEED_UNKNOWN, "stopped");
}

static const struct fault {
  const char *name;
  tweed_status (*run)(tweed_job *, tweed_plan *, tweed_error *);
  tweed_status alone;   /* what the row gives by itself */
  tweed_status in_auto; /* and with a list row behind it */
} faults[] = {
    {"unavailable", NULL, TWEED_BAD_INPUT, TWEED_OK},
    {"gives-up", gives_up, TWEED_UNKNOWN, TWEED_OK},
    {"no-plan", says_ok_without_a_plan, TWEED_UNKNOWN, TWEED_OK},
    {"all-at-zero", all_at_zero, TWEED_INTERNAL, TWEED_OK},
    {"nonsense", nonsense, TWEED_INTERNAL, TWEED_OK},
    {"short", one_step_short, TWEED_INTERNAL, TWEED_OK},
    {"breaks", breaks, TWEED_INTERNAL, TWEED_OK},
    {"no-memory", no_memory, TWEED_NO_MEMORY, TWEED_NO_MEMORY},
    {"hangs", runs_until_stopped, TWEED_UNKNOWN, TWEED_OK},
};

static tweed_problem *chain(bool acyclic) {
  const char *text = acyclic ? "problem: chain\nlength: 20\n" : "problem: chain\n";
  char all[1024];
  snprintf(all, sizeof all,
           "%smachine:\n  machine: m\n  units: {U: 1}\n  classes:\n    c: {latency: 2, uses: {U: [1]}}\n"
           "ops:\n  - {name: a, class: c}\n  - {name: b, class: c}\n  - {name: d, class: c}\n"
           "deps:\n  - {from: a, to: b}\n  - {from: b, to: d}\n",
           text);
  tweed_problem *p;
  assert(tweed_problem_parse(all, strlen(all), "chain.yaml", &p, NULL) == TWEED_OK);
  return p;
}

static void check(const tweed_problem *p, const struct fault *fault, bool compact) {
  const tweed_solver table[] = {
      {.name = fault->name,
       .kinds = TWEED_MODULO | TWEED_ACYCLIC,
       .portfolio = 1,
       .compact = compact,
       .run = fault->run},
      {.name = "list", .kinds = TWEED_MODULO | TWEED_ACYCLIC, .portfolio = TWEED_RANK_FALLBACK, .run = tweed_run_list}};
  const tweed_solve_seam seam = {table, 2}, alone = {table, 1};
  tweed_solve_options o;
  tweed_error error = {0};
  tweed_schedule *s = NULL;
  tweed_solve_options_default(&o);
  o.time_limit = fault->run == runs_until_stopped ? 0.05 : 0;
  o.solver = fault->name;
  tweed_status status = tweed_solve_with(p, &o, &seam, &s, &error);
  if (status != fault->alone)
    fprintf(stderr, "%s: %s: %s\n", fault->name, tweed_status_name(status), error.message);
  assert(status == fault->alone && error.message[0] != '\0');
  assert(!s || (tweed_schedule_answer(s) == TWEED_ANSWER_UNKNOWN && status == TWEED_UNKNOWN));
  tweed_schedule_free(s);
  s = NULL;
  o.solver = NULL;
  status = tweed_solve_with(p, &o, &seam, &s, &error);
  assert(status == fault->in_auto);
  assert(status != TWEED_OK || (tweed_verify(p, s, NULL) == TWEED_OK && !strcmp(tweed_schedule_solver(s), "list")));
  tweed_schedule_free(s);
  status = tweed_solve_with(p, &o, &alone, &s, &error);
  assert(status != TWEED_OK && (status == TWEED_INTERNAL) == (fault->alone == TWEED_INTERNAL));
  tweed_schedule_free(s);
}

/* With less than the usual effort only the first of the rows that prove runs. */
static void check_effort(void) {
  const tweed_solver table[] = {
      {.name = "first", .kinds = TWEED_MODULO, .proves = 1 << TWEED_PROOF_SAT, .portfolio = 1, .run = gives_up},
      {.name = "second", .kinds = TWEED_MODULO, .proves = 1 << TWEED_PROOF_ILP, .portfolio = 2, .run = tweed_run_list},
      {.name = "list", .kinds = TWEED_MODULO, .portfolio = TWEED_RANK_FALLBACK, .run = tweed_run_list}};
  const tweed_solve_seam seam = {table, 3};
  tweed_problem *p = chain(false);
  for (int less = 0; less < 2; less++) {
    tweed_solve_options o;
    tweed_schedule *s = NULL;
    tweed_solve_options_default(&o);
    o.effort = less ? 0.5 : 0;
    assert(tweed_solve_with(p, &o, &seam, &s, NULL) == TWEED_OK);
    assert(strcmp(tweed_schedule_solver(s), less ? "list" : "second") == 0);
    tweed_schedule_free(s);
  }
  tweed_problem_free(p);
}

static void check_options(void) {
  const struct {
    tweed_solve_options o;
    const char *message;
  } bad[] = {{{.ii = -1}, "option ii is -1"},
             {{.max_stages = -2}, "option max_stages is -2"},
             {{.threads = -1}, "option threads"},
             {{.restarts = -1}, "option restarts"},
             {{.time_limit = -0.5}, "time limit"},
             {{.effort = -1}, "effort"},
             {{.normalize = -1}, "option normalize is -1"},
             {{.normalize = 9, .joint = true}, "not for joint ones"},
             {{.ii = 9, .max_ii = 8}, "at most 8"},
             {{.solver = "magic"},
              "there is no solver \"magic\"; there are: auto, asap, alap, list, ims, backtrack, ims-restart, sat"}};
  tweed_problem *p = chain(false), *acyclic = chain(true);
  tweed_schedule *s = NULL;
  tweed_error error;
  for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
    assert(tweed_solve(p, &bad[i].o, &s, &error) == TWEED_BAD_INPUT && !s);
    if (!strstr(error.message, bad[i].message))
      fprintf(stderr, "%s\n", error.message);
    assert(strstr(error.message, bad[i].message));
  }
  tweed_solve_options o = {.solver = "ims"};
  assert(tweed_solve(acyclic, &o, &s, &error) == TWEED_BAD_INPUT && strstr(error.message, "does not take acyclic"));
  o = (tweed_solve_options){.ii = 3};
  assert(tweed_solve(acyclic, &o, &s, &error) == TWEED_BAD_INPUT && strstr(error.message, "has a length"));
  tweed_problem_free(p);
  tweed_problem_free(acyclic);
}

int main(void) {
  for (int acyclic = 0; acyclic < 2; acyclic++) {
    tweed_problem *p = chain(acyclic);
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++)
      for (int compact = 0; compact < 2; compact++)
        check(p, &faults[i], compact);
    tweed_problem_free(p);
  }
  check_effort();
  check_options();
  return 0;
}
