/* line.c: reads launches that are written as text, see tweed/emu.h. */
#include "emu/contract.h"
#include "emu/emu.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

typedef struct reader {
  const char *text, *at;
  const tweed_emu_module *module;
  tweed_emu_launch *launch;
  uint64_t seed;
  tweed_error *error;
} reader;

static tweed_status wrong(const reader *r, const char *want) {
  return tweed_fail_at(r->error, TWEED_BAD_INPUT, "launch", 1, (int)(r->at - r->text) + 1, "", "%s, not '%.40s'", want,
                       *r->at ? r->at : "the end");
}

static void skip(reader *r) {
  while (isspace((unsigned char)*r->at))
    r->at++;
}

static bool eat(reader *r, const char *text) {
  skip(r);
  size_t n = strlen(text);
  if (strncmp(r->at, text, n) != 0)
    return false;
  r->at += n;
  return true;
}

/* A word, which must not be the beginning of a longer one. */
static bool eat_word(reader *r, const char *word) {
  skip(r);
  size_t n = strlen(word);
  if (strncmp(r->at, word, n) != 0 || isalnum((unsigned char)r->at[n]) || r->at[n] == '_')
    return false;
  r->at += n;
  return true;
}

static bool read_count(reader *r, uint64_t most, uint64_t *out) {
  skip(r);
  if (!isdigit((unsigned char)*r->at))
    return false;
  char *end;
  errno = 0;
  unsigned long long n = strtoull(r->at, &end, 10);
  if (errno || n > most)
    return false;
  r->at = end;
  *out = n;
  return true;
}

static tweed_status read_size(reader *r, uint32_t size[3]) {
  size[0] = size[1] = size[2] = 1;
  bool several = eat(r, "(");
  for (int i = 0; i < 3; i++) {
    uint64_t n;
    if (!read_count(r, INT32_MAX, &n))
      return wrong(r, "a number, (X,Y) or (X,Y,Z) is needed here");
    size[i] = (uint32_t)n;
    if (!several || !eat(r, ","))
      break;
  }
  return several && !eat(r, ")") ? wrong(r, "')' is needed here") : TWEED_OK;
}

/* KERNEL<<<GRID, BLOCK, BYTES>>> */
static tweed_status read_head(reader *r) {
  skip(r);
  const char *start = r->at;
  while (isalnum((unsigned char)*r->at) || *r->at == '_' || *r->at == '$' || *r->at == '.')
    r->at++;
  char name[512];
  size_t length = (size_t)(r->at - start);
  if (length == 0 || length >= sizeof name)
    return wrong(r, "the name of a kernel is needed here");
  memcpy(name, start, length);
  name[length] = 0;
  tweed_status status = tweed_emu_launch_new(r->module, name, &r->launch, r->error);
  if (status != TWEED_OK)
    return status;
  uint32_t *grid = r->launch->grid, *block = r->launch->block;
  if (!eat(r, "<<<"))
    return wrong(r, "'<<<' is needed here");
  if ((status = read_size(r, grid)) != TWEED_OK)
    return status;
  if (!eat(r, ","))
    return wrong(r, "',' and the size of a block are needed here");
  if ((status = read_size(r, block)) != TWEED_OK)
    return status;
  uint64_t bytes = 0;
  if (eat(r, ",") && !read_count(r, UINT32_MAX, &bytes))
    return wrong(r, "bytes of shared memory are needed here");
  r->launch->shared = r->launch->line_shared = (uint32_t)bytes;
  memcpy(r->launch->line_block, block, sizeof r->launch->line_block);
  return eat(r, ">>>") ? TWEED_OK : wrong(r, "'>>>' is needed here");
}

/* ---- buffers ---- */

static tweed_status read_file(reader *r, const char *path, emu_buffer *b) {
  FILE *file = fopen(path, "rb");
  if (!file)
    return tweed_fail_at(r->error, TWEED_IO, path, 0, 0, "", "cannot read: %s", strerror(errno));
  size_t n = fread(b->data, 1, b->size, file);
  bool more = n == b->size && fgetc(file) != EOF;
  fclose(file);
  if (n != b->size || more)
    return tweed_fail_at(r->error, TWEED_BAD_INPUT, path, 0, 0, "", "has %s than the %zu bytes of the buffer",
                         more ? "more" : "less", b->size);
  return TWEED_OK;
}

static tweed_status read_values(reader *r, emu_buffer *b, size_t count) {
  if (!eat(r, "=") || eat_word(r, "zero"))
    return TWEED_OK;
  if (eat_word(r, "random")) {
    emu_fill_random(b->type, r->seed, b->argument, count, b->data);
    return TWEED_OK;
  }
  if (eat_word(r, "range")) {
    emu_fill_range(b->type, count, b->data);
    return TWEED_OK;
  }
  skip(r);
  char path[1024];
  size_t length = strcspn(r->at, ",)");
  if (length == 0 || length >= sizeof path)
    return wrong(r, "zero, random, range or a file is needed here");
  memcpy(path, r->at, length);
  path[length] = 0;
  r->at += length;
  return read_file(r, path, b);
}

enum { GUARD = 256 }; /* bytes between buffers, so that an access just outside lies in none */

/* A buffer for the next argument, which is still to be added. */
static tweed_status read_data(reader *r, tweed_emu_type type, bool is_output, emu_buffer **out) {
  uint64_t count;
  if (!eat(r, "[") || !read_count(r, (uint64_t)1 << 32, &count) || !eat(r, "]"))
    return wrong(r, "[COUNT] is needed here");
  size_t size = (size_t)count * emu_type_size(type);
  unsigned char *room = tweed_arena_alloc(r->launch->arena, 2 * size + 3 * GUARD);
  if (!room)
    return tweed_no_memory(r->error);
  room += GUARD - (uintptr_t)room % GUARD;
  tweed_emu_launch *l = r->launch;
  if (l->argument_count >= l->kernel->param_count || l->argument_count >= EMU_MAX_ARGUMENTS)
    return tweed_fail(r->error, TWEED_BAD_INPUT, "kernel %.80s has only %u parameters", l->kernel->name,
                      l->kernel->param_count);
  emu_buffer *b = *out = &l->buffers[l->buffer_count++];
  *b = (emu_buffer){.data = room, .size = size, .argument = l->argument_count, .type = type, .is_output = is_output};
  tweed_status status = read_values(r, b, (size_t)count);
  b->first = room + size + GUARD;
  memcpy(b->first, b->data, size);
  return status;
}

static tweed_status read_buffer(reader *r, tweed_emu_type type, bool is_output) {
  emu_buffer *b;
  tweed_status status = read_data(r, type, is_output, &b);
  return status != TWEED_OK ? status : tweed_emu_launch_value(r->launch, &b->data, sizeof b->data, r->error);
}

/* ---- tensor maps ---- */

/* A type, with out or inout before it. */
static bool read_type(reader *r, tweed_emu_type *type, bool *is_output) {
  *is_output = eat_word(r, "out") || eat_word(r, "inout");
  for (int t = TWEED_EMU_I8; t <= TWEED_EMU_F64; t++)
    if (eat_word(r, tweed_emu_type_name((tweed_emu_type)t))) {
      *type = (tweed_emu_type)t;
      return true;
    }
  return false;
}

/* [A,B,…]; returns how many, 0: it is something else. */
static uint32_t read_extents(reader *r, uint64_t extents[TWEED_EMU_TENSOR_RANK]) {
  uint32_t n = 0;
  if (!eat(r, "["))
    return 0;
  do {
    if (n == TWEED_EMU_TENSOR_RANK || !read_count(r, UINT32_MAX, &extents[n++]))
      return 0;
  } while (eat(r, ","));
  return eat(r, "]") ? n : 0;
}

static tweed_status read_tensor_shape(reader *r, tweed_emu_tensor *t) {
  uint64_t box[TWEED_EMU_TENSOR_RANK];
  if (!eat(r, ",") || (t->rank = read_extents(r, t->size)) == 0)
    return wrong(r, "',' and [SIZE,...] of 1 to 5 dimensions, the innermost first, are needed here");
  if (!eat(r, ",") || !eat(r, "box") || read_extents(r, box) != t->rank)
    return wrong(r, "',' and box[SIZE,...] of as many dimensions are needed here");
  for (uint32_t d = 0; d < t->rank; d++)
    t->box[d] = (uint32_t)box[d];
  uint64_t swizzle = 0;
  if (eat(r, ",") && !(eat(r, "swizzle") && read_count(r, 128, &swizzle)))
    return wrong(r, "swizzle32, swizzle64 or swizzle128 is needed here");
  t->swizzle = (uint32_t)swizzle;
  return eat(r, ")") ? TWEED_OK : wrong(r, "')' is needed here");
}

static tweed_status check_tensor_size(reader *r, const tweed_emu_tensor *t, const emu_buffer *b) {
  uint64_t elements = 1, have = b->size / emu_type_size(t->type);
  for (uint32_t d = 0; d < t->rank; d++)
    elements = t->size[d] == 0 || elements > have / t->size[d] ? have + 1 : elements * t->size[d];
  return elements <= have ? TWEED_OK : wrong(r, "the tensor must have elements, and no more than its buffer");
}

enum { MAP_ALIGN = 64 };

/* tensor(BUFFER, [SIZE,…], box[SIZE,…], swizzleN), behind its '('. The map is passed by value, or by a pointer to it.
 */
static tweed_status read_tensor(reader *r) {
  tweed_emu_tensor *kept = tweed_arena_alloc(r->launch->arena, sizeof *kept), t = {0};
  bool is_output;
  emu_buffer *b;
  if (!read_type(r, &t.type, &is_output))
    return wrong(r, "TYPE[COUNT] is needed here");
  tweed_status status = read_data(r, t.type, is_output, &b);
  if (status == TWEED_OK)
    status = read_tensor_shape(r, &t);
  if (status == TWEED_OK)
    status = check_tensor_size(r, &t, b);
  if (status != TWEED_OK)
    return status;
  t.address = b->data;
  tweed_emu_launch *l = r->launch;
  unsigned char *map = tweed_arena_alloc(l->arena, TWEED_EMU_TENSOR_MAP_SIZE + 2 * MAP_ALIGN + GUARD);
  if (!map || !kept)
    return tweed_no_memory(r->error);
  *kept = t;
  b->tensor = kept;
  map += MAP_ALIGN - (uintptr_t)map % MAP_ALIGN;
  status = tweed_emu_tensor_map_encode(&t, map, r->error);
  if (status != TWEED_OK)
    return status;
  if (l->kernel->params[l->argument_count].type == TWEED_EMU_POINTER)
    return tweed_emu_launch_buffer(l, map, TWEED_EMU_TENSOR_MAP_SIZE, r->error);
  return tweed_emu_launch_value(l, map, TWEED_EMU_TENSOR_MAP_SIZE, r->error);
}

/* ---- arguments ---- */

static tweed_status read_number(reader *r) {
  const tweed_emu_kernel *k = r->launch->kernel;
  uint32_t i = r->launch->argument_count;
  tweed_emu_type type = i < k->param_count ? (tweed_emu_type)k->params[i].type : TWEED_EMU_I32;
  if (type == TWEED_EMU_BYTES)
    return tweed_fail_at(r->error, TWEED_BAD_INPUT, "launch", 1, (int)(r->at - r->text) + 1, "",
                         "no number fits this parameter: it is a struct, or 16 bits that PTX has no type for");
  char *whole_end, *end;
  errno = 0;
  long long whole = strtoll(r->at, &whole_end, 0);
  double value = strtod(r->at, &end);
  if (end == r->at)
    return wrong(r, "a number or TYPE[COUNT] is needed here");
  bool integer = type <= TWEED_EMU_I64 || type == TWEED_EMU_POINTER;
  if (integer && (whole_end < end || errno))
    return wrong(r, "a whole number is needed here");
  r->at = whole_end > end ? whole_end : end;
  unsigned char element[8] = {0};
  emu_from_double(type, value, whole, element);
  return tweed_emu_launch_value(r->launch, element, emu_type_size(type), r->error);
}

static tweed_status read_argument(reader *r) {
  tweed_emu_type type;
  bool is_output;
  if (eat_word(r, "tensor"))
    return eat(r, "(") ? read_tensor(r) : wrong(r, "'(' is needed here");
  if (read_type(r, &type, &is_output))
    return read_buffer(r, type, is_output);
  return is_output ? wrong(r, "TYPE[COUNT] is needed here") : read_number(r);
}

static tweed_status read_arguments(reader *r) {
  if (!eat(r, "("))
    return wrong(r, "'(' is needed here");
  if (!eat(r, ")")) {
    do {
      tweed_status status = read_argument(r);
      if (status != TWEED_OK)
        return status;
    } while (eat(r, ","));
    if (!eat(r, ")"))
      return wrong(r, "',' or ')' is needed here");
  }
  skip(r);
  return *r->at ? wrong(r, "nothing more is needed here") : TWEED_OK;
}

/* The module's variables as they are before any run. */
static tweed_status keep_globals(tweed_emu_launch *l, tweed_error *error) {
  const tweed_emu_module *m = l->module;
  l->first_globals = tweed_arena_array(l->arena, m->global_count, sizeof *l->first_globals);
  for (uint32_t i = 0; l->first_globals && i < m->global_count; i++) {
    l->first_globals[i] = tweed_arena_alloc(l->arena, (size_t)m->globals[i].size);
    if (!l->first_globals[i])
      return tweed_no_memory(error);
    memcpy(l->first_globals[i], m->globals[i].address, (size_t)m->globals[i].size);
  }
  return l->first_globals ? TWEED_OK : tweed_no_memory(error);
}

tweed_status tweed_emu_launch_parse(const tweed_emu_module *module, const char *text, uint64_t data_seed,
                                    tweed_emu_launch **out, tweed_error *error) {
  reader r = {.text = text, .at = text, .module = module, .seed = data_seed, .error = error};
  tweed_status status = read_head(&r);
  if (status == TWEED_OK)
    status = read_arguments(&r);
  if (status == TWEED_OK)
    status = keep_globals(r.launch, error);
  if (status == TWEED_OK)
    status = emu_contract_apply(r.launch, error);
  *out = r.launch;
  if (status != TWEED_OK) {
    tweed_emu_launch_free(r.launch);
    *out = NULL;
  }
  return status;
}

void tweed_emu_launch_reset(tweed_emu_launch *l) {
  for (uint32_t i = 0; i < l->buffer_count; i++)
    if (l->buffers[i].first)
      memcpy(l->buffers[i].data, l->buffers[i].first, l->buffers[i].size);
  for (uint32_t i = 0; l->first_globals && i < l->module->global_count; i++)
    if (memcmp(l->module->globals[i].address, l->first_globals[i], (size_t)l->module->globals[i].size) != 0)
      memcpy(l->module->globals[i].address, l->first_globals[i], (size_t)l->module->globals[i].size);
}

/* ---- outputs ---- */

size_t tweed_emu_launch_outputs(const tweed_emu_launch *launch) {
  size_t n = 0;
  for (uint32_t i = 0; i < launch->buffer_count; i++)
    n += launch->buffers[i].is_output;
  return n;
}

tweed_emu_output tweed_emu_launch_output(const tweed_emu_launch *launch, size_t index) {
  for (uint32_t i = 0; i < launch->buffer_count; i++) {
    const emu_buffer *b = &launch->buffers[i];
    if (b->is_output && index-- == 0)
      return (tweed_emu_output){b->argument, b->type, b->size / emu_type_size(b->type), b->size, b->data};
  }
  return (tweed_emu_output){0, TWEED_EMU_BYTES, 0, 0, NULL};
}
