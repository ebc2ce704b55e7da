/* device.h: what a module made by tweed-emulate calls: one function for each instruction that isn't plain arithmetic.
 *
 * The first argument is the place of the instruction, where it may fault or wait. Then constants that stand in the name
 * of the instruction, then its operands. One result is returned; a value with a flag is returned as i64, the flag (0 or
 * 1) in bit 32; more results go through a pointer. lib/llvm/emulate_table.c says which instruction calls what. */
#ifndef TWEED_LIB_EMU_DEVICE_H
#define TWEED_LIB_EMU_DEVICE_H

#include <tweed/emu.h>

/* ---- special registers ---- */
enum {
  TWEED_EMU_TID,
  TWEED_EMU_NTID = 3,
  TWEED_EMU_CTAID = 6,
  TWEED_EMU_NCTAID = 9, /* each followed by y and z */
  TWEED_EMU_LANEID = 12,
  TWEED_EMU_WARPID,
  TWEED_EMU_NWARPID,
  TWEED_EMU_SMID,
  TWEED_EMU_NSMID,
  TWEED_EMU_GRIDID,
  TWEED_EMU_LANEMASK_EQ,
  TWEED_EMU_LANEMASK_LT,
  TWEED_EMU_LANEMASK_LE,
  TWEED_EMU_LANEMASK_GT,
  TWEED_EMU_LANEMASK_GE,
  TWEED_EMU_DYNAMIC_SMEM_SIZE,
  TWEED_EMU_TOTAL_SMEM_SIZE,
};
TWEED_API uint32_t tweed_emu_sreg(uint32_t number);
TWEED_API uint32_t tweed_emu_clock(void);
TWEED_API uint64_t tweed_emu_clock64(void);
TWEED_API uint64_t tweed_emu_globaltimer(void);

/* ---- shared memory ---- */
/* Address of static shared memory at an offset; of dynamic shared memory. */
TWEED_API void *tweed_emu_shared(uint32_t offset);
TWEED_API void *tweed_emu_shared_dynamic(void);
/* A shared address of 32 bits, or a pointer, as a pointer. */
TWEED_API void *tweed_emu_address(uint64_t address);
/* isspacep: 0 global, 1 shared, 2 local, 3 constant */
TWEED_API uint32_t tweed_emu_isspacep(const tweed_emu_place *place, uint32_t space, const void *pointer);

/* Before each load and store. align: what the instruction promises. */
TWEED_API void tweed_emu_check_load(const tweed_emu_place *place, const void *pointer, uint64_t size, uint32_t align);
TWEED_API void tweed_emu_check_store(const tweed_emu_place *place, const void *pointer, uint64_t size, uint32_t align);
/* Before a memcpy, of its source: bytes that nobody wrote may be padding of structs. */
TWEED_API void tweed_emu_check_copy(const tweed_emu_place *place, const void *pointer, uint64_t size);

/* ---- barriers ---- */
/* count 0: all threads of the block. aligned: the whole warp runs the same instruction. */
TWEED_API void tweed_emu_bar_sync(const tweed_emu_place *place, uint32_t aligned, uint32_t id, uint32_t count);
TWEED_API void tweed_emu_bar_arrive(const tweed_emu_place *place, uint32_t aligned, uint32_t id, uint32_t count);
enum { TWEED_EMU_RED_POPC, TWEED_EMU_RED_AND, TWEED_EMU_RED_OR };
TWEED_API uint32_t tweed_emu_bar_red(const tweed_emu_place *place, uint32_t operation, uint32_t id, uint32_t count,
                                     uint32_t predicate);
TWEED_API void tweed_emu_bar_warp_sync(const tweed_emu_place *place, uint32_t mask);

/* ---- warps ---- */
enum { TWEED_EMU_SHFL_DOWN, TWEED_EMU_SHFL_UP, TWEED_EMU_SHFL_BFLY, TWEED_EMU_SHFL_IDX };
/* Returns the value, and in bit 32 whether the lane that was read is in range. */
TWEED_API uint64_t tweed_emu_shfl(const tweed_emu_place *place, uint32_t mode, uint32_t mask, uint32_t value,
                                  uint32_t lane, uint32_t control);
enum { TWEED_EMU_VOTE_ALL, TWEED_EMU_VOTE_ANY, TWEED_EMU_VOTE_UNI, TWEED_EMU_VOTE_BALLOT };
TWEED_API uint32_t tweed_emu_vote(const tweed_emu_place *place, uint32_t mode, uint32_t mask, uint32_t predicate);
/* Returns the mask, and in bit 32 whether all values are the same. */
TWEED_API uint64_t tweed_emu_match(const tweed_emu_place *place, uint32_t all, uint32_t mask, uint64_t value);
enum {
  TWEED_EMU_REDUX_ADD,
  TWEED_EMU_REDUX_MIN,
  TWEED_EMU_REDUX_MAX,
  TWEED_EMU_REDUX_UMIN,
  TWEED_EMU_REDUX_UMAX,
  TWEED_EMU_REDUX_AND,
  TWEED_EMU_REDUX_OR,
  TWEED_EMU_REDUX_XOR,
};
TWEED_API uint32_t tweed_emu_redux(const tweed_emu_place *place, uint32_t operation, uint32_t value, uint32_t mask);
TWEED_API uint32_t tweed_emu_activemask(const tweed_emu_place *place);
/* Returns the leader's lane, and in bit 32 whether this is the leader. */
TWEED_API uint64_t tweed_emu_elect(const tweed_emu_place *place, uint32_t mask);

/* ---- atomics and fences ---- */
enum {
  TWEED_EMU_LOAD,
  TWEED_EMU_STORE,
  TWEED_EMU_XCHG,
  TWEED_EMU_ADD,
  TWEED_EMU_SUB,
  TWEED_EMU_AND,
  TWEED_EMU_OR,
  TWEED_EMU_XOR,
  TWEED_EMU_MIN,
  TWEED_EMU_MAX,
  TWEED_EMU_UMIN,
  TWEED_EMU_UMAX,
  TWEED_EMU_INC, /* PTX's: wraps to 0 above the operand */
  TWEED_EMU_DEC, /* PTX's: wraps to the operand below 0 */
  TWEED_EMU_CAS,
  TWEED_EMU_NAND,
};
enum { TWEED_EMU_RELAXED, TWEED_EMU_ACQUIRE, TWEED_EMU_RELEASE, TWEED_EMU_ACQ_REL };
/* Every atomic and volatile access. type: tweed_emu_type; compare is CAS's alone. Returns the old value, zero extended.
 */
TWEED_API uint64_t tweed_emu_atomic(const tweed_emu_place *place, uint32_t operation, uint32_t type, uint32_t order,
                                    void *pointer, uint64_t operand, uint64_t compare);
TWEED_API void tweed_emu_fence(const tweed_emu_place *place);

/* ---- asynchronous copies; addresses are pointers or 32-bit shared addresses ---- */
/* size: 4, 8 or 16 bytes; what is beyond source_size is zero. */
TWEED_API void tweed_emu_cp_async(const tweed_emu_place *place, uint32_t size, uint64_t to, uint64_t from);
TWEED_API void tweed_emu_cp_async_fill(const tweed_emu_place *place, uint32_t size, uint64_t to, uint64_t from,
                                       uint32_t source_size);
TWEED_API void tweed_emu_cp_async_commit(const tweed_emu_place *place);
TWEED_API void tweed_emu_cp_async_wait_group(const tweed_emu_place *place, uint32_t most);
TWEED_API void tweed_emu_cp_async_wait_all(const tweed_emu_place *place);
TWEED_API void tweed_emu_cp_async_mbarrier_arrive(const tweed_emu_place *place, uint32_t noinc, uint64_t address);
/* blocks: of the cluster, as bits; hint: of the cache. */
TWEED_API void tweed_emu_bulk_load(const tweed_emu_place *place, uint64_t to, uint64_t from, uint32_t bytes,
                                   uint64_t barrier, uint32_t blocks, uint64_t hint);
TWEED_API void tweed_emu_bulk_store(const tweed_emu_place *place, uint64_t to, uint64_t from, uint32_t bytes,
                                    uint64_t hint);
/* operation: add, min, max, inc, dec, and, or, xor; type: of an element, TWEED_EMU_PTX_…; that of a tile is its map's.
 */
TWEED_API void tweed_emu_bulk_reduce(const tweed_emu_place *place, uint32_t operation, uint32_t type, uint64_t to,
                                     uint64_t from, uint32_t bytes, uint64_t hint);
TWEED_API void tweed_emu_bulk_commit(const tweed_emu_place *place);
/* reading: only until the sources have been read. */
TWEED_API void tweed_emu_bulk_wait(const tweed_emu_place *place, uint32_t reading, uint32_t most);
/* rank: of the instruction; at: `count` coordinates, innermost first. */
TWEED_API void tweed_emu_tile_load(const tweed_emu_place *place, uint32_t rank, uint64_t to, uint64_t map,
                                   uint32_t count, const int32_t *at, uint64_t barrier, uint32_t blocks, uint64_t hint);
TWEED_API void tweed_emu_tile_store(const tweed_emu_place *place, uint32_t rank, uint64_t map, uint32_t count,
                                    const int32_t *at, uint64_t from, uint64_t hint);
TWEED_API void tweed_emu_tile_reduce(const tweed_emu_place *place, uint32_t rank, uint32_t operation, uint64_t map,
                                     uint32_t count, const int32_t *at, uint64_t from, uint64_t hint);
/* Prefetches do nothing but check their operands. */
TWEED_API void tweed_emu_prefetch_map(const tweed_emu_place *place, uint64_t map);
TWEED_API void tweed_emu_prefetch_tile(const tweed_emu_place *place, uint32_t rank, uint64_t map, uint32_t count,
                                       const int32_t *at, uint64_t hint);
TWEED_API void tweed_emu_prefetch_bulk(const tweed_emu_place *place, uint64_t from, uint32_t bytes, uint64_t hint);
TWEED_API void tweed_emu_fence_proxy_async(const tweed_emu_place *place);
TWEED_API void tweed_emu_fence_mbarrier_init(const tweed_emu_place *place);

/* ---- mbarriers ---- */
TWEED_API void tweed_emu_mbarrier_init(const tweed_emu_place *place, uint64_t address, uint32_t count);
TWEED_API void tweed_emu_mbarrier_inval(const tweed_emu_place *place, uint64_t address);
/* Return the state of the phase before the arrival. drop: the next phases do without it. */
TWEED_API uint64_t tweed_emu_mbarrier_arrive(const tweed_emu_place *place, uint32_t drop, uint64_t address);
TWEED_API uint64_t tweed_emu_mbarrier_arrive_count(const tweed_emu_place *place, uint32_t drop, uint32_t no_complete,
                                                   uint64_t address, uint32_t count);
TWEED_API uint64_t tweed_emu_mbarrier_arrive_expect(const tweed_emu_place *place, uint32_t drop, uint64_t address,
                                                    uint32_t bytes);
TWEED_API void tweed_emu_mbarrier_tx(const tweed_emu_place *place, uint32_t complete, uint64_t address, uint32_t bytes);
TWEED_API uint32_t tweed_emu_mbarrier_pending_count(const tweed_emu_place *place, uint64_t state);
/* blocking: try_wait, else test_wait; hint: how long, at most. Returns whether the phase has completed. */
TWEED_API uint32_t tweed_emu_mbarrier_wait(const tweed_emu_place *place, uint32_t blocking, uint64_t address,
                                           uint64_t state, uint32_t hint);
TWEED_API uint32_t tweed_emu_mbarrier_wait_parity(const tweed_emu_place *place, uint32_t blocking, uint64_t address,
                                                  uint32_t parity, uint32_t hint);

/* ---- registers ---- */
TWEED_API void tweed_emu_setmaxnreg(const tweed_emu_place *place, uint32_t down, uint32_t count);

/* ---- clusters, of one block ---- */
TWEED_API void tweed_emu_cluster_arrive(const tweed_emu_place *place, uint32_t relaxed);
TWEED_API void tweed_emu_cluster_wait(const tweed_emu_place *place);
/* The address in block `rank` of the cluster. */
TWEED_API uint64_t tweed_emu_mapa(const tweed_emu_place *place, uint64_t address, uint32_t rank);

/* ---- plain PTX ---- */
enum {
  TWEED_EMU_PTX_U8,
  TWEED_EMU_PTX_S8,
  TWEED_EMU_PTX_B8,
  TWEED_EMU_PTX_U16,
  TWEED_EMU_PTX_S16,
  TWEED_EMU_PTX_B16,
  TWEED_EMU_PTX_U32,
  TWEED_EMU_PTX_S32,
  TWEED_EMU_PTX_B32,
  TWEED_EMU_PTX_U64,
  TWEED_EMU_PTX_S64,
  TWEED_EMU_PTX_B64,
  TWEED_EMU_PTX_F16,
  TWEED_EMU_PTX_BF16,
  TWEED_EMU_PTX_F32,
  TWEED_EMU_PTX_F64,
  TWEED_EMU_PTX_TF32,
  TWEED_EMU_PTX_F16X2,
  TWEED_EMU_PTX_BF16X2,
  TWEED_EMU_PTX_PRED,
};
/* Bits in, bits out, zero extended. order: 0 none, weak, relaxed, acquire, release, acq_rel, volatile; vector: 0, v2,
 * v4; words are of 32 bits, of 64 for types of that. Operations by number: see the rows. */
TWEED_API void tweed_emu_ptx_load(const tweed_emu_place *place, uint32_t order, uint32_t vector, uint32_t type,
                                  void *words, const void *pointer);
TWEED_API void tweed_emu_ptx_store(const tweed_emu_place *place, uint32_t order, uint32_t vector, uint32_t type,
                                   void *pointer, const void *words);
TWEED_API uint64_t tweed_emu_ptx_atomic(const tweed_emu_place *place, uint32_t order, uint32_t operation, uint32_t type,
                                        void *pointer, uint64_t operand, uint64_t other);
TWEED_API uint64_t tweed_emu_ptx_same(const tweed_emu_place *place, uint64_t value);
TWEED_API void tweed_emu_ptx_nothing(const tweed_emu_place *place);
TWEED_API void tweed_emu_ptx_hint(const tweed_emu_place *place, const void *pointer);
/* .ftz: a subnormal of f32, f16 or either half of f16x2 as a zero of its sign; anything else as it is. */
TWEED_API uint64_t tweed_emu_ptx_flush(const tweed_emu_place *place, uint32_t type, uint64_t value);
TWEED_API uint64_t tweed_emu_ptx_one(const tweed_emu_place *place, uint32_t type, uint32_t operation, uint64_t a);
TWEED_API uint64_t tweed_emu_ptx_two(const tweed_emu_place *place, uint32_t type, uint32_t operation, uint64_t a,
                                     uint64_t b);
TWEED_API uint64_t tweed_emu_ptx_three(const tweed_emu_place *place, uint32_t type, uint32_t operation, uint64_t a,
                                       uint64_t b, uint64_t c);
TWEED_API uint64_t tweed_emu_ptx_select(const tweed_emu_place *place, uint32_t type, uint64_t a, uint64_t b,
                                        uint32_t predicate);
TWEED_API uint32_t tweed_emu_ptx_compare(const tweed_emu_place *place, uint32_t comparison, uint32_t type, uint64_t a,
                                         uint64_t b);
TWEED_API uint32_t tweed_emu_ptx_lop3(const tweed_emu_place *place, uint32_t a, uint32_t b, uint32_t c, uint32_t table);
TWEED_API uint32_t tweed_emu_ptx_prmt(const tweed_emu_place *place, uint32_t a, uint32_t b, uint32_t selector);
TWEED_API uint32_t tweed_emu_ptx_bfi(const tweed_emu_place *place, uint32_t a, uint32_t b, uint32_t at,
                                     uint32_t length);
TWEED_API uint32_t tweed_emu_ptx_shf(const tweed_emu_place *place, uint32_t right, uint32_t clamp, uint32_t a,
                                     uint32_t b, uint32_t by);
TWEED_API uint32_t tweed_emu_ptx_dp4a(const tweed_emu_place *place, uint32_t type_a, uint32_t type_b, uint32_t a,
                                      uint32_t b, uint32_t c);
TWEED_API uint32_t tweed_emu_ptx_dp2a(const tweed_emu_place *place, uint32_t high, uint32_t type_a, uint32_t type_b,
                                      uint32_t a, uint32_t b, uint32_t c);
TWEED_API uint32_t tweed_emu_ptx_mad24(const tweed_emu_place *place, uint32_t high, uint32_t type, uint32_t a,
                                       uint32_t b, uint32_t c);
TWEED_API uint32_t tweed_emu_ptx_bfind(const tweed_emu_place *place, uint32_t type, uint32_t shift_amount, uint64_t a);
TWEED_API uint64_t tweed_emu_ptx_copysign(const tweed_emu_place *place, uint32_t type, uint64_t sign, uint64_t a);
TWEED_API uint64_t tweed_emu_ptx_convert(const tweed_emu_place *place, uint32_t rounding, uint32_t relu,
                                         uint32_t saturate, uint32_t to, uint32_t from, uint64_t a);
TWEED_API uint64_t tweed_emu_ptx_convert_pair(const tweed_emu_place *place, uint32_t rounding, uint32_t relu,
                                              uint32_t saturate, uint32_t to, uint32_t from, uint64_t high,
                                              uint64_t low);

/* ---- tensor cores ---- */
/* code: emu_mma_pack and the like (mma.h, tile.h, wgmma.h). Fragments are arrays of 32-bit registers. */
TWEED_API void tweed_emu_mma(const tweed_emu_place *place, uint64_t code, uint32_t *d, const uint32_t *a,
                             const uint32_t *b, const uint32_t *c);
TWEED_API void tweed_emu_ldmatrix(const tweed_emu_place *place, uint64_t code, uint32_t *results, const void *row);
TWEED_API void tweed_emu_stmatrix(const tweed_emu_place *place, uint64_t code, void *row, const uint32_t *words);
/* stride: in elements; 0: lines lie back to back. */
TWEED_API void tweed_emu_wmma_load(const tweed_emu_place *place, uint64_t code, uint32_t *results, const void *address,
                                   uint32_t stride);
TWEED_API void tweed_emu_wmma_store(const tweed_emu_place *place, uint64_t code, void *address,
                                    const uint32_t *fragment, uint32_t stride);
/* Pairs of 8-bit floats in 16 bits. */
enum { TWEED_EMU_E4M3, TWEED_EMU_E5M2 };
TWEED_API uint32_t tweed_emu_fp8_of_f32(const tweed_emu_place *place, uint32_t format, uint32_t relu, float high,
                                        float low);
TWEED_API uint32_t tweed_emu_fp8_of_f16(const tweed_emu_place *place, uint32_t format, uint32_t relu, uint32_t halves);
TWEED_API uint32_t tweed_emu_f16_of_fp8(const tweed_emu_place *place, uint32_t format, uint32_t relu, uint32_t bytes);
/* wgmma. flags: bit 0 scale-d, 1 and 2 negations of A and B, 3 and 4 transpositions. a_words: the four registers of A,
 * or NULL: a is its descriptor. tokens: one for each register of D, in and out (cores.h). */
TWEED_API void tweed_emu_wgmma_fence(const tweed_emu_place *place);
TWEED_API void tweed_emu_wgmma(const tweed_emu_place *place, uint64_t code, uint64_t flags, uint64_t a,
                               const uint32_t *a_words, uint64_t b, uint64_t *tokens);
TWEED_API void tweed_emu_wgmma_commit(const tweed_emu_place *place);
TWEED_API void tweed_emu_wgmma_wait(const tweed_emu_place *place, uint32_t pending);
/* The register that a token stands for: an error before the wait that covers it. */
TWEED_API uint32_t tweed_emu_wgmma_register(const tweed_emu_place *place, uint64_t token);

/* ---- math: bits in, bits out ---- */
/* rounding: 0 to nearest even, 1 to zero, 2 down, 3 up; type: 0 f32, 1 f64. */
TWEED_API uint64_t tweed_emu_round_one(const tweed_emu_place *place, uint32_t operation, uint32_t rounding,
                                       uint32_t type, uint64_t a);
TWEED_API uint64_t tweed_emu_round_two(const tweed_emu_place *place, uint32_t operation, uint32_t rounding,
                                       uint32_t type, uint64_t a, uint64_t b);
TWEED_API uint64_t tweed_emu_round_fma(const tweed_emu_place *place, uint32_t rounding, uint32_t type, uint64_t a,
                                       uint64_t b, uint64_t c);
/* then: 0 nothing, 1 relu, 2 sat; type: f16, bf16, f16x2, bf16x2 */
TWEED_API uint64_t tweed_emu_fma_half(const tweed_emu_place *place, uint32_t then, uint32_t type, uint64_t a,
                                      uint64_t b, uint64_t c);
/* type: f32, f64, f16, bf16, f16x2, bf16x2 */
TWEED_API uint64_t tweed_emu_min_max(const tweed_emu_place *place, uint32_t max, uint32_t nan, uint32_t xorsign,
                                     uint32_t type, uint64_t a, uint64_t b);
/* Position of the n-th set bit of mask from base on, downwards for n < 0; all ones: there is none. */
TWEED_API uint32_t tweed_emu_fns(const tweed_emu_place *place, uint32_t mask, uint32_t base, uint32_t n);
TWEED_API uint64_t tweed_emu_rotate(const tweed_emu_place *place, uint32_t wide, uint32_t right, uint64_t a,
                                    uint32_t by);
TWEED_API uint64_t tweed_emu_lohi(const tweed_emu_place *place, uint32_t low, uint32_t high);

/* ---- ends ---- */
TWEED_API void tweed_emu_exit(const tweed_emu_place *place);
TWEED_API void tweed_emu_trap(const tweed_emu_place *place);
TWEED_API void tweed_emu_nanosleep(const tweed_emu_place *place, uint32_t nanoseconds);
/* A line from the kernel (printf); arguments packed as vprintf of CUDA has them. */
TWEED_API uint32_t tweed_emu_vprintf(const tweed_emu_place *place, const char *format, const void *arguments);
TWEED_API void tweed_emu_assert_fail(const tweed_emu_place *place, const char *message, const char *file, uint32_t line,
                                     const char *function);

#endif
