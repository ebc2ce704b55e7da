/* warp.c: instructions that lanes of a warp run together: how they meet, and shfl, vote, match, redux, activemask,
 * bar.warp.sync, elect. */
#include "emu/device.h"
#include "emu/emu.h"

#include <stdio.h>
#include <string.h>

/* ---- meetings ---- */

static emu_meeting *find_meeting(emu_warp *warp, uint32_t mask) {
  emu_meeting *empty = NULL;
  for (uint32_t i = 0; i < EMU_WARP; i++) {
    if (warp->meetings[i].mask == mask)
      return &warp->meetings[i];
    if (warp->meetings[i].mask == 0 && !empty)
      empty = &warp->meetings[i];
  }
  return empty; /* there are as many as lanes, and a lane is in one at a time */
}

static void describe_meeting(const void *object, char *text, size_t size) {
  const emu_meeting *m = object;
  snprintf(text, size, "the lanes of mask 0x%08x: 0x%08x came", m->mask, m->arrived);
}

static void check_meeting(emu_thread *self, const tweed_emu_place *place, const char *name, bool aligned,
                          const emu_meeting *m) {
  if (strcmp(m->name, name) == 0 && (!aligned || m->place == place))
    return;
  char other[512];
  emu_place_text(m->place, other, sizeof other);
  emu_fault(self, TWEED_EMU_DIVERGENCE, place,
            "lane %u of warp %u runs %s while lanes 0x%08x, which must run the same, are in %s at %s", self->lane,
            self->warp->index, name, m->arrived, m->name, other);
}

/* The meeting that a lane joins. */
static emu_meeting *join(emu_thread *self, const tweed_emu_place *place, const char *name, uint32_t mask, bool aligned,
                         const void *operands, void *results) {
  emu_turn(self, place);
  emu_warp *warp = self->warp;
  if (!(mask >> self->lane & 1))
    emu_fault(self, TWEED_EMU_MISUSE, place, "%s: lane %u is not in its own mask 0x%08x", name, self->lane, mask);
  emu_meeting *m = find_meeting(warp, mask);
  if (m->mask) {
    check_meeting(self, place, name, aligned, m);
  } else {
    m->mask = mask;
    m->name = name;
    m->place = place;
  }
  m->arrived |= 1u << self->lane;
  m->operands[self->lane] = operands;
  m->results[self->lane] = results;
  self->met = false;
  return m;
}

static bool complete(const emu_warp *warp, const emu_meeting *m) {
  return m->mask && (m->arrived & warp->lanes) == (m->mask & warp->lanes);
}

emu_meeting *emu_gather(emu_thread *self, const tweed_emu_place *place, const char *name, uint32_t mask, bool aligned,
                        const void *operands, void *results) {
  emu_meeting *m = join(self, place, name, mask, aligned, operands, results);
  while (!self->met) {
    if (complete(self->warp, m))
      return m;
    emu_wait(&m->queue, place, m, describe_meeting);
  }
  return NULL;
}

void emu_scatter(emu_thread *self, emu_meeting *meeting) {
  for (uint32_t lane = 0; lane < EMU_WARP; lane++)
    if (meeting->arrived >> lane & 1)
      self->warp->threads[lane]->met = true;
  meeting->mask = meeting->arrived = 0;
  meeting->phase++;
  emu_wake_all(self->machine, &meeting->queue);
}

/* An exit may be what a meeting has waited for: one who waits computes. */
static void wake_complete_meetings(emu_thread *thread) {
  emu_warp *warp = thread->warp;
  for (uint32_t i = 0; i < EMU_WARP; i++) {
    emu_meeting *m = &warp->meetings[i];
    if (complete(warp, m))
      emu_wake_all(thread->machine, &m->queue);
  }
}

/* Once every lane of the warp is in activemask, waits or has exited, those in activemask are the active ones. */
static void release_active(emu_thread *thread) {
  emu_warp *warp = thread->warp;
  for (uint32_t lane = 0; lane < EMU_WARP; lane++)
    if (warp->lanes >> lane & 1 && warp->threads[lane]->state == EMU_READY)
      return;
  const tweed_emu_place *place = warp->active.first->place;
  uint32_t mask = 0;
  for (emu_thread *t = warp->active.first; t; t = t->next)
    if (t->place == place)
      mask |= 1u << t->lane;
  for (emu_thread *t = warp->active.first; t; t = t->next)
    t->active = t->place == place ? mask : 0;
  emu_wake_all(thread->machine, &warp->active);
}

void emu_warp_lane_stops(emu_thread *thread) {
  if (thread->state == EMU_DONE)
    wake_complete_meetings(thread);
  if (thread->warp->active.first)
    release_active(thread);
}

static void describe_active(const void *object, char *text, size_t size) {
  (void)object;
  snprintf(text, size, "the other lanes");
}

uint32_t tweed_emu_activemask(const tweed_emu_place *place) {
  emu_thread *self = emu_self();
  do {
    self->active = 0;
    emu_wait(&self->warp->active, place, self->warp, describe_active);
  } while (self->active == 0);
  return self->active;
}

void tweed_emu_bar_warp_sync(const tweed_emu_place *place, uint32_t mask) {
  emu_thread *self = emu_self();
  emu_meeting *m = join(self, place, "bar.warp.sync", mask, false, NULL, NULL);
  const void *order = &m->sync[m->phase & 1];
  emu_release(order);
  while (!self->met) {
    if (complete(self->warp, m))
      emu_scatter(self, m);
    else
      emu_wait(&m->queue, place, m, describe_meeting);
  }
  emu_acquire(order);
}

/* ---- shfl ---- */

typedef struct shfl_operands {
  uint32_t value, lane, control;
} shfl_operands;

/* PTX ISA, shfl.sync: which lane is read, and whether it is in range. */
static bool shfl_source(uint32_t mode, uint32_t lane, uint32_t b, uint32_t c, uint32_t *source) {
  int32_t segment = (int32_t)(c >> 8 & 31), clamp = (int32_t)(c & 31), me = (int32_t)lane, by = (int32_t)(b & 31);
  int32_t most = (me & segment) | (clamp & ~segment), least = me & segment, from = me;
  bool in = false;
  switch (mode) {
  case TWEED_EMU_SHFL_UP:
    from = me - by;
    in = from >= most;
    break;
  case TWEED_EMU_SHFL_DOWN:
    from = me + by;
    in = from <= most;
    break;
  case TWEED_EMU_SHFL_BFLY:
    from = me ^ by;
    in = from <= most;
    break;
  case TWEED_EMU_SHFL_IDX:
    from = least | (by & ~segment);
    in = from <= most;
    break;
  }
  *source = (uint32_t)(in ? from : me);
  return in;
}

uint64_t tweed_emu_shfl(const tweed_emu_place *place, uint32_t mode, uint32_t mask, uint32_t value, uint32_t lane,
                        uint32_t control) {
  emu_thread *self = emu_self();
  shfl_operands mine = {value, lane, control};
  uint64_t result = 0;
  emu_meeting *m = emu_gather(self, place, "shfl.sync", mask, false, &mine, &result);
  for (uint32_t i = 0; m && i < EMU_WARP; i++) {
    if (!(m->arrived >> i & 1))
      continue;
    const shfl_operands *o = m->operands[i];
    uint32_t source;
    bool in = shfl_source(mode, i, o->lane, o->control, &source);
    if (!(m->arrived >> source & 1))
      emu_fault(self, TWEED_EMU_MISUSE, place, "shfl.sync: lane %u reads lane %u, which %s", i, source,
                mask >> source & 1 ? "has exited" : "is not in the mask");
    const shfl_operands *from = m->operands[source];
    *(uint64_t *)m->results[i] = from->value | (uint64_t)in << 32;
  }
  if (m)
    emu_scatter(self, m);
  return result;
}

/* ---- vote, match, redux, elect ---- */

uint32_t tweed_emu_vote(const tweed_emu_place *place, uint32_t mode, uint32_t mask, uint32_t predicate) {
  emu_thread *self = emu_self();
  uint32_t result = 0, yes = 0;
  emu_meeting *m = emu_gather(self, place, "vote.sync", mask, false, &predicate, &result);
  if (!m)
    return result;
  for (uint32_t i = 0; i < EMU_WARP; i++)
    if (m->arrived >> i & 1 && *(const uint32_t *)m->operands[i])
      yes |= 1u << i;
  uint32_t answer = yes;
  if (mode == TWEED_EMU_VOTE_ALL)
    answer = yes == m->arrived;
  else if (mode == TWEED_EMU_VOTE_ANY)
    answer = yes != 0;
  else if (mode == TWEED_EMU_VOTE_UNI)
    answer = yes == 0 || yes == m->arrived;
  for (uint32_t i = 0; i < EMU_WARP; i++)
    if (m->arrived >> i & 1)
      *(uint32_t *)m->results[i] = answer;
  emu_scatter(self, m);
  return result;
}

uint64_t tweed_emu_match(const tweed_emu_place *place, uint32_t all, uint32_t mask, uint64_t value) {
  emu_thread *self = emu_self();
  uint64_t result = 0;
  emu_meeting *m = emu_gather(self, place, all ? "match.all.sync" : "match.any.sync", mask, false, &value, &result);
  for (uint32_t i = 0; m && i < EMU_WARP; i++) {
    if (!(m->arrived >> i & 1))
      continue;
    uint32_t same = 0;
    for (uint32_t j = 0; j < EMU_WARP; j++)
      if (m->arrived >> j & 1 && *(const uint64_t *)m->operands[i] == *(const uint64_t *)m->operands[j])
        same |= 1u << j;
    bool everybody = same == m->arrived;
    uint32_t answer = all && !everybody ? 0 : same;
    *(uint64_t *)m->results[i] = answer | (uint64_t)everybody << 32;
  }
  if (m)
    emu_scatter(self, m);
  return result;
}

static uint32_t reduce(uint32_t operation, uint32_t a, uint32_t b) {
  switch (operation) {
  case TWEED_EMU_REDUX_ADD:
    return a + b;
  case TWEED_EMU_REDUX_MIN:
    return (int32_t)a < (int32_t)b ? a : b;
  case TWEED_EMU_REDUX_MAX:
    return (int32_t)a > (int32_t)b ? a : b;
  case TWEED_EMU_REDUX_UMIN:
    return a < b ? a : b;
  case TWEED_EMU_REDUX_UMAX:
    return a > b ? a : b;
  case TWEED_EMU_REDUX_AND:
    return a & b;
  case TWEED_EMU_REDUX_OR:
    return a | b;
  default:
    return a ^ b;
  }
}

uint32_t tweed_emu_redux(const tweed_emu_place *place, uint32_t operation, uint32_t value, uint32_t mask) {
  emu_thread *self = emu_self();
  uint32_t result = 0;
  emu_meeting *m = emu_gather(self, place, "redux.sync", mask, false, &value, &result);
  if (!m)
    return result;
  uint32_t total = value;
  for (uint32_t i = 0; i < EMU_WARP; i++)
    if (m->arrived >> i & 1 && i != self->lane)
      total = reduce(operation, total, *(const uint32_t *)m->operands[i]);
  for (uint32_t i = 0; i < EMU_WARP; i++)
    if (m->arrived >> i & 1)
      *(uint32_t *)m->results[i] = total;
  emu_scatter(self, m);
  return result;
}

uint64_t tweed_emu_elect(const tweed_emu_place *place, uint32_t mask) {
  emu_thread *self = emu_self();
  uint64_t result = 0;
  emu_meeting *m = emu_gather(self, place, "elect.sync", mask, false, NULL, &result);
  if (!m)
    return result;
  uint32_t leader = (uint32_t)__builtin_ctz(m->arrived);
  for (uint32_t i = 0; i < EMU_WARP; i++)
    if (m->arrived >> i & 1)
      *(uint64_t *)m->results[i] = leader | (uint64_t)(i == leader) << 32;
  emu_scatter(self, m);
  return result;
}
