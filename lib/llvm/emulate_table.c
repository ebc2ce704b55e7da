/* emulate_table.c: which instruction calls which function of the run time (lib/emu/device.h). emulate.h says how rows
 * are read, emulate_call.c and ptx.h what the letters mean. */
#include "llvm/emulate.h"

#include <stddef.h>

const tw_row tw_intrinsic_rows[] = {
    /* barriers */
    {"barrier0", "tweed_emu_bar_sync", "v:=1=0=0"},
    {"barrier.n", "tweed_emu_bar_sync", "v:=1i=0"},
    {"bar.sync", "tweed_emu_bar_sync", "v:=1i=0"},
    {"barrier", "tweed_emu_bar_sync", "v:=1ii"},
    {"barrier.sync", "tweed_emu_bar_sync", "v:=0i=0"},
    {"barrier.sync.cnt", "tweed_emu_bar_sync", "v:=0ii"},
    {"barrier0.#popc|and|or", "tweed_emu_bar_red", "i:=0=0i"},
    {"bar.warp.sync", "tweed_emu_bar_warp_sync", "v:i"},

    /* warps */
    {"shfl.sync.#down|up|bfly|idx.i32|f32", "tweed_emu_shfl", "w:iiii"},
    {"shfl.sync.#down|up|bfly|idx.i32p|f32p", "tweed_emu_shfl", "P:iiii"},
    {"vote.#all|any|uni.sync", "tweed_emu_vote", "b:ii"},
    {"vote.ballot.sync", "tweed_emu_vote", "i:=3ii"},
    {"match.any.sync.i32|i64", "tweed_emu_match", "w:=0il"},
    {"match.all.sync.i32p|i64p", "tweed_emu_match", "P:=1il"},
    {"redux.sync.#add|min|max|umin|umax|and|or|xor", "tweed_emu_redux", "i:ii"},
    {"activemask", "tweed_emu_activemask", "i:"},

    /* fences */
    {"membar.cta|gl|sys", "tweed_emu_fence", "v:"},
    {"fence.sc.cluster", "tweed_emu_fence", "v:"},

    /* atomics that LLVM has no instruction for: operation, type, order */
    {"atomic.load.inc.32.**", "tweed_emu_atomic", "i:=12=2=0al=0"},
    {"atomic.load.dec.32.**", "tweed_emu_atomic", "i:=13=2=0al=0"},

    /* asynchronous copies */
    {"cp.async.ca|cg.shared.global.@", "tweed_emu_cp_async", "v:ll"},
    {"cp.async.ca|cg.shared.global.@.s", "tweed_emu_cp_async_fill", "v:lli"},
    {"cp.async.commit.group", "tweed_emu_cp_async_commit", "v:"},
    {"cp.async.wait.group", "tweed_emu_cp_async_wait_group", "v:i"},
    {"cp.async.wait.all", "tweed_emu_cp_async_wait_all", "v:"},
    {"cp.async.mbarrier.arrive.#?noinc.?shared", "tweed_emu_cp_async_mbarrier_arrive", "v:l"},
    {"cp.async.bulk.commit.group", "tweed_emu_bulk_commit", "v:"},
    {"cp.async.bulk.wait.group.#?read", "tweed_emu_bulk_wait", "v:i"},

    /* mbarriers */
    {"mbarrier.init.?shared", "tweed_emu_mbarrier_init", "v:li"},
    {"mbarrier.inval.?shared", "tweed_emu_mbarrier_inval", "v:l"},
    {"mbarrier.arrive.#?drop.?shared", "tweed_emu_mbarrier_arrive", "l:l"},
    {"mbarrier.arrive.#?drop.noComplete.?shared", "tweed_emu_mbarrier_arrive_count", "l:=1li"},
    {"mbarrier.test.wait.?shared", "tweed_emu_mbarrier_wait", "b:=0ll"},
    {"mbarrier.pending.count", "tweed_emu_mbarrier_pending_count", "i:l"},

    /* registers, clusters of one block */
    {"setmaxnreg.#inc|dec.sync.aligned.u32", "tweed_emu_setmaxnreg", "v:i"},
    {"barrier.cluster.arrive.#?relaxed.?aligned", "tweed_emu_cluster_arrive", "v:"},
    {"barrier.cluster.wait.?aligned", "tweed_emu_cluster_wait", "v:"},
    {"mapa.?shared.?cluster", "tweed_emu_mapa", "l:li"},

    /* others */
    {"nanosleep", "tweed_emu_nanosleep", "v:i"},
    {NULL, NULL, NULL},
};
