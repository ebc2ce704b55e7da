/* pseudo.c: each role as pseudocode: prologue, steady state, epilogue, with the waits and signals of its rings. */
#include "report/formats.h"
#include "report/program.h"
#include "report/words.h"

#include <errno.h>
#include <string.h>

enum { NAME = 40, COMMENT = 64, MOST_INPUTS = 6, MOST_LINES = 4000 };

typedef struct writer {
  const report_view *v;
  const report_program *program;
  FILE *file;
  report_line line;
  int indent;
} writer;

static void begin(writer *w) {
  report_line_clear(&w->line);
  report_line_add(&w->line, "%*s", w->indent, "");
}

static void end(writer *w) {
  report_line_put(&w->line, w->file);
}

static void say(writer *w, const char *text) {
  begin(w);
  report_line_add(&w->line, "%s", text);
  end(w);
}

static void add_name(writer *w, int32_t op) {
  report_line_name(&w->line, w->v->p->ops[op].name, NAME);
}

static void add_value(writer *w, int32_t op, const report_index *index) {
  char text[64];
  report_index_text(index, text, sizeof text);
  add_name(w, op);
  report_line_add(&w->line, "[%s]", text);
}

/* Use u of a ring of depth d is slot u mod d, in phase (u div d) mod 2. */
static void add_slot(writer *w, const report_ring *ring, const report_index *use) {
  char text[64];
  report_index_text(use, text, sizeof text);
  if (ring->depth == 1)
    report_line_add(&w->line, "[0]");
  else if (!use->of)
    report_line_add(&w->line, "[%lld]", (long long)(use->plus % ring->depth));
  else if (use->plus == 0)
    report_line_add(&w->line, "[%s %% %d]", text, (int)ring->depth);
  else
    report_line_add(&w->line, "[(%s) %% %d]", text, (int)ring->depth);
}

static void add_parity(writer *w, const report_ring *ring, const report_index *use, bool flip) {
  char text[64];
  report_index_text(use, text, sizeof text);
  report_line_add(&w->line, ", parity ");
  if (!use->of)
    report_line_add(&w->line, "%d", (int)((use->plus / ring->depth & 1) ^ flip));
  else if (ring->depth == 1)
    report_line_add(&w->line, use->plus ? "((%s) & 1)%s" : "(%s & 1)%s", text, flip ? " ^ 1" : "");
  else
    report_line_add(&w->line, use->plus ? "((%s) / %d & 1)%s" : "(%s / %d & 1)%s", text, (int)ring->depth,
                    flip ? " ^ 1" : "");
}

/* full(K), empty(K); done(K) for a ring that only says that K is done. */
static void add_barrier(writer *w, const report_ring *ring, bool full, const report_index *use) {
  report_line_add(&w->line, "%s%s(", full ? "full" : "empty", ring->data ? "" : "-order");
  add_name(w, ring->op);
  report_line_add(&w->line, ")");
  add_slot(w, ring, use);
}

/* NAME[i] = class(inputs) */
static void add_op(writer *w, const report_step *step, const report_index *index) {
  const tweed_problem *p = w->v->p;
  int32_t op = step->op, inputs = 0;
  add_value(w, op, index);
  report_line_add(&w->line, " = ");
  report_line_name(&w->line, tweed_class_of(p, op)->name, NAME);
  report_line_add(&w->line, "(");
  for (int32_t i = p->in_begin[op]; i < p->in_begin[op + 1]; i++) {
    const tweed_dep *dep = &p->deps[p->in[i]];
    report_index from = {index->of, index->plus - dep->distance};
    if (!report_by_value(dep) || inputs++ >= MOST_INPUTS)
      continue;
    report_line_add(&w->line, inputs > 1 ? ", " : "");
    add_value(w, dep->from, &from);
  }
  report_line_add(&w->line, inputs > MOST_INPUTS ? ", …)" : ")");
  report_line_pad(&w->line, COMMENT);
  report_line_add(&w->line, "# @%lld", (long long)w->v->s->start[op]);
  if (p->ops[op].where) {
    report_line_add(&w->line, ", ");
    report_line_name(&w->line, p->ops[op].where, NAME);
  }
}

static void add_wait_done(writer *w, const report_step *step, const report_index *target, bool steady) {
  report_line_add(&w->line, "wait done ");
  add_value(w, step->op, target);
  if (steady && step->pending > 0)
    report_line_add(&w->line, ", %d younger may be in flight", (int)step->pending);
}

static void put_step(writer *w, const report_step *step, const report_instance *instance, bool steady) {
  const report_ring *ring = step->ring >= 0 ? &w->v->rings[step->ring] : NULL;
  const report_index *use = &instance->target;
  begin(w);
  switch (step->kind) {
  case STEP_WAIT_EMPTY:
  case STEP_WAIT_FULL:
    report_line_add(&w->line, "wait ");
    add_barrier(w, ring, step->kind == STEP_WAIT_FULL, use);
    add_parity(w, ring, use, step->kind == STEP_WAIT_EMPTY);
    break;
  case STEP_WAIT_DONE:
    add_wait_done(w, step, use, steady);
    break;
  case STEP_GROUP_SYNC:
    report_line_add(&w->line, "sync the warps of the role");
    break;
  case STEP_OP:
    add_op(w, step, use);
    break;
  case STEP_STAGE:
    report_line_add(&w->line, "write ");
    add_value(w, step->op, use);
    report_line_add(&w->line, " to slot ");
    add_slot(w, ring, use);
    break;
  case STEP_WHEN_FULL:
  case STEP_WHEN_EMPTY:
    report_line_add(&w->line, "when ");
    add_value(w, step->op, &instance->iteration);
    report_line_add(&w->line, " is done: ");
    /* fallthrough */
  case STEP_FULL:
  case STEP_EMPTY:
    report_line_add(&w->line, "arrive ");
    add_barrier(w, ring, step->kind == STEP_FULL || step->kind == STEP_WHEN_FULL, use);
    break;
  }
  end(w);
}

static void put_guard(writer *w, const report_guard *guard) {
  begin(w);
  report_line_add(&w->line, "if ");
  if (guard->low > 0)
    report_line_add(&w->line, "%c >= %lld", guard->of, (long long)guard->low);
  if (guard->low > 0 && guard->has_high)
    report_line_add(&w->line, " and ");
  if (guard->has_high && guard->below < 0)
    report_line_add(&w->line, "%c <= n + %lld", guard->of, (long long)-guard->below);
  else if (guard->has_high)
    report_line_add(&w->line, "%c <= n - %lld", guard->of, (long long)guard->below);
  report_line_add(&w->line, ":");
  end(w);
}

/* The steps of one round; those with the same guard under one `if`. */
static void put_round(writer *w, report_phase phase, int64_t t) {
  report_guard now = {0};
  for (int32_t i = 0; i < w->program->nsteps; i++) {
    const report_step *step = &w->program->steps[i];
    report_instance instance;
    if (!report_instance_of(w->program, step, phase, t, &instance))
      continue;
    report_guard guard = instance.guard;
    bool guarded = guard.low > 0 || guard.has_high;
    if (guarded && !report_guard_same(&guard, &now))
      put_guard(w, &guard);
    now = guarded ? guard : (report_guard){0};
    w->indent += guarded ? 2 : 0;
    put_step(w, step, &instance, phase == PHASE_STEADY);
    w->indent -= guarded ? 2 : 0;
  }
}

static void put_loop(writer *w, report_phase phase, const char *head) {
  say(w, head);
  w->indent += 2;
  put_round(w, phase, 0);
  w->indent -= 2;
}

static void put_epilogue(writer *w) {
  int32_t rounds = w->program->rounds;
  say(w, "epilogue:");
  w->indent += 2;
  for (int32_t e = 0; e < rounds - 1; e++) {
    begin(w);
    report_line_add(&w->line, "if n >= %d:", (int)(rounds - 1 - e));
    end(w);
    w->indent += 2;
    put_round(w, PHASE_EPILOGUE, e);
    w->indent -= 2;
  }
  w->indent -= 2;
}

static void put_program(writer *w) {
  int32_t rounds = w->program->rounds;
  char head[64];
  if (rounds > 1 && report_program_size(w->program) > MOST_LINES) {
    snprintf(head, sizeof head, "for t = 0 .. n + %d:", (int)rounds - 2);
    put_loop(w, PHASE_ROLLED, head);
    return;
  }
  if (rounds > 1) {
    say(w, "prologue:");
    w->indent += 2;
    for (int32_t t = 0; t < rounds - 1; t++)
      put_round(w, PHASE_PROLOGUE, t);
    w->indent -= 2;
  }
  snprintf(head, sizeof head, "for i = %d .. n - 1:", (int)rounds - 1);
  put_loop(w, PHASE_STEADY, head);
  if (rounds > 1)
    put_epilogue(w);
}

/* Whether it has async ops whose completion nobody else waits for. */
static bool has_async(const report_view *v, const report_role *role) {
  for (int32_t i = 0; i < role->nops; i++)
    if (tweed_class_of(v->p, role->ops[i])->async && !report_signals(v, role->ops[i]))
      return true;
  return false;
}

static void put_role(writer *w, int32_t index) {
  const report_role *role = &w->v->roles[index];
  fputc('\n', w->file);
  begin(w);
  if (w->v->s->joint)
    report_line_add(&w->line, "role %d: %d warp%s, %d op%s", (int)index, (int)role->warps, role->warps == 1 ? "" : "s",
                    (int)role->nops, role->nops == 1 ? "" : "s");
  else
    report_line_add(&w->line, "loop: %d ops", (int)role->nops);
  if (w->program->rounds > 1)
    report_line_add(&w->line, ", %d iterations at once", (int)w->program->rounds);
  end(w);
  w->indent += 2;
  put_program(w);
  if (has_async(w->v, role))
    say(w, "wait until all async ops of the role are done");
  w->indent -= 2;
}

static void put_ring(writer *w, const report_ring *ring, const report_arrivals *arrivals) {
  char bytes[64];
  if (ring->nreaders == 0)
    return;
  begin(w);
  report_line_add(&w->line, ring->data ? "ring " : "order ");
  add_name(w, ring->op);
  report_line_add(&w->line, ": %d slot%s", (int)ring->depth, ring->depth == 1 ? "" : "s");
  if (ring->bytes > 0)
    report_line_add(&w->line, " of %s", report_bytes(ring->bytes, bytes, sizeof bytes));
  if (ring->memory >= 0)
    report_line_add(&w->line, " in %s", w->v->p->machine->memories[ring->memory].name);
  report_line_add(&w->line, ", role %d -> role%s ", (int)report_role_of(w->v, ring->op),
                  ring->nreaders == 1 ? "" : "s");
  for (int32_t i = 0; i < ring->nreaders; i++)
    report_line_add(&w->line, "%s%d", i ? ", " : "", (int)ring->readers[i]);
  report_line_add(&w->line, "; full after %lld arrival%s, empty after %lld", (long long)arrivals->full,
                  arrivals->full == 1 ? "" : "s", (long long)arrivals->empty);
  end(w);
}

static void put_head(writer *w, const report_arrivals *arrivals) {
  const tweed_schedule *s = w->v->s;
  begin(w);
  report_line_name(&w->line, w->v->p->name, NAME);
  report_line_add(&w->line, " on ");
  report_line_name(&w->line, w->v->p->machine->name, NAME);
  if (s->ii > 0)
    report_line_add(&w->line, ": II %d, %d stage%s, n iterations for any n >= 0", (int)s->ii,
                    (int)tweed_schedule_stages(s), tweed_schedule_stages(s) == 1 ? "" : "s");
  end(w);
  fputs("X[i] is the value of X in iteration i; for i < 0, what it is in front of the loop. @ is the start in the "
        "schedule.\n",
        w->file);
  if (s->joint && w->v->nrings)
    fputs(
        "A wait at a barrier ends when the phase of that parity is complete; an arrival is one per warp, or one of the "
        "hardware.\n\n",
        w->file);
  for (int32_t i = 0; i < w->v->nrings; i++)
    put_ring(w, &w->v->rings[i], &arrivals[i]);
}

/* An acyclic schedule: the ops in order, once. */
static void put_steps(writer *w) {
  fputc('\n', w->file);
  for (int32_t i = 0; i < w->program->nsteps; i++) {
    report_instance instance = {.iteration = {0, 0}, .target = {0, 0}};
    put_step(w, &w->program->steps[i], &instance, false);
  }
}

tweed_status tweed_report_pseudo(const tweed_problem *p, const tweed_schedule *s, FILE *file, tweed_error *error) {
  report_view v;
  report_program *programs;
  report_arrivals *arrivals;
  tweed_status status = report_check_placed(p, s, "pseudo", error);
  if (!status)
    status = report_view_new(p, s, &v, error);
  if (status)
    return status;
  status = report_programs(&v, &programs, &arrivals, error);
  if (!status) {
    writer w = {.v = &v, .file = file};
    put_head(&w, arrivals);
    for (int32_t r = 0; r < v.nroles; r++) {
      w.program = &programs[r];
      if (s->ii == 0)
        put_steps(&w);
      else if (v.roles[r].nops)
        put_role(&w, r);
    }
    if (ferror(file))
      status = tweed_fail(error, TWEED_IO, "cannot write: %s", strerror(errno));
  }
  report_view_free(&v);
  return status;
}
