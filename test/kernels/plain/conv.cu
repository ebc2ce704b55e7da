/* conv.cu: convolution by 3 x 3 with a border of zeros, in float, as a product of matrices: a row for each pixel of all
 * images, a column for each filter, and along k the taps of a filter, channels innermost. Images are images x height x
 * width x channels, weights 9 x channels x filters; any sizes. */
#include "float_tile.h"

KERNEL __launch_bounds__(THREADS)
    convolution(const float *__restrict__ in, const float *__restrict__ weights, float *__restrict__ out, int images,
                int height, int width, int channels, int filters) {
  __shared__ __attribute__((aligned(16))) float_tile as, bs;
  int row = (int)blockIdx.y * TILE, column = (int)blockIdx.x * TILE, pixels = images * height * width;
  int k = 9 * channels, c = (int)threadIdx.x % DEPTH, first = row + (int)threadIdx.x / DEPTH;
  float sum[4][4] = {};
  for (int at = 0; at < k; at += DEPTH) {
    int tap = (at + c) / channels, channel = (at + c) % channels, dy = tap / 3 - 1, dx = tap % 3 - 1;
#pragma unroll
    for (int i = 0; i < 4; i++) {
      int pixel = first + i * (THREADS / DEPTH), y = pixel / width % height + dy, x = pixel % width + dx;
      bool inside = pixel < pixels && at + c < k && y >= 0 && y < height && x >= 0 && x < width;
      as[c][pixel - row] = inside ? in[(pixel + dy * width + dx) * channels + channel] : 0;
    }
    copy_b(bs, weights, filters, k, column, at);
    __syncthreads();
    multiply(sum, as, bs);
    __syncthreads();
  }
  store(out, sum, pixels, filters, row, column);
}
