/* Problems built in C, solved and printed, with libtweed alone:
 *
 *   cc example.c $(pkg-config --cflags --libs tweed) -o example && ./example
 *
 * First  for (i) { s = s * a[i] + b[i]; c[i] = s; }  on a small in-order core. Then a tile loop of a GPU, jointly
 * pipelined and spread over warp groups (docs/joint.md). */
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

static void solve_loop(void) {
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
}

/* Up to three warp groups of 1 or 4 warps; what crosses groups is staged in shared memory and pays for it. */
static tweed_machine *make_gpu(void) {
  tweed_machine *m;
  int32_t copier, tensor, exponent, memory, copy, product, exp;
  const int32_t sizes[] = {1, 4};
  int32_t held[512];
  for (int k = 0; k < 512; k++)
    held[k] = 1;
  check(tweed_machine_new("gpu", &m, &error));
  check(tweed_machine_add_unit(m, "TMA", 1, &copier, &error));
  check(tweed_machine_add_unit(m, "TC", 1, &tensor, &error));
  check(tweed_machine_add_unit(m, "EX", 1, &exponent, &error));
  check(tweed_machine_add_memory(m, "smem", 232448, TWEED_ALLOC_RING, &memory, &error));
  check(tweed_machine_add_class(m, "copy", 600, 0, -1, &copy, &error));
  check(tweed_machine_add_use(m, copy, copier, 100, held, &error));
  check(tweed_machine_set_flags(m, copy, true, true, &error)); /* asynchronous, and its latency varies */
  check(tweed_machine_add_class(m, "product", 256, 0, -1, &product, &error));
  check(tweed_machine_add_use(m, product, tensor, 256, held, &error));
  check(tweed_machine_set_flags(m, product, true, false, &error));
  check(
      tweed_machine_set_group(m, product, 30, 4, &error)); /* issued in 30 cycles, by a group of at least four warps */
  check(tweed_machine_add_class(m, "exp", 512, 0, -1, &exp, &error));
  check(tweed_machine_add_use(m, exp, exponent, 512, held, &error));
  check(tweed_machine_set_group(m, exp, 0, 4, &error));
  const tweed_warps warps = {.groups = 3,
                             .nsizes = 2,
                             .sizes = sizes,
                             .registers = 255,
                             .staging = memory,
                             .handoff_fixed = 61,
                             .handoff_per_kb = 16,
                             .handoff_async = 30};
  check(tweed_machine_set_warps(m, &warps, &error));
  check(tweed_machine_finish(m, &error));
  return m;
}

static void add_wait(tweed_problem *p, int32_t from, int32_t to, int32_t distance, tweed_dep_kind kind) {
  const tweed_dep dep = {.from = from, .to = to, .latency = -1, .distance = distance, .kind = kind, .blocking = true};
  check(tweed_problem_add_dep(p, &dep, &error));
}

/* K and V tiles come in; S = Q K, P = exp S, O += P V: attention without its sums. */
static tweed_problem *make_tiles(tweed_machine *m) {
  tweed_problem *p;
  check(tweed_problem_new("tiles", m, &p, &error));
  int32_t k = add_op(p, "K", "copy"), v = add_op(p, "V", "copy"), s = add_op(p, "S", "product");
  int32_t e = add_op(p, "P", "exp"), o = add_op(p, "O", "product");
  int32_t smem = tweed_machine_memory(m, "smem");
  check(tweed_problem_set_bytes(p, k, smem, 32768, &error));
  check(tweed_problem_set_bytes(p, v, smem, 32768, &error));
  add_wait(p, k, s, 0, TWEED_DEP_FLOW);
  add_wait(p, v, o, 0, TWEED_DEP_FLOW);
  add_wait(p, s, e, 0, TWEED_DEP_FLOW);
  add_wait(p, e, o, 0, TWEED_DEP_FLOW);
  add_flow(p, o, o, 1);
  check(tweed_problem_finish(p, &error));
  return p;
}

static void solve_tiles(void) {
  tweed_machine *m = make_gpu();
  tweed_problem *p = make_tiles(m);
  tweed_machine_free(m);
  tweed_solve_options options;
  tweed_solve_options_default(&options);
  options.joint = true;
  tweed_schedule *s;
  check(tweed_solve(p, &options, &s, &error));
  printf("tiles: II %d (proof: %s), %d warp groups\n", tweed_schedule_ii(s), tweed_proof_name(tweed_schedule_proof(s)),
         tweed_schedule_roles(s));
  for (int32_t i = 0; i < tweed_problem_ops(p); i++)
    printf("%s starts in cycle %lld, in group %d\n", tweed_problem_op_name(p, i), (long long)tweed_schedule_start(s, i),
           tweed_schedule_role(s, i));
  int32_t from, to, depth;
  for (int32_t i = 0; tweed_schedule_channel(s, i, &from, &to, &depth, NULL); i++)
    printf("%s -> %s: a ring of %d\n", tweed_problem_op_name(p, from), tweed_problem_op_name(p, to), depth);
  tweed_schedule_free(s);
  tweed_problem_free(p);
}

int main(void) {
  solve_loop();
  solve_tiles();
  return 0;
}
