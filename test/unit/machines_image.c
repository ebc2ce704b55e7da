/* Each shipped machine is the same whether it comes from its image or from its text: as a whole when printed, and in
 * the class that it gives each operation. */
#include "model/model.h"
#include "model/shipped.h"
#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A problem with every class of the machine, which is printed with it. */
static char *print(tweed_machine *m) {
  tweed_problem *p;
  char *text;
  assert(tweed_problem_new("all", m, &p, NULL) == TWEED_OK);
  for (int32_t i = 0; i < m->nclasses; i++)
    assert(tweed_problem_add_op(p, m->classes[i].name, i, -1, NULL, NULL) == TWEED_OK);
  assert(tweed_problem_finish(p, NULL) == TWEED_OK);
  assert(tweed_problem_print(p, &text, NULL) == TWEED_OK);
  tweed_problem_free(p);
  return text;
}

/* The text as a problem's machine in line, since machines are parsed from files only. */
static tweed_machine *parse(const char *text) {
  FILE *f = fopen("machines_image.yaml", "w");
  tweed_machine *m;
  assert(f && fputs(text, f) >= 0 && fclose(f) == 0);
  assert(tweed_machine_read("machines_image.yaml", &m, NULL) == TWEED_OK);
  remove("machines_image.yaml");
  return m;
}

static void compare_matches(const tweed_machine *a, const tweed_machine *b) {
  assert(a->nmatches == b->nmatches && a->npatterns == b->npatterns && a->ncompiled == b->ncompiled);
  for (int32_t i = 0; i < a->npatterns; i++)
    assert(strcmp(a->patterns[i]->text, b->patterns[i]->text) == 0 && a->patterns[i]->words == b->patterns[i]->words);
  static const char *const asked[][2] = {
      {"add", "i32"}, {"fmul", "<4 x float>"}, {"load", "double"}, {"call llvm.fma", "float"}, {"sext", "i8 to i32"}};
  for (size_t i = 0; i < sizeof asked / sizeof *asked; i++)
    assert(tweed_machine_match(a, asked[i][0], asked[i][1]) == tweed_machine_match(b, asked[i][0], asked[i][1]));
}

int main(void) {
  const char *name, *text;
  size_t count = 0;
  for (; (name = tweed_machine_shipped_name(count, &text)); count++) {
    tweed_machine *image, *parsed = parse(text);
    assert(tweed_machine_shipped(name, &image, NULL) == TWEED_OK);
    assert(image->shipped && image->units == tweed_shipped_images[count]->units);
    compare_matches(image, parsed);
    image->shipped = false; /* so that it is printed in full */
    char *a = print(image), *b = print(parsed);
    if (strcmp(a, b) != 0)
      fprintf(stderr, "%s\n---- image above, file below ----\n%s", a, b);
    assert(strcmp(a, b) == 0);
    free(a), free(b);
    tweed_machine_free(image), tweed_machine_free(parsed);
  }
  assert(count >= 5 && !tweed_shipped_images[count]);
  return 0;
}
