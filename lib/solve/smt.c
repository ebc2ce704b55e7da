/* smt.c: the layer over Z3's C API.
 *
 * A context without reference counts: terms live as long as it does. The solver is the plain SMT core with one of its
 * two theories of difference graphs, named explicitly: Z3 picks one by itself only for logics without weighted sums. */
#include "solve/smt.h"

#include <limits.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <z3.h>

/* Differences and weights that Z3's difference logic takes without a doubt. */
#define MOST ((int64_t)1 << 30)
/* Z3's numbers of the theories: Bellman and Ford on a graph, Floyd and Warshall on a matrix, simplex. */
static const unsigned theories[] = {[TWEED_SMT_SPARSE] = 1, [TWEED_SMT_DENSE] = 3, [TWEED_SMT_LINEAR] = 2};
/* Its way to choose between true and false that did best on attention kernels. */
enum { PHASE = 4 };
enum { POLL_NANOSECONDS = 10 * 1000 * 1000, MOST_TERMS = 2000000 };

/* b - a >= c + k * i, in a hash table with open addressing; literal 0 = free. i is the same variable in all. */
typedef struct atom {
  int32_t a, b;
  int64_t c, k;
  tweed_lit literal;
} atom;

/* Ends a check from outside when a limit is reached. Invariant: Z3 is only interrupted while `checking`. */
typedef struct watch {
  pthread_t thread;
  pthread_mutex_t lock;
  pthread_cond_t changed;
  bool started, checking, over, memory;
  uint64_t most_bytes;
  tweed_stop *stop;
  Z3_context z3;
} watch;

/* Invariants: terms[l] is the term of literal l, negated[l] its negation, 1 <= l <= nterms; terms[1] is true. count of
 * the atoms' table is below 3/4 of its size, which is a power of two. */
struct tweed_smt {
  Z3_context z3;
  Z3_solver solver;
  Z3_model model;     /* or NULL */
  Z3_ast_vector core; /* or NULL */
  Z3_sort integer, boolean;
  tweed_smt_theory theory;
  bool failed;
  Z3_ast *terms, *negated, *ints;
  size_t nterms, cap_terms, cap_negated, nints, cap_ints;
  atom *atoms;
  size_t natoms, size_atoms;
  Z3_ast *scratch;
  int *weights;
  size_t cap_scratch, cap_weights;
  char reason[96];
  watch watch;
};

/* Z3 calls it on every error, where its default may end the program. Errors are asked for afterwards. */
static void on_error(Z3_context z3, Z3_error_code code) {
  (void)z3, (void)code;
}

static bool sound(tweed_smt *s) {
  if (Z3_get_error_code(s->z3) != Z3_OK)
    s->failed = true;
  return !s->failed;
}

static bool grow(tweed_smt *s, void **items, size_t *capacity, size_t needed, size_t size) {
  if (needed <= *capacity)
    return true;
  size_t bigger = *capacity ? 2 * *capacity : 64;
  bigger = bigger < needed ? needed : bigger;
  void *moved = bigger > SIZE_MAX / size ? NULL : realloc(*items, bigger * size);
  if (!moved) {
    s->failed = true;
    return false;
  }
  *items = moved;
  *capacity = bigger;
  return true;
}

/* ---- the watch ----------------------------------------------------------------------------------------------------
 */

static struct timespec soon(void) {
  struct timespec at;
  clock_gettime(CLOCK_REALTIME, &at);
  at.tv_nsec += POLL_NANOSECONDS;
  if (at.tv_nsec >= 1000000000) {
    at.tv_sec++;
    at.tv_nsec -= 1000000000;
  }
  return at;
}

/* Asks again and again, since Z3 only hears an interrupt between its own preparations. */
static void *watch_over(void *argument) {
  watch *w = argument;
  pthread_mutex_lock(&w->lock);
  while (!w->over) {
    if (!w->checking) {
      pthread_cond_wait(&w->changed, &w->lock);
      continue;
    }
    struct timespec at = soon();
    pthread_cond_timedwait(&w->changed, &w->lock, &at);
    if (!w->checking)
      continue;
    w->memory = w->memory || Z3_get_estimated_alloc_size() > w->most_bytes;
    if (w->memory || tweed_stopped(w->stop))
      Z3_interrupt(w->z3);
  }
  pthread_mutex_unlock(&w->lock);
  return NULL;
}

static bool start_watch(watch *w, tweed_stop *stop, Z3_context z3) {
  pthread_mutex_init(&w->lock, NULL);
  pthread_cond_init(&w->changed, NULL);
  w->stop = stop;
  w->z3 = z3;
  w->started = pthread_create(&w->thread, NULL, watch_over, w) == 0;
  return w->started;
}

static void set_checking(watch *w, bool checking) {
  pthread_mutex_lock(&w->lock);
  w->checking = checking;
  if (checking) {
    w->memory = false;
    w->most_bytes = Z3_get_estimated_alloc_size() + (uint64_t)TWEED_SMT_MEGABYTES * 1024 * 1024;
  }
  pthread_cond_signal(&w->changed);
  pthread_mutex_unlock(&w->lock);
}

static void end_watch(watch *w) {
  if (w->started) {
    pthread_mutex_lock(&w->lock);
    w->over = true;
    pthread_cond_signal(&w->changed);
    pthread_mutex_unlock(&w->lock);
    pthread_join(w->thread, NULL);
  }
  pthread_mutex_destroy(&w->lock);
  pthread_cond_destroy(&w->changed);
}

/* ---- making and freeing -------------------------------------------------------------------------------------------
 */

static Z3_context make_context(void) {
  Z3_config config = Z3_mk_config();
  if (!config)
    return NULL;
  Z3_set_param_value(config, "auto_config", "false");
  Z3_context z3 = Z3_mk_context(config);
  Z3_del_config(config);
  if (z3)
    Z3_set_error_handler(z3, on_error);
  return z3;
}

static void set_parameters(tweed_smt *s, uint32_t work) {
  Z3_params p = Z3_mk_params(s->z3);
  if (!p)
    return;
  Z3_params_inc_ref(s->z3, p);
  Z3_params_set_uint(s->z3, p, Z3_mk_string_symbol(s->z3, "arith.solver"), theories[s->theory]);
  Z3_params_set_uint(s->z3, p, Z3_mk_string_symbol(s->z3, "relevancy"), 0);
  Z3_params_set_uint(s->z3, p, Z3_mk_string_symbol(s->z3, "phase_selection"), PHASE);
  Z3_params_set_uint(s->z3, p, Z3_mk_string_symbol(s->z3, "rlimit"), work);
  Z3_params_set_bool(s->z3, p, Z3_mk_string_symbol(s->z3, "ctrl_c"), false); /* signals are the program's */
  Z3_solver_set_params(s->z3, s->solver, p);
  Z3_params_dec_ref(s->z3, p);
}

tweed_smt *tweed_smt_new(tweed_stop *stop, tweed_smt_theory theory) {
  tweed_smt *s = calloc(1, sizeof *s);
  if (!s)
    return NULL;
  s->theory = theory;
  s->z3 = make_context();
  s->solver = s->z3 ? Z3_mk_simple_solver(s->z3) : NULL;
  bool watched = start_watch(&s->watch, stop, s->z3);
  if (s->solver)
    Z3_solver_inc_ref(s->z3, s->solver);
  if (s->solver && watched) {
    set_parameters(s, 0);
    s->integer = Z3_mk_int_sort(s->z3);
    s->boolean = Z3_mk_bool_sort(s->z3);
    if (tweed_smt_bool(s) == TWEED_TRUE)
      Z3_solver_assert(s->z3, s->solver, s->terms[TWEED_TRUE]);
  }
  if (s->solver && watched && sound(s))
    return s;
  tweed_smt_free(s);
  return NULL;
}

static void forget_answer(tweed_smt *s) {
  if (s->model)
    Z3_model_dec_ref(s->z3, s->model);
  if (s->core)
    Z3_ast_vector_dec_ref(s->z3, s->core);
  s->model = NULL;
  s->core = NULL;
}

void tweed_smt_free(tweed_smt *s) {
  if (!s)
    return;
  end_watch(&s->watch);
  if (s->z3)
    forget_answer(s);
  if (s->solver)
    Z3_solver_dec_ref(s->z3, s->solver);
  if (s->z3)
    Z3_del_context(s->z3);
  free(s->terms);
  free(s->negated);
  free(s->ints);
  free(s->atoms);
  free(s->scratch);
  free(s->weights);
  free(s);
}

/* ---- terms --------------------------------------------------------------------------------------------------------
 */

static Z3_ast new_constant(tweed_smt *s, char kind, size_t number, Z3_sort sort) {
  return Z3_mk_const(s->z3, Z3_mk_int_symbol(s->z3, (int)(2 * number + (kind == 'i'))), sort);
}

/* A literal for the term. */
static tweed_lit add_term(tweed_smt *s, Z3_ast term) {
  size_t at = s->nterms + 1;
  if (at % 1024 == 0 && tweed_stopped(s->watch.stop))
    s->failed = true;
  if (!sound(s) || !term || at > MOST_TERMS || !grow(s, (void **)&s->terms, &s->cap_terms, at + 1, sizeof *s->terms) ||
      !grow(s, (void **)&s->negated, &s->cap_negated, at + 1, sizeof *s->negated)) {
    s->failed = true;
    return TWEED_TRUE;
  }
  s->terms[at] = term;
  s->negated[at] = Z3_mk_not(s->z3, term);
  s->nterms = at;
  return (tweed_lit)at;
}

tweed_lit tweed_smt_bool(tweed_smt *s) {
  return s->failed ? TWEED_TRUE : add_term(s, new_constant(s, 'b', s->nterms + 1, s->boolean));
}

int32_t tweed_smt_int(tweed_smt *s) {
  if (s->failed || s->nints >= INT32_MAX / 4 ||
      !grow(s, (void **)&s->ints, &s->cap_ints, s->nints + 1, sizeof *s->ints))
    return -1;
  s->ints[s->nints] = new_constant(s, 'i', s->nints, s->integer);
  return sound(s) ? (int32_t)s->nints++ : -1;
}

static size_t slot_of(const tweed_smt *s, int32_t a, int32_t b, int64_t c, int64_t k) {
  uint64_t h = ((uint64_t)(uint32_t)a << 32 | (uint32_t)b) * UINT64_C(0x9e3779b97f4a7c15) ^
               ((uint64_t)c + ((uint64_t)k << 40)) * UINT64_C(0xbf58476d1ce4e5b9);
  size_t i = (size_t)(h ^ h >> 29) & (s->size_atoms - 1);
  while (s->atoms[i].literal && (s->atoms[i].a != a || s->atoms[i].b != b || s->atoms[i].c != c || s->atoms[i].k != k))
    i = (i + 1) & (s->size_atoms - 1);
  return i;
}

static bool make_room_for_atom(tweed_smt *s) {
  if (4 * (s->natoms + 1) < 3 * s->size_atoms)
    return true;
  size_t old_size = s->size_atoms;
  atom *old = s->atoms;
  s->size_atoms = old_size ? 2 * old_size : 1024;
  s->atoms = calloc(s->size_atoms, sizeof *s->atoms);
  if (!s->atoms) {
    s->atoms = old;
    s->size_atoms = old_size;
    return false;
  }
  for (size_t i = 0; i < old_size; i++)
    if (old[i].literal)
      s->atoms[slot_of(s, old[i].a, old[i].b, old[i].c, old[i].k)] = old[i];
  free(old);
  return true;
}

static Z3_ast atom_term(tweed_smt *s, const atom *x, int32_t i) {
  Z3_ast bound = Z3_mk_int64(s->z3, x->c, s->integer), parts[3];
  unsigned count = 0;
  parts[count++] = s->ints[x->b];
  if (x->a >= 0)
    parts[count++] = s->ints[x->a];
  if (x->k != 0) {
    Z3_ast factors[2] = {Z3_mk_int64(s->z3, x->k, s->integer), s->ints[i]};
    parts[count++] = Z3_mk_mul(s->z3, 2, factors);
  }
  return Z3_mk_ge(s->z3, count > 1 ? Z3_mk_sub(s->z3, count, parts) : parts[0], bound);
}

tweed_lit tweed_smt_multiple(tweed_smt *s, int32_t a, int32_t b, int64_t c, int64_t k, int32_t i) {
  if (a > b) /* stored with a < b: b - a >= c is not(a - b >= 1 - c) */
    return -tweed_smt_multiple(s, b, a, 1 - c, -k, i);
  if (s->failed || a == b || c > MOST || c < -MOST || k > MOST || k < -MOST || b >= (int32_t)s->nints ||
      i >= (int32_t)s->nints || !make_room_for_atom(s)) {
    s->failed = true;
    return TWEED_TRUE;
  }
  size_t at = slot_of(s, a, b, c, k);
  if (!s->atoms[at].literal) {
    atom new = {a, b, c, k, 0};
    new.literal = add_term(s, atom_term(s, &new, i));
    if (s->failed)
      return TWEED_TRUE;
    s->atoms[at] = new;
    s->natoms++;
  }
  return s->atoms[at].literal;
}

tweed_lit tweed_smt_difference(tweed_smt *s, int32_t a, int32_t b, int64_t c) {
  return a == b ? c <= 0 ? TWEED_TRUE : TWEED_FALSE : tweed_smt_multiple(s, a, b, c, 0, -1);
}

static Z3_ast term_of(const tweed_smt *s, tweed_lit l) {
  return l > 0 ? s->terms[l] : s->negated[-l];
}

void tweed_smt_clause(tweed_smt *s, size_t count, const tweed_lit *literals) {
  size_t used = 0;
  if (s->failed || !grow(s, (void **)&s->scratch, &s->cap_scratch, count + 1, sizeof *s->scratch))
    return;
  for (size_t i = 0; i < count; i++) {
    if (literals[i] == TWEED_TRUE)
      return;
    if (literals[i] != TWEED_FALSE && literals[i] != 0)
      s->scratch[used++] = term_of(s, literals[i]);
  }
  Z3_ast all = used == 0   ? s->negated[TWEED_TRUE]
               : used == 1 ? s->scratch[0]
                           : Z3_mk_or(s->z3, (unsigned)used, s->scratch);
  if (all)
    Z3_solver_assert(s->z3, s->solver, all);
  sound(s);
}

static int64_t common_divisor(int64_t a, int64_t b) {
  while (b) {
    int64_t rest = a % b;
    a = b;
    b = rest;
  }
  return a;
}

/* A literal heavier than the bound cannot hold, whatever the others do. The guard is one more term, so heavy that
 * without it the sum is no limit. */
void tweed_smt_at_most(tweed_smt *s, tweed_lit guard, size_t count, const tweed_lit *literals, const int64_t *weights,
                       int64_t bound) {
  int64_t divisor = 0, sum = 0;
  size_t used = 0;
  if (s->failed || !grow(s, (void **)&s->scratch, &s->cap_scratch, count + 2, sizeof *s->scratch) ||
      !grow(s, (void **)&s->weights, &s->cap_weights, count + 2, sizeof *s->weights))
    return;
  for (size_t i = 0; i < count; i++)
    if (literals[i] == TWEED_TRUE)
      bound -= weights[i];
  for (size_t i = 0; i < count; i++)
    if (literals[i] > 1 || literals[i] < -1) {
      if (weights[i] > bound)
        tweed_smt_clause(s, 2, (tweed_lit[]){-guard, -literals[i]});
      else
        divisor = common_divisor(divisor, weights[i]);
    }
  if (bound < 0) {
    tweed_smt_clause(s, 1, (tweed_lit[]){-guard});
    return;
  }
  for (size_t i = 0; i < count && divisor > 0; i++)
    if ((literals[i] > 1 || literals[i] < -1) && weights[i] <= bound && weights[i] > 0) {
      int64_t weight = weights[i] / divisor;
      if (weight > MOST || sum > MOST) {
        s->failed = true;
        return;
      }
      s->scratch[used] = term_of(s, literals[i]);
      s->weights[used++] = (int)weight;
      sum += weight;
    }
  if (divisor == 0 || sum <= bound / divisor)
    return;
  bound /= divisor;
  if (guard != TWEED_TRUE) {
    s->scratch[used] = term_of(s, guard);
    s->weights[used++] = (int)(sum - bound);
    bound = sum;
  }
  Z3_ast term = Z3_mk_pble(s->z3, (unsigned)used, s->scratch, s->weights, (int)bound);
  if (term)
    Z3_solver_assert(s->z3, s->solver, term);
  sound(s);
}

bool tweed_terms_add(tweed_terms *t, tweed_arena *arena, tweed_lit literal, int64_t weight) {
  if (literal == TWEED_FALSE || weight == 0)
    return true;
  if (!tweed_arena_grow(arena, (void **)&t->literals, &t->cap_literals, t->count + 1, sizeof *t->literals) ||
      !tweed_arena_grow(arena, (void **)&t->weights, &t->cap_weights, t->count + 1, sizeof *t->weights))
    return false;
  t->literals[t->count] = literal;
  t->weights[t->count++] = weight;
  return true;
}

/* ---- answers ------------------------------------------------------------------------------------------------------
 */

static tweed_smt_answer take_answer(tweed_smt *s, Z3_lbool answer) {
  if (answer == Z3_L_TRUE) {
    s->model = Z3_solver_get_model(s->z3, s->solver);
    if (s->model)
      Z3_model_inc_ref(s->z3, s->model);
    return sound(s) && s->model ? TWEED_SMT_SAT : TWEED_SMT_FAILED;
  }
  if (answer == Z3_L_FALSE) {
    s->core = Z3_solver_get_unsat_core(s->z3, s->solver);
    if (s->core)
      Z3_ast_vector_inc_ref(s->z3, s->core);
    return sound(s) && s->core ? TWEED_SMT_UNSAT : TWEED_SMT_FAILED;
  }
  const char *why = Z3_solver_get_reason_unknown(s->z3, s->solver);
  snprintf(s->reason, sizeof s->reason, "%s", s->watch.memory ? "memory limit" : why ? why : "no reason");
  return TWEED_SMT_UNKNOWN;
}

tweed_smt_answer tweed_smt_check(tweed_smt *s, size_t count, const tweed_lit *assumptions, uint32_t work) {
  forget_answer(s);
  if (s->failed || count > UINT_MAX || !grow(s, (void **)&s->scratch, &s->cap_scratch, count + 1, sizeof *s->scratch))
    return TWEED_SMT_FAILED;
  if (tweed_stopped(s->watch.stop)) {
    snprintf(s->reason, sizeof s->reason, "stopped");
    return TWEED_SMT_UNKNOWN;
  }
  for (size_t i = 0; i < count; i++)
    s->scratch[i] = term_of(s, assumptions[i]);
  set_parameters(s, work);
  set_checking(&s->watch, true);
  Z3_lbool answer = Z3_solver_check_assumptions(s->z3, s->solver, (unsigned)count, s->scratch);
  set_checking(&s->watch, false);
  /* An interrupt is an error to Z3, but not to us. */
  if (answer == Z3_L_UNDEF && Z3_get_error_code(s->z3) != Z3_OK) {
    snprintf(s->reason, sizeof s->reason, "%s", Z3_get_error_msg(s->z3, Z3_get_error_code(s->z3)));
    return TWEED_SMT_UNKNOWN;
  }
  return sound(s) ? take_answer(s, answer) : TWEED_SMT_FAILED;
}

bool tweed_smt_value(const tweed_smt *s, tweed_lit literal) {
  Z3_ast value = NULL;
  if (!s->model || !Z3_model_eval(s->z3, s->model, term_of(s, literal), true, &value))
    return false;
  return Z3_get_bool_value(s->z3, value) == Z3_L_TRUE;
}

int64_t tweed_smt_int_value(const tweed_smt *s, int32_t variable) {
  Z3_ast value = NULL;
  int64_t number = 0;
  if (!s->model || !Z3_model_eval(s->z3, s->model, s->ints[variable], true, &value) ||
      !Z3_get_numeral_int64(s->z3, value, &number))
    return 0;
  return number;
}

/* Bellman and Ford over the differences as they are true; those with zero only bound from above, or are in low. */
bool tweed_smt_least_values(const tweed_smt *s, int32_t n, const int64_t *low, int64_t *value) {
  int64_t *found = malloc(((size_t)n + 1) * sizeof *found);
  if (!found)
    return false;
  for (int32_t v = 0; v < n; v++) {
    found[v] = tweed_smt_int_value(s, v);
    value[v] = low[v];
  }
  bool moved = true;
  for (int32_t round = 0; moved && round <= n; round++) {
    moved = false;
    for (size_t i = 0; i < s->size_atoms; i++) {
      const atom *x = &s->atoms[i];
      if (!x->literal || x->a < 0 || x->b >= n)
        continue;
      bool holds = found[x->b] - found[x->a] >= x->c;
      int32_t from = holds ? x->a : x->b, to = holds ? x->b : x->a;
      int64_t least = value[from] + (holds ? x->c : 1 - x->c);
      if (least > value[to]) {
        value[to] = least;
        moved = true;
      }
    }
  }
  free(found);
  return true;
}

bool tweed_smt_in_core(const tweed_smt *s, tweed_lit assumption) {
  unsigned count = s->core ? Z3_ast_vector_size(s->z3, s->core) : 0;
  for (unsigned i = 0; i < count; i++)
    if (Z3_is_eq_ast(s->z3, Z3_ast_vector_get(s->z3, s->core, i), term_of(s, assumption)))
      return true;
  return false;
}

bool tweed_smt_failed(const tweed_smt *s) {
  return s->failed;
}

void tweed_smt_fail(tweed_smt *s) {
  s->failed = true;
}

const char *tweed_smt_reason(const tweed_smt *s) {
  return s->reason;
}
