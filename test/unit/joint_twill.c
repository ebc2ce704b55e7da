/* Small joint problems with known answers: those of Twill's figures, where its published rules are sound and where they
 * are not; what an infeasible answer says; and what happens when Z3 is out of time, memory or luck. */
#include "solve/joint.h"
#include "solve_random.h"

#define MACHINE(cycles, latency, memories, warps)                                                                      \
  "problem: t\nmachine:\n  machine: m\n  units: {TC: 1, EX: 1}\n  classes:\n"                                          \
  "    gemm: {latency: " latency ", uses: {TC: " cycles "}}\n"                                                         \
  "    exp: {latency: " latency ", uses: {EX: " cycles "}}\n" memories "  warps: {" warps "}\n"
#define FIGURE(s, p, dep)                                                                                              \
  "ops:\n- {name: S, class: gemm" s "}\n- {name: P, class: exp" p "}\n- {name: O, class: gemm}\ndeps:\n"               \
  "- {from: S, to: P" dep "}\n- {from: P, to: O" dep "}\n- {from: O, to: O, distance: 1}\n"
#define TILE(t, s, p, o)                                                                                               \
  "- {name: S" t ", class: gemm" s "}\n- {name: P" t ", class: exp" p "}\n- {name: O" t ", class: gemm" o "}\n"
#define TILE_DEPS(t)                                                                                                   \
  "- {from: S" t ", to: P" t ", blocking: true}\n- {from: P" t ", to: O" t "}\n- {from: O" t ", to: O" t               \
  ", distance: 1}\n"
#define TILES(s, p, o) "ops:\n" TILE("0", s, p, o) TILE("1", s, p, o) "deps:\n" TILE_DEPS("0") TILE_DEPS("1")
#define BLOCKING ", blocking: true"
#define ONE ", bytes: {mem: 1}"
#define PLAIN TILES("", "", "")
#define HEAVY TILES(", regs: 4", ", regs: 2", ", regs: 4")

typedef struct row {
  const char *name, *text;
  int ii;     /* asked for, 0 = none */
  int max_ii; /* the same */
  int answer; /* II, 0 = infeasible */
  int length, groups;
  const char *why[3];
} row;

static const row rows[] = {
    {"figure 1", MACHINE("[1]", "1", "", "groups: 2") FIGURE("", "", ""), 0, 0, 2, 4, 1, {NULL}},
    {"figure 1, II 1",
     MACHINE("[1]", "1", "", "groups: 2") FIGURE("", "", ""),
     1,
     0,
     0,
     0,
     0,
     {"II=1 needs: unit TC (2 of 1 cycles)"}},
    {"blocking, two groups", MACHINE("[1]", "1", "", "groups: 2") FIGURE("", "", BLOCKING), 0, 0, 2, 4, 2, {NULL}},
    {"blocking, one group", MACHINE("[1]", "1", "", "groups: 1") FIGURE("", "", BLOCKING), 0, 0, 3, 3, 1, {NULL}},
    {"blocking, one group, II 2",
     MACHINE("[1]", "1", "", "groups: 1") FIGURE("", "", BLOCKING),
     2,
     0,
     0,
     0,
     0,
     {"II=2 needs: groups (1), unit TC (2 of 2 cycles), blocking wait S -> P", "would do: one warp group more (2)"}},
    {"two tiles, one group",
     MACHINE("[1, 1]", "2", "", "groups: 1, handoff: {fixed: 1}") PLAIN,
     0,
     0,
     10,
     10,
     1,
     {NULL}},
    {"ping-pong", MACHINE("[1, 1]", "2", "", "groups: 2, handoff: {fixed: 1}") PLAIN, 0, 0, 8, 8, 2, {NULL}},
    {"limit 8",
     MACHINE("[1, 1]", "2", "", "groups: 2, registers: 8, handoff: {fixed: 1}") HEAVY,
     0,
     0,
     8,
     8,
     2,
     {NULL}},
    /* Published liveness accepts this at II 8: it forgets the accumulator that is carried in. */
    {"limit 7",
     MACHINE("[1, 1]", "2", "", "groups: 2, registers: 7, handoff: {fixed: 1}") HEAVY,
     0,
     0,
     0,
     0,
     0,
     {"every II needs: registers of the group of ", "would do: one warp group more (3)",
      "would do: 1 register more (8 a thread)"}},
    {"limit 7, II up to 14",
     MACHINE("[1, 1]", "2", "", "groups: 2, registers: 7, handoff: {fixed: 1}") HEAVY,
     0,
     14,
     0,
     0,
     0,
     {"II=14 needs: registers of the group of "}},
    {"limit 7, three groups",
     MACHINE("[1, 1]", "2", "", "groups: 3, registers: 7, handoff: {fixed: 1}") HEAVY,
     0,
     0,
     8,
     12,
     3,
     {NULL}},
    {"live memory 2",
     MACHINE("[1]", "1", "  memories: {mem: {bytes: 2, alloc: live}}\n", "groups: 2") FIGURE(ONE, ONE, ""),
     0,
     0,
     2,
     4,
     1,
     {NULL}},
    {"live memory 1",
     MACHINE("[1]", "1", "  memories: {mem: {bytes: 1, alloc: live}}\n", "groups: 2") FIGURE(ONE, ONE, ""),
     0,
     0,
     3,
     3,
     1,
     {NULL}},
    /* A buffer is not free while its reader is at it: rings ask for one slot more. */
    {"ring memory 3",
     MACHINE("[1]", "1", "  memories: {mem: 3}\n", "groups: 1") FIGURE(ONE, ONE, ""),
     0,
     0,
     2,
     4,
     1,
     {NULL}},
    {"ring memory 2",
     MACHINE("[1]", "1", "  memories: {mem: 2}\n", "groups: 1") FIGURE(ONE, ONE, ""),
     0,
     0,
     3,
     3,
     1,
     {NULL}},
    {"ring memory 1",
     MACHINE("[1]", "1", "  memories: {mem: 1}\n", "groups: 1") FIGURE(ONE, ONE, ""),
     0,
     0,
     0,
     0,
     0,
     {"every II needs: memory mem (1 bytes)", "would do: 1 byte more of mem"}},
    {"a recurrence",
     MACHINE("[1]", "3", "", "groups: 1") FIGURE("", "", ""),
     2,
     0,
     0,
     0,
     0,
     {"II=2 needs: circuit O -> O (3 cycles an iteration)"}},
};

static tweed_problem *parse(const char *text) {
  tweed_problem *p = NULL;
  tweed_error error = {0};
  if (tweed_problem_parse(text, strlen(text), "t.yaml", &p, &error) != TWEED_OK)
    fprintf(stderr, "%s: %s\n%s\n", error.key, error.message, text);
  assert(p);
  return p;
}

static int64_t phase(const tweed_schedule *s, const char *wanted) {
  const char *name;
  int64_t value, bound;
  for (int32_t i = 0; tweed_schedule_phase(s, i, &name, &value, &bound, NULL); i++)
    if (strcmp(name, wanted) == 0) {
      assert(value == bound);
      return value;
    }
  assert(false && wanted);
  return -1;
}

static void check_row(const row *r) {
  tweed_problem *p = parse(r->text);
  tweed_solve_options o;
  tweed_schedule *s;
  tweed_error error = {0};
  tweed_solve_options_default(&o);
  o.joint = true;
  o.ii = r->ii;
  o.max_ii = r->max_ii;
  tweed_status status = tweed_solve(p, &o, &s, &error);
  fprintf(stderr, "%s: %s%s%s\n", r->name, tweed_status_name(status), error.message[0] ? ": " : "", error.message);
  assert(status == (r->answer ? TWEED_OK : TWEED_INFEASIBLE) && s);
  if (status == TWEED_OK) {
    assert(tweed_verify(p, s, &error) == TWEED_OK && tweed_schedule_joint(s));
    assert(tweed_schedule_ii(s) == r->answer && tweed_schedule_answer(s) == TWEED_ANSWER_OPTIMAL);
    assert(phase(s, "ii") == r->answer && phase(s, "length") == r->length && phase(s, "groups") == r->groups);
    assert(tweed_schedule_length_bound(s) == r->length && tweed_schedule_length(p, s) == r->length);
  }
  for (int i = 0; i < 3 && r->why[i]; i++) {
    const char *line = tweed_schedule_why(s, i);
    if (!line || strncmp(line, r->why[i], strlen(r->why[i])) != 0)
      fprintf(stderr, "  line %d is \"%s\"\n", i, line ? line : "");
    assert(line && strncmp(line, r->why[i], strlen(r->why[i])) == 0);
  }
  tweed_schedule_free(s);
  tweed_problem_free(p);
}

/* ---- faults ---- */

/* Interrupted before and during: the best so far or unknown, never infeasible, and soon. */
static void check_limits(void) {
  tweed_problem *p = parse(MACHINE("[1, 1]", "2", "", "groups: 2, registers: 7, handoff: {fixed: 1}") HEAVY);
  const volatile int set = 1;
  tweed_solve_options o;
  tweed_schedule *s;
  tweed_solve_options_default(&o);
  o.joint = true;
  o.interrupt = &set;
  assert(tweed_solve(p, &o, &s, NULL) == TWEED_UNKNOWN);
  assert(s && tweed_schedule_answer(s) == TWEED_ANSWER_UNKNOWN);
  tweed_schedule_free(s);
  o.interrupt = NULL;
  o.time_limit = 1e-6;
  assert(tweed_solve(p, &o, &s, NULL) == TWEED_UNKNOWN);
  tweed_schedule_free(s);
  tweed_problem_free(p);
}

/* The layer over Z3 by itself: out of work, out of range, and stopped. */
static void check_layer(void) {
  tweed_stop stop = {0};
  tweed_smt *s = tweed_smt_new(&stop, TWEED_SMT_DENSE);
  enum { N = 12 };
  assert(s);
  /* N tasks of 3 cycles in too few cycles: a pigeon hole, hard for difference logic. */
  for (int v = 0; v < N; v++) {
    assert(tweed_smt_int(s) == v);
    tweed_smt_clause(s, 1, (tweed_lit[]){tweed_smt_difference(s, -1, v, 0)});
    tweed_smt_clause(s, 1, (tweed_lit[]){tweed_smt_difference(s, v, -1, -3 * N + 4)});
  }
  for (int a = 0; a < N; a++)
    for (int b = 0; b < a; b++)
      tweed_smt_clause(s, 2, (tweed_lit[]){tweed_smt_difference(s, a, b, 3), tweed_smt_difference(s, b, a, 3)});
  assert(tweed_smt_difference(s, 1, 2, 5) == -tweed_smt_difference(s, 2, 1, -4));
  assert(tweed_smt_check(s, 0, NULL, 20000) == TWEED_SMT_UNKNOWN && tweed_smt_reason(s)[0]);
  assert(tweed_smt_check(s, 0, NULL, 20000) == TWEED_SMT_UNKNOWN);
  stop.deadline = tweed_clock() + 0.1;
  double began = tweed_clock();
  assert(tweed_smt_check(s, 0, NULL, 0) == TWEED_SMT_UNKNOWN);
  assert(tweed_clock() - began < 30 && !tweed_smt_failed(s));
  tweed_smt_free(s);
  stop = (tweed_stop){0};
  s = tweed_smt_new(&stop, TWEED_SMT_SPARSE);
  assert(s && tweed_smt_int(s) == 0 && tweed_smt_int(s) == 1);
  tweed_lit a = tweed_smt_bool(s), b = tweed_smt_bool(s), c = tweed_smt_bool(s);
  tweed_smt_at_most(s, TWEED_TRUE, 3, (tweed_lit[]){a, b, c}, (int64_t[]){4, 6, 8}, 11);
  assert(tweed_smt_check(s, 2, (tweed_lit[]){a, b}, 0) == TWEED_SMT_SAT && !tweed_smt_value(s, c));
  assert(tweed_smt_check(s, 3, (tweed_lit[]){-b, a, c}, 0) == TWEED_SMT_UNSAT);
  assert(tweed_smt_in_core(s, a) && tweed_smt_in_core(s, c) && !tweed_smt_in_core(s, -b));
  tweed_smt_difference(s, 0, 1, INT64_C(1) << 40);
  assert(tweed_smt_failed(s) && tweed_smt_check(s, 0, NULL, 0) == TWEED_SMT_FAILED);
  tweed_smt_free(s);
}

/* Numbers and sizes beyond the form are unknown, soon. */
static void check_sizes(void) {
  tweed_problem *p =
      parse(MACHINE("1", "1000000000", "", "groups: 2, handoff: {fixed: 1000000000}") FIGURE("", "", ""));
  tweed_solve_options o;
  tweed_schedule *s;
  tweed_solve_options_default(&o);
  o.joint = true;
  tweed_status status = tweed_solve(p, &o, &s, NULL);
  assert(status == TWEED_UNKNOWN || (status == TWEED_OK && tweed_verify(p, s, NULL) == TWEED_OK));
  tweed_schedule_free(s);
  o.joint = false;
  o.solver = "smt";
  status = tweed_solve(p, &o, &s, NULL);
  assert(status == TWEED_UNKNOWN || (status == TWEED_OK && tweed_verify(p, s, NULL) == TWEED_OK));
  tweed_schedule_free(s);
  tweed_problem_free(p);
}

/* Ordinary problems say why too. */
static void check_ordinary(void) {
  tweed_problem *p = parse("problem: t\nmachine: {machine: m, units: {U: 1}, classes: {a: {latency: 2, uses: {U: 2}}, "
                           "b: {latency: 1, uses: {U: 1}}}}\nops: [{name: x, class: a}, {name: y, class: a}, "
                           "{name: z, class: b}]\ndeps: [{from: x, to: y}, {from: y, to: x, distance: 1}, {from: x, "
                           "to: z, latency: 3}, {from: z, to: y, latency: 1}]\n");
  static const struct {
    int ii, stages;
    const char *first, *second;
  } cases[] = {{5, 0, "II=5 needs: circuit x -> z -> y -> x (6 cycles an iteration)", NULL},
               {4, 0, "II=4 needs: unit U (5 of 4 cycles), circuit x -> z -> y -> x (6 cycles an iteration)", NULL}};
  for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
    tweed_solve_options o;
    tweed_schedule *s;
    tweed_solve_options_default(&o);
    o.ii = cases[i].ii;
    assert(tweed_solve(p, &o, &s, NULL) == TWEED_INFEASIBLE && s);
    if (strcmp(tweed_schedule_why(s, 0), cases[i].first) != 0)
      fprintf(stderr, "%s\n", tweed_schedule_why(s, 0));
    assert(strcmp(tweed_schedule_why(s, 0), cases[i].first) == 0);
    tweed_schedule_free(s);
  }
  tweed_problem_free(p);
}

int main(void) {
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
    check_row(&rows[i]);
  check_limits();
  check_layer();
  check_sizes();
  check_ordinary();
  return 0;
}
