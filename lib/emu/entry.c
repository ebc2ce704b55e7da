/* entry.c: reads the signatures of kernels out of PTX: `.entry NAME ( .param .TYPE NAME, .param .align N .b8 NAME[SIZE]
 * )`. Whatever else there is, is passed over. */
#include "emu/entry.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

typedef struct reader {
  const char *at, *token;
  size_t length; /* of token; 0 at the end */
  tweed_arena *arena;
  tweed_emu_kernel *kernels;
  size_t count, room;
  tweed_error *error;
} reader;

static void skip(reader *r) {
  for (;;) {
    const char *end = NULL;
    if (isspace((unsigned char)*r->at)) {
      r->at++;
      continue;
    }
    if (r->at[0] == '/' && r->at[1] == '/')
      end = strchr(r->at, '\n');
    else if (r->at[0] == '/' && r->at[1] == '*')
      end = strstr(r->at + 2, "*/");
    else
      return;
    r->at = end ? end + (*end == '*' ? 2 : 1) : r->at + strlen(r->at);
  }
}

static bool in_word(char c) {
  return isalnum((unsigned char)c) || c == '_' || c == '$' || c == '%' || c == '.';
}

/* The next word, string or other character. */
static void next(reader *r) {
  skip(r);
  r->token = r->at;
  if (*r->at == '"') {
    const char *end = strchr(r->at + 1, '"');
    r->at = end ? end + 1 : r->at + strlen(r->at);
  } else if (in_word(*r->at)) {
    do
      r->at++;
    while (in_word(*r->at) && *r->at != '.');
  } else if (*r->at) {
    r->at++;
  }
  r->length = (size_t)(r->at - r->token);
}

static bool is(const reader *r, const char *word) {
  return r->length == strlen(word) && strncmp(r->token, word, r->length) == 0;
}

static tweed_status wrong(reader *r, const char *start, const char *want) {
  int line = 1;
  for (const char *p = start; p < r->token; p++)
    line += *p == '\n';
  return tweed_fail_at(r->error, TWEED_BAD_INPUT, "", line, 0, "", "%s, not '%.*s'", want,
                       (int)(r->length < 40 ? r->length : 40), r->token);
}

/* What a type of PTX can be said by; false: it is none. */
static bool read_type(const reader *r, tweed_emu_param *out) {
  static const struct {
    const char *name;
    tweed_emu_type type;
    uint32_t size;
  } types[] = {{".u8", TWEED_EMU_I8, 1},      {".s8", TWEED_EMU_I8, 1},       {".b8", TWEED_EMU_I8, 1},
               {".u16", TWEED_EMU_I16, 2},    {".s16", TWEED_EMU_I16, 2},     {".b16", TWEED_EMU_BYTES, 2},
               {".u32", TWEED_EMU_I32, 4},    {".s32", TWEED_EMU_I32, 4},     {".b32", TWEED_EMU_I32, 4},
               {".f16", TWEED_EMU_F16, 2},    {".bf16", TWEED_EMU_BF16, 2},   {".f32", TWEED_EMU_F32, 4},
               {".f64", TWEED_EMU_F64, 8},    {".u64", TWEED_EMU_POINTER, 8}, {".s64", TWEED_EMU_POINTER, 8},
               {".b64", TWEED_EMU_POINTER, 8}};
  for (size_t i = 0; i < sizeof types / sizeof *types; i++)
    if (is(r, types[i].name)) {
      *out = (tweed_emu_param){types[i].type, types[i].size, out->align ? out->align : types[i].size};
      return true;
    }
  return false;
}

/* One parameter, from .param to the ',' or ')' behind it. An array of bytes is a struct. */
static bool read_param(reader *r, tweed_emu_param *out) {
  bool typed = false;
  *out = (tweed_emu_param){0};
  if (!is(r, ".param"))
    return false;
  for (next(r); r->length && !is(r, ",") && !is(r, ")"); next(r)) {
    bool align = is(r, ".align"), size = is(r, "[");
    if (!align && !size) {
      typed |= read_type(r, out);
      continue;
    }
    next(r);
    unsigned long n = strtoul(r->token, NULL, 10);
    if (n == 0 || n > 4096)
      return false;
    if (align && !typed)
      out->align = (uint32_t)n;
    if (size)
      *out = (tweed_emu_param){TWEED_EMU_BYTES, (uint32_t)n * out->size, out->align};
  }
  return typed;
}

/* Behind '(', to the ')'. */
static tweed_status read_params(reader *r, const char *start, tweed_emu_kernel *k) {
  tweed_emu_param *params = NULL;
  size_t room = 0;
  next(r);
  while (r->length && !is(r, ")")) {
    if (!tweed_arena_grow(r->arena, (void **)&params, &room, k->param_count + 1, sizeof *params))
      return tweed_no_memory(r->error);
    if (!read_param(r, &params[k->param_count++]))
      return wrong(r, start, "a parameter of a kernel is needed here");
    if (is(r, ","))
      next(r);
  }
  k->params = params;
  return is(r, ")") ? TWEED_OK : wrong(r, start, "')' is needed here");
}

/* Behind .entry. */
static tweed_status read_entry(reader *r, const char *start) {
  next(r);
  if (!r->length || !in_word(*r->token))
    return wrong(r, start, "the name of a kernel is needed here");
  char *name = tweed_arena_alloc(r->arena, r->length + 1);
  if (!name || !tweed_arena_grow(r->arena, (void **)&r->kernels, &r->room, r->count + 1, sizeof *r->kernels))
    return tweed_no_memory(r->error);
  memcpy(name, r->token, r->length);
  tweed_emu_kernel *k = &r->kernels[r->count++];
  *k = (tweed_emu_kernel){.name = name};
  next(r);
  return is(r, "(") ? read_params(r, start, k) : TWEED_OK;
}

tweed_status emu_entries_read(const char *ptx, tweed_arena *arena, tweed_emu_module *out, tweed_error *error) {
  reader r = {.at = ptx, .arena = arena, .error = error};
  tweed_status status = TWEED_OK;
  bool version = false;
  for (next(&r); r.length && status == TWEED_OK; next(&r)) {
    version |= is(&r, ".version");
    if (is(&r, ".entry"))
      status = read_entry(&r, ptx);
  }
  if (status == TWEED_OK && !version)
    status = tweed_fail(error, TWEED_BAD_INPUT, "this is no PTX: it has no .version");
  *out = (tweed_emu_module){.abi = TWEED_EMU_ABI, .kernel_count = (uint32_t)r.count, .kernels = r.kernels};
  return status;
}
