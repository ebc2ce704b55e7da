/* proof.c: files with the CNF of an II and the DRAT proof that it has no solution. */
#include "solve/sat.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* Most literals: proving what was decided within limits costs no more than that did. */
enum { MOST_LITERALS = 12000000 };

/* A file that appears under its name when it is whole. */
typedef struct proof_file {
  char *path, *temporary;
  FILE *file;
} proof_file;

static tweed_status io_error(const char *path, tweed_error *error) {
  return tweed_fail_at(error, TWEED_IO, path, 0, 0, "", "cannot write: %s", strerror(errno));
}

static void abandon(proof_file *f) {
  if (f->file)
    fclose(f->file);
  if (f->temporary)
    unlink(f->temporary);
  free(f->path);
  free(f->temporary);
  *f = (proof_file){0};
}

static tweed_status open_file(proof_file *f, const char *path, const char *suffix, tweed_error *error) {
  size_t size = strlen(path) + strlen(suffix) + 1;
  *f = (proof_file){.path = malloc(size), .temporary = malloc(size + sizeof ".XXXXXX")};
  if (!f->path || !f->temporary) {
    free(f->path);
    free(f->temporary);
    *f = (proof_file){0};
    return tweed_no_memory(error);
  }
  snprintf(f->path, size, "%s%s", path, suffix);
  snprintf(f->temporary, size + sizeof ".XXXXXX", "%s.XXXXXX", f->path);
  int fd = mkstemp(f->temporary);
  if (fd < 0) {
    tweed_status status = io_error(f->path, error);
    free(f->temporary);
    f->temporary = NULL;
    return status;
  }
  mode_t mask = umask(0);
  umask(mask);
  fchmod(fd, 0666 & ~mask);
  f->file = fdopen(fd, "w");
  if (!f->file) {
    close(fd);
    return io_error(f->path, error);
  }
  return TWEED_OK;
}

static tweed_status close_file(proof_file *f, tweed_error *error) {
  bool bad = ferror(f->file) != 0;
  bad = fclose(f->file) != 0 || bad;
  f->file = NULL;
  return bad ? io_error(f->path, error) : TWEED_OK;
}

/* Both files get their names, or neither does. */
static tweed_status publish(proof_file *proof, proof_file *cnf, tweed_error *error) {
  if (rename(cnf->temporary, cnf->path) != 0)
    return io_error(cnf->path, error);
  free(cnf->temporary);
  cnf->temporary = NULL;
  if (rename(proof->temporary, proof->path) != 0) {
    tweed_status status = io_error(proof->path, error);
    unlink(cnf->path);
    return status;
  }
  free(proof->temporary);
  proof->temporary = NULL;
  return TWEED_OK;
}

/* A name in a comment: one line, whatever it contains. */
static void write_name(FILE *file, const char *name) {
  for (; *name; name++)
    fputc((unsigned char)*name < ' ' ? '?' : *name, file);
}

static void write_head(FILE *file, const tweed_problem *p, int64_t ii) {
  fprintf(file, "c CNF of tweed %s: problem ", tweed_version());
  write_name(file, p->name);
  fprintf(file, ", machine ");
  write_name(file, p->machine->name);
  fprintf(file, ", II %lld.\nc It has a solution iff there is a schedule with this II.\n", (long long)ii);
}

/* What the variables mean, and the clauses. */
static void write_cnf(FILE *file, const tweed_cnf_model *m) {
  const tweed_exact *e = m->e;
  const tweed_problem *p = e->g->problem;
  write_head(file, p, e->ii);
  fprintf(file, "c Ops that are not named can be placed wherever the others are (lib/solve/exact.h).\n"
                "c Starts are relative; those of a group may be shifted together by multiples of the II.\n");
  for (int32_t i = 0; i < e->count; i++) {
    fprintf(file, "c group %d op ", (int)e->group[i]);
    write_name(file, p->ops[e->op[i]].name);
    if (e->low[i] == e->high[i])
      fprintf(file, ": starts at %lld\n", (long long)e->low[i]);
    else
      fprintf(file, ": starts in %lld .. %lld; variable %lld + t: it starts at t or earlier, %lld <= t < %lld\n",
              (long long)e->low[i], (long long)e->high[i], (long long)m->first[i] - (long long)e->low[i],
              (long long)e->low[i], (long long)e->high[i]);
  }
  fprintf(file, "c The other variables: what an op holds of a unit in a row, and counters over that.\np cnf %d %d\n",
          (int)m->cnf.variables, (int)m->cnf.clauses);
  for (size_t k = 0; k < m->cnf.count; k++)
    if (m->cnf.literals[k] == 0)
      fputs("0\n", file);
    else
      fprintf(file, "%d ", (int)m->cnf.literals[k]);
}

static int must_stop(void *state) {
  return tweed_stopped(state);
}

static tweed_status trace(const tweed_cnf_model *m, FILE *file, tweed_stop *stop, tweed_error *error) {
  int result = tweed_sat_trace(m->cnf.literals, m->cnf.count, file, stop, must_stop);
  if (result == 20)
    return TWEED_OK;
  if (result == 10)
    return tweed_fail(error, TWEED_ILLEGAL, "II %lld has a schedule", (long long)m->e->ii);
  return tweed_fail(error, TWEED_UNKNOWN, "the proof for II %lld was not finished", (long long)m->e->ii);
}

/* An II that a table or the load of a unit refutes: one variable says that it fits, and it does not. */
static void write_trivial(const tweed_graph *g, int64_t ii, const char *why, FILE *cnf, FILE *proof) {
  write_head(cnf, g->problem, ii);
  fprintf(cnf, "c variable 1: the tables of all ops fit this II. They don't: ");
  write_name(cnf, why);
  fprintf(cnf, "\np cnf 1 2\n1 0\n-1 0\n");
  fputs("0\n", proof);
}

static tweed_status write_both(const tweed_graph *g, int64_t ii, FILE *cnf, FILE *proof, tweed_stop *stop,
                               tweed_error *error) {
  tweed_exact *e;
  tweed_cnf_model m;
  tweed_error why = {0};
  tweed_status status = tweed_exact_reduced(g, ii, &e, &why);
  if (status == TWEED_INFEASIBLE) {
    char text[1024];
    write_trivial(g, ii, tweed_error_format(&why, text, sizeof text), cnf, proof);
    return TWEED_OK;
  }
  if (status != TWEED_OK) {
    if (error)
      *error = why;
    return status;
  }
  status = tweed_cnf_model_init(&m, e, MOST_LITERALS, error);
  if (status == TWEED_OK) {
    write_cnf(cnf, &m);
    status = trace(&m, proof, stop, error);
  }
  tweed_cnf_model_free(&m);
  tweed_exact_free(e);
  return status;
}

tweed_status tweed_sat_prove(const tweed_graph *g, int64_t ii, const char *path, tweed_stop *stop, tweed_error *error) {
  proof_file proof = {0}, cnf = {0};
  tweed_status status = open_file(&proof, path, "", error);
  if (status == TWEED_OK)
    status = open_file(&cnf, path, ".cnf", error);
  if (status == TWEED_OK)
    status = write_both(g, ii, cnf.file, proof.file, stop, error);
  if (status == TWEED_OK)
    status = close_file(&proof, error);
  if (status == TWEED_OK)
    status = close_file(&cnf, error);
  if (status == TWEED_OK)
    status = publish(&proof, &cnf, error);
  abandon(&proof);
  abandon(&cnf);
  return status;
}
