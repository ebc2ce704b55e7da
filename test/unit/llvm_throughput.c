/* llvm_throughput.c: mean value analysis of customers at a unit, against what is known without it. */
#include "llvm/nvptx/throughput.h"
#include <assert.h>
#include <math.h>
#include <stdio.h>

static int near(double a, double b) {
  return fabs(a - b) <= 1e-9 * (1 + fabs(b));
}

/* The closed form for exponential times: a machine repairman's queue (M/M/1//N), by the probabilities of its states. */
static double repairman(int customers, double service, double think) {
  double weight = 1, sum = 1;
  for (int n = 1; n <= customers; n++) {
    weight *= (customers - n + 1) * service / think;
    sum += weight;
  }
  return service / (1 - 1 / sum);
}

int main(void) {
  for (int n = 1; n <= 16; n++)
    for (int s = 1; s <= 1000; s += 111)
      for (int z = 1; z <= 3000; z += 333) {
        double interval = tw_interval(n, s, z);
        assert(near(interval, repairman(n, s, z)));
        /* No faster than the unit, nor than all waits at once; one more customer never makes it slower. */
        assert(interval >= s - 1e-9 && interval * n >= s + z - 1e-9);
        assert(tw_interval(n + 1, s, z) <= interval + 1e-9);
      }
  assert(near(tw_interval(1, 100, 50), 150));
  assert(near(tw_interval(7, 100, 0), 100));
  puts("ok");
  return 0;
}
