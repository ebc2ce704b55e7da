/* modulo.c: all modulo problems of a list by gaus with many restarts each, in one run, as a table in Markdown.
 *
 *   modulo cpu|gpu RESTARTS SECONDS PROBLEM...     SECONDS: the limit for each */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <tweed/solve.h>

#include "device.h"

typedef struct totals {
  int problems, verified, at_mii, on_gpu;
  int64_t above, live; /* sum of II - MII, of the largest numbers of live registers */
} totals;

/* Any note that the GPU ran it to the end. */
static bool ran_on_gpu(const tweed_schedule *s) {
  const char *note;
  bool ran = false;
  for (int32_t i = 0; (note = tweed_schedule_note(s, i)); i++)
    ran = strstr(note, "ran on a GPU") ? true : strstr(note, "the GPU failed") ? false : ran;
  return ran;
}

static void solve(const char *path, const tweed_solve_options *options, totals *sum) {
  tweed_problem *p = NULL;
  tweed_schedule *s = NULL;
  tweed_error error = {0};
  tweed_status status = tweed_problem_read(path, &p, &error);
  status = status == TWEED_OK ? tweed_solve(p, options, &s, &error) : status;
  sum->problems++;
  if (status == TWEED_OK && tweed_verify(p, s, &error) == TWEED_OK) {
    sum->verified++;
    sum->at_mii += tweed_schedule_ii(s) == tweed_schedule_mii(s);
    sum->above += tweed_schedule_ii(s) - tweed_schedule_mii(s);
    sum->live += tweed_schedule_max_live(p, s, -1);
    sum->on_gpu += ran_on_gpu(s);
  } else {
    fprintf(stderr, "modulo: %s: %s\n", path, error.message);
  }
  tweed_schedule_free(s);
  tweed_problem_free(p);
}

int main(int argc, char **argv) {
  if (argc < 5 || (strcmp(argv[1], "cpu") != 0 && strcmp(argv[1], "gpu") != 0)) {
    fprintf(stderr, "usage: modulo cpu|gpu RESTARTS SECONDS PROBLEM...\n");
    return 2;
  }
  tweed_solve_options options;
  tweed_solve_options_default(&options);
  options.solver = "gaus";
  options.device = *argv[1] == 'g' ? TWEED_DEVICE_GPU : TWEED_DEVICE_CPU;
  options.restarts = (int32_t)strtol(argv[2], NULL, 10);
  options.time_limit = strtod(argv[3], NULL);
  tweed_cuda_device *device = NULL; /* held for the run, so that its context is made once */
  tweed_error error = {0};
  if (options.device == TWEED_DEVICE_GPU && tweed_cuda_open(NULL, NULL, &device, &error) != TWEED_OK) {
    fprintf(stderr, "modulo: %s\n", error.message);
    return 1;
  }
  totals sum = {0};
  double began = tweed_clock();
  for (int k = 4; k < argc; k++)
    solve(argv[k], &options, &sum);
  double took = tweed_clock() - began;
  tweed_cuda_close(device);
  printf("| %s | %d | %.1f | %d | %d | %d | %d | %lld | %lld | %.1f |\n", argv[1], (int)options.restarts,
         options.time_limit, sum.problems, sum.on_gpu, sum.verified, sum.at_mii, (long long)sum.above,
         (long long)sum.live, took);
  return sum.verified == sum.problems ? 0 : 1;
}
