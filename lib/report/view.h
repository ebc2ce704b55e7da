/* view.h: what every picture of a schedule starts from: the roles with their ops in order, and the rings of values. */
#ifndef TWEED_LIB_VIEW_H
#define TWEED_LIB_VIEW_H

#include "model/model.h"

/* A warp group with what it runs; a schedule that is not joint has one. */
typedef struct report_role {
  int32_t nops;
  int32_t *ops;  /* in program order: by start, ties as `rank` says */
  int32_t warps; /* 1 where the machine says nothing */
  int64_t base;  /* the least start of its ops */
  int64_t regs;  /* registers per thread that its values need at most */
} report_role;

/* A value that waits in a memory for its consumers, slot after slot, or (data false) the mere fact that an op of one
 * role is done, for ops of another one that must come after it. */
typedef struct report_ring {
  int32_t op;
  int32_t depth;
  int64_t bytes;  /* of a slot; 0 = no memory */
  int32_t memory; /* -1 = none */
  bool data;
  bool staged;      /* a value in registers, written there by its group for other groups */
  int32_t nreaders; /* other roles that read it; none: the ring needs no barriers */
  int32_t *readers; /* ascending */
} report_ring;

/* Invariants: roles partition the ops; rings are ordered by op, data before order; data_ring[op] and order_ring[op] are
 * indices of rings or -1. rank numbers the ops so that of two in the same row at the same moment, the one that the
 * other depends on has the lower number. */
typedef struct report_view {
  const tweed_problem *p;
  const tweed_schedule *s;
  tweed_arena *arena;
  bool placed;
  tweed_joint joint; /* of a joint schedule */
  int32_t nroles, nrings;
  report_role *roles;
  report_ring *rings;
  int32_t *data_ring, *order_ring, *rank;
} report_view;

/* Frees what it made itself where it fails. */
tweed_status report_view_new(const tweed_problem *p, const tweed_schedule *s, report_view *out, tweed_error *error);
void report_view_free(report_view *v);

/* The role of an op as the pictures see it. */
static inline int32_t report_role_of(const report_view *v, int32_t op) {
  return v->s->joint ? v->s->role[op] : 0;
}

/* When a value in registers is written to its ring for other groups (data), or its being done is made known to those
 * that only wait for that, from the start of its op: no later than any of them needs it. */
int64_t report_publish(const report_view *v, int32_t op, bool data);
/* True for an async op whose value lies in a memory: its completion reaches a barrier by itself. Of an async op with
 * registers (or without any value) its own group must wait for the completion. */
bool report_signals(const report_view *v, int32_t op);
/* An async op without a value in registers: one thread of the role starts it. */
bool report_by_one_thread(const report_view *v, int32_t op);
/* True where it can reach any number of barriers: not for copies (variable latency), which know the one of their bytes.
 */
bool report_commits(const report_view *v, int32_t op);
/* Whether a crossing dependence is covered by the ring of the value (else by one that only keeps the order). */
bool report_by_value(const tweed_dep *dep);
/* Whether the dependence needs a ring that keeps order only: it crosses roles, carries no value, and its consumer's
 * role doesn't wait for the value of the same iteration or a later one anyway before `to` starts. */
bool report_needs_order(const report_view *v, const tweed_dep *dep);

#endif
