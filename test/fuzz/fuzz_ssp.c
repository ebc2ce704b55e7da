/* fuzz_ssp.c: libFuzzer on the reader of SSP text: whatever is accepted is written as YAML and read back. */
#include <stdlib.h>
#include <string.h>
#include <tweed/model.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  tweed_problem *p, *again;
  tweed_error error;
  char *text = NULL;
  if (tweed_problem_parse((const char *)data, size, "fuzz.ssp.mlir", &p, &error)) {
    if (error.status == TWEED_BAD_INPUT && (!error.message[0] || error.line < 1))
      abort();
    return 0;
  }
  if (tweed_problem_print(p, &text, &error) || tweed_problem_parse(text, strlen(text), "again.yaml", &again, &error) ||
      tweed_problem_ops(p) != tweed_problem_ops(again) || tweed_problem_deps(p) != tweed_problem_deps(again))
    abort();
  free(text);
  tweed_problem_free(again);
  tweed_problem_free(p);
  return 0;
}
