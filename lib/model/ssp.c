/* ssp.c: problems in the text form of CIRCT's SSP dialect.
 *
 * One ssp.instance per file. Operator types become classes; a limit on an operator type or a resource type becomes a
 * unit of that count, held for one cycle. Dependences on %values are flow, those on @symbols memory; their latency is
 * that of the operator type they come from. Properties that describe a solution (II, t) are skipped; those that change
 * the problem and that Tweed has no word for (chaining delays) are refused. */
#include "model/read.h"
#include "model/ssp_token.h"

#include <string.h>

/* An operator or resource type. */
typedef struct type {
  const char *name;
  int64_t latency, limit; /* limit 0 = none */
} type;

typedef struct types {
  type *items;
  size_t count, capacity;
} types;

/* An operation: a range of uses (resource numbers) and its class once it has one. */
typedef struct operation {
  const char *name;
  int line, column;
  int32_t type, class_index;
  size_t first_use, uses;
} operation;

typedef struct argument {
  const char *name; /* "%0" or "@load" */
  int line, column;
  int32_t to;
  int64_t distance;
} argument;

typedef struct ssp {
  tweed_tokens t;
  const char *name;
  types operators, resources;
  operation *ops;
  argument *arguments;
  int32_t *uses;
  size_t nops, narguments, nuses, cap_ops, cap_arguments, cap_uses;
  tweed_names *names; /* "%0" and "@load" -> number of the op */
} ssp;

typedef struct property {
  const char *name;
  int64_t *value; /* NULL = skipped */
  int64_t low;
} property;

static tweed_status no_memory(ssp *s) {
  return tweed_no_memory(&s->t.r->error);
}

static tweed_status bad_at(ssp *s, int line, int column, const char *key, const char *message) {
  tweed_node at = {.line = line, .column = column};
  return tweed_node_bad(s->t.r, &at, key, "%s", message);
}

/* name<number> among those that are known. */
static tweed_status parse_property(ssp *s, const property *known) {
  tweed_tokens *t = &s->t;
  while (known->name && !tweed_token_is(t, known->name))
    known++;
  if (!known->name)
    return tweed_token_bad(t, "", "expected a property that Tweed knows (latency, limit, dist, t, II)");
  tweed_status status = tweed_token_next(t);
  if (!status)
    status = tweed_token_accept(t, "<", NULL);
  if (status)
    return status;
  tweed_node number = {.line = t->token.line, .column = t->token.column, .text = t->token.text};
  int64_t value = 0;
  if (t->token.kind != TWEED_TOKEN_NUMBER)
    return tweed_token_bad(t, known->name, "expected a number");
  status = tweed_node_int(t->r, &number, known->name, known->low, TWEED_MAX_NUMBER, &value);
  if (!status && known->value)
    *known->value = value;
  if (!status)
    status = tweed_token_next(t);
  return status ? status : tweed_token_accept(t, ">", NULL);
}

/* An optional [property, …]. */
static tweed_status parse_properties(ssp *s, const property *known) {
  bool more = false;
  tweed_status status = tweed_token_accept(&s->t, "[", &more);
  while (more && !status) {
    status = parse_property(s, known);
    if (!status)
      status = tweed_token_accept(&s->t, ",", &more);
    if (!status && !more)
      return tweed_token_accept(&s->t, "]", NULL);
  }
  return status;
}

static int32_t find_type(const types *in, const char *name) {
  for (size_t i = 0; i < in->count; i++)
    if (strcmp(in->items[i].name, name) == 0)
      return (int32_t)i;
  return -1;
}

/* operator_type @add [latency<1>, limit<2>] */
static tweed_status parse_type(ssp *s, types *into) {
  tweed_tokens *t = &s->t;
  type new = {NULL, 0, 0};
  int line = t->token.line, column = t->token.column;
  tweed_status status = tweed_token_take(t, TWEED_TOKEN_SYMBOL, "the @name of a type", &new.name);
  const property known[] = {{"latency", &new.latency, 0}, {"limit", &new.limit, 1}, {NULL, NULL, 0}};
  if (!status)
    status = parse_properties(s, known);
  if (status)
    return status;
  if (find_type(into, new.name) >= 0)
    return bad_at(s, line, column, new.name, "the type is there twice");
  if (into->count >= 4096)
    return bad_at(s, line, column, new.name, "more than 4096 types");
  if (!tweed_arena_grow(t->r->arena, (void **)&into->items, &into->capacity, into->count + 1, sizeof new))
    return no_memory(s);
  into->items[into->count++] = new;
  return TWEED_OK;
}

/* `library { … }` or `resource { … }`, the braces included. */
static tweed_status parse_types(ssp *s, const char *keyword, types *into) {
  tweed_status status = tweed_token_accept(&s->t, "{", NULL);
  bool done = false;
  while (!status && !done) {
    status = tweed_token_accept(&s->t, "}", &done);
    if (!status && !done)
      status = tweed_token_accept(&s->t, keyword, NULL);
    if (!status && !done)
      status = parse_type(s, into);
  }
  return status;
}

/* Makes `name` mean the op that is being read. */
static tweed_status define(ssp *s, const char *name, int line, int column) {
  tweed_status status = tweed_names_add(s->names, name, strlen(name), (int32_t)s->nops, &s->t.r->error);
  return status == TWEED_BAD_INPUT ? bad_at(s, line, column, name, "the name is there twice") : status;
}

/* %0 = or %0:2 = */
static tweed_status parse_results(ssp *s, operation *op) {
  tweed_tokens *t = &s->t;
  if (t->token.kind != TWEED_TOKEN_VALUE)
    return TWEED_OK;
  op->name = t->token.text;
  tweed_status status = define(s, t->token.text, t->token.line, t->token.column);
  if (!status)
    status = tweed_token_next(t);
  bool many = false;
  const char *number;
  if (!status)
    status = tweed_token_accept(t, ":", &many);
  if (!status && many)
    status = tweed_token_take(t, TWEED_TOKEN_NUMBER, "a number of results", &number);
  return status ? status : tweed_token_accept(t, "=", NULL);
}

/* <@type> */
static tweed_status parse_operator(ssp *s, operation *op) {
  tweed_tokens *t = &s->t;
  const char *name = NULL;
  tweed_status status = tweed_token_accept(t, "<", NULL);
  int line = t->token.line, column = t->token.column;
  if (!status)
    status = tweed_token_take(t, TWEED_TOKEN_SYMBOL, "the @name of an operator type", &name);
  if (!status)
    status = tweed_token_accept(t, ">", NULL);
  if (status)
    return status;
  op->type = find_type(&s->operators, name);
  return op->type >= 0 ? TWEED_OK : bad_at(s, line, column, name, "no operator type has this name");
}

static tweed_status parse_argument(ssp *s) {
  tweed_tokens *t = &s->t;
  argument new = {.line = t->token.line, .column = t->token.column, .to = (int32_t)s->nops};
  tweed_token_kind kind = t->token.kind == TWEED_TOKEN_VALUE ? TWEED_TOKEN_VALUE : TWEED_TOKEN_SYMBOL;
  tweed_status status = tweed_token_take(t, kind, "a %value or an @operation", &new.name);
  bool result = false;
  const char *number;
  if (!status)
    status = tweed_token_accept(t, "#", &result);
  if (!status && result)
    status = tweed_token_take(t, TWEED_TOKEN_NUMBER, "a result's number", &number);
  const property known[] = {{"dist", &new.distance, 0}, {NULL, NULL, 0}};
  if (!status)
    status = parse_properties(s, known);
  if (status)
    return status;
  if (!tweed_arena_grow(t->r->arena, (void **)&s->arguments, &s->cap_arguments, s->narguments + 1, sizeof new))
    return no_memory(s);
  s->arguments[s->narguments++] = new;
  return TWEED_OK;
}

static tweed_status parse_arguments(ssp *s) {
  bool done = false;
  tweed_status status = tweed_token_accept(&s->t, "(", NULL);
  if (!status)
    status = tweed_token_accept(&s->t, ")", &done);
  while (!status && !done) {
    bool more = false;
    status = parse_argument(s);
    if (!status)
      status = tweed_token_accept(&s->t, ",", &more);
    if (!status && !more) {
      status = tweed_token_accept(&s->t, ")", NULL);
      done = true;
    }
  }
  return status;
}

static tweed_status parse_use(ssp *s, operation *op) {
  tweed_tokens *t = &s->t;
  const char *name = NULL;
  int line = t->token.line, column = t->token.column;
  tweed_status status = tweed_token_take(t, TWEED_TOKEN_SYMBOL, "the @name of a resource type", &name);
  if (status)
    return status;
  int32_t resource = find_type(&s->resources, name);
  if (resource < 0)
    return bad_at(s, line, column, name, "no resource type has this name");
  for (size_t i = op->first_use; i < s->nuses; i++)
    if (s->uses[i] == resource)
      return bad_at(s, line, column, name, "the resource type is used twice");
  if (!tweed_arena_grow(t->r->arena, (void **)&s->uses, &s->cap_uses, s->nuses + 1, sizeof *s->uses))
    return no_memory(s);
  s->uses[s->nuses++] = resource;
  op->uses++;
  return TWEED_OK;
}

/* An optional uses[@a, @b]. */
static tweed_status parse_uses(ssp *s, operation *op) {
  bool more = false;
  op->first_use = s->nuses;
  tweed_status status = tweed_token_accept(&s->t, "uses", &more);
  if (status || !more)
    return status;
  status = tweed_token_accept(&s->t, "[", NULL);
  while (!status && more) {
    status = parse_use(s, op);
    if (!status)
      status = tweed_token_accept(&s->t, ",", &more);
  }
  return status ? status : tweed_token_accept(&s->t, "]", NULL);
}

static tweed_status parse_symbol(ssp *s, operation *op) {
  tweed_tokens *t = &s->t;
  if (t->token.kind != TWEED_TOKEN_SYMBOL)
    return TWEED_OK;
  op->name = t->token.text + 1;
  tweed_status status = define(s, t->token.text, t->token.line, t->token.column);
  return status ? status : tweed_token_next(t);
}

/* %0 = operation<@type> @name(%a, @b [dist<1>]) uses[@r] [t<2>] */
static tweed_status parse_operation(ssp *s) {
  tweed_tokens *t = &s->t;
  operation op = {.line = t->token.line, .column = t->token.column, .class_index = -1};
  static const property known[] = {{"t", NULL, 0}, {NULL, NULL, 0}};
  if (s->nops >= 1 << 24)
    return bad_at(s, op.line, op.column, "", "too many operations");
  tweed_status status = parse_results(s, &op);
  if (!status)
    status = tweed_token_accept(t, "operation", NULL);
  if (!status)
    status = parse_operator(s, &op);
  if (!status)
    status = parse_symbol(s, &op);
  if (!status)
    status = parse_arguments(s);
  if (!status)
    status = parse_uses(s, &op);
  if (!status)
    status = parse_properties(s, known);
  if (status)
    return status;
  if (!op.name) {
    char name[32];
    snprintf(name, sizeof name, "#%zu", s->nops);
    op.name = tweed_arena_strdup(t->r->arena, name);
  }
  if (!op.name || !tweed_arena_grow(t->r->arena, (void **)&s->ops, &s->cap_ops, s->nops + 1, sizeof op))
    return no_memory(s);
  s->ops[s->nops++] = op;
  return TWEED_OK;
}

static tweed_status parse_graph(ssp *s) {
  bool done = false;
  tweed_status status = tweed_token_accept(&s->t, "{", NULL);
  while (!status && !done) {
    status = tweed_token_accept(&s->t, "}", &done);
    if (!status && !done)
      status = parse_operation(s);
  }
  return status;
}

static tweed_status check_problem_kind(ssp *s) {
  static const char *const known[] = {"Problem", "CyclicProblem", "ModuloProblem", "SharedOperatorsProblem",
                                      "SharedResourcesProblem"};
  if (s->t.token.kind == TWEED_TOKEN_STRING)
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
      if (strcmp(s->t.token.text, known[i]) == 0)
        return tweed_token_next(&s->t);
  return tweed_token_bad(&s->t, "", "expected a kind of problem that Tweed knows, such as \"ModuloProblem\"");
}

/* [@name | "name"] of "ModuloProblem" [II<3>] { library … resource … graph … } */
static tweed_status parse_instance(ssp *s) {
  static const property known[] = {{"II", NULL, 1}, {NULL, NULL, 0}};
  tweed_tokens *t = &s->t;
  tweed_status status = tweed_token_accept(t, "ssp.instance", NULL);
  s->name = "ssp";
  if (!status && (t->token.kind == TWEED_TOKEN_SYMBOL || t->token.kind == TWEED_TOKEN_STRING)) {
    s->name = t->token.text + (t->token.kind == TWEED_TOKEN_SYMBOL);
    status = tweed_token_next(t);
  }
  if (!status)
    status = tweed_token_accept(t, "of", NULL);
  if (!status)
    status = check_problem_kind(s);
  if (!status)
    status = parse_properties(s, known);
  if (!status)
    status = tweed_token_accept(t, "{", NULL);
  if (!status)
    status = tweed_token_accept(t, "library", NULL);
  if (!status)
    status = parse_types(s, "operator_type", &s->operators);
  bool more = false;
  if (!status)
    status = tweed_token_accept(t, "resource", &more);
  if (!status && more)
    status = parse_types(s, "resource_type", &s->resources);
  if (!status)
    status = tweed_token_accept(t, "graph", NULL);
  if (!status)
    status = parse_graph(s);
  return status ? status : tweed_token_accept(t, "}", NULL);
}

static tweed_status parse_file(ssp *s) {
  bool module = false;
  tweed_status status = tweed_token_next(&s->t);
  if (!status)
    status = tweed_token_accept(&s->t, "module", &module);
  if (!status && module)
    status = tweed_token_accept(&s->t, "{", NULL);
  if (!status)
    status = parse_instance(s);
  if (!status && module)
    status = tweed_token_accept(&s->t, "}", NULL);
  if (!status && s->t.token.kind != TWEED_TOKEN_END)
    status = tweed_token_bad(&s->t, "", "expected the end of the file after its one instance");
  return status;
}

/* ---- from what was read to machine and problem ---- */

static tweed_status add_units(ssp *s, tweed_machine *m, const types *from) {
  for (size_t i = 0; i < from->count; i++) {
    if (from->items[i].limit == 0)
      continue;
    tweed_status status =
        tweed_machine_add_unit(m, from->items[i].name + 1, (int32_t)from->items[i].limit, NULL, &s->t.r->error);
    if (status)
      return status;
  }
  return TWEED_OK;
}

/* A class is an operator type and a list of resource types: "add" or "add+port". */
static tweed_status class_name(ssp *s, const operation *op, const char **out) {
  const char *name = s->operators.items[op->type].name + 1;
  size_t length = strlen(name);
  for (size_t i = 0; i < op->uses; i++)
    length += strlen(s->resources.items[s->uses[op->first_use + i]].name);
  char *text = tweed_arena_alloc(s->t.r->arena, length + 1);
  if (!text)
    return no_memory(s);
  strcpy(text, name);
  for (size_t i = 0; i < op->uses; i++) {
    strcat(text, "+");
    strcat(text, s->resources.items[s->uses[op->first_use + i]].name + 1);
  }
  *out = text;
  return TWEED_OK;
}

static tweed_status add_use(ssp *s, tweed_machine *m, int32_t class_index, const type *of) {
  if (of->limit == 0)
    return TWEED_OK;
  int32_t unit = tweed_machine_unit(m, of->name + 1);
  return tweed_machine_add_use_ones(m, class_index, unit, 1, &s->t.r->error);
}

static tweed_status class_of(ssp *s, tweed_machine *m, operation *op) {
  const type *kind = &s->operators.items[op->type];
  const char *name = NULL;
  tweed_status status = class_name(s, op, &name);
  if (status)
    return status;
  op->class_index = tweed_machine_class(m, name);
  if (op->class_index >= 0)
    return TWEED_OK;
  status = tweed_machine_add_class(m, name, (int32_t)kind->latency, 1, -1, &op->class_index, &s->t.r->error);
  if (!status)
    status = add_use(s, m, op->class_index, kind);
  for (size_t i = 0; i < op->uses && !status; i++)
    status = add_use(s, m, op->class_index, &s->resources.items[s->uses[op->first_use + i]]);
  return status;
}

/* An error of a builder, put at an op. */
static tweed_status place(ssp *s, int line, int column, const char *key, tweed_status status) {
  tweed_node at = {.line = line, .column = column};
  return tweed_node_place(s->t.r, &at, key, status);
}

static tweed_status build_machine(ssp *s, tweed_machine **out) {
  tweed_status status = tweed_machine_new("ssp", out, &s->t.r->error);
  if (!status)
    status = add_units(s, *out, &s->operators);
  if (!status)
    status = add_units(s, *out, &s->resources);
  for (size_t i = 0; i < s->nops && !status; i++)
    status = place(s, s->ops[i].line, s->ops[i].column, s->ops[i].name, class_of(s, *out, &s->ops[i]));
  if (!status && s->nops == 0)
    return place(s, 1, 1, "graph", tweed_fail(&s->t.r->error, TWEED_BAD_INPUT, "the graph has no operations"));
  return status ? status : tweed_machine_finish(*out, &s->t.r->error);
}

static tweed_status add_argument(ssp *s, tweed_problem *p, const argument *a) {
  int32_t from = tweed_names_find(s->names, a->name, strlen(a->name));
  if (from < 0)
    return bad_at(s, a->line, a->column, a->name, "no operation has this name");
  tweed_dep dep = {.from = from,
                   .to = a->to,
                   .latency = -1,
                   .distance = (int32_t)a->distance,
                   .kind = a->name[0] == '%' ? TWEED_DEP_FLOW : TWEED_DEP_MEMORY};
  return tweed_problem_add_dep(p, &dep, &s->t.r->error);
}

static tweed_status build_problem(ssp *s, tweed_machine *m, tweed_problem **out) {
  tweed_status status = tweed_problem_new(s->name, m, out, &s->t.r->error);
  for (size_t i = 0; i < s->nops && !status; i++) {
    const operation *op = &s->ops[i];
    status = tweed_problem_add_op(*out, op->name, op->class_index, -1, NULL, &s->t.r->error);
    status = place(s, op->line, op->column, op->name, status);
  }
  for (size_t i = 0; i < s->narguments && !status; i++)
    status = place(s, s->arguments[i].line, s->arguments[i].column, s->arguments[i].name,
                   add_argument(s, *out, &s->arguments[i]));
  if (status)
    return status;
  tweed_culprit culprit;
  status = tweed_problem_check(*out, &culprit, &s->t.r->error);
  const argument *at = status && culprit.dep >= 0 ? &s->arguments[culprit.dep] : NULL;
  return place(s, at ? at->line : 1, at ? at->column : 1, "graph", status);
}

tweed_status tweed_ssp_parse(const char *text, size_t size, const char *name, tweed_problem **out, tweed_error *error) {
  tweed_reader r;
  tweed_machine *m = NULL;
  *out = NULL;
  tweed_status status = tweed_reader_init(&r, name);
  ssp s = {.t = {.r = &r, .at = text, .end = text + size, .line = 1, .column = 1}, .names = tweed_names_new()};
  if (!status && !s.names)
    status = no_memory(&s);
  if (!status)
    status = parse_file(&s);
  if (!status)
    status = place(&s, 1, 1, "", build_machine(&s, &m));
  if (!status)
    status = place(&s, 1, 1, "", build_problem(&s, m, out));
  tweed_machine_free(m);
  tweed_names_free(s.names);
  if (status) {
    tweed_problem_free(*out);
    *out = NULL;
  }
  return tweed_reader_end(&r, status, error);
}
