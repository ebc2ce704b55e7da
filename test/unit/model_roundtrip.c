/* model_roundtrip.c: with a file, reads and writes it; without (as a test of its own), does so with random problems, in
 * memory. */
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
    for (int32_t u = 0; u < x->nuses; u++) {
      assert(x->uses[u].unit == y->uses[u].unit && x->uses[u].cycles == y->uses[u].cycles);
      assert(memcmp(x->uses[u].held, y->uses[u].held, (size_t)x->uses[u].cycles * sizeof(int32_t)) == 0);
    }
  }
}

static void equal_problems(const tweed_problem *a, const tweed_problem *b) {
  assert(strcmp(a->name, b->name) == 0 && a->nops == b->nops && a->ndeps == b->ndeps && a->length == b->length);
  equal_machines(a->machine, b->machine);
  for (int32_t i = 0; i < a->nops; i++) {
    assert(strcmp(a->ops[i].name, b->ops[i].name) == 0);
    assert(a->ops[i].class_index == b->ops[i].class_index && a->ops[i].amount == b->ops[i].amount);
    assert(a->ops[i].regs == b->ops[i].regs);
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

int main(int argc, char **argv) {
  tweed_error error;
  tweed_problem *p;
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
