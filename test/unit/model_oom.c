/* model_oom.c: makes every allocation fail in turn while a problem is read, solved, verified and written: each time
 * there is an error and no leak, or the work gets done all the same; never a crash. The allocator is replaced for the
 * whole program, the libraries that Tweed uses included. Under a sanitizer, which brings its own, only the work itself
 * is done. */
#define _GNU_SOURCE 1 /* RTLD_NEXT */
#include <assert.h>
#include <dlfcn.h>
#include <regex.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tweed/report.h>
#include <tweed/solve.h>

#if defined(__SANITIZE_ADDRESS__)
#define SANITIZED 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define SANITIZED 1
#endif
#endif

static atomic_long live, made;
static atomic_long fail_at = -1; /* this allocation fails; -1 = none */
static atomic_bool fail_from;    /* and all after it */

#ifndef SANITIZED
#define REPLACES __attribute__((visibility("default"))) /* of the libraries, too */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);
void __libc_free(void *old);

static _Thread_local bool in_regcomp, regcomp_failed, in_lpsolve;

static int fails(void) {
  long number = atomic_fetch_add(&made, 1), at = atomic_load(&fail_at);
  bool failing = at >= 0 && (number == at || (number > at && atomic_load(&fail_from)));
  regcomp_failed = regcomp_failed || (failing && in_regcomp);
  return failing && !in_regcomp && !in_lpsolve;
}

/* lp_solve crashes when an allocation of its own fails. So inside it they all succeed, or it does not start. */
void *__real_make_lp(int rows, int columns);
void *__wrap_make_lp(int rows, int columns);
void __real_delete_lp(void *lp);
void __wrap_delete_lp(void *lp);

void *__wrap_make_lp(int rows, int columns) {
  if (fails())
    return NULL;
  in_lpsolve = true;
  return __real_make_lp(rows, columns);
}

void __wrap_delete_lp(void *lp) {
  __real_delete_lp(lp);
  dlerror(); /* it looks for a BLAS, and the C library keeps the message until it is read */
  dlerror();
  in_lpsolve = false;
}

/* glibc's regcomp leaks when an allocation of its own fails. So inside it they all succeed, and it fails as a whole. */
REPLACES int regcomp(regex_t *re, const char *pattern, int flags) {
  int (*real)(regex_t *, const char *, int);
  *(void **)&real = dlsym(RTLD_NEXT, "regcomp");
  regcomp_failed = false;
  in_regcomp = true;
  int code = real(re, pattern, flags);
  in_regcomp = false;
  if (code != 0 || !regcomp_failed)
    return code;
  regfree(re);
  return REG_ESPACE;
}

REPLACES void *malloc(size_t size) {
  void *result = fails() ? NULL : __libc_malloc(size);
  atomic_fetch_add(&live, result != NULL);
  return result;
}

REPLACES void *calloc(size_t count, size_t size) {
  void *result = fails() ? NULL : __libc_calloc(count, size);
  atomic_fetch_add(&live, result != NULL);
  return result;
}

REPLACES void free(void *old);

REPLACES void *realloc(void *old, size_t size) {
  if (old && size == 0) { /* lp_solve frees like that */
    free(old);
    return NULL;
  }
  void *result = fails() ? NULL : __libc_realloc(old, size);
  atomic_fetch_add(&live, old == NULL && result != NULL);
  return result;
}

REPLACES void free(void *old) {
  atomic_fetch_sub(&live, old != NULL);
  __libc_free(old);
}
#endif

static const char yaml[] =
    "problem: p\n"
    "objective: {resource: 1, communication: 0.5}\n"
    "machine:\n"
    "  machine: m\n"
    "  units: {A: 1, B: 2}\n"
    "  issue: 2\n"
    "  registers: {int: 8}\n"
    "  classes: {a: {latency: 2, uses: {A: [1]}, file: int}, b: {latency: 1, uses: {B: [1, 2]}}}\n"
    "  memories: {smem: 1024}\n"
    "  warps: {groups: 2, sizes: [1, 4]}\n"
    "  match: [{llvm: \"fadd\", type: \"float\", class: a}]\n"
    "  cpus: [\"x86.* generic\"]\n"
    "ops:\n"
    "  - {name: u, class: a, bytes: {smem: 4}, where: \"f.c:1:2\"}\n"
    "  - {name: v, class: b}\n"
    "  - {name: w, class: a, amount: 1}\n"
    "deps:\n"
    "  - {from: u, to: v, bytes: 4}\n"
    "  - {from: v, to: w}\n"
    "  - {from: w, to: u, distance: 1}\n";

static const char ssp[] =
    "ssp.instance @p of \"ModuloProblem\" {\n"
    "  library { operator_type @a [latency<1>, limit<1>] }\n"
    "  resource { resource_type @r [limit<2>] }\n"
    "  graph { %0 = operation<@a> @x(%0 [dist<1>], @y [dist<1>]) uses[@r]\n operation<@a> @y(%0) }\n"
    "}\n";

/* The formats, into a sink: what fmemopen and open_memstream do when memory is short is not Tweed's business. */
static tweed_status write_all(const tweed_problem *p, const tweed_schedule *s, tweed_error *error) {
  FILE *sink = fopen("/dev/null", "w");
  if (!sink)
    return TWEED_NO_MEMORY;
  tweed_status status = tweed_schedule_write(p, s, sink, error);
  const char *format;
  for (size_t i = 0; !status && (format = tweed_report_format(i, NULL)); i++)
    if (strcmp(format, "cuda") != 0 || tweed_schedule_joint(s))
      status = tweed_report(p, s, format, sink, error);
  if (!status)
    status = tweed_problem_write(p, sink, error);
  fclose(sink);
  return status;
}

static tweed_status work(const char *text, const char *solver, tweed_error *error) {
  tweed_problem *p, *random = NULL;
  tweed_schedule *s = NULL, *again = NULL;
  tweed_solve_options options;
  tweed_solve_options_default(&options);
  options.threads = 1;
  options.solver = solver;
  if (strcmp(solver, "normalized") == 0) {
    options.solver = "ims";
    options.normalize = text == yaml ? 8 : 7; /* less than the costs add up to */
  }
  tweed_status status = tweed_problem_parse(text, strlen(text), "text", &p, error);
  if (status)
    return status;
  status = tweed_solve(p, &options, &s, error);
  if (!status)
    status = tweed_verify(p, s, error);
  if (!status)
    status = write_all(p, s, error);
  static const char json[] = "{\"ii\": 9, \"solver\": \"hand\", \"joint\": true, \"why\": [\"a\", \"b\"], \"ops\": "
                             "[{\"name\": \"u\", \"start\": 0},"
                             " {\"name\": \"v\", \"start\": 2, \"role\": 1}, {\"name\": \"w\", \"start\": 3}]}";
  if (!status && text == yaml)
    status = tweed_schedule_parse(p, json, strlen(json), "json", &again, error);
  if (!status && again)
    status = tweed_verify(p, again, error);
  if (!status && again)
    status = write_all(p, again, error);
  if (!status && again && tweed_schedule_memory(p, again, 0) < 0)
    status = TWEED_NO_MEMORY;
  tweed_random_options wanted;
  tweed_random_options_default(&wanted);
  if (!status)
    status = tweed_problem_random(&wanted, &random, error);
  tweed_problem_free(random);
  tweed_schedule_free(again);
  tweed_schedule_free(s);
  tweed_problem_free(p);
  return status;
}

/* One run in which allocation number `at` fails. Solvers may give up a step for lack of memory and still answer. */
static void run(const char *text, const char *solver, long at, bool all_after) {
  tweed_error error = {.status = TWEED_OK};
  long before = atomic_load(&live);
  atomic_store(&made, 0);
  atomic_store(&fail_from, all_after);
  atomic_store(&fail_at, at);
  tweed_status status = work(text, solver, &error);
  atomic_store(&fail_at, -1);
  long leaked = atomic_load(&live) - before;
  if (leaked != 0 || (status != TWEED_OK && status != TWEED_NO_MEMORY) || (all_after && status == TWEED_OK)) {
    fprintf(stderr, "allocation %ld%s: %s (%s), %ld leaked\n", at, all_after ? " and all after it" : "",
            tweed_status_name(status), error.message, leaked);
    exit(1);
  }
}

static void every_allocation(const char *name, const char *text, const char *solver) {
  tweed_error error;
  assert(work(text, solver, &error) == TWEED_OK); /* what libraries keep for good is allocated here */
  long before = atomic_load(&live);
  atomic_store(&made, 0);
  assert(work(text, solver, &error) == TWEED_OK);
  long count = atomic_load(&made);
  if (atomic_load(&live) != before) {
    fprintf(stderr, "%ld leaked when nothing fails\n", atomic_load(&live) - before);
    exit(1);
  }
  for (long at = 0; at < count; at++) {
    run(text, solver, at, false);
    run(text, solver, at, true);
  }
  printf("%s, %s: %ld allocations, each failed in turn\n", name, solver, count);
}

int main(void) {
  static const char *const solvers[] = {"auto", "list", "ims", "ims-restart", "ilp", "normalized"};
  for (size_t i = 0; i < sizeof solvers / sizeof *solvers; i++) {
    every_allocation("yaml", yaml, solvers[i]);
    every_allocation("ssp", ssp, solvers[i]);
  }
  return 0;
}
