/* gpu_source.c: collects lines of source files. */
#include "llvm/nvptx/gpu_source.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* AROUND: lines shown before and behind one that became something. */
enum { AROUND = 2, NAMES = 30, MOST_LINE = 4096 };

/* A line that became a group. */
typedef struct mark {
  const char *folder, *file;
  size_t folder_length, file_length;
  unsigned line;
  int32_t group;
} mark;

typedef struct marks {
  const tw_groups *g;
  mark *items;
  size_t n, room;
} marks;

static bool same_file(const mark *a, const mark *b) {
  return a->file_length == b->file_length && memcmp(a->file, b->file, a->file_length) == 0 &&
         a->folder_length == b->folder_length && memcmp(a->folder, b->folder, a->folder_length) == 0;
}

static bool add(marks *m, const mark *item) {
  for (size_t i = 0; i < m->n; i++)
    if (same_file(&m->items[i], item) && m->items[i].line == item->line && m->items[i].group == item->group)
      return true;
  if (!tweed_arena_grow(m->g->kernel->arena, (void **)&m->items, &m->room, m->n + 1, sizeof(mark)))
    return false;
  m->items[m->n++] = *item;
  return true;
}

static bool collect(marks *m) {
  const tw_flow *f = m->g->kernel->flow;
  for (int32_t i = 0; i < f->ninsts; i++) {
    mark item = {.group = m->g->of[i]};
    unsigned folder = 0, file = 0;
    if (item.group < 0 || !m->g->tile->within[f->block_of[i]])
      continue;
    item.line = LLVMGetDebugLocLine(f->insts[i]);
    item.file = LLVMGetDebugLocFilename(f->insts[i], &file);
    item.folder = LLVMGetDebugLocDirectory(f->insts[i], &folder);
    item.file_length = file;
    item.folder_length = item.folder ? folder : 0;
    if (item.line > 0 && item.file && !add(m, &item))
      return false;
  }
  return true;
}

/* ---- listings ---- */

static FILE *open_source(const mark *m) {
  char path[2048];
  bool whole = m->file_length > 0 && m->file[0] == '/';
  snprintf(path, sizeof path, "%.*s%s%.*s", whole ? 0 : (int)m->folder_length, m->folder ? m->folder : "",
           whole || m->folder_length == 0 ? "" : "/", (int)m->file_length, m->file);
  return fopen(path, "r");
}

/* Is the line near one that became something? */
static bool shown(const marks *m, const mark *file, unsigned line) {
  for (size_t i = 0; i < m->n; i++)
    if (same_file(&m->items[i], file) && m->items[i].line <= line + AROUND && line <= m->items[i].line + AROUND)
      return true;
  return false;
}

static void names_of(const marks *m, const mark *file, unsigned line, char *out, size_t size) {
  size_t used = 0;
  out[0] = 0;
  for (size_t i = 0; i < m->n && used < size; i++) {
    char name[96];
    if (same_file(&m->items[i], file) && m->items[i].line == line)
      used += (size_t)snprintf(out + used, size - used, "%s%s", used ? ", " : "",
                               tw_group_name(m->g, m->items[i].group, name, sizeof name));
  }
}

static void put_lines(const marks *m, const mark *file, FILE *from, FILE *to) {
  char text[MOST_LINE], names[NAMES + 1];
  unsigned line = 1;
  bool gap = false;
  for (; fgets(text, sizeof text, from); line++) {
    text[strcspn(text, "\r\n")] = 0;
    if (!shown(m, file, line)) {
      gap = true;
      continue;
    }
    if (gap)
      fprintf(to, "%*s\n", NAMES + 8, "…");
    gap = false;
    names_of(m, file, line, names, sizeof names);
    fprintf(to, "%-*s %6u  %s\n", NAMES, names, line, text);
  }
}

static bool write_listing(const marks *m, const mark *file, tweed_report_listing *out) {
  tweed_arena *arena = m->g->kernel->arena;
  char *text = NULL, title[320];
  size_t size = 0;
  FILE *to = open_memstream(&text, &size), *from = open_source(file);
  if (!to)
    return false;
  if (from) {
    put_lines(m, file, from, to);
    fclose(from);
  } else {
    fputs("(the file can't be read)\n", to);
  }
  snprintf(title, sizeof title, "Source: %.*s", (int)(file->file_length < 300 ? file->file_length : 300), file->file);
  bool written = fclose(to) == 0 && text;
  *out = (tweed_report_listing){tweed_arena_strdup(arena, title), "Lines, and what became of them in the graph.",
                                written ? tweed_arena_strdup(arena, text) : NULL};
  free(text);
  return out->title && out->text;
}

bool tw_gpu_source(const tw_groups *g, tweed_report_listing **out, size_t *count) {
  marks m = {.g = g};
  *count = 0;
  if (!collect(&m))
    return false;
  *out = tweed_arena_array(g->kernel->arena, m.n + 1, sizeof **out);
  if (!*out)
    return false;
  for (size_t i = 0; i < m.n; i++) {
    bool first = true;
    for (size_t j = 0; j < i; j++)
      first &= !same_file(&m.items[i], &m.items[j]);
    if (first && !write_listing(&m, &m.items[i], &(*out)[(*count)++]))
      return false;
  }
  return true;
}
