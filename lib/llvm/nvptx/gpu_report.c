/* gpu_report.c: fills the parts of a kernel's page. */
#include "llvm/nvptx/gpu_report.h"
#include "base/base.h"
#include "llvm/nvptx/gpu_source.h"
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <tweed/report.h>

enum { FACTS = 16 };

/* One part in the making. */
typedef struct filling {
  tw_kernel *kernel;
  tweed_arena *arena;
  const tw_tile *tile;
  const tw_tile_plan *plan;
  tweed_report_part *part;
  tweed_report_fact *facts;
  bool failed; /* out of memory */
} filling;

TWEED_PRINTF(3, 4) static void fact(filling *f, const char *name, const char *format, ...) {
  char text[128];
  va_list list;
  va_start(list, format);
  vsnprintf(text, sizeof text, format, list);
  va_end(list);
  char *copy = tweed_arena_strdup(f->arena, text);
  f->failed |= !copy;
  if (copy && f->part->nfacts < FACTS)
    f->facts[f->part->nfacts++] = (tweed_report_fact){name, copy};
}

static void fill_facts(filling *f) {
  const tw_tile_plan *p = f->plan;
  char slots[64] = "";
  size_t used = 0;
  for (int32_t c = 0; c < f->tile->nchannels && used < sizeof slots; c++)
    used += (size_t)snprintf(slots + used, sizeof slots - used, "%s%d", c ? ", " : "", (int)p->depth[c]);
  fact(f, "cycles per iteration before", "%.0f", p->before.cycles);
  fact(f, "after", "%.0f", p->after.cycles);
  fact(f, "gain", "%.2f×", p->gain);
  fact(f, "bottleneck", "%s", p->bottleneck);
  fact(f, "II", "%d", (int)p->ii);
  fact(f, "bound by the busiest unit", "%d", (int)p->mii);
  fact(f, "slots of each ring", "%s", slots);
  fact(f, "warps that compute", "%d", (int)p->graph.groups->warps);
  if (p->producers > 0)
    fact(f, "warps that copy", "%d", (int)p->producers / 32);
  fact(f, "threads of a block", "%d → %d", (int)p->before.threads, (int)p->after.threads);
  fact(f, "shared memory of a block", "%lld → %lld B", (long long)p->before.shared, (long long)p->after.shared);
  fact(f, "blocks on an SM", "%d → %d", (int)p->before.blocks, (int)p->after.blocks);
  fact(f, "registers of a thread, estimated", "%d", (int)p->registers);
  if (p->graph.scale > 1)
    fact(f, "a cycle of graph and schedule", "%lld of the SM's", (long long)p->graph.scale);
}

/* What each unit has to do in an iteration, against II. */
static bool fill_units(filling *f) {
  const tw_groups *g = f->plan->graph.groups;
  const tw_costs *c = g->costs;
  tweed_report_meter *meters = tweed_arena_array(f->arena, (size_t)c->nunits + 1, sizeof *meters);
  if (!meters)
    return false;
  for (int32_t u = 0; u < c->nunits; u++) {
    int64_t load = 0;
    for (int32_t k = 0; k < g->ngroups; k++)
      load += tw_cost_cycles(c, u, g->groups[k].work[u], g->warps);
    if (load > 0)
      meters[f->part->nmeters++] =
          (tweed_report_meter){tweed_machine_unit_name(c->machine, u, NULL), load, f->plan->ii};
  }
  f->part->meters = meters;
  f->part->meters_title = "Units";
  f->part->meters_caption =
      "Cycles of an iteration of one block for which each unit of the SM is busy, and their share "
      "of II.";
  return true;
}

static const char *lead_of(filling *f, bool chosen) {
  const tw_tile_plan *p = f->plan;
  char why[1024], text[1200];
  if (p->reason != TW_REASON_NONE)
    snprintf(text, sizeof text, "Left as it is: %s.", tw_reason_text(p->reason, p->detail, why, sizeof why));
  else
    snprintf(text, sizeof text, "%s%s", chosen ? "" : "Not carried out. ",
             p->producers > 0 ? "Warp-specialized: warps of their own copy tiles ahead through rings in shared memory."
                              : "Pipelined: the block's own threads copy tiles ahead into rings in shared memory.");
  char *copy = tweed_arena_strdup(f->arena, text);
  f->failed |= !copy;
  return copy;
}

static bool fill_part(filling *f, bool chosen) {
  char name[256];
  tw_loop_name(f->kernel->flow->bridge, f->tile->loop, name, sizeof name);
  f->facts = tweed_arena_array(f->arena, FACTS, sizeof *f->facts);
  f->part->title = tweed_arena_strdup(f->arena, name);
  f->part->facts = f->facts;
  f->part->lead = lead_of(f, chosen);
  if (!f->facts || !f->part->title || f->failed)
    return false;
  if (!f->plan->schedule)
    return true;
  f->part->problem = f->plan->graph.problem;
  f->part->schedule = f->plan->schedule;
  fill_facts(f);
  tweed_report_listing *listings;
  bool fine = fill_units(f) && tw_gpu_source(f->plan->graph.groups, &listings, &f->part->nlistings);
  f->part->listings = fine ? listings : NULL;
  return fine && !f->failed;
}

static FILE *open_file(const char *folder, const char *name, const char *kind, char *path, size_t size) {
  if (mkdir(folder, 0777) != 0 && errno != EEXIST)
    return NULL;
  int n = snprintf(path, size, "%s/%s.%s", folder, name, kind);
  if (n < 0 || (size_t)n >= size) {
    errno = ENAMETOOLONG;
    return NULL;
  }
  return fopen(path, "w");
}

/* What a file is filled with. */
typedef tweed_status (*writer)(const void *content, const char *name, FILE *file, tweed_error *error);

static tweed_status write_file(const char *folder, const char *name, const char *kind, writer write,
                               const void *content, tweed_error *error) {
  char path[2048];
  FILE *file = open_file(folder, name, kind, path, sizeof path);
  if (!file)
    return tweed_fail(error, TWEED_IO, "cannot write %s/%s.%s: %s", folder, name, kind, strerror(errno));
  tweed_status s = write(content, name, file, error);
  if (fclose(file) != 0 && s == TWEED_OK)
    s = tweed_fail(error, TWEED_IO, "cannot write %s: %s", path, strerror(errno));
  return s;
}

typedef struct page {
  const tweed_report_part *parts;
  size_t count;
} page;

static tweed_status write_page(const void *content, const char *name, FILE *file, tweed_error *error) {
  const page *p = content;
  return tweed_report_page(name, p->parts, p->count, file, error);
}

static tweed_status write_contract(const void *content, const char *name, FILE *file, tweed_error *error) {
  return tw_contract_write(content, name, file, error);
}

tweed_status tw_gpu_report(tw_kernel *k, const tw_tile *tiles, const tw_tile_plan *plans, const bool *chosen,
                           int32_t count, const tw_contract *contract, const char *folder, tweed_error *error) {
  char name[256];
  size_t length = 0;
  const char *function = LLVMGetValueName2(k->flow->function, &length);
  tweed_report_part *parts = tweed_arena_array(k->arena, (size_t)count + 1, sizeof *parts);
  if (!parts)
    return tweed_no_memory(error);
  for (int32_t i = 0; i < count; i++) {
    filling f = {k, k->arena, &tiles[i], &plans[i], &parts[i], NULL, false};
    if (!fill_part(&f, chosen && chosen[i]))
      return tweed_no_memory(error);
  }
  snprintf(name, sizeof name, "%.*s", (int)(length < 200 ? length : 200), function);
  for (char *c = name; *c; c++)
    *c = *c == '/' ? '_' : *c;
  page p = {parts, (size_t)count};
  tweed_status s = write_file(folder, name, "html", write_page, &p, error);
  return s == TWEED_OK && contract ? write_file(folder, name, "json", write_contract, contract, error) : s;
}
