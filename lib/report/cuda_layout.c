/* cuda_layout.c: where roles, registers and rings of a CUDA block go. */
#include "report/cuda.h"

/* Hopper: 64 K registers in a block of one per multiprocessor; setmaxnreg takes multiples of 8 from 24 to 256. Above
 * what the values need, a thread has addresses, counters and temporaries. */
enum { STEP = 8, LEAST = 24, MOST = 240, OVERHEAD = 24, WARP_GROUP = 4 };

static int64_t round_up(int64_t value, int64_t to) {
  return (value + to - 1) / to * to;
}

static bool whole_groups(const report_view *v, int32_t role) {
  return v->roles[role].warps % WARP_GROUP == 0;
}

/* Roles of whole warp groups, then the others. */
static void place_roles(const report_view *v, cuda_layout *out) {
  for (int pass = 0; pass < 2; pass++)
    for (int32_t r = 0; r < v->nroles; r++) {
      if (v->roles[r].nops == 0 || whole_groups(v, r) == (pass == 1))
        continue;
      out->first_warp[r] = out->nwarps;
      out->by_warp[out->nordered++] = r;
      out->nwarps += v->roles[r].warps;
      out->nwhole += pass == 0;
    }
  int32_t groups = (out->nwarps + WARP_GROUP - 1) / WARP_GROUP;
  if (groups > 1)
    out->nwarps = groups * WARP_GROUP;
}

/* The warps that change their registers together: those of a role of whole warp groups, or those of all small roles. */
typedef struct share {
  int32_t groups;
  int64_t need, regs;
} share;

static int64_t need_of(const report_view *v, int32_t role, int32_t overhead) {
  int64_t need = round_up(v->roles[role].regs + overhead, STEP);
  need = need > LEAST ? need : LEAST;
  return need < MOST ? need : MOST;
}

static int32_t make_shares(const report_view *v, const cuda_layout *layout, int32_t overhead, share *shares) {
  int32_t count = layout->nwhole, used = 0;
  for (int32_t i = 0; i < layout->nwhole; i++) {
    shares[i] = (share){.groups = v->roles[layout->by_warp[i]].warps / WARP_GROUP};
    shares[i].need = need_of(v, layout->by_warp[i], overhead);
    used += shares[i].groups;
  }
  shares[count] = (share){.groups = layout->nwarps / WARP_GROUP - used, .need = LEAST};
  for (int32_t i = layout->nwhole; i < layout->nordered; i++) {
    int64_t need = need_of(v, layout->by_warp[i], overhead);
    shares[count].need = need > shares[count].need ? need : shares[count].need;
  }
  return count + (shares[count].groups > 0);
}

/* What is left goes to those that need most, to each the same. */
static void give_rest(share *shares, int32_t count, int64_t most, int64_t left) {
  int64_t groups = 0, more;
  for (int32_t i = 0; i < count; i++)
    groups += shares[i].need == most ? shares[i].groups : 0;
  more = groups > 0 ? left / groups / STEP * STEP : 0;
  more = more < MOST - most ? more : MOST - most;
  for (int32_t i = 0; i < count; i++)
    shares[i].regs += shares[i].need == most ? more : 0;
}

static bool share_registers(const report_view *v, cuda_layout *out, int32_t overhead) {
  share shares[MOST_BARRIERS + 1];
  int32_t count = make_shares(v, out, overhead, shares);
  int64_t left = BLOCK_REGISTERS / (WARP_GROUP * 32), most = 0;
  for (int32_t i = 0; i < count; i++) {
    shares[i].regs = shares[i].need;
    left -= shares[i].need * shares[i].groups;
    most = shares[i].need > most ? shares[i].need : most;
  }
  if (left < 0)
    return false;
  give_rest(shares, count, most, left);
  for (int32_t i = 0; i < out->nordered; i++)
    out->regs[out->by_warp[i]] = (int32_t)shares[i < out->nwhole ? i : out->nwhole].regs;
  return true;
}

/* Moving registers needs several warp groups, and needs that were looked at. */
static void set_registers(const report_view *v, cuda_layout *out) {
  int64_t entry = BLOCK_REGISTERS / (out->nwarps * 32) / STEP * STEP;
  bool known = out->nwarps > WARP_GROUP && v->p->machine->warps.registers > 0;
  out->entry = (int32_t)(entry < 248 ? entry : 248);
  for (int32_t i = 0; i < out->nordered; i++)
    out->needed += v->roles[out->by_warp[i]].regs * v->roles[out->by_warp[i]].warps * 32;
  out->moves_regs = known && (share_registers(v, out, OVERHEAD) || share_registers(v, out, 0));
}

static bool in_shared_memory(const report_view *v, int32_t memory) {
  return memory >= 0 && memory == v->p->machine->warps.staging;
}

static void place_rings(const report_view *v, cuda_layout *out) {
  int32_t staging = v->p->machine->warps.staging;
  if (v->p->reserved && staging >= 0)
    out->reserved = round_up(v->p->reserved[staging], 1024);
  out->bytes = out->reserved;
  for (int32_t i = 0; i < v->nrings; i++) {
    const report_ring *ring = &v->rings[i];
    out->offset[i] = -1;
    if (ring->bytes == 0 || !in_shared_memory(v, ring->memory))
      continue;
    out->bytes = round_up(out->bytes, ring->bytes >= 1024 ? 1024 : 16);
    out->offset[i] = out->bytes;
    out->bytes += ring->bytes * ring->depth;
  }
  out->barriers = out->bytes = round_up(out->bytes, 16);
  for (int32_t i = 0; i < v->nrings; i++)
    if (v->rings[i].nreaders)
      out->bytes += (int64_t)TWEED_BARRIER_BYTES * v->rings[i].depth;
}

static tweed_status check(const report_view *v, const cuda_layout *layout, tweed_error *error) {
  if (v->nroles > MOST_BARRIERS)
    return tweed_fail(error, TWEED_BAD_INPUT, "a CUDA block has named barriers for %d roles, the schedule has %d",
                      MOST_BARRIERS, (int)v->nroles);
  if (layout->nwarps > MOST_BLOCK_WARPS)
    return tweed_fail(error, TWEED_BAD_INPUT, "a CUDA block has at most %d warps, the roles need %d", MOST_BLOCK_WARPS,
                      (int)layout->nwarps);
  for (int32_t i = 0; i < v->nrings; i++)
    if (v->rings[i].depth > 1 << 20 || v->rings[i].bytes > (int64_t)1 << 30)
      return tweed_fail(error, TWEED_BAD_INPUT,
                        "the ring of \"%s\" is too large for a skeleton: %d slots of %lld bytes",
                        v->p->ops[v->rings[i].op].name, (int)v->rings[i].depth, (long long)v->rings[i].bytes);
  return TWEED_OK;
}

tweed_status report_cuda_layout(report_view *v, cuda_layout *out, tweed_error *error) {
  int64_t warps = 0;
  for (int32_t r = 0; r < v->nroles; r++)
    warps += v->roles[r].nops ? v->roles[r].warps : 0;
  *out = (cuda_layout){.nwarps = (int32_t)(warps > TWEED_MAX_NUMBER ? TWEED_MAX_NUMBER : warps)};
  tweed_status status = check(v, out, error);
  if (status)
    return status;
  out->nwarps = 0;
  out->first_warp = tweed_arena_array(v->arena, (size_t)v->nroles, sizeof *out->first_warp);
  out->by_warp = tweed_arena_array(v->arena, (size_t)v->nroles, sizeof *out->by_warp);
  out->regs = tweed_arena_array(v->arena, (size_t)v->nroles, sizeof *out->regs);
  out->offset = tweed_arena_array(v->arena, (size_t)v->nrings + 1, sizeof *out->offset);
  if (!out->first_warp || !out->by_warp || !out->regs || !out->offset)
    return tweed_no_memory(error);
  place_roles(v, out);
  set_registers(v, out);
  place_rings(v, out);
  return TWEED_OK;
}
