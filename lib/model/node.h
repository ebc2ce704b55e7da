/* node.h: a YAML or JSON file as a tree that knows where each part stood, and what the decoders ask of it. */
#ifndef TWEED_LIB_NODE_H
#define TWEED_LIB_NODE_H

#include "base/base.h"

typedef enum tweed_node_kind { TWEED_SCALAR, TWEED_LIST, TWEED_MAP } tweed_node_kind;

/* The children of a map are key, value, key, value, …; keys are scalars and differ. `count` is the number of entries.
 */
typedef struct tweed_node {
  tweed_node_kind kind;
  bool quoted; /* a scalar that stood in quotes is a string, never a number */
  int line, column;
  int32_t count;
  const char *text; /* of a scalar */
  struct tweed_node *first, *next;
} tweed_node;

/* One file being read. The first error is kept in `error`, whose file, line and column are always filled. */
typedef struct tweed_reader {
  tweed_arena *arena;
  const char *file; /* for messages */
  tweed_error error;
} tweed_reader;

/* Reads a file, "-" being standard input, decompressed if need be, into malloc'ed memory with a 0 behind it.
 * only_regular: refuse pipes and devices. *name is how messages call it. */
tweed_status tweed_input_read(const char *path, bool only_regular, char **text, size_t *size, tweed_error *error);
const char *tweed_input_name(const char *path);

tweed_status tweed_node_parse(tweed_reader *r, const char *text, size_t size, tweed_node **root);

tweed_status tweed_node_bad(tweed_reader *r, const tweed_node *at, const char *key, const char *format, ...)
    TWEED_PRINTF(4, 5);
/* Adds the place to an error that a builder has put in r->error. */
tweed_status tweed_node_place(tweed_reader *r, const tweed_node *at, const char *key, tweed_status status);

/* The value of a key, or NULL. */
const tweed_node *tweed_node_get(const tweed_node *map, const char *key);
/* Is it a map whose keys are all among `keys` (ended by NULL)? `what` names it in the message. */
tweed_status tweed_node_check_map(tweed_reader *r, const tweed_node *node, const char *key, const char *const *keys);
tweed_status tweed_node_check_list(tweed_reader *r, const tweed_node *node, const char *key);
tweed_status tweed_node_required(tweed_reader *r, const tweed_node *map, const char *key, const tweed_node **value);
tweed_status tweed_node_string(tweed_reader *r, const tweed_node *node, const char *key, const char **out);
tweed_status tweed_node_int(tweed_reader *r, const tweed_node *node, const char *key, int64_t low, int64_t high,
                            int64_t *out);
tweed_status tweed_node_bool(tweed_reader *r, const tweed_node *node, const char *key, bool *out);
tweed_status tweed_node_real(tweed_reader *r, const tweed_node *node, const char *key, double low, double high,
                             double *out);
/* The same for an optional key of a map: *out stays as it is where the key is missing. */
tweed_status tweed_node_get_string(tweed_reader *r, const tweed_node *map, const char *key, const char **out);
tweed_status tweed_node_get_int(tweed_reader *r, const tweed_node *map, const char *key, int64_t low, int64_t high,
                                int64_t *out);
tweed_status tweed_node_get_int32(tweed_reader *r, const tweed_node *map, const char *key, int64_t low, int64_t high,
                                  int32_t *out);
tweed_status tweed_node_get_bool(tweed_reader *r, const tweed_node *map, const char *key, bool *out);
tweed_status tweed_node_get_real(tweed_reader *r, const tweed_node *map, const char *key, double low, double high,
                                 double *out);

#endif
