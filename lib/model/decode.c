/* decode.c: typed values out of nodes. */
#include "model/node.h"

#include <jansson.h>
#include <string.h>

const tweed_node *tweed_node_get(const tweed_node *map, const char *key) {
  for (const tweed_node *k = map->first; k; k = k->next->next)
    if (strcmp(k->text, key) == 0)
      return k->next;
  return NULL;
}

static const char *kind_name(const tweed_node *node) {
  return node->kind == TWEED_MAP ? "a mapping" : node->kind == TWEED_LIST ? "a list" : "a single value";
}

static tweed_status unknown_key(tweed_reader *r, const tweed_node *k, const char *const *keys) {
  char list[256] = "";
  for (size_t i = 0, used = 0; keys[i]; i++) {
    int n = snprintf(list + used, sizeof list - used, "%s%s", i ? ", " : "", keys[i]);
    used = n > 0 && (size_t)n < sizeof list - used ? used + (size_t)n : used;
  }
  return tweed_node_bad(r, k, k->text, "unknown key; known are %s", list);
}

tweed_status tweed_node_check_map(tweed_reader *r, const tweed_node *node, const char *key, const char *const *keys) {
  if (node->kind != TWEED_MAP)
    return tweed_node_bad(r, node, key, "must be a mapping, but is %s", kind_name(node));
  for (const tweed_node *k = node->first; k && keys; k = k->next->next) {
    bool known = false;
    for (size_t i = 0; keys[i] && !known; i++)
      known = strcmp(keys[i], k->text) == 0;
    if (!known)
      return unknown_key(r, k, keys);
  }
  return TWEED_OK;
}

tweed_status tweed_node_check_list(tweed_reader *r, const tweed_node *node, const char *key) {
  return node->kind == TWEED_LIST ? TWEED_OK
                                  : tweed_node_bad(r, node, key, "must be a list, but is %s", kind_name(node));
}

tweed_status tweed_node_required(tweed_reader *r, const tweed_node *map, const char *key, const tweed_node **value) {
  *value = tweed_node_get(map, key);
  return *value ? TWEED_OK : tweed_node_bad(r, map, key, "the key is missing");
}

tweed_status tweed_node_string(tweed_reader *r, const tweed_node *node, const char *key, const char **out) {
  if (node->kind != TWEED_SCALAR)
    return tweed_node_bad(r, node, key, "must be a text, but is %s", kind_name(node));
  if (!*node->text)
    return tweed_node_bad(r, node, key, "is empty");
  *out = node->text;
  return TWEED_OK;
}

/* Decimal digits with an optional minus, no leading zeros: what looks octal or hexadecimal is refused, not guessed at.
 */
static bool is_integer(const char *text) {
  text += *text == '-';
  size_t digits = strspn(text, "0123456789");
  return digits > 0 && text[digits] == 0 && (digits == 1 || text[0] != '0');
}

tweed_status tweed_node_int(tweed_reader *r, const tweed_node *node, const char *key, int64_t low, int64_t high,
                            int64_t *out) {
  if (node->kind != TWEED_SCALAR)
    return tweed_node_bad(r, node, key, "must be a whole number, but is %s", kind_name(node));
  if (node->quoted || !is_integer(node->text))
    return tweed_node_bad(r, node, key, "\"%s\" is not a whole number", node->text);
  bool negative = node->text[0] == '-', huge = strlen(node->text) > 18;
  int64_t value = 0;
  for (const char *digit = node->text + negative; *digit && !huge; digit++)
    value = value * 10 + (*digit - '0');
  value = negative ? -value : value;
  if (huge || value < low || value > high)
    return tweed_node_bad(r, node, key, "%s is out of range (%lld to %lld)", node->text, (long long)low,
                          (long long)high);
  *out = value;
  return TWEED_OK;
}

tweed_status tweed_node_bool(tweed_reader *r, const tweed_node *node, const char *key, bool *out) {
  bool scalar = node->kind == TWEED_SCALAR && !node->quoted;
  if (!scalar || (strcmp(node->text, "true") != 0 && strcmp(node->text, "false") != 0))
    return tweed_node_bad(r, node, key, "must be true or false");
  *out = node->text[0] == 't';
  return TWEED_OK;
}

/* jansson reads the number, since strtod depends on the locale. Out of memory, it does not always say so: then the
 * error has no text. */
tweed_status tweed_node_real(tweed_reader *r, const tweed_node *node, const char *key, double low, double high,
                             double *out) {
  if (node->kind != TWEED_SCALAR)
    return tweed_node_bad(r, node, key, "must be a number, but is %s", kind_name(node));
  json_error_t error = {.line = 0};
  json_t *number = node->quoted ? NULL : json_loads(node->text, JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL, &error);
  if (!number && !node->quoted && (!error.text[0] || json_error_code(&error) == json_error_out_of_memory))
    return tweed_no_memory(&r->error);
  bool is_number = json_is_number(number);
  double value = json_number_value(number);
  json_decref(number);
  if (!is_number)
    return tweed_node_bad(r, node, key, "\"%s\" is not a number", node->text);
  if (!(value >= low && value <= high))
    return tweed_node_bad(r, node, key, "%s is out of range (%g to %g)", node->text, low, high);
  *out = value;
  return TWEED_OK;
}

tweed_status tweed_node_get_string(tweed_reader *r, const tweed_node *map, const char *key, const char **out) {
  const tweed_node *node = tweed_node_get(map, key);
  return node ? tweed_node_string(r, node, key, out) : TWEED_OK;
}

tweed_status tweed_node_get_int(tweed_reader *r, const tweed_node *map, const char *key, int64_t low, int64_t high,
                                int64_t *out) {
  const tweed_node *node = tweed_node_get(map, key);
  return node ? tweed_node_int(r, node, key, low, high, out) : TWEED_OK;
}

tweed_status tweed_node_get_int32(tweed_reader *r, const tweed_node *map, const char *key, int64_t low, int64_t high,
                                  int32_t *out) {
  int64_t value = *out;
  tweed_status status = tweed_node_get_int(r, map, key, low, high, &value);
  if (!status)
    *out = (int32_t)value;
  return status;
}

tweed_status tweed_node_get_bool(tweed_reader *r, const tweed_node *map, const char *key, bool *out) {
  const tweed_node *node = tweed_node_get(map, key);
  return node ? tweed_node_bool(r, node, key, out) : TWEED_OK;
}

tweed_status tweed_node_get_real(tweed_reader *r, const tweed_node *map, const char *key, double low, double high,
                                 double *out) {
  const tweed_node *node = tweed_node_get(map, key);
  return node ? tweed_node_real(r, node, key, low, high, out) : TWEED_OK;
}
