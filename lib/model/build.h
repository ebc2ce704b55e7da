/* build.h: what the readers of this room need beyond the public builders. Nobody else includes it. */
#ifndef TWEED_LIB_BUILD_H
#define TWEED_LIB_BUILD_H

#include "model/model.h"

/* The kinds of dependence as files spell them, indexed by tweed_dep_kind. */
extern const char *const tweed_dep_kind_names[TWEED_DEP_ASYNC + 1];

/* A set of names with a number each; names are not copied. NULL-safe to free. */
typedef struct tweed_names tweed_names;
tweed_names *tweed_names_new(void);
void tweed_names_free(tweed_names *names);
int32_t tweed_names_find(const tweed_names *names, const char *name, size_t length); /* number or -1 */
/* TWEED_BAD_INPUT without a message where the name is there already. */
tweed_status tweed_names_add(tweed_names *names, const char *name, size_t length, int32_t number, tweed_error *error);

/* Is it UTF-8 without control characters, and not empty? */
tweed_status tweed_check_name(const char *what, const char *name, tweed_error *error);
/* Is low <= value <= high? */
tweed_status tweed_check_range(const char *what, int64_t value, int64_t low, int64_t high, tweed_error *error);

/* Longest reservation of a unit by one op. */
#define TWEED_MAX_CYCLES 1000000
/* Most groups, and warps in one. */
#define TWEED_MAX_WARPS 1024
/* Most issue slots of a class; above the machine's width they take more than one cycle. */
#define TWEED_MAX_ISSUE 65536

tweed_status tweed_machine_add_cpu(tweed_machine *m, const char *pattern, tweed_error *error);
/* The class holds one of the unit in each of `cycles` cycles. */
tweed_status tweed_machine_add_use_ones(tweed_machine *m, int32_t class_index, int32_t unit, int32_t cycles,
                                        tweed_error *error);
int32_t tweed_machine_file(const tweed_machine *m, const char *name);
/* Compiles the expressions of `match:` that are not compiled yet; frees them; checks an entry of `cpus:`. */
tweed_status tweed_machine_compile(tweed_machine *m, tweed_error *error);
void tweed_machine_forget(tweed_machine *m);
/* The same for matches that have the numbers of their patterns already, counted in order of their first use. */
tweed_status tweed_machine_compile_numbered(tweed_machine *m, tweed_error *error);
tweed_status tweed_check_cpu(const char *pattern, tweed_error *error);

/* tweed_machine_read, but refuses pipes and devices: problem files name machine files. */
tweed_status tweed_machine_read_regular(const char *path, tweed_machine **out, tweed_error *error);

/* What a failed finish is about, so that a reader can name the place; -1 = not about one. */
typedef struct tweed_culprit {
  int32_t op, dep;
} tweed_culprit;
tweed_status tweed_problem_check(tweed_problem *p, tweed_culprit *culprit, tweed_error *error);

/* Finds the order of ops that respects distance 0 (p->topo), or names the ops of a cycle. Needs out/out_begin. */
tweed_status tweed_problem_order(tweed_problem *p, tweed_culprit *culprit, tweed_error *error);

#endif
