/* emulate_table.c: which instruction calls which function of the run time (lib/emu/device.h). emulate.h says how rows
 * are read, emulate_call.c and ptx.h what the letters mean. */
#include "llvm/emulate.h"

#include <stddef.h>

/* Types of device.h for the letters in names of intrinsics. */
#define INTEGERS(NAME, FUNCTION, REST)                                                                                 \
  {NAME ".s", FUNCTION, "l:#4" REST}, {NAME ".us", FUNCTION, "l:#3" REST}, {NAME ".i", FUNCTION, "l:#7" REST},         \
      {NAME ".ui", FUNCTION, "l:#6" REST}, {NAME ".ll", FUNCTION, "l:#10" REST}, {                                     \
    NAME ".ull", FUNCTION, "l:#9" REST                                                                                 \
  }
#define CONVERT(NAME, TO, FROM) {NAME ".#?rn|rz|rm|rp.?ftz", "tweed_emu_ptx_convert", "l:#0#0" TO FROM "l"}
#define TO_INTEGER(LETTER, FROM)                                                                                       \
  CONVERT(LETTER "2i", "#7", FROM), CONVERT(LETTER "2ui", "#6", FROM), CONVERT(LETTER "2ll", "#10", FROM),             \
      CONVERT(LETTER "2ull", "#9", FROM)
#define FROM_INTEGER(LETTERS, FROM) CONVERT(LETTERS "2f", "#14", FROM), CONVERT(LETTERS "2d", "#15", FROM)

const tw_row tw_intrinsic_rows[] = {
    /* barriers */
    {"barrier0", "tweed_emu_bar_sync", "v:#1#0#0"},
    {"barrier.n", "tweed_emu_bar_sync", "v:#1i#0"},
    {"bar.sync", "tweed_emu_bar_sync", "v:#1i#0"},
    {"barrier", "tweed_emu_bar_sync", "v:#1ii"},
    {"barrier.sync", "tweed_emu_bar_sync", "v:#0i#0"},
    {"barrier.sync.cnt", "tweed_emu_bar_sync", "v:#0ii"},
    {"barrier0.#popc|and|or", "tweed_emu_bar_red", "i:#0#0i"},
    {"bar.warp.sync", "tweed_emu_bar_warp_sync", "v:i"},

    /* warps */
    {"shfl.sync.#down|up|bfly|idx.i32|f32", "tweed_emu_shfl", "w:iiii"},
    {"shfl.sync.#down|up|bfly|idx.i32p|f32p", "tweed_emu_shfl", "P:iiii"},
    {"vote.#all|any|uni.sync", "tweed_emu_vote", "b:ii"},
    {"vote.ballot.sync", "tweed_emu_vote", "i:#3ii"},
    {"match.any.sync.i32|i64", "tweed_emu_match", "w:#0il"},
    {"match.all.sync.i32p|i64p", "tweed_emu_match", "P:#1il"},
    {"redux.sync.#add|min|max|umin|umax|and|or|xor", "tweed_emu_redux", "i:ii"},
    {"activemask", "tweed_emu_activemask", "i:"},

    /* fences */
    {"membar.cta|gl|sys", "tweed_emu_fence", "v:"},
    {"fence.sc.cluster", "tweed_emu_fence", "v:"},

    /* atomics that LLVM has no instruction for: operation, type, order */
    {"atomic.load.inc.32.**", "tweed_emu_atomic", "w:#12#2#0al$0"},
    {"atomic.load.dec.32.**", "tweed_emu_atomic", "w:#13#2#0al$0"},

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
    {"mbarrier.arrive.#?drop.noComplete.?shared", "tweed_emu_mbarrier_arrive_count", "l:#1li"},
    {"mbarrier.test.wait.?shared", "tweed_emu_mbarrier_wait", "b:#0ll#0"},
    {"mbarrier.pending.count", "tweed_emu_mbarrier_pending_count", "i:l"},

    /* registers, clusters of one block */
    {"setmaxnreg.#inc|dec.sync.aligned.u32", "tweed_emu_setmaxnreg", "v:i"},
    {"barrier.cluster.arrive.#?relaxed.?aligned", "tweed_emu_cluster_arrive", "v:"},
    {"barrier.cluster.wait.?aligned", "tweed_emu_cluster_wait", "v:"},
    {"mapa.?shared.?cluster", "tweed_emu_mapa", "l:li"},

    /* math: halves, roundings other than to nearest, integers; what is plain IR stands in emulate_math.c */
    {"#add|sub|mul|div.#rn|rz|rm|rp.?ftz.#f|d", "tweed_emu_round_two", "l:ll"},
    {"#sqrt|rcp.#rn|rz|rm|rp.?ftz.#f|d", "tweed_emu_round_one", "l:l"},
    {"fma.#rn|rz|rm|rp.?ftz.#f|d", "tweed_emu_round_fma", "l:lll"},
    {"fma.rn.?ftz.#?relu|sat.#f16|bf16|f16x2|bf16x2", "tweed_emu_fma_half", "l:lll"},
    {"#fmin|fmax.?ftz.#?nan.#?xorsign.?abs.#f|d|f16|bf16|f16x2|bf16x2", "tweed_emu_min_max", "l:ll"},
    {"ex2.approx.f16", "tweed_emu_ptx_one", "l:#12#6l"},
    {"ex2.approx.f16x2", "tweed_emu_ptx_one", "l:#17#6l"},
    {"neg.bf16", "tweed_emu_ptx_one", "l:#13#1l"},
    {"neg.bf16x2", "tweed_emu_ptx_one", "l:#18#1l"},
    {"abs.bf16", "tweed_emu_ptx_one", "l:#13#2l"},
    {"abs.bf16x2", "tweed_emu_ptx_one", "l:#18#2l"},
    INTEGERS("mulhi", "tweed_emu_ptx_two", "#3ll"),
    INTEGERS("sad", "tweed_emu_ptx_three", "#4lll"),
    {"mul24.i", "tweed_emu_ptx_mad24", "i:#0#7ii#0"},
    {"mul24.ui", "tweed_emu_ptx_mad24", "i:#0#6ii#0"},
    {"prmt", "tweed_emu_ptx_prmt", "i:iii"},
    {"fns", "tweed_emu_fns", "i:iii"},
    {"rotate.#b32|b64", "tweed_emu_rotate", "l:#0li"},
    {"rotate.right.b64", "tweed_emu_rotate", "l:#1#1li"},
    {"swap.lo.hi.b64", "tweed_emu_rotate", "l:#1#0l#32"},

    /* conversions: rounding, relu, saturation, to, from */
    TO_INTEGER("f", "#14"),
    TO_INTEGER("d", "#15"),
    FROM_INTEGER("i", "#7"),
    FROM_INTEGER("ui", "#6"),
    FROM_INTEGER("ll", "#10"),
    FROM_INTEGER("ull", "#9"),
    {"d2f.#?rn|rz|rm|rp.?ftz", "tweed_emu_ptx_convert", "l:#0#0#14#15l"},
    {"f2h.#?rn.?ftz", "tweed_emu_ptx_convert", "l:#0#0#12#14l"},
    {"bf2h.#?rn.?ftz", "tweed_emu_ptx_convert", "l:#0#0#12#13l"},
    {"f2bf16.#?rn|rz.#?relu", "tweed_emu_ptx_convert", "l:#0#13#14l"},
    {"f2tf32.rna", "tweed_emu_ptx_convert", "l:#5#0#0#16#14l"},
    {"ff2bf16x2.#?rn|rz.#?relu", "tweed_emu_ptx_convert_pair", "l:#0#18#14ll"},
    {"ff2f16x2.#?rn|rz.#?relu", "tweed_emu_ptx_convert_pair", "l:#0#17#14ll"},
    {"bitcast.f2i|i2f|ll2d|d2ll", "tweed_emu_ptx_same", "l:l"},
    {"move.i16|i32|i64|float|double|ptr", "tweed_emu_ptx_same", "l:l"},
    {"d2i.lo", "tweed_emu_ptx_same", "w:l"},
    {"d2i.hi", "tweed_emu_ptx_two", "l:#11#13l$32"},
    {"lohi.i2d", "tweed_emu_lohi", "l:ii"},
    {"ptr.**", "tweed_emu_ptx_same", "l:l"},
    {"isspacep.#global|shared|local|const", "tweed_emu_isspacep", "b:a"},
    {"isspacep.shared.cluster", "tweed_emu_isspacep", "b:#1a"},

    /* others */
    {"exit", "tweed_emu_exit", "v:"},
    {"nanosleep", "tweed_emu_nanosleep", "v:i"},
    {NULL, NULL, NULL},
};

/* The types of PTX, in the order of lib/emu/device.h. */
#define TYPES "#u8|s8|b8|u16|s16|b16|u32|s32|b32|u64|s64|b64|f16|bf16|f32|f64|tf32|f16x2|bf16x2|pred"
#define SPACE "?global|shared|shared::cta|shared::cluster|local|const|param"
#define SCOPE "?cta|cluster|gpu|sys"
#define ORDER "#?weak|relaxed|acquire|release|acq_rel|volatile"

/* Plain arithmetic of one, two or three operands: the type is passed, then the operation. */
#define ONE(NAME, OPERATION) {NAME "." TYPES, "tweed_emu_ptx_one", "=l,#" OPERATION ",l"}
#define TWO(NAME, OPERATION) {NAME "." TYPES, "tweed_emu_ptx_two", "=l,#" OPERATION ",l,l"}
#define THREE(NAME, OPERATION) {NAME "." TYPES, "tweed_emu_ptx_three", "=l,#" OPERATION ",l,l,l"}

#define SHARED "?shared|shared::cta|shared::cluster"
#define L2 "?L2::64B|L2::128B|L2::256B"
#define REDUCTION "#add|min|max|inc|dec|and|or|xor"
#define SEMANTICS "?release|acquire|relaxed." SCOPE

const tw_row tw_ptx_rows[] = {
    /* asynchronous copies; of a cluster there is one block */
    {"cp.async.ca|cg." SHARED ".global." L2, "tweed_emu_cp_async", "m,m,i;201"},
    {"cp.async.ca|cg." SHARED ".global." L2, "tweed_emu_cp_async_fill", "m,m,i,i;2013"},
    {"cp.async.commit_group", "tweed_emu_cp_async_commit", ""},
    {"cp.async.wait_group", "tweed_emu_cp_async_wait_group", "i"},
    {"cp.async.wait_all", "tweed_emu_cp_async_wait_all", ""},
    {"cp.async.mbarrier.arrive.#?noinc." SHARED ".b64", "tweed_emu_cp_async_mbarrier_arrive", "m"},
    {"cp.async.bulk." SHARED ".global.mbarrier::complete_tx::bytes.?L2::cache_hint", "tweed_emu_bulk_load",
     "m,m,i,m,#1,l?"},
    {"cp.async.bulk." SHARED ".global.mbarrier::complete_tx::bytes.multicast::cluster.?L2::cache_hint",
     "tweed_emu_bulk_load", "m,m,i,m,i,l?"},
    {"cp.async.bulk.global.shared::cta.bulk_group.?L2::cache_hint", "tweed_emu_bulk_store", "m,m,i,l?"},
    {"cp.async.bulk.tensor.@d." SHARED ".global.?tile.mbarrier::complete_tx::bytes.?L2::cache_hint",
     "tweed_emu_tile_load", "m,t,m,#1,l?"},
    {"cp.async.bulk.tensor.@d." SHARED ".global.?tile.mbarrier::complete_tx::bytes.multicast::cluster.?L2::cache_hint",
     "tweed_emu_tile_load", "m,t,m,i,l?"},
    {"cp.async.bulk.tensor.@d.global.shared::cta.?tile.bulk_group.?L2::cache_hint", "tweed_emu_tile_store", "t,m,l?"},
    {"cp.reduce.async.bulk.global.shared::cta.bulk_group.?L2::cache_hint." REDUCTION ".?noftz." TYPES,
     "tweed_emu_bulk_reduce", "m,m,i,l?"},
    {"cp.reduce.async.bulk.tensor.@d.global.shared::cta." REDUCTION ".?tile.bulk_group.?L2::cache_hint",
     "tweed_emu_tile_reduce", "t,m,l?"},
    {"cp.async.bulk.commit_group", "tweed_emu_bulk_commit", ""},
    {"cp.async.bulk.wait_group.#?read", "tweed_emu_bulk_wait", "i"},
    {"cp.async.bulk.prefetch.L2.global.?L2::cache_hint", "tweed_emu_prefetch_bulk", "m,i,l?"},
    {"cp.async.bulk.prefetch.tensor.@d.L2.global.?tile.?L2::cache_hint", "tweed_emu_prefetch_tile", "t,l?"},
    {"prefetch.?param|const.tensormap", "tweed_emu_prefetch_map", "m"},
    {"fence.proxy.async.?global|shared::cta|shared::cluster", "tweed_emu_fence_proxy_async", ""},
    {"fence.mbarrier_init.release.cluster", "tweed_emu_fence_mbarrier_init", ""},

    /* mbarriers */
    {"mbarrier.init." SHARED ".b64", "tweed_emu_mbarrier_init", "m,i"},
    {"mbarrier.inval." SHARED ".b64", "tweed_emu_mbarrier_inval", "m"},
    {"mbarrier.#arrive|arrive_drop." SEMANTICS "." SHARED ".b64", "tweed_emu_mbarrier_arrive", "=l,m"},
    {"mbarrier.#arrive|arrive_drop." SEMANTICS "." SHARED ".b64", "tweed_emu_mbarrier_arrive_count", "=l,#0,m,i"},
    {"mbarrier.#arrive|arrive_drop.noComplete." SEMANTICS "." SHARED ".b64", "tweed_emu_mbarrier_arrive_count",
     "=l,#1,m,i"},
    {"mbarrier.#arrive|arrive_drop.expect_tx." SEMANTICS "." SHARED ".b64", "tweed_emu_mbarrier_arrive_expect",
     "=l,m,i"},
    {"mbarrier.#expect_tx|complete_tx." SEMANTICS "." SHARED ".b64", "tweed_emu_mbarrier_tx", "m,i"},
    {"mbarrier.#test_wait|try_wait." SEMANTICS "." SHARED ".b64", "tweed_emu_mbarrier_wait", "=b,m,l,i?"},
    {"mbarrier.#test_wait|try_wait.parity." SEMANTICS "." SHARED ".b64", "tweed_emu_mbarrier_wait_parity", "=b,m,i,i?"},
    {"mbarrier.pending_count.b64", "tweed_emu_mbarrier_pending_count", "=i,l"},

    /* registers, clusters of one block */
    {"setmaxnreg.#inc|dec.sync.aligned.u32", "tweed_emu_setmaxnreg", "i"},
    {"barrier.cluster.arrive.?release.?aligned", "tweed_emu_cluster_arrive", "#0"},
    {"barrier.cluster.arrive.relaxed.?aligned", "tweed_emu_cluster_arrive", "#1"},
    {"barrier.cluster.wait.?acquire.?aligned", "tweed_emu_cluster_wait", ""},

    /* barriers */
    {"bar.?cta.sync", "tweed_emu_bar_sync", "#1,i,i?"},
    {"barrier.?cta.sync.aligned", "tweed_emu_bar_sync", "#1,i,i?"},
    {"barrier.?cta.sync", "tweed_emu_bar_sync", "#0,i,i?"},
    {"bar.?cta.arrive", "tweed_emu_bar_arrive", "#1,i,i"},
    {"barrier.?cta.arrive.aligned", "tweed_emu_bar_arrive", "#1,i,i"},
    {"barrier.?cta.arrive", "tweed_emu_bar_arrive", "#0,i,i"},
    {"bar.?cta.red.#popc.u32", "tweed_emu_bar_red", "=i,i,#0,p"},
    {"bar.?cta.red.#popc.u32", "tweed_emu_bar_red", "=i,i,i,p"},
    {"bar.?cta.red.#popc|and|or.pred", "tweed_emu_bar_red", "=b,i,#0,p"},
    {"bar.?cta.red.#popc|and|or.pred", "tweed_emu_bar_red", "=b,i,i,p"},
    {"bar.warp.sync", "tweed_emu_bar_warp_sync", "i"},

    /* warps */
    {"shfl.sync.#down|up|bfly|idx.b32", "tweed_emu_shfl", "=P,i,i,i,i;3012"},
    {"vote.sync.#all|any|uni.pred", "tweed_emu_vote", "=b,p,i;10"},
    {"vote.sync.ballot.b32", "tweed_emu_vote", "=i,#3,p,i;10"},
    {"match.any.sync.b32|b64", "tweed_emu_match", "=P,#0,l,i;10"},
    {"match.all.sync.b32|b64", "tweed_emu_match", "=P,#1,l,i;10"},
    {"redux.sync.add.u32|s32", "tweed_emu_redux", "=i,#0,i,i"},
    {"redux.sync.min.s32", "tweed_emu_redux", "=i,#1,i,i"},
    {"redux.sync.max.s32", "tweed_emu_redux", "=i,#2,i,i"},
    {"redux.sync.min.u32", "tweed_emu_redux", "=i,#3,i,i"},
    {"redux.sync.max.u32", "tweed_emu_redux", "=i,#4,i,i"},
    {"redux.sync.and.b32", "tweed_emu_redux", "=i,#5,i,i"},
    {"redux.sync.or.b32", "tweed_emu_redux", "=i,#6,i,i"},
    {"redux.sync.xor.b32", "tweed_emu_redux", "=i,#7,i,i"},
    {"activemask.b32", "tweed_emu_activemask", "=i"},
    {"elect.sync", "tweed_emu_elect", "=P,i"},

    /* fences */
    {"membar.cta|gl|sys", "tweed_emu_fence", ""},
    {"fence.?acq_rel|sc.cta|cluster|gpu|sys", "tweed_emu_fence", ""},
    {"fence.proxy.alias", "tweed_emu_ptx_nothing", ""}, /* memory of hosts is nowhere under two addresses */

    /* memory */
    {"ld." ORDER "." SCOPE "." SPACE ".?ca|cg|cs|lu|cv|nc.?ca|cg|cs.#?v2|v4." TYPES, "tweed_emu_ptx_load", "=o,a"},
    {"ldu." ORDER "." SCOPE "." SPACE ".#?v2|v4." TYPES, "tweed_emu_ptx_load", "=o,a"},
    {"st." ORDER "." SCOPE "." SPACE ".?wb|cg|cs|wt.#?v2|v4." TYPES, "tweed_emu_ptx_store", "a,+"},
    {"atom." ORDER "." SCOPE "." SPACE ".#exch|add|sub|and|or|xor|min|max|inc|dec|cas.?noftz." TYPES,
     "tweed_emu_ptx_atomic", "=l,a,l,l?"},
    {"red." ORDER "." SCOPE "." SPACE ".#exch|add|sub|and|or|xor|min|max|inc|dec|cas.?noftz." TYPES,
     "tweed_emu_ptx_atomic", "a,l,l?"},
    {"cvta.?to.shared|shared::cta|global|local|const.u32|u64", "tweed_emu_ptx_same", "=l,l"},
    {"mapa.?shared::cluster.u32|u64", "tweed_emu_mapa", "=l,l,i"},
    {"prefetch.?global|local.L1|L2|L2::evict_last|L2::evict_normal", "tweed_emu_ptx_hint", "a"},
    {"prefetchu.L1", "tweed_emu_ptx_hint", "a"},

    /* arithmetic */
    ONE("not", "0"),
    ONE("neg.?ftz", "1"),
    ONE("abs.?ftz", "2"),
    ONE("popc", "3"),
    ONE("clz", "4"),
    ONE("brev", "5"),
    ONE("ex2.approx.?ftz", "6"),
    ONE("lg2.approx.?ftz", "7"),
    ONE("rcp.approx|rn.?ftz", "8"),
    ONE("rsqrt.approx.?ftz", "9"),
    ONE("sqrt.approx|rn.?ftz", "10"),
    ONE("sin.approx.?ftz", "11"),
    ONE("cos.approx.?ftz", "12"),
    ONE("tanh.approx", "13"),
    TWO("add.?rn.?ftz", "0"),
    TWO("sub.?rn.?ftz", "1"),
    TWO("mul.?rn.?ftz", "2"),
    TWO("mul.lo", "2"),
    TWO("mul.hi", "3"),
    TWO("mul.wide", "4"),
    TWO("div.?rn|approx|full.?ftz", "5"),
    TWO("rem", "6"),
    TWO("min.?ftz", "7"),
    TWO("max.?ftz", "8"),
    TWO("and", "9"),
    TWO("or", "10"),
    TWO("xor", "11"),
    TWO("shl", "12"),
    TWO("shr", "13"),
    THREE("fma.rn.?ftz", "0"),
    THREE("mad.lo", "0"),
    THREE("mad.wide", "1"),
    THREE("mad.hi", "2"),
    THREE("bfe", "3"),
    THREE("sad", "4"),
    {"selp." TYPES, "tweed_emu_ptx_select", "=l,l,l,p"},
    {"setp.#eq|ne|lt|le|gt|ge|lo|ls|hi|hs|equ|neu|ltu|leu|gtu|geu|num|nan.?ftz." TYPES, "tweed_emu_ptx_compare",
     "=b,l,l"},
    {"lop3.b32", "tweed_emu_ptx_lop3", "=i,i,i,i,i"},
    {"prmt.b32", "tweed_emu_ptx_prmt", "=i,i,i,i"},
    {"bfi.b32", "tweed_emu_ptx_bfi", "=i,i,i,i,i"},
    {"dp4a." TYPES "." TYPES, "tweed_emu_ptx_dp4a", "=i,i,i,i"},
    {"dp2a.#lo|hi." TYPES "." TYPES, "tweed_emu_ptx_dp2a", "=i,i,i,i"},
    {"mul24.#lo|hi." TYPES, "tweed_emu_ptx_mad24", "=i,i,i,#0"},
    {"mad24.#lo|hi." TYPES, "tweed_emu_ptx_mad24", "=i,i,i,i"},
    {"bfind." TYPES, "tweed_emu_ptx_bfind", "=i,#0,l"},
    {"bfind.shiftamt." TYPES, "tweed_emu_ptx_bfind", "=i,#1,l"},
    {"fns.b32", "tweed_emu_fns", "=i,i,i,i"},
    {"copysign." TYPES, "tweed_emu_ptx_copysign", "=l,l,l"},
    {"shf.#l|r.#wrap|clamp.b32", "tweed_emu_ptx_shf", "=i,i,i,i"},
    {"cvt.#?rn|rz|rm|rp|rna|rni|rzi|rmi|rpi.?ftz.#?relu.#?sat|satfinite." TYPES "." TYPES, "tweed_emu_ptx_convert",
     "=l,l"},
    {"cvt.#?rn|rz.#?relu.#?satfinite." TYPES "." TYPES, "tweed_emu_ptx_convert_pair", "=l,l,l"},

    /* tensor cores; wgmma.mma_async: emulate_wgmma.c */
    {"mma.**", "tweed_emu_mma", "$,=o,+,+,+"},
    {"wmma.mma.**", "tweed_emu_mma", "$,=o,+,+,+"},
    {"wmma.load.**", "tweed_emu_wmma_load", "$,=o,a,i?"},
    {"wmma.store.**", "tweed_emu_wmma_store", "$,a,+,i?"},
    {"ldmatrix.**", "tweed_emu_ldmatrix", "$,=o,a"},
    {"stmatrix.**", "tweed_emu_stmatrix", "$,a,+"},
    {"cvt.rn.satfinite.#e4m3x2|e5m2x2.f32", "tweed_emu_fp8_of_f32", "=i,#0,f,f"},
    {"cvt.rn.satfinite.relu.#e4m3x2|e5m2x2.f32", "tweed_emu_fp8_of_f32", "=i,#1,f,f"},
    {"cvt.rn.satfinite.#e4m3x2|e5m2x2.f16x2", "tweed_emu_fp8_of_f16", "=i,#0,i"},
    {"cvt.rn.satfinite.relu.#e4m3x2|e5m2x2.f16x2", "tweed_emu_fp8_of_f16", "=i,#1,i"},
    {"cvt.rn.f16x2.#e4m3x2|e5m2x2", "tweed_emu_f16_of_fp8", "=i,#0,i"},
    {"cvt.rn.relu.f16x2.#e4m3x2|e5m2x2", "tweed_emu_f16_of_fp8", "=i,#1,i"},
    {"wgmma.fence.sync.aligned", "tweed_emu_wgmma_fence", ""},
    {"wgmma.commit_group.sync.aligned", "tweed_emu_wgmma_commit", ""},
    {"wgmma.wait_group.sync.aligned", "tweed_emu_wgmma_wait", "i"},

    /* others */
    {"nanosleep.u32", "tweed_emu_nanosleep", "i"},
    {"trap", "tweed_emu_trap", ""},
    {"exit", "tweed_emu_exit", ""},
    {"griddepcontrol.**", "tweed_emu_ptx_nothing", ""},
    {NULL, NULL, NULL},
};
