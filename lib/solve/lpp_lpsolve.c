/* lpp_lpsolve.c: solves integer programs with lp_solve 5.5.
 *
 * Set with care: no presolve (it loses solutions), all columns shifted to a lower bound of 0 (negative ones confuse
 * it), no limit on the depth of the tree (a cut branch would count as refuted), no tolerance on the objective (better
 * solutions would be passed over), silent. Its limits are counted in the abort function, which it calls in every
 * simplex step. */
#include "solve/lpp.h"
#include <lpsolve/lp_lib.h>
#include <math.h>
#include <stdlib.h>

/* Bytes: for the copies of bounds in its tree; for each row or column, and each term, of a program; for anything. */
#define TREE_BYTES ((int64_t)1 << 29)
enum { LINE_BYTES = 1024, TERM_BYTES = 128, SPARE_BYTES = 1 << 22 };

/* Invariant: out is set once a limit was met, and stays so. */
typedef struct watch {
  const tweed_lpp_limits *limits;
  tweed_stop *stop;
  int64_t steps, nodes; /* of runs before */
  int64_t calls;
  bool out;
} watch;

static int __WINAPI should_abort(lprec *lp, void *user) {
  watch *w = user;
  int64_t steps = w->steps + get_total_iter(lp), nodes = w->nodes + get_total_nodes(lp);
  int64_t copies = (int64_t)lp->bb_level * ((int64_t)get_Nrows(lp) + get_Ncolumns(lp)) * 2 * (int64_t)sizeof(REAL);
  if (copies > TREE_BYTES || (w->limits->steps > 0 && steps >= w->limits->steps) ||
      (w->limits->nodes > 0 && nodes >= w->limits->nodes) || ((++w->calls & 15) == 0 && tweed_stopped(w->stop)))
    w->out = true;
  return w->out;
}

/* Scratch for one row or column. */
typedef struct scratch {
  REAL *value;
  int *column;
} scratch;

static bool add_rows(lprec *lp, const tweed_lpp *l, const scratch *s) {
  static const int kind[] = {LE, GE, EQ};
  for (int32_t r = 0; r < l->nrows; r++) {
    const tweed_lpp_row *row = &l->rows[r];
    int32_t end = r + 1 < l->nrows ? l->rows[r + 1].begin : l->nterms;
    double right = (double)row->right;
    for (int32_t k = row->begin; k < end; k++) {
      const tweed_lpp_term *t = &l->terms[k];
      s->value[k - row->begin] = (REAL)t->factor;
      s->column[k - row->begin] = t->var + 1;
      right -= (double)t->factor * (double)l->vars[t->var].low;
    }
    if (!add_constraintex(lp, end - row->begin, s->value, s->column, kind[row->sense], right))
      return false;
  }
  return true;
}

static bool set_columns(lprec *lp, const tweed_lpp *l) {
  for (int32_t v = 0; v < l->nvars; v++) {
    const tweed_lpp_var *var = &l->vars[v];
    if (!set_upbo(lp, v + 1, (REAL)(var->high - var->low)) || !set_int(lp, v + 1, var->integer))
      return false;
  }
  return true;
}

/* The model in lp_solve's form, or NULL when out of memory. */
static lprec *make_model(const tweed_lpp *l) {
  size_t width = (size_t)l->nvars + 1;
  scratch s = {malloc(width * sizeof *s.value), malloc(width * sizeof *s.column)};
  lprec *lp = s.value && s.column ? make_lp(0, l->nvars) : NULL;
  bool good = lp != NULL;
  if (good) {
    set_verbose(lp, NEUTRAL);
    set_minim(lp);
    for (int32_t v = 0; v < l->nvars; v++)
      s.value[v] = (REAL)l->vars[v].cost, s.column[v] = v + 1;
    good = set_add_rowmode(lp, TRUE) && set_obj_fnex(lp, l->nvars, s.value, s.column) && add_rows(lp, l, &s) &&
           set_add_rowmode(lp, FALSE) && set_columns(lp, l);
  }
  free(s.value);
  free(s.column);
  if (!good && lp)
    delete_lp(lp);
  return good ? lp : NULL;
}

/* Two ways that have little in common, so that one checks the other. */
static void set_strategy(lprec *lp, bool second) {
  set_presolve(lp, PRESOLVE_NONE, 0);
  set_bb_depthlimit(lp, 0);
  set_mip_gap(lp, TRUE, 0);
  set_mip_gap(lp, FALSE, 0);
  set_epsint(lp, 1e-7);
  set_scaling(lp, second ? SCALE_NONE : SCALE_GEOMETRIC + SCALE_EQUILIBRATE + SCALE_INTEGERS);
  set_simplextype(lp, SIMPLEX_DUAL_PRIMAL); /* the primal first phase asks for an abort only now and then */
  set_pivoting(lp, PRICER_DEVEX | PRICE_ADAPTIVE);
  set_bb_rule(lp, second ? NODE_FIRSTSELECT : NODE_PSEUDONONINTSELECT);
  set_bb_floorfirst(lp, second ? BRANCH_FLOOR : BRANCH_CEILING);
}

/* Takes over lp_solve's solution if it holds. */
static bool take_solution(lprec *lp, tweed_lpp *l, tweed_lpp_result *result) {
  REAL *found = NULL;
  if (!get_ptr_variables(lp, &found) || !found)
    return false;
  int64_t *value = tweed_arena_array(l->arena, (size_t)l->nvars + 1, sizeof *value);
  l->failed |= !value;
  for (int32_t v = 0; value && v < l->nvars; v++) {
    double x = nearbyint(found[v]);
    if (!(fabs(x) < (double)TWEED_LPP_MOST)) /* not a number, too */
      return false;
    value[v] = (int64_t)x + l->vars[v].low;
  }
  if (!value || !tweed_lpp_holds(l, value, &result->objective))
    return false;
  result->value = value;
  return true;
}

/* One run; counts what it did. */
static tweed_lpp_answer run(tweed_lpp *l, watch *w, bool second, tweed_lpp_result *result) {
  lprec *lp = make_model(l);
  if (!lp)
    return TWEED_LPP_NO_MEMORY;
  set_strategy(lp, second);
  set_break_at_first(lp, w->limits->first);
  put_abortfunc(lp, should_abort, w);
  int code = solve(lp);
  bool found = (code == OPTIMAL || code == SUBOPTIMAL) && take_solution(lp, l, result);
  w->steps += get_total_iter(lp);
  w->nodes += get_total_nodes(lp);
  delete_lp(lp);
  if (l->failed || code == NOMEMORY)
    return TWEED_LPP_NO_MEMORY;
  if (found)
    return code == OPTIMAL && !w->out && !w->limits->first ? TWEED_LPP_OPTIMAL : TWEED_LPP_FEASIBLE;
  return code == INFEASIBLE && !w->out ? TWEED_LPP_INFEASIBLE : TWEED_LPP_UNKNOWN;
}

/* volatile: compilers take out a malloc whose result is not used. */
static bool memory_is_there(const tweed_lpp *l) {
  size_t lines = (size_t)l->nrows + (size_t)l->nvars;
  void *volatile all = malloc(lines * LINE_BYTES + (size_t)l->nterms * TERM_BYTES + SPARE_BYTES);
  free(all);
  return all != NULL;
}

/* Without variables lp_solve has nothing to do. */
static tweed_lpp_answer solve_empty(tweed_lpp *l, tweed_lpp_result *result) {
  static int64_t none;
  bool good = tweed_lpp_holds(l, &none, &result->objective);
  result->value = good ? &none : NULL;
  return good ? TWEED_LPP_OPTIMAL : TWEED_LPP_INFEASIBLE;
}

tweed_lpp_answer tweed_lpp_solve(tweed_lpp *l, const tweed_lpp_limits *limits, tweed_stop *stop,
                                 tweed_lpp_result *result) {
  watch w = {.limits = limits, .stop = stop};
  *result = (tweed_lpp_result){.answer = TWEED_LPP_NO_MEMORY};
  if (l->failed || !memory_is_there(l))
    return result->answer;
  if (l->nvars == 0)
    return result->answer = solve_empty(l, result);
  result->answer = tweed_stopped(stop) ? TWEED_LPP_UNKNOWN : run(l, &w, false, result);
  if (result->answer == TWEED_LPP_INFEASIBLE || (result->answer == TWEED_LPP_UNKNOWN && !w.out)) {
    tweed_lpp_answer again = tweed_stopped(stop) ? TWEED_LPP_UNKNOWN : run(l, &w, true, result);
    bool infeasible = again == TWEED_LPP_INFEASIBLE && result->answer == TWEED_LPP_INFEASIBLE;
    result->answer = again == TWEED_LPP_INFEASIBLE && !infeasible ? TWEED_LPP_UNKNOWN : again;
  }
  result->steps = w.steps;
  result->nodes = w.nodes;
  return result->answer;
}
