/* drat CNF PROOF: an independent checker of DRAT proofs in text, forwards, one lemma after the other.
 *
 * A lemma is accepted if assuming that it is false leads to a contradiction by unit propagation alone (RUP), or if that
 * holds of all its resolvents on its first literal (RAT). The proof is verified when the empty clause is reached.
 * Deletions are obeyed except of clauses that are unit now, as is usual. Exit status: 0 verified, 1 not, 2 bad files.
 * Shares no code with Tweed or CaDiCaL. */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct clause {
  int size;
  bool deleted;
  int *literals; /* the first two are watched */
} clause;

typedef struct list {
  int *items;
  int count, capacity;
} list;

static clause *clauses;
static int nclauses, capacity, variables;
static list *watches;      /* clauses that watch the literal, by index_of() */
static signed char *value; /* by variable: 1 true, -1 false, 0 open */
static list trail, literals;
static int propagated;
static bool contradiction; /* the clauses that are there are refuted */

static void fail(const char *format, ...) {
  va_list arguments;
  va_start(arguments, format);
  vfprintf(stderr, format, arguments);
  va_end(arguments);
  fputc('\n', stderr);
  exit(2);
}

static void *grow(void *items, size_t size) {
  void *grown = realloc(items, size);
  if (!grown)
    fail("out of memory");
  return grown;
}

static void push(list *l, int item) {
  if (l->count == l->capacity) {
    l->capacity = l->capacity ? 2 * l->capacity : 4;
    l->items = grow(l->items, (size_t)l->capacity * sizeof *l->items);
  }
  l->items[l->count++] = item;
}

static int index_of(int literal) {
  return literal > 0 ? 2 * literal : -2 * literal + 1;
}

static int value_of(int literal) {
  return literal > 0 ? value[literal] : -value[-literal];
}

static void assign(int literal) {
  value[abs(literal)] = literal > 0 ? 1 : -1;
  push(&trail, literal);
}

static void undo(int to) {
  while (trail.count > to)
    value[abs(trail.items[--trail.count])] = 0;
  propagated = to;
}

/* The clause after its watched literal became false: false if it is a conflict. *keep: it still watches the literal. */
static bool visit(int number, int literal, bool *keep) {
  clause *c = &clauses[number];
  *keep = true;
  if (c->literals[0] == literal) {
    c->literals[0] = c->literals[1];
    c->literals[1] = literal;
  }
  if (value_of(c->literals[0]) > 0)
    return true;
  for (int k = 2; k < c->size; k++)
    if (value_of(c->literals[k]) >= 0) {
      c->literals[1] = c->literals[k];
      c->literals[k] = literal;
      push(&watches[index_of(c->literals[1])], number);
      *keep = false;
      return true;
    }
  if (value_of(c->literals[0]) < 0)
    return false;
  assign(c->literals[0]);
  return true;
}

/* Unit propagation; false on a conflict. */
static bool propagate(void) {
  while (propagated < trail.count) {
    int literal = -trail.items[propagated++], kept = 0;
    bool good = true;
    for (int k = 0; k < watches[index_of(literal)].count; k++) {
      int number = watches[index_of(literal)].items[k];
      bool keep = !clauses[number].deleted;
      if (keep && good)
        good = visit(number, literal, &keep);
      if (keep)
        watches[index_of(literal)].items[kept++] = number;
    }
    watches[index_of(literal)].count = kept;
    if (!good)
      return false;
  }
  return true;
}

/* Does assuming all literals false, `but` one left out, contradict? Literals of `also` as well. */
static bool refutes(const int *lemma, int count, const clause *also, int but) {
  int mark = trail.count;
  bool conflict = false;
  for (int pass = 0; pass < 2 && !conflict; pass++) {
    const int *from = pass == 0 ? lemma : also ? also->literals : NULL;
    int size = pass == 0 ? count : also ? also->size : 0;
    for (int k = 0; k < size && !conflict; k++) {
      if (pass == 1 && from[k] == but)
        continue;
      conflict = value_of(from[k]) > 0;
      if (value_of(from[k]) == 0)
        assign(-from[k]);
    }
  }
  conflict = conflict || !propagate();
  undo(mark);
  return conflict;
}

static bool has(const clause *c, int literal) {
  for (int k = 0; k < c->size; k++)
    if (c->literals[k] == literal)
      return true;
  return false;
}

static bool follows(const int *lemma, int count) {
  if (contradiction || refutes(lemma, count, NULL, 0))
    return true;
  for (int i = 0; i < nclauses && count > 0; i++)
    if (!clauses[i].deleted && has(&clauses[i], -lemma[0]) && !refutes(lemma, count, &clauses[i], -lemma[0]))
      return false;
  return count > 0;
}

/* Adds a clause and its consequences at the top. */
static void add(const int *lemma, int count) {
  if (nclauses == capacity) {
    capacity = capacity ? 2 * capacity : 1024;
    clauses = grow(clauses, (size_t)capacity * sizeof *clauses);
  }
  clause *c = &clauses[nclauses];
  *c = (clause){count, false, grow(NULL, ((size_t)count + 1) * sizeof *lemma)};
  memcpy(c->literals, lemma, (size_t)count * sizeof *lemma);
  for (int watch = 0, k = 0; k < count && watch < 2; k++) /* what is not false comes first */
    if (value_of(c->literals[k]) >= 0) {
      int swap = c->literals[watch];
      c->literals[watch++] = c->literals[k];
      c->literals[k] = swap;
    }
  for (int k = 0; k < 2 && count > 1; k++)
    push(&watches[index_of(c->literals[k])], nclauses);
  nclauses++;
  if (count == 0 || value_of(c->literals[0]) < 0)
    contradiction = true;
  else if (value_of(c->literals[0]) == 0 && (count == 1 || value_of(c->literals[1]) < 0))
    assign(c->literals[0]);
  contradiction = contradiction || !propagate();
}

static bool same(const clause *c, const int *lemma, int count) {
  if (c->deleted || c->size != count)
    return false;
  for (int k = 0; k < count; k++)
    if (!has(c, lemma[k]))
      return false;
  return true;
}

/* A clause that is unit now is the reason of an assignment at the top, which is kept. */
static bool is_unit(const clause *c) {
  int open = 0;
  for (int k = 0; k < c->size; k++)
    open += value_of(c->literals[k]) >= 0;
  return open <= 1;
}

static bool delete(const int *lemma, int count) {
  for (int i = nclauses - 1; i >= 0; i--)
    if (same(&clauses[i], lemma, count)) {
      clauses[i].deleted = !is_unit(&clauses[i]);
      return true;
    }
  return false;
}

/* Literals up to 0. False at the end of the file. */
static bool read_clause(FILE *file, const char *name, list *out) {
  int literal;
  out->count = 0;
  for (;;) {
    int got = fscanf(file, "%d", &literal);
    if (got == EOF && out->count == 0)
      return false;
    if (got != 1)
      fail("%s: a clause does not end", name);
    if (literal == 0)
      return true;
    if (abs(literal) > variables)
      fail("%s: there is no variable %d", name, abs(literal));
    push(out, literal);
  }
}

static void read_cnf(const char *path) {
  FILE *file = fopen(path, "r");
  int count = 0, letter;
  if (!file)
    fail("%s: cannot read", path);
  while ((letter = fgetc(file)) == 'c')
    while ((letter = fgetc(file)) != '\n' && letter != EOF)
      continue;
  if (letter != 'p' || fscanf(file, " cnf %d %d", &variables, &count) != 2 || variables < 0 || variables > 100000000)
    fail("%s: no line \"p cnf\"", path);
  watches = calloc(2 * (size_t)variables + 2, sizeof *watches);
  value = calloc((size_t)variables + 1, 1);
  if (!watches || !value)
    fail("out of memory");
  while (read_clause(file, path, &literals)) {
    add(literals.items, literals.count);
    count--;
  }
  if (count != 0)
    fail("%s: the number of clauses is wrong", path);
  fclose(file);
}

/* 0 verified, 1 not. */
static int check(const char *path) {
  FILE *file = fopen(path, "r");
  if (!file)
    fail("%s: cannot read", path);
  for (int lemma = 1;; lemma++) {
    int letter = fgetc(file);
    while (letter == ' ' || letter == '\n')
      letter = fgetc(file);
    if (letter != 'd')
      ungetc(letter, file);
    if (!read_clause(file, path, &literals)) {
      printf("not verified: the empty clause is not reached\n");
      return 1;
    }
    if (letter == 'd') {
      if (!delete (literals.items, literals.count)) {
        printf("not verified: step %d deletes what is not there\n", lemma);
        return 1;
      }
      continue;
    }
    if (!follows(literals.items, literals.count)) {
      printf("not verified: step %d does not follow\n", lemma);
      return 1;
    }
    if (literals.count == 0) {
      printf("verified: %d steps\n", lemma);
      return 0;
    }
    add(literals.items, literals.count);
  }
}

int main(int argc, char **argv) {
  if (argc != 3)
    fail("usage: drat CNF PROOF");
  read_cnf(argv[1]);
  return check(argv[2]);
}
