/* model_builder.c: what the builders refuse, and that everything that is refused leaves the object as it was. */
#include <assert.h>
#include <string.h>
#include <tweed/model.h>

static tweed_error error;

static void refused(tweed_status status, const char *part) {
  assert(status == TWEED_BAD_INPUT);
  if (!strstr(error.message, part)) {
    fprintf(stderr, "\"%s\" does not contain \"%s\"\n", error.message, part);
    assert(0);
  }
}

static void machines(void) {
  tweed_machine *m;
  int32_t unit, class, held[] = {1, 0, 2, 0};
  refused(tweed_machine_new("", &m, &error), "empty");
  refused(tweed_machine_new("\xff", &m, &error), "UTF-8");
  refused(tweed_machine_new("\xc0\x80", &m, &error), "UTF-8");
  refused(tweed_machine_new("\xed\xa0\x80", &m, &error), "UTF-8");
  assert(tweed_machine_new("größe", &m, &error) == TWEED_OK);
  refused(tweed_machine_finish(m, &error), "no classes");
  refused(tweed_machine_add_unit(m, "A", -1, NULL, &error), "out of range");
  refused(tweed_machine_add_unit(m, "issue", 1, NULL, &error), "reserved");
  assert(tweed_machine_add_unit(m, "A", 2, &unit, &error) == TWEED_OK && unit == 0);
  refused(tweed_machine_add_unit(m, "A", 1, NULL, &error), "twice");
  assert(tweed_machine_add_registers(m, "int", 16, NULL, &error) == TWEED_OK);
  refused(tweed_machine_add_registers(m, "int", 16, NULL, &error), "twice");
  refused(tweed_machine_add_class(m, "a", -1, 1, -1, NULL, &error), "latency -1");
  refused(tweed_machine_add_class(m, "a", 1, 1, 1, NULL, &error), "register file 1");
  assert(tweed_machine_add_class(m, "a", 3, 1, 0, &class, &error) == TWEED_OK && class == 0);
  refused(tweed_machine_add_class(m, "a", 1, 1, -1, NULL, &error), "twice");
  refused(tweed_machine_add_use(m, 1, 0, 1, held, &error), "class number");
  refused(tweed_machine_add_use(m, 0, 1, 1, held, &error), "unit number");
  refused(tweed_machine_add_use(m, 0, 0, 0, held, &error), "occupancy");
  held[1] = 3;
  refused(tweed_machine_add_use(m, 0, 0, 4, held, &error), "holds 3 of unit");
  held[1] = 0;
  assert(tweed_machine_add_use(m, 0, 0, 4, held, &error) == TWEED_OK);
  refused(tweed_machine_add_use(m, 0, 0, 4, held, &error), "twice");
  tweed_problem *p;
  refused(tweed_problem_new("p", m, &p, &error), "not finished");
  assert(tweed_machine_finish(m, &error) == TWEED_OK);
  refused(tweed_machine_finish(m, &error), "finished");
  refused(tweed_machine_add_unit(m, "B", 1, NULL, &error), "finished");
  assert(tweed_machine_class(m, "a") == 0 && tweed_machine_class(m, "b") == -1);
  tweed_machine_free(tweed_machine_retain(m));
  tweed_machine_free(m);
  tweed_machine_free(NULL);
}

static void problems(void) {
  tweed_machine *m;
  tweed_problem *p;
  int32_t op;
  assert(tweed_machine_new("m", &m, &error) == TWEED_OK);
  assert(tweed_machine_add_unit(m, "A", 2, NULL, &error) == TWEED_OK);
  assert(tweed_machine_add_class(m, "a", 3, 1, -1, NULL, &error) == TWEED_OK);
  assert(tweed_machine_add_use(m, 0, 0, 1, (int32_t[]){1}, &error) == TWEED_OK);
  assert(tweed_machine_finish(m, &error) == TWEED_OK);
  assert(tweed_problem_new("p", m, &p, &error) == TWEED_OK);
  tweed_machine_free(m);
  refused(tweed_problem_finish(p, &error), "no ops");
  refused(tweed_problem_add_op(p, "x\n", 0, -1, NULL, &error), "control characters");
  refused(tweed_problem_add_op(p, "x", 1, -1, NULL, &error), "class number");
  assert(tweed_problem_add_op(p, "x", 0, -1, &op, &error) == TWEED_OK && op == 0);
  refused(tweed_problem_add_op(p, "x", 0, -1, NULL, &error), "twice");
  assert(tweed_problem_add_op(p, "y", 0, 5, &op, &error) == TWEED_OK && op == 1);
  refused(tweed_problem_set_amount(p, 2, 1, &error), "op number");
  refused(tweed_problem_set_amount(p, 0, -1, &error), "amount");
  refused(tweed_problem_add_dep(p, &(tweed_dep){.from = 0, .to = 2}, &error), "op number");
  refused(tweed_problem_add_dep(p, &(tweed_dep){.from = 0, .to = 1, .distance = -1}, &error), "distance");
  refused(tweed_problem_add_dep(p, &(tweed_dep){.from = 0, .to = 1, .kind = (tweed_dep_kind)9}, &error), "kind");
  assert(tweed_problem_add_dep(p, &(tweed_dep){.from = 0, .to = 1, .latency = -1}, &error) == TWEED_OK);
  assert(tweed_problem_finish(p, &error) == TWEED_OK);
  refused(tweed_problem_add_op(p, "z", 0, -1, NULL, &error), "finished");
  assert(tweed_problem_dep(p, 0)->latency == 3);
  assert(tweed_problem_ops(p) == 2 && tweed_problem_deps(p) == 1);
  tweed_schedule *s;
  refused(tweed_schedule_new(p, -1, &s, &error), "ii");
  assert(tweed_schedule_new(p, 2, &s, &error) == TWEED_OK);
  tweed_schedule_set_start(s, 1, 5);
  assert(tweed_schedule_stages(s) == 3 && tweed_schedule_length(p, s) == 8);
  assert(tweed_schedule_max_live(p, s, -1) == 3); /* x from 0 to 5: rows 0, 1, 0, 1, 0 */
  tweed_schedule_free(s);
  tweed_problem_free(p);
}

/* An error is formatted as far as it is known, and never overflows. */
static void errors(void) {
  char text[16], all[1024];
  tweed_error e = {
      .status = TWEED_BAD_INPUT, .file = "f.yaml", .line = 3, .column = 4, .key = "ops", .message = "is empty"};
  assert(strcmp(tweed_error_format(&e, all, sizeof all), "f.yaml:3:4: ops: is empty") == 0);
  assert(strcmp(tweed_error_format(&e, text, sizeof text), "f.yaml:3:4: ops") == 0);
  tweed_error bare = {.status = TWEED_NO_MEMORY};
  assert(strcmp(tweed_error_format(&bare, all, sizeof all), "out of memory") == 0);
  assert(strcmp(tweed_status_name(TWEED_UNKNOWN), "unknown") == 0);
  assert(strcmp(tweed_version(), TWEED_VERSION) == 0);
}

int main(void) {
  machines();
  problems();
  errors();
  return 0;
}
