/* fuzz_problem.c: libFuzzer on the YAML reader: whatever is accepted is written and read back to the same text. */
#include <stdlib.h>
#include <string.h>
#include <tweed/model.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
  tweed_problem *p, *again;
  tweed_error error;
  char *text = NULL, *twice = NULL;
  if (tweed_problem_parse((const char *)data, size, "fuzz.yaml", &p, &error)) {
    if (error.status == TWEED_BAD_INPUT && (!error.message[0] || error.line < 1))
      abort(); /* an error without a place */
    return 0;
  }
  if (tweed_problem_print(p, &text, &error) || tweed_problem_parse(text, strlen(text), "again.yaml", &again, &error) ||
      tweed_problem_print(again, &twice, &error) || strcmp(text, twice) != 0)
    abort();
  free(text);
  free(twice);
  tweed_problem_free(again);
  tweed_problem_free(p);
  return 0;
}
