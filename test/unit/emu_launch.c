/* emu_launch.c: launch lines, right and wrong; runs through the API with a kernel in C, on coroutines and on OS
 * threads. */
#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <tweed/emu.h>

#include "emu/device.h"

/* ---- a kernel: out[i] = sum over the block of in, by a barrier and shared memory ---- */

static const tweed_emu_place places[] = {
    {"k.cu", "sum", "bar.sync", 3, 1}, {"k.cu", "sum", "load", 4, 1}, {"k.cu", "sum", "store", 2, 1}};

static void sum(void *const *arguments) {
  const int *in = *(int *const *)arguments[0];
  int *out = *(int *const *)arguments[1], mode = *(const int *)arguments[2], total = 0;
  uint32_t me = tweed_emu_sreg(TWEED_EMU_TID), threads = tweed_emu_sreg(TWEED_EMU_NTID);
  uint32_t first = tweed_emu_sreg(TWEED_EMU_CTAID) * threads;
  int *shared = tweed_emu_shared(0);
  if (mode != 2) {
    tweed_emu_check_store(&places[2], shared + me, sizeof *shared, 4);
    shared[me] = in[first + me];
  }
  if (mode == 1 && me >= 32)
    return;
  tweed_emu_bar_sync(&places[0], 1, mode == 3 ? 17 : 0, mode == 1 ? 64 : 0);
  for (uint32_t i = 0; i < threads; i++) {
    uint32_t at = mode == 4 ? i + 1 : i;
    tweed_emu_check_load(&places[1], shared + at, sizeof *shared, 4);
    total += shared[at];
  }
  out[first + me] = total;
}

static const tweed_emu_param params[] = {{TWEED_EMU_POINTER, 8, 8}, {TWEED_EMU_POINTER, 8, 8}, {TWEED_EMU_I32, 4, 4}};
static const tweed_emu_kernel kernels[] = {{"_Z3sumPKiPii", sum, params, 3, 256, 0, 0, NULL, 0},
                                           {"other", sum, params, 3, 256, 64, 0, NULL, 0}};
static const tweed_emu_module module = {TWEED_EMU_ABI, 2, 0, kernels, NULL};

static tweed_emu_launch *parse(const char *line) {
  tweed_emu_launch *launch;
  tweed_error error;
  tweed_status status = tweed_emu_launch_parse(&module, line, 1, &launch, &error);
  if (status != TWEED_OK)
    fprintf(stderr, "%s: %s\n", line, error.message);
  assert(status == TWEED_OK);
  return launch;
}

static void test_results(bool os_threads) {
  tweed_emu_launch *launch = parse("sum<<<2, (8,8)>>>(i32[128]=range, out i32[128], 0)");
  assert(strcmp(tweed_emu_launch_kernel(launch)->name, "_Z3sumPKiPii") == 0);
  for (uint64_t seed = 0; seed < 10; seed++) {
    tweed_emu_options options = {.seed = seed, .os_threads = os_threads};
    tweed_emu_verdict verdict;
    tweed_error error;
    tweed_emu_launch_reset(launch);
    assert(tweed_emu_run(launch, &options, &verdict, &error) == TWEED_OK);
    assert(verdict.fault == TWEED_EMU_CLEAN && !verdict.text[0]);
    assert(tweed_emu_launch_outputs(launch) == 1);
    tweed_emu_output out = tweed_emu_launch_output(launch, 0);
    const int *values = out.data;
    assert(out.argument == 1 && out.type == TWEED_EMU_I32 && out.count == 128);
    for (int i = 0; i < 128; i++) /* threadIdx.x goes to 7 only: eight threads each write the same */
      assert(values[i] == (i < 8 ? 0 + 1 + 2 + 3 + 4 + 5 + 6 + 7 : i < 16 ? 8 * 8 + 28 : 0));
  }
  tweed_emu_launch_free(launch);
}

static void test_fault(int mode, tweed_emu_fault fault, const char *text) {
  char line[128];
  snprintf(line, sizeof line, "sum<<<1,64>>>(i32[64]=range, out i32[64], %d)", mode);
  tweed_emu_launch *launch = parse(line);
  for (uint64_t seed = 0; seed < 3; seed++) {
    tweed_emu_options options = {.seed = seed, .os_threads = seed == 2};
    tweed_emu_verdict verdict;
    tweed_error error;
    assert(tweed_emu_run(launch, &options, &verdict, &error) == TWEED_OK);
    if (verdict.fault != fault || !strstr(verdict.text, text))
      fprintf(stderr, "mode %d: %s\n", mode, verdict.text);
    assert(verdict.fault == fault && strstr(verdict.text, text) &&
           strstr(verdict.text, "kernel _Z3sumPKiPii, block (0,0,0)"));
  }
  tweed_emu_launch_free(launch);
}

static void test_wrong(const char *line, int column, const char *text) {
  tweed_emu_launch *launch = NULL;
  tweed_error error;
  tweed_status status = tweed_emu_launch_parse(&module, line, 1, &launch, &error);
  if (status == TWEED_OK || (column && error.column != column) || !strstr(error.message, text))
    fprintf(stderr, "%s: %d: %s\n", line, error.column, error.message);
  assert(status != TWEED_OK && !launch && (!column || error.column == column) && strstr(error.message, text));
}

static void test_lines(void) {
  tweed_emu_launch_free(parse(" other <<< ( 1 , 2 , 3 ) , 32 , 100 >>> ( f16[4] , inout bf16[4]=random,0x10 ) "));
  test_wrong("", 1, "the name of a kernel is needed");
  test_wrong("nothing<<<1,1>>>()", 0, "there is no kernel 'nothing' (there are: _Z3sumPKiPii, other)");
  test_wrong("sum<<1,1>>>()", 4, "'<<<' is needed");
  test_wrong("sum<<<a,1>>>()", 7, "a number, (X,Y) or (X,Y,Z)");
  test_wrong("sum<<<(1,2,1>>>()", 13, "')' is needed");
  test_wrong("sum<<<1>>>()", 8, "the size of a block");
  test_wrong("sum<<<1,1,x>>>()", 11, "bytes of shared memory");
  test_wrong("sum<<<1,1>>>", 13, "'(' is needed");
  test_wrong("sum<<<1,1>>>(i32[4]=orange)", 0, "cannot read");
  test_wrong("sum<<<1,1>>>(i32 4)", 18, "[COUNT] is needed");
  test_wrong("sum<<<1,1>>>(out 4)", 18, "TYPE[COUNT] is needed");
  test_wrong("sum<<<1,1>>>(i32[4], i32[4], 1.5)", 30, "a whole number is needed");
  test_wrong("sum<<<1,1>>>(i32[4], i32[4], 1, 2)", 0, "has only 3 parameters");
  test_wrong("sum<<<1,1>>>(i32[4], i32[4], 1) x", 33, "nothing more");
}

static void test_refused(const char *line, const char *text) {
  tweed_emu_launch *launch = parse(line);
  tweed_emu_verdict verdict;
  tweed_error error;
  assert(tweed_emu_run(launch, NULL, &verdict, &error) == TWEED_BAD_INPUT && strstr(error.message, text));
  tweed_emu_launch_free(launch);
}

int main(void) {
  test_lines();
  test_results(false);
  test_results(true);
  test_fault(1, TWEED_EMU_DEADLOCK, "threads 0 to 31 wait at k.cu:3:1 (bar.sync) for barrier 0, phase 0: 32 of 64");
  test_fault(2, TWEED_EMU_UNINITIALIZED, "k.cu:4:1 (load): error: read of shared memory that nobody wrote");
  test_fault(3, TWEED_EMU_MISUSE, "barrier 17, but there are only 0 to 15");
  test_fault(4, TWEED_EMU_BOUNDS, "k.cu:4:1 (load): error: read of 4 bytes at shared address 1280");
  test_refused("sum<<<1,64>>>(i32[64], i32[64])", "has 3 parameters, but 2 arguments");
  test_refused("other<<<1,65>>>(i32[64], i32[64], 0)", "at most 64");
  test_refused("sum<<<1,(64,32)>>>(i32[64], i32[64], 0)", "2048 threads is too large");
  test_refused("sum<<<1,64,300000>>>(i32[64], i32[64], 0)", "bytes of shared memory, a block has at most");
  return 0;
}
