/* main.c: what `tweed emulate` links emulated modules to: runs a launch over seeds, prints checksums, compares two
 * modules. Not for use by hand: `tweed emulate` has the options and explains them.
 *
 *   runner LINE SEEDS FIRST-SEED TOLERANCE os|co PREFIX [DATA-SEED TIME-LIMIT PLAN STACK]     exit status as of tweed
 */
#include "crash.h"
#include "watchdog.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

extern const tweed_emu_module tweed_emu_module_first;
extern const tweed_emu_module tweed_emu_module_second __attribute__((weak));

/* ThreadSanitizer asks for this when it starts. exitcode: of its own end; main leaves with a status of ours. */
const char *__tsan_default_options(void);
const char *__tsan_default_options(void) {
  return "exitcode=3:report_thread_leaks=0:report_signal_unsafe=0:print_full_thread_history=0:"
         "handle_segv=0:handle_sigbus=0:handle_sigfpe=0:handle_sigill=0";
}

enum { GOOD = 0, BAD = 1, USAGE = 2 };

static int fail(const tweed_error *error) {
  char text[1024];
  fprintf(stderr, "tweed: %s\n", tweed_error_format(error, text, sizeof text));
  return error->status == TWEED_BAD_INPUT || error->status == TWEED_IO ? USAGE : 3;
}

typedef struct job {
  const char *line, *prefix, *plan; /* prefix: of files for the outputs; plan: a folder; or "" */
  uint64_t seeds, first_seed, data_seed;
  double tolerance, time_limit; /* seconds for a run; 0: none */
  tweed_emu_options options;
  tweed_emu_launch *one, *other; /* other: NULL where there is nothing to compare with */
} job;

static int run(const job *j, tweed_emu_launch *launch, uint64_t seed) {
  tweed_emu_options options = j->options;
  options.seed = seed;
  tweed_emu_verdict verdict;
  tweed_error error;
  tweed_emu_launch_reset(launch);
  watchdog dog;
  watchdog_start(&dog, launch, seed, j->time_limit);
  crash_expect(launch, seed);
  tweed_status status = tweed_emu_run(launch, &options, &verdict, &error);
  crash_expect(NULL, 0);
  watchdog_stop(&dog);
  if (status != TWEED_OK)
    return fail(&error);
  if (verdict.fault == TWEED_EMU_CLEAN)
    return GOOD;
  fprintf(stderr, "%s\ntweed: %s, seed %llu\n", verdict.text, tweed_emu_fault_name(verdict.fault),
          (unsigned long long)seed);
  return BAD;
}

/* The first output that differs by more than is allowed ends the comparison. */
static int compare(const job *j, const tweed_emu_launch *a, const tweed_emu_launch *b, uint64_t seed,
                   const char *what) {
  for (size_t i = 0; i < tweed_emu_launch_outputs(a); i++) {
    tweed_emu_output x = tweed_emu_launch_output(a, i), y = tweed_emu_launch_output(b, i);
    size_t at;
    double by = tweed_emu_difference(&x, &y, &at);
    if (by <= j->tolerance)
      continue;
    fprintf(stderr, "tweed: argument %u %s: element %zu differs by %g, %g is allowed, seed %llu\n", x.argument + 1,
            what, at, by, j->tolerance, (unsigned long long)seed);
    return BAD;
  }
  return GOOD;
}

static void print_checksums(const tweed_emu_launch *launch) {
  for (size_t i = 0; i < tweed_emu_launch_outputs(launch); i++) {
    tweed_emu_output o = tweed_emu_launch_output(launch, i);
    printf("argument %u: %s[%zu] %016llx\n", o.argument + 1, tweed_emu_type_name(o.type), o.count,
           (unsigned long long)tweed_emu_checksum(&o));
  }
}

/* Raw bytes, for other programs. */
static int write_outputs(const job *j, const tweed_emu_launch *launch) {
  for (size_t i = 0; *j->prefix && i < tweed_emu_launch_outputs(launch); i++) {
    tweed_emu_output o = tweed_emu_launch_output(launch, i);
    char path[1100];
    snprintf(path, sizeof path, "%.1000s.%u", j->prefix, o.argument + 1);
    FILE *file = fopen(path, "wb");
    bool good = file && fwrite(o.data, o.size, 1, file) == 1;
    if ((file && fclose(file) != 0) || !good) {
      fprintf(stderr, "tweed: cannot write %s\n", path);
      return USAGE;
    }
  }
  return GOOD;
}

/* Outputs of every seed against those of the first; of the other module against those of the same seed. */
static int run_all(const job *j) {
  tweed_emu_launch *first = NULL;
  tweed_error error;
  tweed_status made = tweed_emu_launch_parse(&tweed_emu_module_first, j->line, j->data_seed, &first, &error);
  int status = made == TWEED_OK ? run(j, first, j->first_seed) : fail(&error);
  if (status == GOOD) {
    print_checksums(first);
    status = write_outputs(j, first);
  }
  for (uint64_t s = j->first_seed; status == GOOD && s < j->first_seed + j->seeds; s++) {
    if (s != j->first_seed) {
      status = run(j, j->one, s);
      if (status == GOOD)
        status = compare(j, first, j->one, s, "depends on the order of threads");
    }
    if (status == GOOD && j->other)
      status = run(j, j->other, s);
    if (status == GOOD && j->other)
      status = compare(j, first, j->other, s, "of the other module");
  }
  if (status == GOOD && j->seeds > 1)
    printf("%llu seeds: clean%s\n", (unsigned long long)j->seeds, j->other ? ", and both modules agree" : "");
  tweed_emu_launch_free(first);
  return status;
}

static tweed_status parse(job *j, tweed_error *error) {
  tweed_status status = tweed_emu_launch_parse(&tweed_emu_module_first, j->line, j->data_seed, &j->one, error);
  if (status == TWEED_OK && &tweed_emu_module_second)
    status = tweed_emu_launch_parse(&tweed_emu_module_second, j->line, j->data_seed, &j->other, error);
  if (status == TWEED_OK && *j->plan)
    status = tweed_emu_launch_plan(j->one, j->plan, error);
  return status;
}

int main(int argc, char **argv) {
  if (argc != 7 && argc != 11)
    return USAGE;
  job j = {.line = argv[1],
           .prefix = argv[6],
           .plan = "",
           .seeds = strtoull(argv[2], NULL, 10),
           .first_seed = strtoull(argv[3], NULL, 10),
           .data_seed = 1,
           .tolerance = strtod(argv[4], NULL),
           .options = {.os_threads = strcmp(argv[5], "os") == 0}};
  if (argc == 11) {
    j.data_seed = strtoull(argv[7], NULL, 10);
    j.time_limit = strtod(argv[8], NULL);
    j.plan = argv[9];
    j.options.stack_size = (uint32_t)strtoul(argv[10], NULL, 10) * 1024;
  }
  tweed_error error;
  crash_catch();
  int result = parse(&j, &error) != TWEED_OK ? fail(&error) : *j.plan ? GOOD : run_all(&j);
  tweed_emu_launch_free(j.one);
  tweed_emu_launch_free(j.other);
  fflush(stdout);
  _exit(result); /* what ThreadSanitizer does at exit would change the status of a race */
}
