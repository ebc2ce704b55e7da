/* cuda.c: a skeleton of the kernel in CUDA C++ for Hopper: roles by warp, rings in shared memory with their barriers,
 * each role's loop with prologue and epilogue. What the ops do is left to be filled in. */
#include "report/cuda.h"

#include <errno.h>
#include <string.h>

/* ---- names ---------------------------------------------------------------------------------------------------------
 */

static bool identifier(const char *name) {
  size_t n = strlen(name);
  bool good = n > 0 && n <= 48;
  for (size_t i = 0; i < n && good; i++)
    good = (name[i] >= 'a' && name[i] <= 'z') || (name[i] >= 'A' && name[i] <= 'Z') || name[i] == '_' ||
           (name[i] >= '0' && name[i] <= '9');
  return good;
}

/* "op_S" where the name is an identifier already, else "op7_S_0": no two ops get the same. */
void report_cuda_name(report_line *line, const char *what, const char *name, int32_t number) {
  if (identifier(name)) {
    report_line_add(line, "%s_%s", what, name);
    return;
  }
  report_line_add(line, "%s%d_", what, (int)number);
  for (size_t i = 0; name[i] && i < 32; i++) {
    char c = name[i];
    bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    report_line_add(line, "%c", plain ? c : '_');
  }
}

static void add_op_name(cuda_writer *w, const char *what, int32_t op) {
  report_cuda_name(&w->line, what, w->v->p->ops[op].name, op);
}

static void add_ring_name(cuda_writer *w, const report_ring *ring) {
  add_op_name(w, ring->data ? "b.ring" : "b.order", ring->op);
}

/* ---- lines ---------------------------------------------------------------------------------------------------------
 */

static void begin(cuda_writer *w) {
  report_line_clear(&w->line);
  report_line_add(&w->line, "%*s", w->indent, "");
}

static void end(cuda_writer *w) {
  report_line_put(&w->line, w->file);
}

static void say(cuda_writer *w, const char *text) {
  begin(w);
  report_line_add(&w->line, "%s", text);
  end(w);
}

/* ---- steps ---------------------------------------------------------------------------------------------------------
 */

/* A copy that brings a known number of bytes to its barrier. */
bool report_cuda_copies(const report_view *v, int32_t op) {
  int32_t ring = v->data_ring[op];
  return ring >= 0 && v->rings[ring].nreaders > 0 && report_signals(v, op) && tweed_class_of(v->p, op)->variable &&
         v->rings[ring].bytes > 0 && v->rings[ring].bytes < 1 << 20;
}

static void put_call(cuda_writer *w, const char *what, const char *template, int32_t op, const report_index *index) {
  char text[64];
  report_index_text(index, text, sizeof text);
  begin(w);
  add_op_name(w, what, op);
  report_line_add(&w->line, "%s(c, r, %s);", template, text);
  end(w);
}

static void put_op(cuda_writer *w, int32_t op, const report_index *index) {
  char text[64];
  report_index_text(index, text, sizeof text);
  if (!report_by_one_thread(w->v, op)) {
    put_call(w, "op", "", op, index);
    return;
  }
  say(w, "if (c.leader) {");
  w->indent += 2;
  if (report_cuda_copies(w->v, op)) {
    begin(w);
    report_line_add(&w->line, "expect_bytes(");
    add_ring_name(w, &w->v->rings[w->v->data_ring[op]]);
    report_line_add(&w->line, ", %s, %lld);", text, (long long)w->v->rings[w->v->data_ring[op]].bytes);
    end(w);
  }
  put_call(w, "op", "", op, index);
  w->indent -= 2;
  say(w, "}");
  say(w, "__syncwarp();");
}

static void put_ring_call(cuda_writer *w, const char *function, const char *before, const report_ring *ring,
                          const report_index *use) {
  char text[64];
  report_index_text(use, text, sizeof text);
  begin(w);
  report_line_add(&w->line, "%s(%s", function, before);
  add_ring_name(w, ring);
  report_line_add(&w->line, ", %s);", text);
  end(w);
}

/* wgmma.wait_group takes 0 … 7. In the prologue and the epilogue, and where steps depend on n, fewer ops may be in
 * flight than in the steady state: all of them are waited for. */
static void put_wait_done(cuda_writer *w, const report_step *step, const report_index *target, bool steady) {
  char template[32];
  int32_t pending = steady ? step->pending : 0;
  snprintf(template, sizeof template, "<%d>", (int)(pending > 7 ? 7 : pending));
  put_call(w, "wait", template, step->op, target);
}

static void put_step(cuda_writer *w, const report_step *step, const report_instance *instance, bool steady) {
  const report_ring *ring = step->ring >= 0 ? &w->v->rings[step->ring] : NULL;
  const report_index *use = &instance->target;
  switch (step->kind) {
  case STEP_WAIT_EMPTY:
    put_ring_call(w, "wait_empty", "", ring, use);
    break;
  case STEP_WAIT_FULL:
    put_ring_call(w, "wait_full", "", ring, use);
    break;
  case STEP_WAIT_DONE:
    put_wait_done(w, step, use, steady);
    break;
  case STEP_GROUP_SYNC:
    say(w, "sync_role(c);");
    break;
  case STEP_OP:
    put_op(w, step->op, use);
    break;
  case STEP_STAGE:
    put_call(w, "stage", "", step->op, use);
    break;
  case STEP_FULL:
    put_ring_call(w, "arrive_full", "c, ", ring, use);
    break;
  case STEP_EMPTY:
    put_ring_call(w, "arrive_empty", "c, ", ring, use);
    break;
  case STEP_WHEN_FULL:
    if (!report_cuda_copies(w->v, step->op))
      put_ring_call(w, "full_when_done", "c, ", ring, use);
    break;
  case STEP_WHEN_EMPTY:
    put_ring_call(w, "empty_when_done", "c, ", ring, use);
    break;
  }
}

/* ---- loops ---------------------------------------------------------------------------------------------------------
 */

static void put_guard(cuda_writer *w, const report_guard *guard) {
  begin(w);
  report_line_add(&w->line, "if (");
  if (guard->low > 0)
    report_line_add(&w->line, "%c >= %lld", guard->of, (long long)guard->low);
  if (guard->low > 0 && guard->has_high)
    report_line_add(&w->line, " && ");
  if (guard->has_high)
    report_line_add(&w->line, "%c <= n %c %lld", guard->of, guard->below < 0 ? '+' : '-',
                    (long long)(guard->below < 0 ? -guard->below : guard->below));
  report_line_add(&w->line, ") {");
  end(w);
}

static void leave_guard(cuda_writer *w, bool inside) {
  if (!inside)
    return;
  w->indent -= 2;
  say(w, "}");
}

static void put_round(cuda_writer *w, report_phase phase, int64_t t) {
  report_guard now = {0};
  bool inside = false;
  for (int32_t i = 0; i < w->program->nsteps; i++) {
    const report_step *step = &w->program->steps[i];
    report_instance instance;
    bool silent = step->kind == STEP_WHEN_FULL && report_cuda_copies(w->v, step->op);
    if (silent || !report_instance_of(w->program, step, phase, t, &instance))
      continue;
    bool guarded = instance.guard.low > 0 || instance.guard.has_high;
    if (guarded != inside || (guarded && !report_guard_same(&instance.guard, &now))) {
      leave_guard(w, inside);
      if (guarded) {
        put_guard(w, &instance.guard);
        w->indent += 2;
      }
    }
    inside = guarded;
    now = instance.guard;
    put_step(w, step, &instance, phase == PHASE_STEADY);
  }
  leave_guard(w, inside);
}

static void put_loop(cuda_writer *w, report_phase phase, const char *head) {
  say(w, head);
  w->indent += 2;
  put_round(w, phase, 0);
  w->indent -= 2;
  say(w, "}");
}

static void put_program(cuda_writer *w) {
  int32_t rounds = w->program->rounds;
  char head[96];
  if (rounds > 1 && report_program_size(w->program) > MOST_CUDA_STEPS) {
    snprintf(head, sizeof head, "for (int t = 0; t < n + %d; t++) {", (int)rounds - 1);
    put_loop(w, PHASE_ROLLED, head);
    return;
  }
  if (rounds > 1)
    say(w, "// prologue");
  for (int32_t t = 0; t < rounds - 1; t++)
    put_round(w, PHASE_PROLOGUE, t);
  if (rounds > 1)
    say(w, "// steady state");
  snprintf(head, sizeof head, "for (int i = %d; i < n; i++) {", (int)rounds - 1);
  put_loop(w, PHASE_STEADY, head);
  if (rounds > 1)
    say(w, "// epilogue; with fewer iterations than rounds, the prologue has done some of it");
  for (int32_t e = 0; e < rounds - 1; e++) {
    begin(w);
    report_line_add(&w->line, "if (n >= %d) {", (int)(rounds - 1 - e));
    end(w);
    w->indent += 2;
    put_round(w, PHASE_EPILOGUE, e);
    w->indent -= 2;
    say(w, "}");
  }
}

/* An async op whose completion only its role knows: the role waits for it before it ends. */
static bool drains(const cuda_writer *w, int32_t op) {
  return tweed_class_of(w->v->p, op)->async && !report_signals(w->v, op);
}

bool report_cuda_waits(const cuda_writer *w, int32_t role, int32_t op) {
  const report_program *program = &w->programs[role];
  for (int32_t i = 0; i < program->nsteps; i++)
    if (program->steps[i].kind == STEP_WAIT_DONE && program->steps[i].op == op)
      return true;
  return drains(w, op);
}

static void put_drain(cuda_writer *w, const report_role *role) {
  bool any = false;
  for (int32_t i = 0; i < role->nops; i++) {
    report_index last = {'n', -1};
    if (!drains(w, role->ops[i]))
      continue;
    if (!any)
      say(w, "if (n > 0) { // nothing is in flight when the role ends");
    any = true;
    w->indent += 2;
    put_call(w, "wait", "<0>", role->ops[i], &last);
    w->indent -= 2;
  }
  if (any)
    say(w, "}");
}

static void put_role(cuda_writer *w, int32_t index) {
  const report_role *role = &w->v->roles[index];
  begin(w);
  report_line_add(&w->line, "__device__ __forceinline__ void role%d(const Context &c, int n) {", (int)index);
  end(w);
  w->indent += 2;
  say(w, "Barriers &b = *c.barriers;");
  begin(w);
  report_line_add(&w->line, "Role%d r;", (int)index);
  end(w);
  say(w, "(void)b;");
  put_program(w);
  put_drain(w, role);
  say(w, "// To be filled in: what follows the loop.");
  w->indent -= 2;
  say(w, "}");
  fputc('\n', w->file);
}

tweed_status tweed_report_cuda(const tweed_problem *p, const tweed_schedule *s, FILE *file, tweed_error *error) {
  report_view v;
  report_program *programs;
  report_arrivals *arrivals;
  if (!s->joint)
    return tweed_fail(error, TWEED_BAD_INPUT,
                      "a CUDA skeleton needs a joint schedule (warp groups); this one has a single thread of ops: "
                      "--format pseudo shows it");
  tweed_status status = report_check_placed(p, s, "cuda", error);
  if (!status)
    status = report_view_new(p, s, &v, error);
  if (status)
    return status;
  status = report_programs(&v, &programs, &arrivals, error);
  cuda_layout layout = {.nwarps = 0};
  if (!status)
    status = report_cuda_layout(&v, &layout, error);
  if (!status) {
    cuda_writer w = {.v = &v, .programs = programs, .arrivals = arrivals, .layout = &layout, .file = file};
    report_cuda_begin(&w);
    for (int32_t r = 0; r < v.nroles; r++) {
      w.program = &programs[r];
      put_role(&w, r);
    }
    report_cuda_end(&w);
    if (ferror(file))
      status = tweed_fail(error, TWEED_IO, "cannot write: %s", strerror(errno));
  }
  report_view_free(&v);
  return status;
}
