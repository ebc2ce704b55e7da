/* throughput.c: mean value analysis. */
#include "llvm/nvptx/throughput.h"

double tw_interval(int32_t customers, double service, double think) {
  double queue = 0, interval = service + think;
  for (int32_t n = 1; n <= customers; n++) {
    double stay = service * (1 + queue);
    interval = (think + stay) / n;
    queue = interval > 0 ? stay / interval : 0;
  }
  return interval;
}
