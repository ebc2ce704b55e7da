/* model_joint.c: a joint problem built in C, and what follows from a schedule of it, worked out by hand. */
#include <assert.h>
#include <stdio.h>
#include <string.h>
#include <tweed/model.h>

#include "model/build.h"

static tweed_error error;

enum { LOAD, GEMM, EXP, WIDE };

/* TMA loads and tensor core products are asynchronous, exp holds its group for 6 cycles. */
static tweed_machine *machine(void) {
  tweed_machine *m;
  int32_t tc, ex, smem, tmem;
  static const int32_t sizes[] = {1, 4, 8}, one[] = {1}, six[] = {1, 1, 1, 1, 1, 1};
  assert(tweed_machine_new("m", &m, &error) == TWEED_OK);
  assert(tweed_machine_add_unit(m, "TC", 1, &tc, &error) == TWEED_OK);
  assert(tweed_machine_add_unit(m, "EX", 0, &ex, &error) == TWEED_OK);
  assert(tweed_machine_add_memory(m, "smem", 4096, TWEED_ALLOC_RING, &smem, &error) == TWEED_OK && smem == 0);
  assert(tweed_machine_add_memory(m, "tmem", 512, TWEED_ALLOC_LIVE, &tmem, &error) == TWEED_OK && tmem == 1);
  assert(tweed_machine_add_class(m, "load", 20, 1, -1, NULL, &error) == TWEED_OK);
  assert(tweed_machine_set_flags(m, LOAD, true, true, &error) == TWEED_OK);
  assert(tweed_machine_add_class(m, "gemm", 12, 1, -1, NULL, &error) == TWEED_OK);
  assert(tweed_machine_set_flags(m, GEMM, true, false, &error) == TWEED_OK);
  assert(tweed_machine_set_group(m, GEMM, 2, 0, &error) == TWEED_OK);
  assert(tweed_machine_add_use(m, GEMM, tc, 6, six, &error) == TWEED_OK);
  assert(tweed_machine_add_class(m, "exp", 8, 1, -1, NULL, &error) == TWEED_OK);
  assert(tweed_machine_add_use(m, EXP, ex, 6, six, &error) == TWEED_OK);
  assert(tweed_machine_set_group(m, EXP, 0, 3, &error) == TWEED_OK);
  assert(tweed_machine_add_class(m, "wide", 1, 1, -1, NULL, &error) == TWEED_OK);
  assert(tweed_machine_add_use(m, WIDE, ex, 1, one, &error) == TWEED_OK);
  tweed_warps warps = {.groups = 3,
                       .nsizes = 3,
                       .sizes = sizes,
                       .total = 16,
                       .registers = 100,
                       .staging = -1,
                       .handoff_fixed = 5,
                       .handoff_per_kb = 2,
                       .handoff_async = 3};
  assert(tweed_machine_set_warps(m, &warps, &error) == TWEED_OK);
  assert(tweed_machine_finish(m, &error) == TWEED_OK);
  return m;
}

static void dep(tweed_problem *p, int32_t from, int32_t to, int32_t distance, int64_t bytes) {
  tweed_dep d = {.from = from, .to = to, .latency = -1, .distance = distance, .bytes = bytes};
  assert(tweed_problem_add_dep(p, &d, &error) == TWEED_OK);
}

/* K (load) -> S (gemm into tmem) -> P (exp, in registers) -> O (accumulates in registers), P -> P carried. */
enum { K, S, P, O };

static tweed_problem *problem(void) {
  tweed_machine *m = machine();
  tweed_problem *p;
  assert(tweed_problem_new("p", m, &p, &error) == TWEED_OK);
  tweed_machine_free(m);
  assert(tweed_problem_add_op(p, "K", LOAD, 0, NULL, &error) == TWEED_OK);
  assert(tweed_problem_add_op(p, "S", GEMM, 0, NULL, &error) == TWEED_OK);
  assert(tweed_problem_add_op(p, "P", EXP, 10, NULL, &error) == TWEED_OK);
  assert(tweed_problem_add_op(p, "O", WIDE, 40, NULL, &error) == TWEED_OK);
  assert(tweed_problem_set_bytes(p, K, 0, 1000, &error) == TWEED_OK);
  assert(tweed_problem_set_bytes(p, S, 1, 100, &error) == TWEED_OK);
  assert(tweed_problem_set_reserved(p, 0, 96, &error) == TWEED_OK);
  dep(p, K, S, 0, 0);
  dep(p, S, P, 0, 0);
  dep(p, P, O, 0, 1025);
  dep(p, P, P, 1, 0);
  dep(p, O, O, 1, 0);
  assert(tweed_problem_finish(p, &error) == TWEED_OK);
  return p;
}

static void derived(void) {
  tweed_problem *p = problem();
  tweed_schedule *s;
  tweed_joint joint;
  tweed_arena *arena = tweed_arena_new();
  assert(tweed_hold(p, K) == 1 && tweed_hold(p, S) == 2 && tweed_hold(p, P) == 6 && tweed_hold(p, O) == 1);
  assert(tweed_done(p, K) == 20 && tweed_done(p, S) == 12 && tweed_done(p, P) == 6);
  assert(tweed_handoff(p, tweed_problem_dep(p, 0)) == 3 && tweed_handoff(p, tweed_problem_dep(p, 2)) == 5 + 3);
  assert(tweed_schedule_new(p, 10, &s, &error) == TWEED_OK);
  static const int32_t starts[] = {0, 24, 40, 57}, roles[] = {0, 1, 1, 2};
  for (int32_t i = 0; i < 4; i++) {
    tweed_schedule_set_start(s, i, starts[i]);
    tweed_schedule_set_role(s, i, roles[i]);
  }
  assert(!tweed_schedule_joint(s) && tweed_schedule_roles(s) == 3);
  assert(tweed_schedule_set_joint(p, s, &error) == TWEED_OK && tweed_schedule_joint(s));
  assert(tweed_joint_derive(p, s, arena, &joint, &error) == TWEED_OK && joint.nroles == 3 && joint.nspaces == 3);
  assert(joint.roles[0].ops == 1 && joint.roles[1].ops == 2 && joint.roles[2].ops == 1);
  assert(joint.roles[0].warps == 1 && joint.roles[1].warps == 4 && joint.roles[2].warps == 1);
  /* Group 1: P from 40 to 40 + 8 + 8 = 56 (its own next use ends at 50): two copies in rows 0 … 5. Group 2: O over all
   * rows, P in row 7. */
  assert(joint.roles[0].registers == 0 && joint.roles[1].registers == 20 && joint.roles[2].registers == 50);
  /* K: 0 to 24 + 12, a ring of 4. S: alive from 24 to 40. P staged from 48 to 57 + 1: exactly one lap. */
  const tweed_space *x = joint.spaces;
  assert(x[0].op == K && x[0].memory == 0 && !x[0].staged && x[0].end == 36 && x[0].depth == 4 && x[0].barriers);
  assert(x[1].op == S && x[1].memory == 1 && x[1].live && x[1].end == 40 && x[1].depth == 2);
  assert(x[2].op == P && x[2].memory == 0 && x[2].staged && x[2].begin == 48 && x[2].end == 58 && x[2].depth == 1);
  assert(joint.memories[0] == 96 + 4 * (1000 + 16) + 1025 + 16 && joint.memories[1] == 200);
  assert(joint.handoffs == 3 + 8 && joint.ring_bytes == 4 * 1016 + 1041);
  int32_t from, to, depth;
  int64_t bytes;
  assert(tweed_schedule_channel(s, 0, &from, &to, &depth, &bytes) && from == K && to == S && depth == 4);
  assert(bytes == 1000);
  assert(tweed_schedule_channel(s, 1, &from, &to, &depth, &bytes) && from == P && to == O && depth == 1);
  assert(bytes == 1025 && !tweed_schedule_channel(s, 2, NULL, NULL, NULL, NULL));
  /* A deeper channel takes more memory. */
  s->channels[0].depth = 6;
  assert(tweed_schedule_memory(p, s, 0) == 96 + 6 * (1000 + 16) + 1025 + 16);
  assert(tweed_schedule_role_warps(p, s, 1) == 4 && tweed_schedule_role_registers(p, s, 2) == 50);
  tweed_arena_free(arena);
  tweed_schedule_free(s);
  tweed_problem_free(p);
}

static void refused(tweed_status status, const char *part) {
  assert(status == TWEED_BAD_INPUT && strstr(error.message, part));
}

static void builders(void) {
  tweed_machine *m;
  tweed_problem *p;
  tweed_schedule *s;
  static const int32_t fall[] = {4, 1}, large[] = {1, 2000};
  assert(tweed_machine_new("m", &m, &error) == TWEED_OK);
  refused(tweed_machine_add_memory(m, "smem", -1, TWEED_ALLOC_RING, NULL, &error), "out of range");
  refused(tweed_machine_add_memory(m, "smem", 1, (tweed_alloc)2, NULL, &error), "alloc");
  assert(tweed_machine_add_memory(m, "smem", 8, TWEED_ALLOC_RING, NULL, &error) == TWEED_OK);
  refused(tweed_machine_add_memory(m, "smem", 8, TWEED_ALLOC_RING, NULL, &error), "twice");
  assert(tweed_machine_add_class(m, "a", 1, 1, -1, NULL, &error) == TWEED_OK);
  refused(tweed_machine_set_group(m, 0, -1, 0, &error), "hold");
  refused(tweed_machine_set_group(m, 0, 0, 1025, &error), "warps");
  refused(tweed_machine_set_flags(m, 1, true, true, &error), "class number");
  refused(tweed_machine_set_warps(m, &(tweed_warps){.groups = 0}, &error), "groups");
  refused(tweed_machine_set_warps(m, &(tweed_warps){.groups = 1, .staging = 1}, &error), "staging");
  refused(tweed_machine_set_warps(m, &(tweed_warps){.groups = 1, .nsizes = 2, .sizes = fall}, &error), "rise");
  refused(tweed_machine_set_warps(m, &(tweed_warps){.groups = 1, .nsizes = 2, .sizes = large}, &error), "size");
  assert(tweed_machine_set_group(m, 0, 0, 2, &error) == TWEED_OK);
  assert(tweed_machine_set_warps(m, &(tweed_warps){.groups = 1, .staging = -1}, &error) == TWEED_OK);
  refused(tweed_machine_finish(m, &error), "needs 2 warps");
  assert(tweed_machine_set_group(m, 0, 0, 1, &error) == TWEED_OK);
  assert(tweed_machine_finish(m, &error) == TWEED_OK && m->warps.staging == 0);
  assert(tweed_machine_memory(m, "smem") == 0 && tweed_machine_memory(m, "tmem") == -1);
  assert(tweed_problem_new("p", m, &p, &error) == TWEED_OK);
  tweed_machine_free(m);
  assert(tweed_problem_add_op(p, "x", 0, -1, NULL, &error) == TWEED_OK);
  refused(tweed_problem_set_bytes(p, 0, 1, 1, &error), "memory number");
  refused(tweed_problem_set_reserved(p, 0, -1, &error), "bytes");
  refused(tweed_problem_set_objective(p, &(tweed_objective){.memory = -1}, &error), "weight");
  assert(tweed_problem_set_length(p, 9, &error) == TWEED_OK);
  assert(tweed_problem_finish(p, &error) == TWEED_OK);
  refused(tweed_problem_set_reserved(p, 0, 1, &error), "finished");
  assert(tweed_schedule_new(p, 0, &s, &error) == TWEED_OK);
  refused(tweed_schedule_set_joint(p, s, &error), "ii");
  tweed_schedule_free(s);
  tweed_problem_free(p);
}

int main(void) {
  derived();
  builders();
  return 0;
}
