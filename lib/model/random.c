/* random.c: random problems with a known MII.
 *
 * A schedule of II = MII is drawn first, then the problem around it, so that the MII that is planted is reached: every
 * dependence and every unit count is chosen so that the schedule stays legal. The bound is planted either as a
 * recurrence (a circuit of latency above (MII - 1) * distance) or, without one, as a unit that is full in every row. */
#include "model/build.h"

#include <stdio.h>
#include <stdlib.h>

enum { UNITS = 4, CLASSES_PER_UNIT = 3, CLASSES = UNITS * CLASSES_PER_UNIT, LATEST_LATENCY = 6 };

/* Where the classes hold their unit, and the schedule that is drawn. */
typedef struct draw {
  const tweed_random_options *options;
  tweed_random random;
  int32_t latency[CLASSES], cycles[CLASSES]; /* class c holds unit c / CLASSES_PER_UNIT for so many cycles */
  int32_t *class_index;
  int64_t *start;
  tweed_dep *circuit;
  int32_t count[UNITS]; /* of each unit, at least what the schedule holds of it in any row */
} draw;

static int64_t between(draw *d, int64_t low, int64_t high) {
  return low + (int64_t)tweed_random_below(&d->random, (uint32_t)(high - low + 1));
}

void tweed_random_options_default(tweed_random_options *options) {
  *options =
      (tweed_random_options){.ops = 32, .mii = 4, .circuit = 4, .distance = 1, .edges = 1.5, .occupancy = 1, .seed = 1};
}

static tweed_status check_options(const tweed_random_options *o, tweed_error *error) {
  tweed_status status = tweed_check_range("ops", o->ops, 1, 10000000, error);
  if (!status)
    status = tweed_check_range("mii", o->mii, 1, 1000000, error);
  if (!status)
    status = tweed_check_range("circuit", o->circuit, 0, o->ops, error);
  if (!status)
    status = tweed_check_range("distance", o->distance, 1, 1000, error);
  if (!status)
    status = tweed_check_range("occupancy", o->occupancy, 1, 1000, error);
  if (!status && !(o->edges >= 0 && o->edges <= 100))
    status = tweed_fail(error, TWEED_BAD_INPUT, "edges %g is out of range (0 to 100)", o->edges);
  if (!status && o->circuit == 0 && o->ops < o->mii)
    status = tweed_fail(error, TWEED_BAD_INPUT, "without a circuit, MII %d needs at least as many ops, not %d",
                        (int)o->mii, (int)o->ops);
  return status;
}

/* The first class of each unit holds it for one cycle, the last as long as it may. */
static void draw_classes(draw *d) {
  for (int32_t c = 0; c < CLASSES; c++) {
    int32_t longest = d->options->occupancy, place = c % CLASSES_PER_UNIT;
    d->latency[c] = (int32_t)between(d, 1, LATEST_LATENCY);
    d->cycles[c] = place == 0 ? 1 : place == CLASSES_PER_UNIT - 1 ? longest : (int32_t)between(d, 1, longest);
  }
}

/* Every op a class and a start time. Without a circuit the first mii ops fill the rows of unit 0 once, one row each. */
static void draw_schedule(draw *d) {
  const tweed_random_options *o = d->options;
  int64_t span = (int64_t)o->mii * 4 + o->ops / 4;
  for (int32_t i = 0; i < o->ops; i++) {
    bool filler = o->circuit == 0 && i < o->mii;
    d->class_index[i] = filler ? 0 : (int32_t)between(d, o->circuit == 0 ? CLASSES_PER_UNIT : 0, CLASSES - 1);
    d->start[i] = filler ? i + o->mii * between(d, 0, 3) : between(d, 0, span);
  }
}

/* Draws the dependences of the circuit and moves its ops to times that these allow. The latencies sum to something
 * between (mii - 1) * distance + 1 and mii * distance; what is missing to the latter is slack that the start times may
 * use up. */
static void draw_circuit(draw *d) {
  const tweed_random_options *o = d->options;
  int64_t least = (int64_t)(o->mii - 1) * o->distance + 1, most = (int64_t)o->mii * o->distance;
  int64_t latency = between(d, least, most), distance = o->distance, slack = most - latency, first = 0;
  for (int32_t i = 0; i < o->circuit; i++) {
    bool last = i == o->circuit - 1;
    int64_t part = last ? latency : between(d, 0, 2 * latency / (o->circuit - i));
    int64_t turns = last ? distance : between(d, 0, distance - 1) / (o->circuit - i);
    int64_t wait = last ? 0 : between(d, 0, slack);
    part = part > latency ? latency : part;
    d->circuit[i] = (tweed_dep){i, last ? 0 : i + 1, (int32_t)part, (int32_t)turns, TWEED_DEP_FLOW, false, 0};
    if (!last)
      d->start[i + 1] = d->start[i] + part - turns * o->mii + wait;
    first = d->start[i] < first ? d->start[i] : first;
    latency -= part;
    distance -= turns;
    slack -= wait;
  }
  int64_t shift = (-first + o->mii - 1) / o->mii * o->mii; /* no start before 0; whole IIs keep the rows */
  for (int32_t i = 0; i < o->circuit; i++)
    d->start[i] += shift;
}

/* Counts what the drawn schedule holds in each row, so that the units can be as many. */
static bool count_units(draw *d) {
  int32_t ii = d->options->mii;
  int32_t *held = calloc((size_t)ii * UNITS, sizeof *held);
  if (!held)
    return false;
  for (int32_t u = 0; u < UNITS; u++)
    d->count[u] = 1;
  for (int32_t i = 0; i < d->options->ops; i++) {
    int32_t class = d->class_index[i], unit = class / CLASSES_PER_UNIT;
    for (int32_t c = 0; c < d->cycles[class]; c++) {
      int32_t now = ++held[(int64_t)unit * ii + (d->start[i] + c) % ii];
      d->count[unit] = now > d->count[unit] ? now : d->count[unit];
    }
  }
  free(held);
  return true;
}

/* A dependence between two random ops that the schedule obeys, of the smallest distance that allows it; none if that is
 * above 2. Of two ops at one time only the one with the smaller number may be the source, so that no cycle of distance
 * 0 arises. */
static tweed_status add_edge(draw *d, tweed_problem *p, tweed_error *error) {
  static const tweed_dep_kind kinds[] = {TWEED_DEP_FLOW, TWEED_DEP_FLOW, TWEED_DEP_FLOW, TWEED_DEP_MEMORY,
                                         TWEED_DEP_ANTI};
  int32_t from = (int32_t)between(d, 0, p->nops - 1), to = (int32_t)between(d, 0, p->nops - 1);
  tweed_dep dep = {.from = from, .to = to, .kind = kinds[between(d, 0, 4)]};
  dep.latency = dep.kind == TWEED_DEP_ANTI ? 0 : d->latency[d->class_index[from]];
  int64_t missing = d->start[from] + dep.latency - d->start[to], ii = d->options->mii;
  int64_t distance = missing > 0 ? (missing + ii - 1) / ii : 0;
  if (distance == 0 && d->start[from] == d->start[to] && from >= to)
    distance = 1;
  dep.distance = (int32_t)distance;
  return distance > 2 ? TWEED_OK : tweed_problem_add_dep(p, &dep, error);
}

static tweed_status build_machine(const draw *d, tweed_machine *m, tweed_error *error) {
  tweed_status status = TWEED_OK;
  char name[32];
  for (int32_t u = 0; u < UNITS && !status; u++) {
    snprintf(name, sizeof name, "U%d", (int)u);
    status = tweed_machine_add_unit(m, name, d->count[u], NULL, error);
  }
  for (int32_t c = 0; c < CLASSES && !status; c++) {
    snprintf(name, sizeof name, "u%d_%d", (int)(c / CLASSES_PER_UNIT), (int)(c % CLASSES_PER_UNIT));
    status = tweed_machine_add_class(m, name, d->latency[c], 1, -1, NULL, error);
    if (!status)
      status = tweed_machine_add_use_ones(m, c, c / CLASSES_PER_UNIT, d->cycles[c], error);
  }
  return status ? status : tweed_machine_finish(m, error);
}

static tweed_status build_problem(draw *d, tweed_machine *m, tweed_problem **out, tweed_error *error) {
  const tweed_random_options *o = d->options;
  char name[64];
  snprintf(name, sizeof name, "random-%d-%d-%llu", (int)o->ops, (int)o->mii, (unsigned long long)o->seed);
  tweed_status status = tweed_problem_new(name, m, out, error);
  for (int32_t i = 0; i < o->ops && !status; i++) {
    snprintf(name, sizeof name, "op%d", (int)i);
    status = tweed_problem_add_op(*out, name, d->class_index[i], -1, NULL, error);
  }
  for (int32_t i = 0; i < o->circuit && !status; i++)
    status = tweed_problem_add_dep(*out, &d->circuit[i], error);
  int64_t edges = (int64_t)(o->edges * o->ops);
  for (int64_t i = o->circuit; i < edges && !status; i++)
    status = add_edge(d, *out, error);
  return status ? status : tweed_problem_finish(*out, error);
}

static tweed_status build(draw *d, tweed_problem **out, tweed_error *error) {
  draw_classes(d);
  draw_schedule(d);
  draw_circuit(d);
  if (!count_units(d))
    return tweed_no_memory(error);
  tweed_machine *m = NULL;
  tweed_status status = tweed_machine_new("random", &m, error);
  if (!status)
    status = build_machine(d, m, error);
  if (!status)
    status = build_problem(d, m, out, error);
  tweed_machine_free(m);
  if (status) {
    tweed_problem_free(*out);
    *out = NULL;
  }
  return status;
}

tweed_status tweed_problem_random(const tweed_random_options *options, tweed_problem **out, tweed_error *error) {
  *out = NULL;
  tweed_status status = check_options(options, error);
  if (status)
    return status;
  draw d = {.options = options};
  tweed_random_seed(&d.random, options->seed);
  d.class_index = calloc((size_t)options->ops, sizeof *d.class_index);
  d.start = calloc((size_t)options->ops, sizeof *d.start);
  d.circuit = calloc((size_t)options->circuit + 1, sizeof *d.circuit);
  status = d.class_index && d.start && d.circuit ? build(&d, out, error) : tweed_no_memory(error);
  free(d.class_index);
  free(d.start);
  free(d.circuit);
  return status;
}
