/* fuzz_schedule.c: libFuzzer on the reader of schedules, and with what it accepts on the verifier, MaxLive and all
 * formats. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tweed/report.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char modulo[] =
    "problem: p\nobjective: {resource: 1}\n"
    "machine: {machine: m, units: {A: 1, B: 0}, issue: 2, registers: {int: 4}, "
    "classes: {a: {latency: 3, uses: {A: [1], B: 9}, file: int}, b: {latency: 0, issue: 5, uses: {B: [0, 2]}, "
    "async: true, variable: true}}, memories: {s: 100, t: {bytes: 9, alloc: live}}, "
    "warps: {groups: 3, sizes: [1, 4], registers: 9, staging: s, handoff: {fixed: 1, per_kb: 1000000000}}}\n"
    "ops: [{name: x, class: a, bytes: {s: 7, t: 5}}, {name: y, class: b, amount: 1000000000}, "
    "{name: z, class: a, regs: 1000000000, bytes: {s: 1125899906842624}}]\n"
    "deps: [{from: x, to: y, bytes: 8}, {from: y, to: z}, {from: z, to: x, distance: 1000000000}]\n";
static const char acyclic[] =
    "problem: p\nlength: 20\nmachine: {machine: m, units: {A: 1}, classes: {a: {latency: 3, uses: {A: 2}}}}\n"
    "ops: [{name: x, class: a}, {name: y, class: a}, {name: z, class: a}]\ndeps: [{from: x, to: z}]\n";

/* A discarded stream is what the reports go to. */
static void use(const tweed_problem *p, tweed_schedule *s) {
  tweed_error error;
  if (tweed_verify(p, s, &error) == TWEED_ILLEGAL && !error.message[0])
    abort();
  if (tweed_schedule_max_live(p, s, -1) < 0)
    abort();
  for (int32_t i = 0; i < tweed_schedule_roles(s); i++)
    if (tweed_schedule_role_registers(p, s, i) < 0)
      abort();
  for (int32_t m = 0; m < 2; m++)
    (void)tweed_schedule_memory(p, s, m);
  bool small = tweed_schedule_length(p, s) < 100000;
  for (int32_t i = 0; i < tweed_problem_ops(p); i++)
    small = small && tweed_schedule_start(s, i) >= 0;
  FILE *sink = small ? fopen("/dev/null", "w") : NULL;
  if (!sink)
    return;
  if (tweed_schedule_write(p, s, sink, &error))
    abort();
  const char *format;
  for (size_t i = 0; (format = tweed_report_format(i, NULL)); i++) {
    tweed_status status = tweed_report(p, s, format, sink, &error);
    bool refused = status == TWEED_BAD_INPUT || status == TWEED_ILLEGAL;
    if (status && (!refused || !error.message[0]))
      abort();
  }
  fclose(sink);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  tweed_problem *p;
  tweed_schedule *s;
  tweed_error error;
  const char *text = size > 0 && data[0] == ' ' ? acyclic : modulo;
  if (tweed_problem_parse(text, strlen(text), "problem", &p, &error))
    abort();
  if (tweed_schedule_parse(p, (const char *)data, size, "fuzz.json", &s, &error) == TWEED_OK) {
    use(p, s);
    tweed_schedule_free(s);
  } else if (error.status == TWEED_BAD_INPUT && (!error.message[0] || error.line < 1)) {
    abort();
  }
  tweed_problem_free(p);
  return 0;
}
