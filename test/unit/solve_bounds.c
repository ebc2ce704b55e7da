/* Bounds against brute force: RecMII by walking all circuits, ResMII and MII against exhaustive search. */
#include "solve_random.h"

static int same_res, above_load;

/* The circuit named must exist and have the ratio claimed. */
static void check_circuit(const tweed_problem *p, const tweed_bounds *b) {
  char text[256], *rest = text;
  int64_t latency = 0, distance = 0;
  if (b->rec_mii == 0) {
    assert(b->circuit[0] == '\0');
    return;
  }
  strcpy(text, b->circuit);
  int from = -1, first = -1;
  for (char *arrow; rest; rest = arrow ? arrow + 4 : NULL) {
    arrow = strstr(rest, " -> ");
    if (arrow)
      *arrow = '\0';
    int op = atoi(rest + 1);
    assert(rest[0] == 'o' && op >= 0 && op < p->nops);
    first = first < 0 ? op : first;
    const tweed_dep *best = NULL;
    for (int d = 0; d < p->ndeps && from >= 0; d++)
      if (p->deps[d].from == from && p->deps[d].to == op &&
          (!best || p->deps[d].latency - (b->rec_mii - 1) * p->deps[d].distance >
                        best->latency - (b->rec_mii - 1) * best->distance))
        best = &p->deps[d];
    assert(from < 0 || best);
    latency += best ? best->latency : 0;
    distance += best ? best->distance : 0;
    from = op;
  }
  assert(from == first && latency > (b->rec_mii - 1) * distance);
}

static void check(const tweed_problem *p) {
  tweed_bounds b;
  tweed_error error = {0};
  assert(tweed_bounds_of(p, &b, &error) == TWEED_OK);
  assert(b.rec_mii == brute_recurrence(p));
  check_circuit(p, &b);
  int packed = brute_optimum(p, false), optimum = brute_optimum(p, true);
  bool uses = b.res_mii > 0;
  assert(b.res_mii <= packed && (packed == 1 || uses));
  assert(uses == (b.unit[0] != '\0'));
  same_res += b.res_mii == packed || !uses;
  assert(b.mii >= 1 && b.mii >= b.res_mii && b.mii >= b.rec_mii && b.mii <= optimum);
  above_load += b.res_mii == packed && packed > 4;
}

/* One unit of one kind, one cycle an op: the bound is the number of ops over the count. */
static void check_unit_occupancy(tweed_random *r) {
  shape_options o = {
      .ops = pick(r, 1, 6), .classes = 1, .units = 1, .most_count = 3, .most_cycles = 1, .most_latency = 3};
  tweed_problem *p = random_problem(r, &o);
  tweed_bounds b;
  assert(tweed_bounds_of(p, &b, NULL) == TWEED_OK);
  assert(b.res_mii == brute_optimum(p, false) || (b.res_mii == 0 && p->machine->classes[0].nuses == 0));
  tweed_problem_free(p);
}

/* A long chain with one back edge, in which paths are long: exact, fast, and no overflow with the largest numbers. */
static void check_large(void) {
  enum { N = 20000 };
  tweed_machine *m;
  tweed_problem *p;
  tweed_bounds b;
  tweed_error error;
  assert(tweed_machine_new("m", &m, NULL) == TWEED_OK);
  assert(tweed_machine_add_class(m, "c", TWEED_MAX_NUMBER, 0, -1, NULL, NULL) == TWEED_OK);
  assert(tweed_machine_finish(m, NULL) == TWEED_OK);
  for (int turn = 0; turn < 2; turn++) {
    assert(tweed_problem_new("p", m, &p, NULL) == TWEED_OK);
    for (int i = 0; i < N; i++) {
      char name[16];
      snprintf(name, sizeof name, "o%d", i);
      assert(tweed_problem_add_op(p, name, 0, -1, NULL, NULL) == TWEED_OK);
    }
    for (int i = 0; i < N; i++) {
      bool last = i == N - 1;
      tweed_dep dep = {.from = i, .to = last ? 0 : i + 1, .latency = -1, .distance = last ? turn ? 19999 : N : 0};
      assert(tweed_problem_add_dep(p, &dep, NULL) == TWEED_OK);
    }
    assert(tweed_problem_finish(p, NULL) == TWEED_OK);
    tweed_status status = tweed_bounds_of(p, &b, &error);
    if (turn == 0)
      assert(status == TWEED_OK && b.rec_mii == TWEED_MAX_NUMBER && b.mii == b.rec_mii && strstr(b.circuit, "…"));
    else
      assert(status == TWEED_BAD_INPUT && strstr(error.message, "1000050003"));
    tweed_problem_free(p);
  }
  tweed_machine_free(m);
}

int main(void) {
  enum { PROBLEMS = 3000 };
  tweed_random r;
  tweed_random_seed(&r, 7);
  for (int i = 0; i < PROBLEMS; i++) {
    shape_options o = random_options(&r, pick(&r, 1, 5));
    tweed_problem *p = random_problem(&r, &o);
    check(p);
    tweed_problem_free(p);
  }
  for (int i = 0; i < 500; i++)
    check_unit_occupancy(&r);
  check_large();
  printf("ResMII is the packing optimum on %d of %d problems, %d of them above 4\n", same_res, PROBLEMS, above_load);
  assert(same_res == PROBLEMS && above_load > 100);
  return 0;
}
