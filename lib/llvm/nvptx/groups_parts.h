/* groups_parts.h: what the parts of groups.h share. Private to groups*.c.
 *
 * groups.c        which instruction is of which group
 * groups_link.c   what groups wait for, and the registers between them
 * groups_name.c   what a group comes to, and what it is called */
#ifndef TWEED_LLVM_NVPTX_GROUPS_PARTS_H
#define TWEED_LLVM_NVPTX_GROUPS_PARTS_H

#include "llvm/nvptx/groups.h"

/* Instructions whose value an instruction may stand for: costs of the machine are 0 for it (extractvalue, phi), so it
 * is of no group, and passes on what it is made of. */
typedef struct tw_sources {
  int32_t n, *insts; /* instructions of groups, phis of the header */
} tw_sources;

/* What a group does to memory; each pair of object and direction once. */
typedef struct tw_reach {
  int32_t group;
  tw_origin origin;
  bool reads, writes;
} tw_reach;

/* By instruction: needed, by what is not a copy; group, -1 = none; at: its place in the group, in cycles of one warp;
 * chain: the latest chain of latencies inside the group; ready: through the iteration; site: its first, -1. */
typedef struct tw_cutting {
  tw_groups *g;
  tw_flow *f;
  tweed_arena *arena;
  tweed_error *error;
  bool *needed;
  int32_t *group, *class_of, *site;
  int64_t *at, *chain, *ready, *times;
  tw_sources *from;
  tw_loop **inner; /* by block: the outermost loop inside the tile loop around it */
  bool *guessed;   /* by block */
  int32_t nreaches;
  tw_reach *reaches;
  int32_t *uses, nuses; /* pairs: an instruction, or phi of the header, and who needs it */
  size_t cap_groups, cap_links, cap_reaches, cap_uses;
  int32_t floor; /* least phase behind the last barrier that stays */
} tw_cutting;

bool tw_cut_in_tile(const tw_cutting *c, int32_t inst);
bool tw_cut_header_phi(const tw_cutting *c, int32_t inst);
/* Adds what an instruction stands for. False: out of memory. */
bool tw_cut_add_sources(tw_cutting *c, tw_sources *s, int32_t inst, size_t *room);
/* The object is one of a channel. */
bool tw_cut_renamed(const tw_cutting *c, LLVMValueRef object, int32_t *channel);
/* One of the two writes, and they may meet. */
bool tw_cut_conflict(const tw_reach *a, const tw_touch *b);
/* All dependences, and registers. False: out of memory. */
bool tw_cut_link(tw_cutting *c);

#endif
