/* specialize_check.c: the protocol of a specialised kernel, as the other parts are going to write it. */
#include "llvm/nvptx/protocol.h"
#include "llvm/nvptx/special.h"
#include <stdio.h>

enum { PRODUCERS = 2, CONSUMERS = 2, ROLES = PRODUCERS + CONSUMERS, WARP = 32 };

/* Numbers of a channel's barriers and ring in the protocol. */
typedef struct numbers {
  int32_t full, empty, ring;
} numbers;

/* all: the barrier of the consumers; turn: those of their halves. */
typedef struct checking {
  const tw_special *s;
  tw_protocol *p;
  int32_t loop, all, turn[CONSUMERS];
  numbers *channels;
  bool failed; /* out of memory */
} checking;

static void add(checking *c, int32_t role, tw_when when, tw_step_kind kind, int32_t of, int32_t count) {
  c->failed |= !tw_protocol_step(c->p, c->loop, role, when, kind, of, count);
}

/* Half of the warps; with one warp, all of it is in the first half. */
static int32_t half(int32_t warps, int32_t which) {
  return which == 0 ? warps - warps / 2 : warps / 2;
}

static int32_t warps_of(const checking *c, bool producers) {
  return (producers ? c->s->producers : c->s->kernel->block.threads) / WARP;
}

static void add_channels(checking *c, const tw_special_loop *l) {
  c->channels = tweed_arena_array(c->s->arena, (size_t)l->tile->nchannels, sizeof *c->channels);
  c->failed |= !c->channels;
  for (int32_t i = 0; !c->failed && i < l->tile->nchannels; i++) {
    const tw_special_channel *ch = &l->channels[i];
    c->channels[i] = (numbers){
        .full = tw_protocol_barrier(c->p, ch->depth, c->s->producers * tw_special_arrivals(ch), false),
        .empty = tw_protocol_barrier(c->p, ch->depth, warps_of(c, false), true),
        .ring = tw_protocol_ring(c->p, ch->depth),
    };
  }
}

static void add_producers(checking *c, const tw_special_loop *l, int32_t which) {
  int32_t threads = half(warps_of(c, true), which) * WARP;
  for (int32_t i = 0; threads > 0 && i < l->tile->nchannels; i++) {
    add(c, which, TW_EACH, TW_STEP_WAIT, c->channels[i].empty, 0);
    add(c, which, TW_EACH, TW_STEP_FILL, c->channels[i].ring, 0);
    add(c, which, TW_EACH, TW_STEP_ARRIVE, c->channels[i].full, threads * tw_special_arrivals(&l->channels[i]));
  }
}

static void add_meeting(checking *c, int32_t role, tw_when when, int32_t barrier, int32_t count) {
  add(c, role, when, TW_STEP_ARRIVE, barrier, count);
  add(c, role, when, TW_STEP_WAIT, barrier, 0);
}

/* What stands at the barrier in front of segment `segment` of the loop, or at its end. */
static void add_border(checking *c, const tw_special_loop *l, int32_t role, int32_t warps, int32_t segment) {
  for (int32_t i = 0; i < l->tile->nchannels; i++) {
    const tw_channel *ch = l->channels[i].channel;
    if (ch->first_read == segment)
      add(c, role, TW_EACH, TW_STEP_WAIT, c->channels[i].full, 0);
    if (ch->last_read == segment - 1)
      add(c, role, TW_EACH, TW_STEP_ARRIVE, c->channels[i].empty, warps);
  }
  if (l->tile->keeps_barriers && segment <= l->tile->nbarriers)
    add_meeting(c, role, TW_EACH, c->all, warps);
}

/* The turns that begin in a segment: between the barrier in front of it and the next one. */
static void add_turns(checking *c, const tw_special_loop *l, int32_t which, int32_t segment) {
  int32_t warps = half(warps_of(c, false), which);
  for (int32_t r = 0; r < l->nruns; r++)
    if (tw_tile_segment(c->s->kernel, l->tile, l->runs[r].first) == segment) {
      add_meeting(c, PRODUCERS + which, TW_EACH, c->turn[which], warps);
      add(c, PRODUCERS + which, TW_EACH, TW_STEP_ARRIVE, c->turn[1 - which], warps);
    }
}

static void add_consumers(checking *c, const tw_special_loop *l, int32_t which) {
  int32_t role = PRODUCERS + which, warps = half(warps_of(c, false), which);
  if (warps == 0)
    return;
  if (l->nruns > 0 && which == 1)
    add(c, role, TW_BEFORE, TW_STEP_ARRIVE, c->turn[0], warps);
  for (int32_t segment = 0; segment <= l->tile->nbarriers; segment++) {
    if (segment > 0)
      add_border(c, l, role, warps, segment);
    add_turns(c, l, which, segment);
    for (int32_t i = 0; i < l->tile->nchannels; i++)
      if (l->channels[i].channel->first_read <= segment && segment <= l->channels[i].channel->last_read)
        add(c, role, TW_EACH, TW_STEP_READ, c->channels[i].ring, 0);
  }
  add_border(c, l, role, warps, l->tile->nbarriers + 1);
  if (l->nruns > 0)
    add_meeting(c, role, TW_BEHIND, c->turn[which], warps);
  if (l->nruns > 0 && which == 0)
    add(c, role, TW_BEHIND, TW_STEP_ARRIVE, c->turn[1], warps);
}

bool tw_special_check(const tw_special *s, char *detail, size_t size) {
  checking c = {.s = s, .p = tw_protocol_new(s->arena, ROLES, s->count)};
  if (!c.p)
    return false;
  c.all = tw_protocol_barrier(c.p, 1, warps_of(&c, false), false);
  for (int32_t which = 0; which < CONSUMERS; which++)
    c.turn[which] = tw_protocol_barrier(c.p, 1, warps_of(&c, false), false);
  for (; c.loop < s->count && !c.failed; c.loop++) {
    const tw_special_loop *l = &s->loops[c.loop];
    add_channels(&c, l);
    for (int32_t which = 0; which < PRODUCERS && !c.failed; which++)
      add_producers(&c, l, which);
    for (int32_t which = 0; which < CONSUMERS && !c.failed; which++)
      add_consumers(&c, l, which);
  }
  if (c.failed) {
    snprintf(detail, size, "out of memory");
    return false;
  }
  return tw_protocol_check(c.p, detail, size);
}
