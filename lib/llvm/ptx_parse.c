/* ptx_parse.c: the text of inline PTX as statements. */
#include "llvm/ptx.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct parser {
  tweed_arena *arena;
  const char *at;
  ptx_program *out;
  tweed_error *error;
  bool no_memory;
  int depth; /* of braces and brackets around the operand */
} parser;

enum { MAX_DEPTH = 8 };

static tweed_status wrong(parser *p, const char *what) {
  if (p->no_memory)
    return tweed_no_memory(p->error);
  return tweed_fail(p->error, TWEED_BAD_INPUT, "inline PTX is not understood: %s at '%.40s'", what,
                    *p->at ? p->at : "the end");
}

/* ---- words ---- */

static void skip(parser *p) {
  for (;;) {
    while (isspace((unsigned char)*p->at))
      p->at++;
    if (strncmp(p->at, "//", 2) == 0) {
      p->at += strcspn(p->at, "\n");
    } else if (strncmp(p->at, "/*", 2) == 0) {
      const char *end = strstr(p->at + 2, "*/");
      p->at = end ? end + 2 : p->at + strlen(p->at);
    } else {
      return;
    }
  }
}

static bool eat(parser *p, char c) {
  skip(p);
  if (*p->at != c)
    return false;
  p->at++;
  return true;
}

static const char *copy(parser *p, const char *from, size_t length) {
  char *text = tweed_arena_alloc(p->arena, length + 1);
  if (!text) {
    p->no_memory = true;
    return "";
  }
  memcpy(text, from, length);
  return text;
}

static bool in_name(char c) {
  return isalnum((unsigned char)c) || c == '_' || c == '%' || c == '.' || c == '$';
}

/* A name: dots in it for special registers; a dollar may stand in labels (from $$). */
static const char *name(parser *p) {
  skip(p);
  const char *start = p->at;
  while (in_name(*p->at))
    p->at++;
  return p->at == start ? NULL : copy(p, start, (size_t)(p->at - start));
}

static bool grow(parser *p, void **items, size_t *room, size_t needed, size_t size) {
  if (tweed_arena_grow(p->arena, items, room, needed, size))
    return true;
  p->no_memory = true;
  return false;
}

/* ---- operands ---- */

static bool operand(parser *p, ptx_operand *o);

static ptx_operand *add_item(parser *p, ptx_operand *o) {
  if (!grow(p, (void **)&o->items, &o->room, o->count + 1, sizeof *o->items))
    return NULL;
  ptx_operand *item = &o->items[o->count++];
  memset(item, 0, sizeof *item);
  return item;
}

static bool list(parser *p, ptx_operand *o, char end) {
  do {
    ptx_operand *item = add_item(p, o);
    if (!item || !operand(p, item))
      return false;
  } while (eat(p, ','));
  return eat(p, end);
}

/* 12, -3, 0x1f, 0f3F800000, 0d…, 0U */
static bool number(parser *p, ptx_operand *o) {
  o->kind = PTX_NUMBER;
  bool minus = eat(p, '-');
  skip(p);
  if (!isdigit((unsigned char)*p->at))
    return false;
  char *end;
  if (p->at[0] == '0' && strchr("fFdD", p->at[1]) && p->at[1] && isxdigit((unsigned char)p->at[2])) {
    o->width = tolower((unsigned char)p->at[1]) == 'f' ? 32 : 64;
    o->number = strtoull(p->at + 2, &end, 16);
  } else {
    o->number = strtoull(p->at, &end, 0);
    if (*end == '.' && isdigit((unsigned char)end[1])) {
      double value = strtod(p->at, &end);
      memcpy(&o->number, &value, sizeof value);
      o->width = 64;
    }
  }
  if (*end == 'U')
    end++;
  p->at = end;
  if (minus)
    o->number = -o->number;
  return true;
}

/* $3 or ${3:x} */
static bool slot(parser *p, ptx_operand *o) {
  o->kind = PTX_SLOT;
  p->at++;
  bool braced = *p->at == '{';
  p->at += braced;
  char *end;
  o->number = strtoull(p->at, &end, 10);
  if (end == p->at)
    return false;
  p->at = end;
  if (braced) {
    p->at += strcspn(p->at, "}");
    return eat(p, '}');
  }
  return true;
}

static bool memory(parser *p, ptx_operand *o) {
  ptx_operand *base = add_item(p, o);
  if (!base || !operand(p, base))
    return false;
  if (eat(p, '+')) {
    ptx_operand offset = {.kind = PTX_NUMBER};
    if (!number(p, &offset))
      return false;
    o->number = offset.number;
  } else if (eat(p, ',')) {
    ptx_operand *more = add_item(p, o);
    if (!more || !operand(p, more))
      return false;
  }
  return eat(p, ']');
}

static bool simple(parser *p, ptx_operand *o) {
  skip(p);
  if (*p->at == '$' && (isdigit((unsigned char)p->at[1]) || p->at[1] == '{'))
    return slot(p, o);
  if (isdigit((unsigned char)*p->at) || *p->at == '-')
    return number(p, o);
  if (*p->at == '_' && !in_name(p->at[1])) {
    p->at++;
    o->kind = PTX_SINK;
    return true;
  }
  o->kind = PTX_NAME;
  o->name = name(p);
  return o->name != NULL;
}

static bool operand(parser *p, ptx_operand *o) {
  bool vector = eat(p, '{');
  if (vector || eat(p, '[')) {
    if (p->depth == MAX_DEPTH)
      return false;
    p->depth++;
    o->kind = vector ? PTX_VECTOR : PTX_MEMORY;
    bool good = vector ? list(p, o, '}') : memory(p, o);
    p->depth--;
    return good;
  }
  o->negated = eat(p, '!');
  if (!simple(p, o))
    return false;
  if (eat(p, '|')) {
    ptx_operand first = *o;
    memset(o, 0, sizeof *o);
    o->kind = PTX_PAIR;
    ptx_operand *a = add_item(p, o);
    if (a)
      *a = first;
    ptx_operand *b = add_item(p, o);
    return a && b && simple(p, b);
  }
  return true;
}

/* ---- statements ---- */

static bool add_register(parser *p, const char *register_name, const char *type) {
  ptx_program *out = p->out;
  if (!grow(p, (void **)&out->registers, &out->register_room, out->register_count + 1, sizeof *out->registers))
    return false;
  out->registers[out->register_count++] = (ptx_register){register_name, type};
  return true;
}

/* r<4> is r0, r1, r2, r3. */
static bool add_range(parser *p, const char *base, const char *type) {
  ptx_operand count = {0};
  if (!number(p, &count) || !eat(p, '>') || count.number > 4096)
    return false;
  for (uint64_t i = 0; i < count.number; i++) {
    char text[128];
    int n = snprintf(text, sizeof text, "%.100s%u", base, (unsigned)i);
    if (!add_register(p, copy(p, text, (size_t)n), type))
      return false;
  }
  return true;
}

/* .reg .b32 a, b, r<4>; with .reg taken already */
static bool declaration(parser *p) {
  if (!eat(p, '.'))
    return false;
  const char *type = name(p);
  if (!type)
    return false;
  do {
    const char *register_name = name(p);
    if (!register_name || !(eat(p, '<') ? add_range(p, register_name, type) : add_register(p, register_name, type)))
      return false;
  } while (eat(p, ','));
  return eat(p, ';');
}

static bool guard(parser *p, ptx_statement *s) {
  if (!eat(p, '@'))
    return true;
  s->guard_negated = eat(p, '!');
  return (s->guard = name(p)) != NULL;
}

/* Unlike names of registers, those of instructions have colons. */
static const char *mnemonic(parser *p) {
  skip(p);
  const char *start = p->at;
  while (in_name(*p->at) || (p->at[0] == ':' && p->at[1] == ':')) {
    p->at += *p->at == ':' ? 2 : 1;
  }
  return p->at == start ? NULL : copy(p, start, (size_t)(p->at - start));
}

static ptx_statement *add_statement(parser *p) {
  ptx_program *out = p->out;
  if (!grow(p, (void **)&out->statements, &out->room, out->count + 1, sizeof *out->statements))
    return NULL;
  ptx_statement *s = &out->statements[out->count++];
  memset(s, 0, sizeof *s);
  return s;
}

static bool operands(parser *p, ptx_statement *s) {
  if (eat(p, ';'))
    return true;
  skip(p);
  if (!*p->at || *p->at == '}') /* the last one may go without its semicolon */
    return true;
  do {
    if (!grow(p, (void **)&s->operands, &s->room, s->count + 1, sizeof *s->operands))
      return false;
    ptx_operand *o = &s->operands[s->count++];
    memset(o, 0, sizeof *o);
    if (!operand(p, o))
      return false;
  } while (eat(p, ','));
  skip(p);
  return eat(p, ';') || !*p->at || *p->at == '}';
}

static bool statement(parser *p) {
  ptx_statement s = {0};
  if (!guard(p, &s))
    return false;
  s.mnemonic = mnemonic(p);
  if (!s.mnemonic)
    return false;
  if (!s.guard && strcmp(s.mnemonic, ".reg") == 0)
    return declaration(p);
  if (!s.guard && eat(p, ':')) {
    s.label = s.mnemonic;
    s.mnemonic = NULL;
  } else if (!operands(p, &s)) {
    return false;
  }
  ptx_statement *added = add_statement(p);
  if (added)
    *added = s;
  return added != NULL;
}

tweed_status ptx_parse(tweed_arena *arena, const char *text, ptx_program *out, tweed_error *error) {
  *out = (ptx_program){0};
  parser p = {.arena = arena, .at = text, .out = out, .error = error};
  for (skip(&p); *p.at; skip(&p)) {
    if (eat(&p, '{') || eat(&p, '}') || eat(&p, ';'))
      continue;
    if (!statement(&p))
      return wrong(&p, "no statement of PTX");
  }
  return TWEED_OK;
}
