/* image.c: machine files as C data, so that a compiler which loads Tweed need not parse YAML. Runs in the build only:
 *   image OUTPUT.c FILE.yaml...
 * The numbers of classes, units, patterns and so on are those of the reader; test/unit/machines_image.c compares each
 * image with its file. */
#include "model/shipped.h"
#include <stdlib.h>
#include <string.h>

/* The tool needs no shipped machine; it makes them. */
const struct tweed_shipped tweed_shipped_machines[] = {{NULL, NULL}};
const size_t tweed_shipped_machines_count = 0;
const struct tweed_shipped tweed_shipped_kernels[] = {{NULL, NULL}};
const size_t tweed_shipped_kernels_count = 0;
const tweed_machine *const tweed_shipped_images[] = {NULL};

static void put_string(FILE *f, const char *text) {
  if (!text) {
    fputs("NULL", f);
    return;
  }
  fputc('"', f);
  for (const char *c = text; *c; c++)
    if ((unsigned char)*c < ' ' || (unsigned char)*c > '~' || *c == '"' || *c == '\\' || *c == '?')
      fprintf(f, "\\%03o", (unsigned)(unsigned char)*c);
    else
      fputc(*c, f);
  fputc('"', f);
}

/* An array may not be empty in C: each ends in one element more than there are. */
static void put_units(FILE *f, const tweed_machine *m, size_t id) {
  fprintf(f, "static tweed_unit units_%zu[] = {", id);
  for (int32_t i = 0; i < m->nunits; i++) {
    fputc('{', f);
    put_string(f, m->units[i].name);
    fprintf(f, ", %d}, ", (int)m->units[i].count);
  }
  fprintf(f, "{NULL, 0}};\nstatic tweed_register_file files_%zu[] = {", id);
  for (int32_t i = 0; i < m->nfiles; i++) {
    fputc('{', f);
    put_string(f, m->files[i].name);
    fprintf(f, ", %d}, ", (int)m->files[i].count);
  }
  fprintf(f, "{NULL, 0}};\nstatic tweed_memory memories_%zu[] = {", id);
  for (int32_t i = 0; i < m->nmemories; i++) {
    fputc('{', f);
    put_string(f, m->memories[i].name);
    fprintf(f, ", %lld, (tweed_alloc)%d}, ", (long long)m->memories[i].bytes, (int)m->memories[i].alloc);
  }
  fputs("{NULL, 0, TWEED_ALLOC_RING}};\n", f);
}

static void put_held(FILE *f, const tweed_machine *m, size_t id) {
  fprintf(f, "static const int32_t held_%zu[] = {", id);
  for (int32_t c = 0; c < m->nclasses; c++)
    for (int32_t u = 0; u < m->classes[c].nuses; u++)
      for (int32_t k = 0; k < m->classes[c].uses[u].cycles; k++)
        fprintf(f, "%d,", (int)m->classes[c].uses[u].held[k]);
  fputs("0};\n", f);
}

static void put_uses(FILE *f, const tweed_machine *m, size_t id) {
  long at = 0;
  fprintf(f, "static tweed_use uses_%zu[] = {\n", id);
  for (int32_t c = 0; c < m->nclasses; c++)
    for (int32_t u = 0; u < m->classes[c].nuses; u++) {
      const tweed_use *use = &m->classes[c].uses[u];
      fprintf(f, "{%d, %d, held_%zu + %ld},\n", (int)use->unit, (int)use->cycles, id, at);
      at += use->cycles;
    }
  fputs("{0, 0, NULL}};\n", f);
}

static void put_classes(FILE *f, const tweed_machine *m, size_t id) {
  long at = 0;
  fprintf(f, "static tweed_class classes_%zu[] = {\n", id);
  for (int32_t c = 0; c < m->nclasses; c++) {
    const tweed_class *k = &m->classes[c];
    fputs("{.name = ", f);
    put_string(f, k->name);
    fprintf(f, ", .latency = %d, .issue = %d, .file = %d, .async = %d, .variable = %d, .hold = %d, .warps = %d",
            (int)k->latency, (int)k->issue, (int)k->file, k->async, k->variable, (int)k->hold, (int)k->warps);
    fprintf(f, ", .nuses = %d, .uses = uses_%zu + %ld},\n", (int)k->nuses, id, at);
    at += k->nuses;
  }
  fputs("{.name = NULL}};\n", f);
}

static void put_matches(FILE *f, const tweed_machine *m, size_t id) {
  fprintf(f, "static tweed_match matches_%zu[] = {\n", id);
  for (int32_t i = 0; i < m->nmatches; i++) {
    const tweed_match *k = &m->matches[i];
    fputc('{', f);
    put_string(f, k->llvm);
    fputs(", ", f);
    put_string(f, k->type);
    fprintf(f, ", %d, %d, %d},\n", (int)k->class_index, (int)k->llvm_pattern, (int)k->type_pattern);
  }
  fprintf(f, "{NULL, NULL, 0, 0, 0}};\nstatic const char *cpus_%zu[] = {", id);
  for (int32_t i = 0; i < m->ncpus; i++) {
    put_string(f, m->cpus[i]);
    fputs(", ", f);
  }
  fputs("NULL};\n", f);
}

static void put_warps(FILE *f, const tweed_machine *m, size_t id) {
  const tweed_warps *w = &m->warps;
  fprintf(f, "static const int32_t sizes_%zu[] = {", id);
  for (int32_t i = 0; i < w->nsizes; i++)
    fprintf(f, "%d, ", (int)w->sizes[i]);
  fputs("0};\n", f);
}

static void put_sm(FILE *f, const tweed_sm *sm) {
  fprintf(f, ".sm = {.present = %d, .partitions = %d, .registers = %d, .registers_thread = %d, .register_unit = %d,\n",
          sm->present, (int)sm->partitions, (int)sm->registers, (int)sm->registers_thread, (int)sm->register_unit);
  fprintf(f, ".threads = %d, .blocks = %d, .threads_block = %d, .shared = %lld, .shared_block = %lld,\n",
          (int)sm->threads, (int)sm->blocks, (int)sm->threads_block, (long long)sm->shared,
          (long long)sm->shared_block);
  fprintf(f, ".shared_static = %lld, .shared_reserved = %lld, .shared_unit = %lld},\n", (long long)sm->shared_static,
          (long long)sm->shared_reserved, (long long)sm->shared_unit);
}

static void put_machine(FILE *f, const tweed_machine *m, size_t id) {
  const tweed_warps *w = &m->warps;
  put_units(f, m, id);
  put_held(f, m, id);
  put_uses(f, m, id);
  put_classes(f, m, id);
  put_matches(f, m, id);
  put_warps(f, m, id);
  fprintf(f, "static const tweed_machine machine_%zu = {.finished = true, .shipped = true, .name = ", id);
  put_string(f, m->name);
  fprintf(f, ", .issue = %d, .issue_unit = %d, .window = %d,\n", (int)m->issue, (int)m->issue_unit, (int)m->window);
  fprintf(f, ".nunits = %d, .nclasses = %d, .nfiles = %d, .nmemories = %d, .nmatches = %d, .ncpus = %d,\n",
          (int)m->nunits, (int)m->nclasses, (int)m->nfiles, (int)m->nmemories, (int)m->nmatches, (int)m->ncpus);
  fprintf(f, ".units = units_%zu, .classes = classes_%zu, .files = files_%zu, .memories = memories_%zu,\n", id, id, id,
          id);
  fprintf(f, ".matches = matches_%zu, .cpus = cpus_%zu, .ncompiled = %d, .npatterns = %d,\n", id, id, (int)m->ncompiled,
          (int)m->npatterns);
  put_sm(f, &m->sm);
  fprintf(f, ".warps = {.present = %d, .groups = %d, .nsizes = %d, .sizes = %s%zu, .total = %d, .registers = %d,\n",
          w->present, (int)w->groups, (int)w->nsizes, "sizes_", id, (int)w->total, (int)w->registers);
  fprintf(f, ".staging = %d, .handoff_fixed = %d, .handoff_per_kb = %d, .handoff_async = %d}};\n\n", (int)w->staging,
          (int)w->handoff_fixed, (int)w->handoff_per_kb, (int)w->handoff_async);
}

static int fail(const char *what, const tweed_error *error) {
  char message[1024];
  fprintf(stderr, "image: %s\n", error ? tweed_error_format(error, message, sizeof message) : what);
  return EXIT_FAILURE;
}

int main(int argc, char **argv) {
  tweed_error error;
  FILE *f = argc > 1 ? fopen(argv[1], "w") : NULL;
  if (!f)
    return fail("cannot write", NULL);
  fputs("/* Made by tools/machines/image.c. */\n#include \"model/shipped.h\"\n\n", f);
  for (int i = 2; i < argc; i++) {
    tweed_machine *m;
    if (tweed_machine_read(argv[i], &m, &error)) {
      fclose(f);
      remove(argv[1]);
      return fail(NULL, &error);
    }
    put_machine(f, m, (size_t)i - 2);
    tweed_machine_free(m);
  }
  fputs("const tweed_machine *const tweed_shipped_images[] = {", f);
  for (int i = 2; i < argc; i++)
    fprintf(f, "&machine_%d, ", i - 2);
  fputs("NULL};\n", f);
  return fclose(f) ? fail("cannot write", NULL) : EXIT_SUCCESS;
}
