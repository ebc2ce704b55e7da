/* ssp_token.h: the words of CIRCT's SSP text. */
#ifndef TWEED_LIB_SSP_TOKEN_H
#define TWEED_LIB_SSP_TOKEN_H

#include "model/node.h"

typedef enum tweed_token_kind {
  TWEED_TOKEN_END,
  TWEED_TOKEN_WORD,   /* operation, ssp.instance, II */
  TWEED_TOKEN_NUMBER, /* 12 */
  TWEED_TOKEN_VALUE,  /* %0, with the % */
  TWEED_TOKEN_SYMBOL, /* @add, with the @; quotes are left out */
  TWEED_TOKEN_STRING, /* "ModuloProblem", without the quotes */
  TWEED_TOKEN_MARK,   /* one of < > [ ] ( ) { } , = : # */
} tweed_token_kind;

/* Invariant: `token` is the word in front of `at`; all pointers but token.text point into the caller's text. */
typedef struct tweed_tokens {
  tweed_reader *r;
  const char *at, *end;
  int line, column;
  struct {
    tweed_token_kind kind;
    const char *text; /* in the reader's arena, ended by 0 */
    int line, column;
  } token;
} tweed_tokens;

/* Steps to the next token. */
tweed_status tweed_token_next(tweed_tokens *t);
/* An error at the current token. */
tweed_status tweed_token_bad(tweed_tokens *t, const char *key, const char *message);
bool tweed_token_is(const tweed_tokens *t, const char *text);
/* Steps over `text` if it is there: *found (may be NULL: then it must be there). */
tweed_status tweed_token_accept(tweed_tokens *t, const char *text, bool *found);
/* Takes a token of this kind. */
tweed_status tweed_token_take(tweed_tokens *t, tweed_token_kind kind, const char *what, const char **text);

#endif
