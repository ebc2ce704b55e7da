/* text.c: a schedule for the terminal: what is known of it, the table of a round, and for joint schedules the roles,
 * channels and memories. No line is longer than REPORT_WIDTH columns where names are not. */
#include "report/formats.h"
#include "report/table.h"
#include "report/words.h"

#include <errno.h>
#include <string.h>

enum { NAME = 40, LONG_II = 64 };

typedef struct writer {
  const report_view *v;
  FILE *file;
  report_line line;
} writer;

static void end(writer *w) {
  report_line_put(&w->line, w->file);
  report_line_clear(&w->line);
}

/* Adds an item of a list; where the line would be too long, goes on in the next one. */
static void add_item(writer *w, const char *item, const char *between, int indent) {
  if (report_width(w->line.text) + report_width(item) + (int)strlen(between) >= REPORT_WIDTH) {
    report_line_add(&w->line, "%s", between);
    end(w);
    report_line_add(&w->line, "%*s", indent, "");
    report_line_add(&w->line, "%s", item);
    return;
  }
  report_line_add(&w->line, "%s%s", between, item);
}

static void add_fact(writer *w, const char *format, ...) TWEED_PRINTF(2, 3);
static void add_fact(writer *w, const char *format, ...) {
  char text[256];
  va_list arguments;
  va_start(arguments, format);
  vsnprintf(text, sizeof text, format, arguments);
  va_end(arguments);
  add_item(w, text, ", ", 2);
}

static void put_summary(writer *w) {
  const tweed_problem *p = w->v->p;
  const tweed_schedule *s = w->v->s;
  report_line_name(&w->line, p->name, NAME);
  report_line_add(&w->line, " on ");
  report_line_name(&w->line, p->machine->name, NAME);
  report_line_add(&w->line, ": %s", tweed_answer_name(s->answer));
  if (s->ii > 0)
    add_fact(w, "II %d", (int)s->ii);
  if (p->length == 0) {
    add_fact(w, "MII %d", (int)s->mii);
    add_fact(w, "bound %d", (int)s->lower_bound);
    add_fact(w, "proof %s", tweed_proof_name(s->proof));
  }
  if (*s->solver)
    add_fact(w, "solver %s", s->solver);
  if (w->v->placed && s->ii > 0)
    add_fact(w, "%d stage%s", (int)tweed_schedule_stages(s), tweed_schedule_stages(s) == 1 ? "" : "s");
  if (w->v->placed) {
    int64_t length = tweed_schedule_length(p, s);
    if (s->length_bound == length && length > 0)
      add_fact(w, "length %lld (least)", (long long)length);
    else if (s->length_bound > 0)
      add_fact(w, "length %lld (at least %lld)", (long long)length, (long long)s->length_bound);
    else
      add_fact(w, "length %lld", (long long)length);
    add_fact(w, "MaxLive %lld", (long long)tweed_schedule_max_live(p, s, -1));
  }
  end(w);
  for (int32_t i = 0; i < s->nwhy; i++) {
    report_line_add(&w->line, "  %s", s->why[i]);
    end(w);
  }
}

/* ---- joint schedules ----------------------------------------------------------------------------------------------
 */

static void put_role(writer *w, int32_t index) {
  const report_role *role = &w->v->roles[index];
  int32_t limit = w->v->p->machine->warps.registers;
  report_line_add(&w->line, "  role %d", (int)index);
  report_line_pad(&w->line, 11);
  report_line_add(&w->line, "%d warp%s, %lld", (int)role->warps, role->warps == 1 ? "" : "s", (long long)role->regs);
  report_line_add(&w->line, limit ? " of %d registers" : " registers", (int)limit);
  end(w);
  report_line_add(&w->line, "%*s", 11, "");
  for (int32_t i = 0; i < role->nops; i++) {
    report_line item;
    report_line_clear(&item);
    report_line_name(&item, w->v->p->ops[role->ops[i]].name, NAME);
    report_line_add(&item, " @%lld", (long long)w->v->s->start[role->ops[i]]);
    add_item(w, item.text, i ? ", " : "", 11);
  }
  end(w);
}

static void put_ring(writer *w, const report_ring *ring) {
  char bytes[64];
  report_line_add(&w->line, "  ");
  report_line_name(&w->line, w->v->p->ops[ring->op].name, NAME);
  report_line_pad(&w->line, 20);
  if (ring->nreaders)
    report_line_add(&w->line, "role %d -> ", (int)report_role_of(w->v, ring->op));
  else
    report_line_add(&w->line, "role %d", (int)report_role_of(w->v, ring->op));
  for (int32_t i = 0; i < ring->nreaders; i++)
    report_line_add(&w->line, "%s%d", i ? ", " : "", (int)ring->readers[i]);
  report_line_pad(&w->line, 40);
  report_line_add(&w->line, "%d slot%s", (int)ring->depth, ring->depth == 1 ? "" : "s");
  if (ring->bytes > 0)
    report_line_add(&w->line, " of %s", report_bytes(ring->bytes, bytes, sizeof bytes));
  if (ring->memory >= 0)
    report_line_add(&w->line, " in %s", w->v->p->machine->memories[ring->memory].name);
  if (!ring->data)
    report_line_add(&w->line, ", for the order only");
  else if (ring->nreaders == 0)
    report_line_add(&w->line, ", no barriers");
  end(w);
}

static void put_memory(writer *w, int32_t memory) {
  const tweed_memory *m = &w->v->p->machine->memories[memory];
  int64_t taken = w->v->joint.memories[memory];
  char a[64], b[64];
  report_line_add(&w->line, "  ");
  report_line_name(&w->line, m->name, NAME);
  report_line_pad(&w->line, 20);
  report_line_add(&w->line, "%s of %s B", report_number(taken, a, sizeof a), report_number(m->bytes, b, sizeof b));
  if (m->bytes > 0)
    report_line_add(&w->line, " (%.0f %%)", 100.0 * (double)taken / (double)m->bytes);
  if (w->v->p->reserved && w->v->p->reserved[memory] > 0)
    report_line_add(&w->line, ", %s of it reserved", report_bytes(w->v->p->reserved[memory], a, sizeof a));
  end(w);
}

static void put_joint(writer *w) {
  const report_view *v = w->v;
  char number[64];
  fputs("\nroles\n", w->file);
  for (int32_t r = 0; r < v->nroles; r++)
    put_role(w, r);
  if (v->nrings)
    fputs("\nchannels\n", w->file);
  for (int32_t i = 0; i < v->nrings; i++)
    put_ring(w, &v->rings[i]);
  if (v->p->machine->nmemories)
    fputs("\nmemory\n", w->file);
  for (int32_t m = 0; m < v->p->machine->nmemories; m++)
    put_memory(w, m);
  fprintf(w->file, "\nhand-offs %s cycles per iteration", report_number(v->joint.handoffs, number, sizeof number));
  fprintf(w->file, ", rings %s\n", report_bytes(v->joint.ring_bytes, number, sizeof number));
}

static tweed_status put_tables(writer *w, tweed_error *error) {
  const report_view *v = w->v;
  bool compressed = v->s->joint || v->s->ii > LONG_II;
  if (compressed)
    fputs("\nRows in which an op starts or ends; [stage]; | = holds the unit still.\n", w->file);
  tweed_status status = report_table(v, COLUMNS_UNITS, compressed, w->file, error);
  if (!status && v->s->joint) {
    fputs("\nBy role; | = occupies its warps still.\n", w->file);
    status = report_table(v, COLUMNS_ROLES, true, w->file, error);
  }
  return status;
}

tweed_status tweed_report_text(const tweed_problem *p, const tweed_schedule *s, FILE *file, tweed_error *error) {
  report_view v;
  tweed_status status = report_view_new(p, s, &v, error);
  if (status)
    return status;
  writer w = {.v = &v, .file = file};
  report_line_clear(&w.line);
  put_summary(&w);
  if (v.placed)
    status = put_tables(&w, error);
  if (!status && v.placed && s->joint)
    put_joint(&w);
  if (!status && ferror(file))
    status = tweed_fail(error, TWEED_IO, "cannot write: %s", strerror(errno));
  report_view_free(&v);
  return status;
}
