/* ssp_token.c: cuts CIRCT's SSP text into words. */
#include "model/ssp_token.h"

#include <stdio.h>
#include <string.h>

static void step(tweed_tokens *t) {
  t->column = *t->at == '\n' ? 1 : t->column + 1;
  t->line += *t->at == '\n';
  t->at++;
}

static void skip_blanks(tweed_tokens *t) {
  while (t->at < t->end) {
    if (*t->at == '/' && t->end - t->at > 1 && t->at[1] == '/') {
      while (t->at < t->end && *t->at != '\n')
        step(t);
    } else if (*t->at == ' ' || *t->at == '\t' || *t->at == '\n' || *t->at == '\r') {
      step(t);
    } else {
      return;
    }
  }
}

static bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

static bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

static bool is_inner(char c) {
  return is_letter(c) || is_digit(c) || c == '.' || c == '$' || c == '-';
}

static const char *copy(tweed_tokens *t, const char *prefix, const char *from, const char *to) {
  size_t before = strlen(prefix), length = (size_t)(to - from);
  char *text = tweed_arena_alloc(t->r->arena, before + length + 1);
  if (!text)
    return NULL;
  memcpy(text, prefix, before);
  memcpy(text + before, from, length);
  return text;
}

tweed_status tweed_token_bad(tweed_tokens *t, const char *key, const char *message) {
  tweed_node at = {.line = t->token.line, .column = t->token.column};
  if (t->token.kind == TWEED_TOKEN_END)
    return tweed_node_bad(t->r, &at, key, "%s, but the file ends", message);
  return tweed_node_bad(t->r, &at, key, "%s, but here is \"%s\"", message, t->token.text ? t->token.text : "");
}

static tweed_status set(tweed_tokens *t, tweed_token_kind kind, const char *text) {
  t->token.kind = kind;
  t->token.text = text;
  return text ? TWEED_OK : tweed_no_memory(&t->r->error);
}

/* Strings have no escapes here: names with a backslash or a line end in them are refused. */
static tweed_status string(tweed_tokens *t, tweed_token_kind kind, const char *prefix) {
  step(t);
  const char *from = t->at;
  while (t->at < t->end && *t->at != '"' && *t->at != '\n' && *t->at != '\\' && *t->at)
    step(t);
  if (t->at == t->end || *t->at != '"') {
    set(t, kind, "\"");
    return tweed_token_bad(t, "", "expected a string on one line without escapes");
  }
  const char *text = copy(t, prefix, from, t->at);
  step(t);
  return set(t, kind, text);
}

static tweed_status word(tweed_tokens *t, tweed_token_kind kind) {
  const char *from = t->at;
  step(t);
  while (t->at < t->end && is_inner(*t->at))
    step(t);
  return set(t, kind, copy(t, "", from, t->at));
}

tweed_status tweed_token_next(tweed_tokens *t) {
  skip_blanks(t);
  t->token.line = t->line;
  t->token.column = t->column;
  if (t->at == t->end)
    return set(t, TWEED_TOKEN_END, "");
  char c = *t->at;
  bool named = t->end - t->at > 1 && (is_inner(t->at[1]) || t->at[1] == '"');
  if (c == '"')
    return string(t, TWEED_TOKEN_STRING, "");
  if (c == '@' && named) {
    if (t->at[1] != '"')
      return word(t, TWEED_TOKEN_SYMBOL);
    step(t);
    return string(t, TWEED_TOKEN_SYMBOL, "@");
  }
  if (c == '%' && named && t->at[1] != '"')
    return word(t, TWEED_TOKEN_VALUE);
  if (is_letter(c))
    return word(t, TWEED_TOKEN_WORD);
  if (is_digit(c) || (c == '-' && named && is_digit(t->at[1])))
    return word(t, TWEED_TOKEN_NUMBER);
  const char *text = copy(t, "", t->at, t->at + 1);
  set(t, TWEED_TOKEN_MARK, text);
  if (!c || !strchr("<>[](){},=:#", c))
    return text ? tweed_token_bad(t, "", "not SSP: expected a word") : tweed_no_memory(&t->r->error);
  step(t);
  return text ? TWEED_OK : tweed_no_memory(&t->r->error);
}

bool tweed_token_is(const tweed_tokens *t, const char *text) {
  bool plain = t->token.kind == TWEED_TOKEN_WORD || t->token.kind == TWEED_TOKEN_MARK;
  return plain && strcmp(t->token.text, text) == 0;
}

tweed_status tweed_token_accept(tweed_tokens *t, const char *text, bool *found) {
  bool is = tweed_token_is(t, text);
  if (found)
    *found = is;
  if (is)
    return tweed_token_next(t);
  if (found)
    return TWEED_OK;
  char message[64];
  snprintf(message, sizeof message, "expected \"%s\"", text);
  return tweed_token_bad(t, "", message);
}

tweed_status tweed_token_take(tweed_tokens *t, tweed_token_kind kind, const char *what, const char **text) {
  if (t->token.kind != kind) {
    char message[64];
    snprintf(message, sizeof message, "expected %s", what);
    return tweed_token_bad(t, "", message);
  }
  *text = t->token.text;
  return tweed_token_next(t);
}
