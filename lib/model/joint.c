/* joint.c: what docs/joint.md derives from the starts and roles of a joint schedule: holds, hand-offs, registers, space
 * in memories, channels. For solvers and reports; the verifier has its own. */
#include "model/build.h"
#include "model/levels.h"

/* Hand-offs above this are this: no schedule can wait so long. */
#define LONGEST_HANDOFF ((int64_t)1 << 61)

int64_t tweed_hold(const tweed_problem *p, int32_t op) {
  const tweed_class *class = tweed_class_of(p, op);
  int64_t longest = 1;
  if (class->hold > 0)
    return class->hold;
  for (int32_t u = 0; u < class->nuses && !class->async; u++)
    if (class->uses[u].cycles > longest)
      longest = class->uses[u].cycles;
  return longest;
}

int64_t tweed_done(const tweed_problem *p, int32_t op) {
  return tweed_class_of(p, op)->async ? tweed_class_of(p, op)->latency : tweed_hold(p, op);
}

int64_t tweed_handoff(const tweed_problem *p, const tweed_dep *dep) {
  const tweed_warps *warps = &p->machine->warps;
  if (dep->kind != TWEED_DEP_FLOW || p->ops[dep->from].regs == 0)
    return warps->handoff_async;
  int64_t per_kb = warps->handoff_per_kb;
  if (per_kb > 0 && dep->bytes > LONGEST_HANDOFF / per_kb)
    return LONGEST_HANDOFF;
  return warps->handoff_fixed + (per_kb * dep->bytes + 1023) / 1024;
}

static bool crosses(const tweed_schedule *s, const tweed_dep *dep) {
  return s->role[dep->from] != s->role[dep->to];
}

static int64_t use_time(const tweed_schedule *s, const tweed_dep *dep) {
  return s->start[dep->to] + (int64_t)dep->distance * s->ii;
}

static int64_t larger(int64_t a, int64_t b) {
  return a > b ? a : b;
}

/* ---- registers ---- */

/* When the value of an op is in the registers of a role: begin … end - 1. */
static void alive_in(const tweed_problem *p, const tweed_schedule *s, int32_t op, int32_t role, int64_t *begin,
                     int64_t *end) {
  bool own = s->role[op] == role, used = false;
  *begin = *end = s->start[op];
  for (int32_t i = p->out_begin[op]; i < p->out_begin[op + 1]; i++) {
    const tweed_dep *dep = &p->deps[p->out[i]];
    if (dep->kind != TWEED_DEP_FLOW)
      continue;
    if (own && crosses(s, dep))
      *end = larger(*end, s->start[op] + dep->latency + tweed_handoff(p, dep));
    if (s->role[dep->to] != role)
      continue;
    int64_t use = use_time(s, dep);
    if (!own && (!used || use < *begin))
      *begin = use;
    *end = used || own ? larger(*end, use) : use;
    used = true;
  }
  if (!own && used)
    *end = larger(*end, *begin + 1);
  if (!own && !used)
    *end = *begin;
}

/* -1 when out of memory. */
static int64_t registers_of(const tweed_problem *p, const tweed_schedule *s, int32_t role) {
  tweed_levels levels;
  if (!tweed_levels_new(&levels, s->ii, (size_t)p->nops))
    return -1;
  for (int32_t i = 0; i < p->nops; i++) {
    int64_t begin, end;
    if (p->ops[i].regs == 0)
      continue;
    alive_in(p, s, i, role, &begin, &end);
    tweed_levels_add(&levels, begin, end, p->ops[i].regs);
  }
  int64_t most = tweed_level_number(tweed_levels_peak(&levels));
  tweed_levels_free(&levels);
  return most;
}

/* The least size of group in which all ops of the role may run. */
static int32_t warps_of(const tweed_problem *p, const tweed_schedule *s, int32_t role) {
  const tweed_warps *warps = &p->machine->warps;
  int32_t needed = 1;
  for (int32_t i = 0; i < p->nops; i++)
    if (s->role[i] == role && tweed_class_of(p, i)->warps > needed)
      needed = tweed_class_of(p, i)->warps;
  for (int32_t i = 0; i < warps->nsizes; i++)
    if (warps->sizes[i] >= needed)
      return warps->sizes[i];
  return needed;
}

/* ---- memories ---- */

/* When the value is in the memory, over those consumers that count. */
static void set_life(const tweed_problem *p, const tweed_schedule *s, tweed_space *space) {
  int64_t start = s->start[space->op], soonest = INT64_MAX;
  space->begin = space->end = start;
  for (int32_t i = p->out_begin[space->op]; i < p->out_begin[space->op + 1]; i++) {
    const tweed_dep *dep = &p->deps[p->out[i]];
    bool in_place = dep->to == dep->from && !space->live;
    if (dep->kind != TWEED_DEP_FLOW || in_place || (space->staged && !crosses(s, dep)))
      continue;
    int64_t use = use_time(s, dep) + (space->live ? 0 : tweed_done(p, dep->to));
    space->end = larger(space->end, use);
    soonest = dep->latency < soonest ? dep->latency : soonest;
  }
  if (space->staged)
    space->begin = start + soonest;
  if (!space->live)
    space->end = larger(space->end, space->begin + 1);
  int64_t life = larger(space->end - space->begin, 1);
  space->depth = s->ii ? (life - 1) / s->ii + 1 : 1;
}

/* Largest number of bytes that leave the registers of an op for another group. */
static int64_t staged_bytes(const tweed_problem *p, const tweed_schedule *s, int32_t op) {
  int64_t bytes = 0;
  for (int32_t i = p->out_begin[op]; i < p->out_begin[op + 1] && p->ops[op].regs > 0; i++) {
    const tweed_dep *dep = &p->deps[p->out[i]];
    if (dep->kind == TWEED_DEP_FLOW && crosses(s, dep))
      bytes = larger(bytes, dep->bytes);
  }
  return bytes;
}

static bool has_crossing(const tweed_problem *p, const tweed_schedule *s, int32_t op) {
  for (int32_t i = p->out_begin[op]; i < p->out_begin[op + 1]; i++) {
    const tweed_dep *dep = &p->deps[p->out[i]];
    if ((dep->kind == TWEED_DEP_FLOW || dep->kind == TWEED_DEP_ASYNC) && crosses(s, dep))
      return true;
  }
  return false;
}

static void add_space(const tweed_problem *p, const tweed_schedule *s, tweed_joint *out, tweed_space space) {
  if (space.bytes == 0 || space.memory < 0)
    return;
  space.live = p->machine->memories[space.memory].alloc == TWEED_ALLOC_LIVE;
  space.barriers = !space.live && has_crossing(p, s, space.op);
  set_life(p, s, &space);
  out->spaces[out->nspaces++] = space;
}

/* The spaces of one op; a channel deeper than they need makes all of them deeper. */
static void add_spaces(const tweed_problem *p, const tweed_schedule *s, int32_t op, int64_t claimed, tweed_joint *out) {
  int32_t first = out->nspaces;
  int64_t needed = 1;
  for (int32_t m = 0; m < p->machine->nmemories && p->ops[op].bytes; m++)
    add_space(p, s, out, (tweed_space){.op = op, .memory = m, .bytes = p->ops[op].bytes[m]});
  add_space(
      p, s, out,
      (tweed_space){.op = op, .memory = p->machine->warps.staging, .staged = true, .bytes = staged_bytes(p, s, op)});
  for (int32_t i = first; i < out->nspaces; i++)
    needed = larger(needed, out->spaces[i].depth);
  for (int32_t i = first; i < out->nspaces; i++) {
    out->spaces[i].extra = larger(claimed - needed, 0);
    out->spaces[i].depth += out->spaces[i].extra;
  }
}

static tweed_status make_spaces(const tweed_problem *p, const tweed_schedule *s, tweed_arena *arena, tweed_joint *out,
                                tweed_error *error) {
  size_t count = 0;
  int32_t *claimed = tweed_arena_array(arena, (size_t)p->nops, sizeof *claimed);
  for (int32_t i = 0; i < p->nops; i++)
    count += (p->ops[i].bytes ? (size_t)p->machine->nmemories : 0) + (staged_bytes(p, s, i) > 0);
  out->spaces = tweed_arena_array(arena, count, sizeof *out->spaces);
  if (!claimed || !out->spaces)
    return tweed_no_memory(error);
  for (int32_t i = 0; i < s->nchannels; i++)
    if (s->channels[i].depth > claimed[s->channels[i].from])
      claimed[s->channels[i].from] = s->channels[i].depth;
  for (int32_t i = 0; i < p->nops; i++)
    add_spaces(p, s, i, claimed[i], out);
  return TWEED_OK;
}

/* Most bytes of a memory that are taken at a time, -1 when out of memory. */
static int64_t taken_of(const tweed_problem *p, const tweed_schedule *s, const tweed_joint *joint, int32_t memory) {
  tweed_levels levels;
  if (!tweed_levels_new(&levels, s->ii, (size_t)joint->nspaces))
    return -1;
  double always = p->reserved ? (double)p->reserved[memory] : 0;
  for (int32_t i = 0; i < joint->nspaces; i++) {
    const tweed_space *space = &joint->spaces[i];
    if (space->memory == memory && space->live)
      tweed_levels_add(&levels, space->begin, space->end, (double)space->bytes);
    if (space->memory == memory)
      always += (double)space->bytes * (double)(space->live ? space->extra : space->depth);
    if (memory == p->machine->warps.staging && space->barriers)
      always += (double)TWEED_BARRIER_BYTES * (double)space->depth;
  }
  int64_t taken = tweed_level_number(tweed_levels_peak(&levels) + always);
  tweed_levels_free(&levels);
  return taken;
}

static tweed_status make_memories(const tweed_problem *p, const tweed_schedule *s, tweed_arena *arena, tweed_joint *out,
                                  tweed_error *error) {
  out->memories = tweed_arena_array(arena, (size_t)p->machine->nmemories, sizeof *out->memories);
  if (!out->memories)
    return tweed_no_memory(error);
  for (int32_t m = 0; m < p->machine->nmemories; m++) {
    out->memories[m] = taken_of(p, s, out, m);
    if (out->memories[m] < 0)
      return tweed_no_memory(error);
  }
  double rings = 0, handoffs = 0;
  for (int32_t i = 0; i < out->nspaces; i++) {
    const tweed_space *space = &out->spaces[i];
    if (!space->live)
      rings += (double)space->depth * ((double)space->bytes + (space->barriers ? TWEED_BARRIER_BYTES : 0));
  }
  for (int32_t d = 0; d < p->ndeps; d++)
    if (crosses(s, &p->deps[d]))
      handoffs += (double)tweed_handoff(p, &p->deps[d]);
  out->ring_bytes = tweed_level_number(rings);
  out->handoffs = tweed_level_number(handoffs);
  return TWEED_OK;
}

/* ---- the whole ---- */

static tweed_status make_roles(const tweed_problem *p, const tweed_schedule *s, tweed_arena *arena, tweed_joint *out,
                               tweed_error *error) {
  for (int32_t i = 0; i < p->nops; i++)
    if (s->role[i] < 0 || s->role[i] > TWEED_MAX_WARPS)
      return tweed_fail(error, TWEED_BAD_INPUT, "op \"%s\" has role %d", p->ops[i].name, (int)s->role[i]);
  out->nroles = tweed_schedule_roles(s);
  out->roles = tweed_arena_array(arena, (size_t)out->nroles, sizeof *out->roles);
  if (!out->roles)
    return tweed_no_memory(error);
  for (int32_t i = 0; i < p->nops; i++)
    out->roles[s->role[i]].ops++;
  for (int32_t g = 0; g < out->nroles; g++) {
    out->roles[g].warps = warps_of(p, s, g);
    out->roles[g].registers = registers_of(p, s, g);
    if (out->roles[g].registers < 0)
      return tweed_no_memory(error);
  }
  return TWEED_OK;
}

tweed_status tweed_joint_derive(const tweed_problem *p, const tweed_schedule *s, tweed_arena *arena, tweed_joint *out,
                                tweed_error *error) {
  *out = (tweed_joint){.nroles = 0};
  tweed_status status = make_roles(p, s, arena, out, error);
  if (!status)
    status = make_spaces(p, s, arena, out, error);
  return status ? status : make_memories(p, s, arena, out, error);
}

/* ---- channels ---- */

/* The channel from an op to each other group with consumers. last[g]: the consumer there so far; stamp[g]: whose. */
typedef struct tweed_consumers {
  int32_t *last, *stamp;
  int64_t *time;
} tweed_consumers;

/* Adds the channels of one op, if `s->channels` is there; returns how many there are. */
static int32_t add_channels(const tweed_problem *p, tweed_schedule *s, tweed_consumers *c, int32_t op,
                            tweed_channel channel) {
  int32_t found = 0;
  for (int32_t i = p->out_begin[op]; i < p->out_begin[op + 1]; i++) {
    const tweed_dep *dep = &p->deps[p->out[i]];
    int32_t role = s->role[dep->to];
    if ((dep->kind != TWEED_DEP_FLOW && dep->kind != TWEED_DEP_ASYNC) || !crosses(s, dep))
      continue;
    bool new = c->stamp[role] != op + 1;
    int64_t time = use_time(s, dep);
    if (new || time > c->time[role] || (time == c->time[role] && dep->to < c->last[role])) {
      c->last[role] = dep->to;
      c->time[role] = time;
    }
    found += new;
    c->stamp[role] = op + 1;
  }
  for (int32_t role = 0, left = s->channels ? found : 0; left > 0; role++)
    if (c->stamp[role] == op + 1) {
      channel.to = c->last[role];
      s->channels[s->nchannels++] = channel;
      left--;
    }
  return found;
}

static tweed_channel channel_from(const tweed_joint *joint, int32_t *space, int32_t op) {
  tweed_channel channel = {.from = op, .depth = 1};
  for (; *space < joint->nspaces && joint->spaces[*space].op == op; (*space)++) {
    const tweed_space *of = &joint->spaces[*space];
    channel.bytes += of->bytes;
    if (of->depth > channel.depth)
      channel.depth = of->depth < TWEED_MAX_NUMBER ? (int32_t)of->depth : TWEED_MAX_NUMBER;
  }
  return channel;
}

static tweed_status fill(const tweed_problem *p, tweed_schedule *s, tweed_arena *scratch, tweed_error *error) {
  tweed_joint joint;
  tweed_status status = tweed_joint_derive(p, s, scratch, &joint, error);
  if (status)
    return status;
  size_t roles = (size_t)joint.nroles, count = 0;
  tweed_consumers c = {tweed_arena_array(scratch, roles, sizeof *c.last),
                       tweed_arena_array(scratch, roles, sizeof *c.stamp),
                       tweed_arena_array(scratch, roles, sizeof *c.time)};
  int32_t *stamp = tweed_arena_array(scratch, roles, sizeof *stamp);
  if (!c.last || !c.stamp || !c.time || !stamp)
    return tweed_no_memory(error);
  for (int32_t i = 0; i < p->nops; i++)
    count += (size_t)add_channels(p, s, &c, i, (tweed_channel){.from = i});
  tweed_channel *channels = tweed_arena_array(s->arena, count, sizeof *channels);
  if (!channels)
    return tweed_no_memory(error);
  s->channels = channels;
  c.stamp = stamp;
  for (int32_t i = 0, space = 0; i < p->nops; i++)
    add_channels(p, s, &c, i, channel_from(&joint, &space, i));
  return TWEED_OK;
}

tweed_status tweed_schedule_fill_channels(const tweed_problem *p, tweed_schedule *s, tweed_error *error) {
  tweed_arena *scratch = tweed_arena_new();
  if (!scratch)
    return tweed_no_memory(error);
  s->channels = NULL;
  s->nchannels = 0;
  tweed_status status = fill(p, s, scratch, error);
  tweed_arena_free(scratch);
  return status;
}

/* ---- for users ---- */

tweed_status tweed_schedule_set_joint(const tweed_problem *p, tweed_schedule *s, tweed_error *error) {
  if (!p->machine->warps.present)
    return tweed_fail(error, TWEED_BAD_INPUT, "machine \"%s\" has no warp groups", p->machine->name);
  if (p->length > 0 || s->ii < 1)
    return tweed_fail(error, TWEED_BAD_INPUT, "a joint schedule needs an ii");
  tweed_status status = tweed_schedule_fill_channels(p, s, error);
  if (!status)
    s->joint = true;
  return status;
}

int32_t tweed_schedule_role_warps(const tweed_problem *p, const tweed_schedule *s, int32_t role) {
  return warps_of(p, s, role);
}

int64_t tweed_schedule_role_registers(const tweed_problem *p, const tweed_schedule *s, int32_t role) {
  return registers_of(p, s, role);
}

int64_t tweed_schedule_memory(const tweed_problem *p, const tweed_schedule *s, int32_t memory) {
  tweed_arena *arena = tweed_arena_new();
  tweed_joint joint;
  int64_t taken = -1;
  if (arena && memory >= 0 && memory < p->machine->nmemories && !tweed_joint_derive(p, s, arena, &joint, NULL))
    taken = joint.memories[memory];
  tweed_arena_free(arena);
  return taken;
}
