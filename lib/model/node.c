/* node.c: YAML (and so JSON) text into a tree of nodes, by libyaml. */
#include "model/node.h"
#include "model/build.h"

#include <string.h>
#include <yaml.h>

enum { MAX_DEPTH = 32, FEW = 16 };

/* Where the parser is: the lists and maps that are open, outermost first, and the last child of each. */
typedef struct builder {
  tweed_reader *r;
  yaml_parser_t parser;
  int depth;
  tweed_node *open[MAX_DEPTH], *last[MAX_DEPTH];
  tweed_node *root;
} builder;

tweed_status tweed_node_bad(tweed_reader *r, const tweed_node *at, const char *key, const char *format, ...) {
  char message[sizeof r->error.message];
  va_list arguments;
  va_start(arguments, format);
  if (vsnprintf(message, sizeof message, format, arguments) < 0)
    message[0] = 0;
  va_end(arguments);
  return tweed_fail_at(&r->error, TWEED_BAD_INPUT, r->file, at->line, at->column, key, "%s", message);
}

tweed_status tweed_node_place(tweed_reader *r, const tweed_node *at, const char *key, tweed_status status) {
  if (status != TWEED_BAD_INPUT || r->error.line > 0)
    return status;
  tweed_error was = r->error;
  return tweed_fail_at(&r->error, status, r->file, at->line, at->column, key, "%s", was.message);
}

/* libyaml's complaint, with the place where it says it is. */
static tweed_status not_yaml(builder *b, const char *text, size_t size) {
  const yaml_parser_t *parser = &b->parser;
  tweed_reader *r = b->r;
  if (parser->error == YAML_MEMORY_ERROR)
    return tweed_no_memory(&r->error);
  size_t line = parser->problem_mark.line + 1, column = parser->problem_mark.column + 1;
  if (parser->error == YAML_READER_ERROR) {
    line = column = 1;
    for (size_t i = 0; i < parser->problem_offset && i < size; i++) {
      column = text[i] == '\n' ? 1 : column + 1;
      line += text[i] == '\n';
    }
  }
  tweed_node at = {.line = (int)line, .column = (int)column};
  const char *context = parser->context ? parser->context : "";
  return tweed_node_bad(r, &at, "", "not YAML: %s%s%s", parser->problem ? parser->problem : "unreadable",
                        *context ? " " : "", context);
}

/* Keys must differ: few are compared with each other, many through a set. */
static tweed_status check_keys(tweed_reader *r, const tweed_node *map) {
  tweed_names *set = map->count > FEW ? tweed_names_new() : NULL;
  if (map->count > FEW && !set)
    return tweed_no_memory(&r->error);
  tweed_status status = TWEED_OK;
  for (const tweed_node *key = map->first; key && !status; key = key->next->next) {
    bool twice = false;
    if (set) {
      status = tweed_names_add(set, key->text, strlen(key->text), 0, &r->error);
      twice = status == TWEED_BAD_INPUT;
    } else {
      for (const tweed_node *other = map->first; other != key; other = other->next->next)
        twice = twice || strcmp(other->text, key->text) == 0;
    }
    if (twice)
      status = tweed_node_bad(r, key, key->text, "the key is there twice");
  }
  tweed_names_free(set);
  return status;
}

/* Hangs a node below the innermost open list or map. */
static tweed_status attach(builder *b, tweed_node *node) {
  if (b->depth == 0) {
    b->root = node;
    return TWEED_OK;
  }
  tweed_node *parent = b->open[b->depth - 1], **last = &b->last[b->depth - 1];
  bool is_key = parent->kind == TWEED_MAP && parent->count % 2 == 0;
  if (is_key && node->kind != TWEED_SCALAR)
    return tweed_node_bad(b->r, node, "", "a key must be a word");
  if (*last)
    (*last)->next = node;
  else
    parent->first = node;
  *last = node;
  parent->count++; /* in a map, halved at its end */
  return TWEED_OK;
}

static tweed_status open_node(builder *b, tweed_node *node) {
  if (b->depth == MAX_DEPTH)
    return tweed_node_bad(b->r, node, "", "nested deeper than %d", (int)MAX_DEPTH);
  b->open[b->depth] = node;
  b->last[b->depth] = NULL;
  b->depth++;
  return TWEED_OK;
}

static tweed_status close_node(builder *b) {
  tweed_node *node = b->open[--b->depth];
  if (node->kind == TWEED_LIST)
    return TWEED_OK;
  node->count /= 2;
  return check_keys(b->r, node);
}

static tweed_status add_node(builder *b, const yaml_event_t *event, tweed_node_kind kind) {
  tweed_node *node = tweed_arena_alloc(b->r->arena, sizeof *node);
  if (!node)
    return tweed_no_memory(&b->r->error);
  node->kind = kind;
  node->line = (int)event->start_mark.line + 1;
  node->column = (int)event->start_mark.column + 1;
  if (kind == TWEED_SCALAR) {
    const char *text = (const char *)event->data.scalar.value;
    node->quoted = event->data.scalar.style != YAML_PLAIN_SCALAR_STYLE;
    if (strlen(text) != event->data.scalar.length)
      return tweed_node_bad(b->r, node, "", "a text contains a 0 byte");
    node->text = tweed_arena_strdup(b->r->arena, text);
    if (!node->text)
      return tweed_no_memory(&b->r->error);
  }
  tweed_status status = attach(b, node);
  return status || kind == TWEED_SCALAR ? status : open_node(b, node);
}

static tweed_status handle(builder *b, const yaml_event_t *event) {
  tweed_node at = {.line = (int)event->start_mark.line + 1, .column = (int)event->start_mark.column + 1};
  switch (event->type) {
  case YAML_SCALAR_EVENT:
    return add_node(b, event, TWEED_SCALAR);
  case YAML_SEQUENCE_START_EVENT:
    return add_node(b, event, TWEED_LIST);
  case YAML_MAPPING_START_EVENT:
    return add_node(b, event, TWEED_MAP);
  case YAML_SEQUENCE_END_EVENT:
  case YAML_MAPPING_END_EVENT:
    return close_node(b);
  case YAML_ALIAS_EVENT:
    return tweed_node_bad(b->r, &at, "", "aliases are not supported");
  case YAML_DOCUMENT_START_EVENT:
    return b->root ? tweed_node_bad(b->r, &at, "", "a second document in one file") : TWEED_OK;
  default:
    return TWEED_OK;
  }
}

static tweed_status run(builder *b, const char *text, size_t size) {
  for (bool done = false; !done;) {
    yaml_event_t event;
    if (!yaml_parser_parse(&b->parser, &event))
      return not_yaml(b, text, size);
    done = event.type == YAML_STREAM_END_EVENT;
    tweed_status status = handle(b, &event);
    yaml_event_delete(&event);
    if (status)
      return status;
  }
  tweed_node at = {.line = 1, .column = 1};
  return b->root ? TWEED_OK : tweed_node_bad(b->r, &at, "", "the file is empty");
}

tweed_status tweed_node_parse(tweed_reader *r, const char *text, size_t size, tweed_node **root) {
  builder b = {.r = r};
  if (!yaml_parser_initialize(&b.parser))
    return tweed_no_memory(&r->error);
  yaml_parser_set_encoding(&b.parser, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(&b.parser, (const unsigned char *)text, size);
  tweed_status status = run(&b, text, size);
  yaml_parser_delete(&b.parser);
  *root = b.root;
  return status;
}
