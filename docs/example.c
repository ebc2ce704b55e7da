/* A problem built in C, solved and printed, with libtweed alone:
 *
 *   cc example.c $(pkg-config --cflags --libs tweed) -o example && ./example
 *
 * The loop is  for (i) { s = s * a[i] + b[i]; c[i] = s; }  on a small in-order core. */
#include <stdio.h>
#include <stdlib.h>
#include <tweed/report.h>
#include <tweed/solve.h>

/* Every call that can fail returns a status and fills the error: what went wrong, and with which op, unit or key. */
static tweed_error error;

static void check(tweed_status status) {
  char text[1024];
  if (status == TWEED_OK)
    return;
  fprintf(stderr, "%s\n", tweed_error_format(&error, text, sizeof text));
  exit(1);
}

/* A machine: units, and what each class of operations holds of them in each cycle after its start. */
static tweed_machine *make_machine(void) {
  tweed_machine *m;
  int32_t mem, fp, load, store, fma;
  const int32_t one[] = {1}, two[] = {1, 1};
  check(tweed_machine_new("small", &m, &error));
  check(tweed_machine_add_unit(m, "MEM", 1, &mem, &error));
  check(tweed_machine_add_unit(m, "FP", 1, &fp, &error));
  check(tweed_machine_set_issue(m, 2, &error));
  check(tweed_machine_add_class(m, "load", 3, 1, -1, &load, &error)); /* latency 3, one issue slot, no register file */
  check(tweed_machine_add_use(m, load, mem, 1, one, &error));
  check(tweed_machine_add_class(m, "store", 1, 1, -1, &store, &error));
  check(tweed_machine_add_use(m, store, mem, 1, one, &error));
  check(tweed_machine_add_class(m, "fma", 5, 1, -1, &fma, &error));
  check(tweed_machine_add_use(m, fma, fp, 2, two, &error)); /* not fully pipelined: the unit is busy for two cycles */
  check(tweed_machine_finish(m, &error));
  return m;
}

static int32_t add_op(tweed_problem *p, const char *name, const char *class) {
  int32_t op;
  check(tweed_problem_add_op(p, name, tweed_machine_class(tweed_problem_machine(p), class), -1, &op, &error));
  return op;
}

/* `to` needs what `from` made `distance` iterations before; latency -1 is that of its class. */
static void add_flow(tweed_problem *p, int32_t from, int32_t to, int32_t distance) {
  const tweed_dep dep = {.from = from, .to = to, .latency = -1, .distance = distance, .kind = TWEED_DEP_FLOW};
  check(tweed_problem_add_dep(p, &dep, &error));
}

static tweed_problem *make_problem(tweed_machine *m) {
  tweed_problem *p;
  check(tweed_problem_new("scan", m, &p, &error));
  int32_t a = add_op(p, "a", "load"), b = add_op(p, "b", "load"), s = add_op(p, "s", "fma"),
          c = add_op(p, "c", "store");
  add_flow(p, a, s, 0);
  add_flow(p, b, s, 0);
  add_flow(p, s, s, 1); /* the recurrence: one iteration before */
  add_flow(p, s, c, 0);
  check(tweed_problem_finish(p, &error));
  return p;
}

int main(void) {
  tweed_machine *m = make_machine();
  tweed_problem *p = make_problem(m);
  tweed_machine_free(m); /* the problem keeps it */

  tweed_bounds bounds;
  check(tweed_bounds_of(p, &bounds, &error));
  printf("MII %d: resources %d (%s), recurrences %d (%s)\n", bounds.mii, bounds.res_mii, bounds.unit, bounds.rec_mii,
         bounds.circuit);

  tweed_solve_options options;
  tweed_solve_options_default(&options);
  options.max_stages = 8;
  tweed_schedule *s;
  check(tweed_solve(p, &options, &s, &error)); /* verified before it is handed out */
  printf("II %d (at least %d, proof: %s), %d stages\n", tweed_schedule_ii(s), tweed_schedule_lower_bound(s),
         tweed_proof_name(tweed_schedule_proof(s)), tweed_schedule_stages(s));
  for (int32_t i = 0; i < tweed_problem_ops(p); i++)
    printf("%s starts in cycle %lld\n", tweed_problem_op_name(p, i), (long long)tweed_schedule_start(s, i));
  check(tweed_report(p, s, "text", stdout, &error));
  tweed_schedule_free(s);

  /* What cannot be is said, too. */
  options.ii = bounds.mii - 1;
  tweed_status status = tweed_solve(p, &options, &s, &error);
  printf("II %d: %s: %s\n", options.ii, tweed_status_name(status), error.message);
  tweed_schedule_free(s);
  tweed_problem_free(p);
  return 0;
}
