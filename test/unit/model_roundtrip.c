/* model_roundtrip.c: with a problem, or a problem and its schedule, reads and writes it; without (as a test of its
 * own), does so with random problems, in memory. */
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tweed/model.h>

#include "model/model.h"

static void equal_machines(const tweed_machine *a, const tweed_machine *b) {
  assert(strcmp(a->name, b->name) == 0);
  assert(a->nunits == b->nunits && a->nclasses == b->nclasses && a->issue == b->issue &&
         a->issue_unit == b->issue_unit);
  for (int32_t u = 0; u < a->nunits; u++)
    assert(strcmp(a->units[u].name, b->units[u].name) == 0 && a->units[u].count == b->units[u].count);
  for (int32_t c = 0; c < a->nclasses; c++) {
    const tweed_class *x = &a->classes[c], *y = &b->classes[c];
    assert(strcmp(x->name, y->name) == 0 && x->latency == y->latency && x->issue == y->issue && x->nuses == y->nuses);
    assert(x->async == y->async && x->variable == y->variable && x->hold == y->hold && x->warps == y->warps);
    for (int32_t u = 0; u < x->nuses; u++) {
      assert(x->uses[u].unit == y->uses[u].unit && x->uses[u].cycles == y->uses[u].cycles);
      assert(memcmp(x->uses[u].held, y->uses[u].held, (size_t)x->uses[u].cycles * sizeof(int32_t)) == 0);
    }
  }
}

static void equal_joint(const tweed_machine *a, const tweed_machine *b) {
  const tweed_warps *x = &a->warps, *y = &b->warps;
  assert(a->nmemories == b->nmemories);
  for (int32_t m = 0; m < a->nmemories; m++)
    assert(strcmp(a->memories[m].name, b->memories[m].name) == 0 && a->memories[m].bytes == b->memories[m].bytes &&
           a->memories[m].alloc == b->memories[m].alloc);
  assert(x->present == y->present && x->groups == y->groups && x->nsizes == y->nsizes && x->total == y->total);
  assert(x->registers == y->registers && x->staging == y->staging && x->handoff_fixed == y->handoff_fixed);
  assert(x->handoff_per_kb == y->handoff_per_kb && x->handoff_async == y->handoff_async);
  for (int32_t i = 0; i < x->nsizes; i++)
    assert(x->sizes[i] == y->sizes[i]);
}

static void equal_sm(const tweed_sm *x, const tweed_sm *y) {
  assert(x->present == y->present && x->partitions == y->partitions && x->registers == y->registers);
  assert(x->registers_thread == y->registers_thread && x->register_unit == y->register_unit);
  assert(x->threads == y->threads && x->blocks == y->blocks && x->threads_block == y->threads_block);
  assert(x->shared == y->shared && x->shared_block == y->shared_block && x->shared_static == y->shared_static);
  assert(x->shared_reserved == y->shared_reserved && x->shared_unit == y->shared_unit);
}

static void equal_bytes(const int64_t *a, const int64_t *b, int32_t memories) {
  assert((a == NULL) == (b == NULL));
  for (int32_t m = 0; m < memories && a; m++)
    assert(a[m] == b[m]);
}

static void equal_problems(const tweed_problem *a, const tweed_problem *b) {
  assert(strcmp(a->name, b->name) == 0 && a->nops == b->nops && a->ndeps == b->ndeps && a->length == b->length);
  equal_machines(a->machine, b->machine);
  equal_joint(a->machine, b->machine);
  equal_sm(&a->machine->sm, &b->machine->sm);
  equal_bytes(a->reserved, b->reserved, a->machine->nmemories);
  for (int32_t i = 0; i < a->nops; i++) {
    assert(strcmp(a->ops[i].name, b->ops[i].name) == 0);
    assert(a->ops[i].class_index == b->ops[i].class_index && a->ops[i].amount == b->ops[i].amount);
    assert(a->ops[i].regs == b->ops[i].regs);
    equal_bytes(a->ops[i].bytes, b->ops[i].bytes, a->machine->nmemories);
  }
  for (int32_t d = 0; d < a->ndeps; d++) {
    const tweed_dep *x = &a->deps[d], *y = &b->deps[d];
    assert(x->from == y->from && x->to == y->to && x->latency == y->latency && x->distance == y->distance);
    assert(x->kind == y->kind && x->blocking == y->blocking && x->bytes == y->bytes);
  }
}

static char *again(const tweed_problem *p) {
  tweed_error error;
  tweed_problem *q;
  char *text;
  assert(tweed_problem_print(p, &text, &error) == TWEED_OK);
  assert(tweed_problem_parse(text, strlen(text), "again", &q, &error) == TWEED_OK);
  equal_problems(p, q);
  tweed_problem_free(q);
  return text;
}

/* Reads a schedule of a problem and writes it. */
static int schedule(const char *problem, const char *path) {
  tweed_error error;
  tweed_problem *p;
  tweed_schedule *s;
  assert(tweed_problem_read(problem, &p, &error) == TWEED_OK);
  assert(tweed_schedule_read(p, path, &s, &error) == TWEED_OK);
  assert(tweed_schedule_write(p, s, stdout, &error) == TWEED_OK);
  tweed_schedule_free(s);
  tweed_problem_free(p);
  return 0;
}

int main(int argc, char **argv) {
  tweed_error error;
  tweed_problem *p;
  if (argc > 2)
    return schedule(argv[1], argv[2]);
  if (argc > 1) {
    char message[1024];
    if (tweed_problem_read(argv[1], &p, &error)) {
      fprintf(stderr, "%s\n", tweed_error_format(&error, message, sizeof message));
      return 2;
    }
    char *text = again(p);
    fputs(text, stdout);
    free(text);
    tweed_problem_free(p);
    return 0;
  }
  for (uint64_t seed = 0; seed < 200; seed++) {
    tweed_random_options options;
    tweed_random_options_default(&options);
    options.seed = seed;
    options.ops = 1 + (int32_t)(seed * 7 % 60);
    options.circuit = options.ops < 5 ? 1 : 4;
    options.occupancy = 1 + (int32_t)(seed % 9);
    assert(tweed_problem_random(&options, &p, &error) == TWEED_OK);
    free(again(p));
    tweed_problem_free(p);
  }
  return 0;
}
