/* cuda_frame.c: the parts of a CUDA skeleton around the roles: primitives, shared memory, stubs of the ops, the kernel.
 */
#include "report/cuda.h"

#include <string.h>

enum { NAME = 60, MOST_INPUTS = 8 };

/* What the roles call. A program that has its own (CUTLASS, a simulator) defines TWEED_PRIMITIVES and them. */
static const char *const primitives[] = {
    "#ifndef TWEED_PRIMITIVES // define it, and these, to bring your own",
    "typedef unsigned long long Barrier;",
    "",
    "__device__ __forceinline__ unsigned shared_address(const void *p) {",
    "  return (unsigned)__cvta_generic_to_shared(p);",
    "}",
    "__device__ __forceinline__ void mbarrier_init(Barrier *b, unsigned arrivals) {",
    "  asm volatile(\"mbarrier.init.shared::cta.b64 [%0], %1;\" ::\"r\"(shared_address(b)), \"r\"(arrivals) : "
    "\"memory\");",
    "}",
    "__device__ __forceinline__ void fence_mbarrier_init() {",
    "  asm volatile(\"fence.mbarrier_init.release.cluster;\" ::: \"memory\");",
    "}",
    "__device__ __forceinline__ void mbarrier_arrive(Barrier *b) {",
    "  asm volatile(\"mbarrier.arrive.shared::cta.b64 _, [%0];\" ::\"r\"(shared_address(b)) : \"memory\");",
    "}",
    "__device__ __forceinline__ void mbarrier_arrive_expect_tx(Barrier *b, unsigned bytes) {",
    "  asm volatile(\"mbarrier.arrive.expect_tx.shared::cta.b64 _, [%0], %1;\" ::\"r\"(shared_address(b)), "
    "\"r\"(bytes)",
    "               : \"memory\");",
    "}",
    "// What a bulk copy does when its bytes are there.",
    "__device__ __forceinline__ void mbarrier_complete_tx(Barrier *b, unsigned bytes) {",
    "  asm volatile(\"mbarrier.complete_tx.relaxed.cta.shared::cta.b64 [%0], %1;\" ::\"r\"(shared_address(b)), "
    "\"r\"(bytes)",
    "               : \"memory\");",
    "}",
    "// Waits for the end of the phase of that parity: the current one or the one before it.",
    "__device__ __forceinline__ void mbarrier_wait(Barrier *b, unsigned parity) {",
    "  unsigned done;",
    "  do",
    "    asm volatile(\"{\\n.reg .pred p;\\nmbarrier.try_wait.parity.shared::cta.b64 p, [%1], %2;\\nselp.u32 %0, 1, 0, "
    "p;\\n}\"",
    "                 : \"=r\"(done)",
    "                 : \"r\"(shared_address(b)), \"r\"(parity)",
    "                 : \"memory\");",
    "  while (!done);",
    "}",
    "// Between ordinary accesses of shared memory and those of bulk copies and wgmma, by each thread that wrote or "
    "read.",
    "__device__ __forceinline__ void fence_proxy_async() {",
    "  asm volatile(\"fence.proxy.async.shared::cta;\" ::: \"memory\");",
    "}",
    "__device__ __forceinline__ void named_barrier_sync(int id, int threads) {",
    "  asm volatile(\"barrier.cta.sync %0, %1;\" ::\"r\"(id), \"r\"(threads) : \"memory\");",
    "}",
    "__device__ __forceinline__ void wgmma_fence() {",
    "  asm volatile(\"wgmma.fence.sync.aligned;\" ::: \"memory\");",
    "}",
    "__device__ __forceinline__ void wgmma_commit() {",
    "  asm volatile(\"wgmma.commit_group.sync.aligned;\" ::: \"memory\");",
    "}",
    "template <int Pending> __device__ __forceinline__ void wgmma_wait() {",
    "  asm volatile(\"wgmma.wait_group.sync.aligned %0;\" ::\"n\"(Pending) : \"memory\");",
    "}",
    "__device__ __forceinline__ void bulk_commit() {",
    "  asm volatile(\"cp.async.bulk.commit_group;\" ::: \"memory\");",
    "}",
    "template <int Pending> __device__ __forceinline__ void bulk_wait() {",
    "  asm volatile(\"cp.async.bulk.wait_group %0;\" ::\"n\"(Pending) : \"memory\");",
    "}",
    "template <int Registers> __device__ __forceinline__ void more_registers() {",
    "  asm volatile(\"setmaxnreg.inc.sync.aligned.u32 %0;\" ::\"n\"(Registers) : \"memory\");",
    "}",
    "template <int Registers> __device__ __forceinline__ void fewer_registers() {",
    "  asm volatile(\"setmaxnreg.dec.sync.aligned.u32 %0;\" ::\"n\"(Registers) : \"memory\");",
    "}",
    "// Arrives when the matrix operations that this thread has started are done.",
    "__device__ __forceinline__ void arrive_when_done(Barrier *b) {",
    "#if defined(__CUDA_ARCH_FEAT_SM100_ALL)",
    "  asm volatile(\"tcgen05.commit.cta_group::1.mbarrier::arrive::one.shared::cluster.b64 [%0];\" "
    "::\"r\"(shared_address(b))",
    "               : \"memory\");",
    "#else",
    "  mbarrier_arrive(b); // before sm_100a, matrix operations don't signal: right only while the ops are stubs",
    "#endif",
    "}",
    "#endif",
    "",
};

static const char *const ring_functions[] = {
    "// A ring: use u (iteration u of the loop) is in slot u mod Depth, in phase u div Depth of the slot. The first "
    "use of each",
    "// slot finds it empty: a wait for the phase \"before\" the first one doesn't block. In a persistent kernel, u "
    "must go on",
    "// counting from one tile to the next.",
    "template <int Depth> struct Ring {",
    "  Barrier full[Depth], empty[Depth];",
    "};",
    "template <int Depth> __device__ __forceinline__ void init(Ring<Depth> &ring, unsigned full, unsigned empty) {",
    "  for (int slot = 0; slot < Depth; slot++) {",
    "    mbarrier_init(&ring.full[slot], full);",
    "    mbarrier_init(&ring.empty[slot], empty);",
    "  }",
    "}",
    "template <int Depth> __device__ __forceinline__ void wait_full(Ring<Depth> &ring, int use) {",
    "  mbarrier_wait(&ring.full[use % Depth], use / Depth & 1);",
    "}",
    "template <int Depth> __device__ __forceinline__ void wait_empty(Ring<Depth> &ring, int use) {",
    "  mbarrier_wait(&ring.empty[use % Depth], (use / Depth & 1) ^ 1);",
    "}",
    "",
    "struct Barriers;",
    "struct Context {",
    "  const Params *params;",
    "  unsigned char *shared;",
    "  Barriers *barriers;",
    "  int role, warps; // the role, and how many warps run it",
    "  int warp, lane;  // of this thread, in the role",
    "  bool leader;     // the one thread that starts what one thread starts",
    "};",
    "// All threads of the role, and only they.",
    "__device__ __forceinline__ void sync_role(const Context &c) {",
    "  fence_proxy_async();",
    "  named_barrier_sync(1 + c.role, 32 * c.warps);",
    "}",
    "// One arrival per warp, after what its threads have written or read.",
    "__device__ __forceinline__ void arrive(const Context &c, Barrier *b) {",
    "  fence_proxy_async();",
    "  __syncwarp();",
    "  if (c.lane == 0)",
    "    mbarrier_arrive(b);",
    "}",
    "template <int Depth> __device__ __forceinline__ void arrive_full(const Context &c, Ring<Depth> &ring, int use) {",
    "  arrive(c, &ring.full[use % Depth]);",
    "}",
    "template <int Depth> __device__ __forceinline__ void arrive_empty(const Context &c, Ring<Depth> &ring, int use) {",
    "  arrive(c, &ring.empty[use % Depth]);",
    "}",
    "template <int Depth> __device__ __forceinline__ void full_when_done(const Context &c, Ring<Depth> &ring, int use) "
    "{",
    "  if (c.leader)",
    "    arrive_when_done(&ring.full[use % Depth]);",
    "  __syncwarp();",
    "}",
    "template <int Depth> __device__ __forceinline__ void empty_when_done(const Context &c, Ring<Depth> &ring, int "
    "use) {",
    "  if (c.leader)",
    "    arrive_when_done(&ring.empty[use % Depth]);",
    "  __syncwarp();",
    "}",
    "template <int Depth> __device__ __forceinline__ void expect_bytes(Ring<Depth> &ring, int use, unsigned bytes) {",
    "  mbarrier_arrive_expect_tx(&ring.full[use % Depth], bytes);",
    "}",
    "",
};

static void begin(cuda_writer *w) {
  report_line_clear(&w->line);
}

static void end(cuda_writer *w) {
  report_line_put(&w->line, w->file);
}

static void put_lines(cuda_writer *w, const char *const *lines, size_t count) {
  for (size_t i = 0; i < count; i++) {
    fputs(lines[i], w->file);
    fputc('\n', w->file);
  }
}

/* In a comment: quoted, so that the line cannot end in a backslash. */
static void add_quoted(cuda_writer *w, const char *name) {
  report_line_add(&w->line, "\"");
  report_line_name(&w->line, name, NAME);
  report_line_add(&w->line, "\"");
}

static void add_ring_name(cuda_writer *w, const report_ring *ring) {
  report_cuda_name(&w->line, ring->data ? "ring" : "order", w->v->p->ops[ring->op].name, ring->op);
}

static void put_head(cuda_writer *w) {
  const report_view *v = w->v;
  begin(w);
  report_line_add(&w->line, "// Skeleton of ");
  add_quoted(w, v->p->name);
  report_line_add(&w->line, " for ");
  add_quoted(w, v->p->machine->name);
  report_line_add(&w->line, ", written by Tweed %s.", TWEED_VERSION);
  end(w);
  begin(w);
  report_line_add(&w->line,
                  "// II %d cycles, %d stages. Fill in the functions op_…, wait_… and stage_…, and the structs.",
                  (int)v->s->ii, (int)tweed_schedule_stages(v->s));
  end(w);
  fputs("//   nvcc -std=c++17 -gencode arch=compute_90a,code=sm_90a -c THIS.cu\n"
        "// Left out on purpose: no barrier of the whole block after the split into roles (sync_role() is for one "
        "role), no\n"
        "// calls of functions that are not inlined (wgmma would be serialized). Nothing here reads a clock: the "
        "cycles in\n"
        "// the comments are those of the schedule.\n\n",
        w->file);
}

static void put_params(cuda_writer *w) {
  fputs("struct Params {\n"
        "  int n; // iterations of the loop, 0 or more; the same for all roles\n"
        "  // Pointers, tensor maps, factors: to be filled in.\n"
        "};\n\n",
        w->file);
}

/* Offsets and barriers. */
static void put_shared(cuda_writer *w) {
  const report_view *v = w->v;
  const cuda_layout *layout = w->layout;
  fputs("// Dynamic shared memory, in bytes from its begin.\n", w->file);
  if (layout->reserved)
    fprintf(w->file, "// The first %lld bytes: what is there all the time.\n", (long long)layout->reserved);
  for (int32_t i = 0; i < v->nrings; i++) {
    const report_ring *ring = &v->rings[i];
    if (layout->offset[i] < 0)
      continue;
    begin(w);
    report_line_add(&w->line, "constexpr unsigned ");
    report_cuda_name(&w->line, "kSlots", v->p->ops[ring->op].name, ring->op);
    report_line_add(&w->line, " = %lld, ", (long long)layout->offset[i]);
    report_cuda_name(&w->line, "kBytes", v->p->ops[ring->op].name, ring->op);
    report_line_add(&w->line, " = %lld; // %d slot%s", (long long)ring->bytes, (int)ring->depth,
                    ring->depth == 1 ? "" : "s");
    end(w);
  }
  int32_t staging = v->p->machine->warps.staging;
  if (staging >= 0 && layout->bytes > v->p->machine->memories[staging].bytes)
    fprintf(w->file, "// Aligned, that is more than the %lld bytes that there are.\n",
            (long long)v->p->machine->memories[staging].bytes);
  fprintf(w->file, "constexpr unsigned kBarriers = %lld, kSharedBytes = %lld;\n", (long long)layout->barriers,
          (long long)layout->bytes);
  fprintf(w->file, "constexpr int kThreads = %d;\n\n", (int)layout->nwarps * 32);
}

/* Where the slots are. */
static void put_slots(cuda_writer *w) {
  const report_view *v = w->v;
  for (int32_t i = 0; i < v->nrings; i++) {
    const char *name = v->p->ops[v->rings[i].op].name;
    if (w->layout->offset[i] < 0)
      continue;
    begin(w);
    report_line_add(&w->line, "__device__ __forceinline__ unsigned char *");
    report_cuda_name(&w->line, "slot", name, v->rings[i].op);
    report_line_add(&w->line, "(const Context &c, int use) { return c.shared + ");
    report_cuda_name(&w->line, "kSlots", name, v->rings[i].op);
    report_line_add(&w->line, " + use %% %d * ", (int)v->rings[i].depth);
    report_cuda_name(&w->line, "kBytes", name, v->rings[i].op);
    report_line_add(&w->line, "; }");
    end(w);
  }
  fputc('\n', w->file);
}

static void put_barriers(cuda_writer *w) {
  const report_view *v = w->v;
  fputs("struct Barriers {\n", w->file);
  for (int32_t i = 0; i < v->nrings; i++) {
    const report_ring *ring = &v->rings[i];
    if (ring->nreaders == 0)
      continue;
    begin(w);
    report_line_add(&w->line, "  Ring<%d> ", (int)ring->depth);
    add_ring_name(w, ring);
    report_line_add(&w->line, "; // role %d -> ", (int)report_role_of(v, ring->op));
    for (int32_t r = 0; r < ring->nreaders; r++)
      report_line_add(&w->line, "%s%d", r ? ", " : "", (int)ring->readers[r]);
    if (!ring->data)
      report_line_add(&w->line, ": order only");
    end(w);
  }
  fputs("};\n\n", w->file);
}

/* Copies of a value in registers that are alive at once: it needs as many names, or slots of an array whose indices are
 * known when the loop is unrolled. */
static int64_t copies(const report_view *v, int32_t op) {
  int64_t last = 0;
  for (int32_t i = v->p->out_begin[op]; i < v->p->out_begin[op + 1]; i++) {
    const tweed_dep *dep = &v->p->deps[v->p->out[i]];
    int64_t use = v->s->start[dep->to] + (int64_t)dep->distance * v->s->ii - v->s->start[op];
    bool here = report_role_of(v, dep->to) == report_role_of(v, op);
    if (dep->kind == TWEED_DEP_FLOW && here && dep->to != dep->from && use > last)
      last = use;
  }
  return last > v->s->ii ? (last + v->s->ii - 1) / v->s->ii : 1;
}

static void put_structs(cuda_writer *w) {
  const report_view *v = w->v;
  for (int32_t r = 0; r < v->nroles; r++) {
    fprintf(w->file, "struct Role%d { // registers of role %d; its values need %lld per thread\n", (int)r, (int)r,
            (long long)v->roles[r].regs);
    for (int32_t i = 0; i < v->roles[r].nops; i++) {
      int32_t op = v->roles[r].ops[i];
      int64_t n = copies(v, op);
      if (v->p->ops[op].regs == 0)
        continue;
      begin(w);
      report_line_add(&w->line, "  // ");
      add_quoted(w, v->p->ops[op].name);
      report_line_add(&w->line, ": %d register%s", (int)v->p->ops[op].regs, v->p->ops[op].regs == 1 ? "" : "s");
      if (n > 1)
        report_line_add(&w->line, ", %lld copies alive: unroll the loop by a multiple of %lld, or rotate them",
                        (long long)n, (long long)n);
      end(w);
    }
    fputs("};\n\n", w->file);
  }
}

/* ---- stubs ---------------------------------------------------------------------------------------------------------
 */

static bool on_warp_group(const report_view *v, int32_t op) {
  return v->roles[report_role_of(v, op)].warps % 4 == 0;
}

/* An async op with registers, run by whole warp groups: wgmma. Without a value: a bulk store. */
static bool like_wgmma(const report_view *v, int32_t op) {
  return tweed_class_of(v->p, op)->async && v->p->ops[op].regs > 0 && on_warp_group(v, op);
}

static bool like_store(const report_view *v, int32_t op) {
  return tweed_class_of(v->p, op)->async && v->p->ops[op].regs == 0 && v->data_ring[op] < 0;
}

/* "K" of iteration i - 1, and where it is: in a slot of shared memory or elsewhere, else in registers. */
static void add_input(cuda_writer *w, const tweed_dep *dep) {
  const report_view *v = w->v;
  const char *name = v->p->ops[dep->from].name;
  int32_t ring = v->data_ring[dep->from];
  bool in_slot = ring >= 0 && (report_role_of(v, dep->from) != report_role_of(v, dep->to) || !v->rings[ring].staged);
  add_quoted(w, name);
  if (dep->distance)
    report_line_add(&w->line, " of iteration i - %d", (int)dep->distance);
  if (!in_slot)
    return;
  report_line_add(&w->line, " in ");
  if (w->layout->offset[ring] < 0) {
    report_line_add(&w->line, "its slot");
    return;
  }
  report_cuda_name(&w->line, "slot", name, dep->from);
  report_line_add(&w->line, dep->distance ? "(c, i - %d)" : "(c, i)", (int)dep->distance);
}

static void put_inputs(cuda_writer *w, int32_t op) {
  const tweed_problem *p = w->v->p;
  int32_t count = 0;
  begin(w);
  report_line_add(&w->line, "// Reads");
  for (int32_t i = p->in_begin[op]; i < p->in_begin[op + 1]; i++) {
    const tweed_dep *dep = &p->deps[p->in[i]];
    if (!report_by_value(dep) || count++ >= MOST_INPUTS)
      continue;
    report_line_add(&w->line, "%s ", count > 1 ? "," : "");
    add_input(w, dep);
  }
  report_line_add(&w->line, count > MOST_INPUTS ? ", …" : ".");
  if (count)
    end(w);
}

static void put_description(cuda_writer *w, int32_t op) {
  const tweed_problem *p = w->v->p;
  const tweed_class *class = tweed_class_of(p, op);
  begin(w);
  report_line_add(&w->line, "// ");
  add_quoted(w, p->ops[op].name);
  report_line_add(&w->line, ": class ");
  add_quoted(w, class->name);
  report_line_add(&w->line, ", %d cycles, starts at %lld%s%s", (int)class->latency, (long long)w->v->s->start[op],
                  class->async ? ", async" : "", class->variable ? ", variable" : "");
  if (p->ops[op].where) {
    report_line_add(&w->line, ", ");
    add_quoted(w, p->ops[op].where);
  }
  report_line_add(&w->line, report_by_one_thread(w->v, op) ? "; one thread." : ".");
  end(w);
  put_inputs(w, op);
}

static void put_signature(cuda_writer *w, const char *what, int32_t op, bool template) {
  begin(w);
  report_line_add(&w->line, "%s__device__ __forceinline__ void ", template ? "template <int Pending> " : "");
  report_cuda_name(&w->line, what, w->v->p->ops[op].name, op);
  report_line_add(&w->line, "(const Context &c, Role%d &r, int i) {", (int)report_role_of(w->v, op));
  end(w);
  fputs("  (void)c, (void)r, (void)i;\n", w->file);
}

static void put_slot_comment(cuda_writer *w, int32_t op) {
  int32_t ring = w->v->data_ring[op];
  if (ring < 0)
    return;
  begin(w);
  if (w->layout->offset[ring] >= 0) {
    report_line_add(&w->line, "  // Writes ");
    report_cuda_name(&w->line, "slot", w->v->p->ops[op].name, op);
    report_line_add(&w->line, "(c, i)");
  } else if (w->v->rings[ring].memory >= 0) {
    report_line_add(&w->line, "  // Writes slot i %% %d in ", (int)w->v->rings[ring].depth);
    report_line_name(&w->line, w->v->p->machine->memories[w->v->rings[ring].memory].name, NAME);
  } else {
    report_line_add(&w->line, "  // Writes slot i %% %d", (int)w->v->rings[ring].depth);
  }
  report_line_add(&w->line, ".");
  end(w);
}

static void put_op_stub(cuda_writer *w, int32_t op) {
  const report_view *v = w->v;
  put_description(w, op);
  put_signature(w, "op", op, false);
  if (v->data_ring[op] >= 0 && !v->rings[v->data_ring[op]].staged)
    put_slot_comment(w, op);
  if (report_cuda_copies(v, op)) {
    const report_ring *ring = &v->rings[v->data_ring[op]];
    fputs("  // To be filled in: cp.async.bulk(.tensor) to the slot, which signals these bytes to this barrier; until "
          "then:\n",
          w->file);
    begin(w);
    report_line_add(&w->line, "  mbarrier_complete_tx(&c.barriers->");
    add_ring_name(w, ring);
    report_line_add(&w->line, ".full[i %% %d], %lld);", (int)ring->depth, (long long)ring->bytes);
    end(w);
  } else if (like_wgmma(v, op)) {
    fputs("  wgmma_fence();\n  // To be filled in: wgmma.mma_async; the result may not be touched before wait_….\n"
          "  wgmma_commit(); // one group per op: the waits count them\n",
          w->file);
  } else if (like_store(v, op)) {
    fputs("  // To be filled in: cp.async.bulk(.tensor); those that wrote its source have fenced.\n"
          "  bulk_commit(); // one group per op: the waits count them\n",
          w->file);
  } else {
    fputs("  // To be filled in.\n", w->file);
  }
  fputs("}\n", w->file);
}

static void put_wait_stub(cuda_writer *w, int32_t op) {
  put_signature(w, "wait", op, true);
  if (like_wgmma(w->v, op))
    fputs("  wgmma_wait<Pending>(); // at most so many younger groups in flight\n", w->file);
  else if (like_store(w->v, op))
    fprintf(w->file, "  if (c.leader)\n    bulk_wait<Pending>(); // at most so many younger groups in flight\n  %s;\n",
            w->v->roles[report_role_of(w->v, op)].warps > 1 ? "sync_role(c)" : "__syncwarp()");
  else
    fputs("  // To be filled in: wait until it is done, with at most Pending younger ones in flight.\n", w->file);
  fputs("}\n", w->file);
}

static void put_stubs(cuda_writer *w) {
  const report_view *v = w->v;
  for (int32_t r = 0; r < v->nroles; r++) {
    if (v->roles[r].nops == 0)
      continue;
    fprintf(w->file, "// ---- role %d: %d warp%s ----\n\n", (int)r, (int)v->roles[r].warps,
            v->roles[r].warps == 1 ? "" : "s");
    for (int32_t i = 0; i < v->roles[r].nops; i++) {
      int32_t op = v->roles[r].ops[i], ring = v->data_ring[op];
      put_op_stub(w, op);
      if (report_cuda_waits(w, r, op))
        put_wait_stub(w, op);
      if (ring >= 0 && v->rings[ring].staged) {
        put_signature(w, "stage", op, false);
        fputs("  // To be filled in: write the registers to the slot.\n", w->file);
        put_slot_comment(w, op);
        fputs("}\n", w->file);
      }
      fputc('\n', w->file);
    }
  }
}

void report_cuda_begin(cuda_writer *w) {
  put_head(w);
  put_params(w);
  put_shared(w);
  put_lines(w, primitives, sizeof primitives / sizeof *primitives);
  put_lines(w, ring_functions, sizeof ring_functions / sizeof *ring_functions);
  put_barriers(w);
  put_slots(w);
  put_structs(w);
  put_stubs(w);
}

/* ---- the kernel ----------------------------------------------------------------------------------------------------
 */

static void put_init(cuda_writer *w) {
  const report_view *v = w->v;
  fputs("  if (threadIdx.x == 0) {\n", w->file);
  for (int32_t i = 0; i < v->nrings; i++) {
    if (v->rings[i].nreaders == 0)
      continue;
    begin(w);
    report_line_add(&w->line, "    init(b.");
    add_ring_name(w, &v->rings[i]);
    report_line_add(&w->line, ", %lld, %lld);", (long long)w->arrivals[i].full, (long long)w->arrivals[i].empty);
    end(w);
  }
  fputs("    fence_mbarrier_init();\n  }\n"
        "  __syncthreads(); // the last barrier of the whole block\n",
        w->file);
}

static void put_registers(cuda_writer *w, int32_t role) {
  int32_t regs = w->layout->regs[role], entry = w->layout->entry;
  if (w->layout->moves_regs && regs > entry)
    fprintf(w->file, "    more_registers<%d>();\n", (int)regs);
  else if (w->layout->moves_regs && regs < entry)
    fprintf(w->file, "    fewer_registers<%d>();\n", (int)regs);
}

static void put_entry(cuda_writer *w, int32_t role, const char *indent) {
  int32_t first = w->layout->first_warp[role], warps = w->v->roles[role].warps;
  fprintf(w->file, "%senter(c, %d, %d, warp, %d);\n%srole%d(c, params.n);\n", indent, (int)role, (int)warps, (int)first,
          indent, (int)role);
}

/* The roles of less than a warp group: all warps of the groups that they share change their registers together, the
 * idle ones too. */
static void put_small_roles(cuda_writer *w, const char *indent) {
  const cuda_layout *layout = w->layout;
  put_registers(w, layout->by_warp[layout->nwhole]);
  for (int32_t i = layout->nwhole; i < layout->nordered; i++) {
    int32_t role = layout->by_warp[i], end_warp = layout->first_warp[role] + w->v->roles[role].warps;
    fprintf(w->file, "%s%sif (warp < %d) {\n", i > layout->nwhole ? " else " : indent, "", (int)end_warp);
    put_entry(w, role, layout->nwhole ? "      " : "    ");
    fprintf(w->file, "%s}", indent);
  }
  fputc('\n', w->file);
}

/* One tree of branches that whole warps take. */
static void put_tree(cuda_writer *w) {
  const cuda_layout *layout = w->layout;
  bool small = layout->nwhole < layout->nordered;
  fputs("  ", w->file);
  for (int32_t i = 0; i < layout->nwhole; i++) {
    int32_t role = layout->by_warp[i], end_warp = layout->first_warp[role] + w->v->roles[role].warps;
    fprintf(w->file, "if (warp < %d) {\n", (int)end_warp);
    put_registers(w, role);
    put_entry(w, role, "    ");
    fputs(i + 1 < layout->nwhole ? "  } else " : small ? "  } else {\n" : "  }\n", w->file);
  }
  if (small && layout->nwhole == 0) {
    fputs("// all roles are small\n", w->file);
    put_small_roles(w, "  ");
  } else if (small) {
    put_small_roles(w, "    ");
    fputs("  }\n", w->file);
  }
}

static void put_launch(cuda_writer *w, const char *name) {
  fprintf(w->file,
          "#if defined(__CUDACC__) && !defined(__CUDACC_RTC__)\n"
          "inline cudaError_t launch(dim3 grid, const Params &params, cudaStream_t stream) {\n"
          "  cudaError_t error =\n"
          "      cudaFuncSetAttribute(%s, cudaFuncAttributeMaxDynamicSharedMemorySize, kSharedBytes);\n"
          "  if (error != cudaSuccess)\n"
          "    return error;\n"
          "  %s<<<grid, kThreads, kSharedBytes, stream>>>(params);\n"
          "  return cudaGetLastError();\n"
          "}\n"
          "#endif\n",
          name, name);
}

static void put_register_note(cuda_writer *w) {
  char needed[40];
  const cuda_layout *layout = w->layout;
  if (layout->needed > BLOCK_REGISTERS)
    fprintf(
        w->file,
        "// The values of the roles need %s registers, a multiprocessor has %d: some will be spilled, or smaller tiles "
        "needed.\n",
        report_number(layout->needed, needed, sizeof needed), BLOCK_REGISTERS);
  if (layout->moves_regs)
    fprintf(w->file,
            "// %d registers per thread at entry: with one block per multiprocessor the warp groups may move them.\n",
            (int)layout->entry);
  else if (layout->nwarps > 4)
    fputs("// No setmaxnreg: what the warp groups need doesn't fit, or the machine doesn't say that it is limited.\n",
          w->file);
}

void report_cuda_end(cuda_writer *w) {
  report_line name;
  report_line_clear(&name);
  report_cuda_name(&name, "kernel", w->v->p->name, 0); /* kernel_NAME or kernel0_NAME */
  fputs("__device__ __forceinline__ void enter(Context &c, int role, int warps, int warp, int first) {\n"
        "  c.role = role, c.warps = warps, c.warp = warp - first;\n"
        "  c.leader = c.warp == 0 && c.lane == 0;\n"
        "}\n\n",
        w->file);
  put_register_note(w);
  fprintf(w->file,
          "__global__ void __launch_bounds__(kThreads, 1) %s(const __grid_constant__ Params params) {\n"
          "  extern __shared__ __align__(1024) unsigned char shared[];\n"
          "  Barriers &b = *reinterpret_cast<Barriers *>(shared + kBarriers);\n"
          "  (void)b;\n"
          "  const int warp = __shfl_sync(0xffffffffu, (int)threadIdx.x / 32, 0);\n"
          "  Context c = {&params, shared, &b, 0, 0, 0, (int)threadIdx.x %% 32, false};\n",
          name.text);
  put_init(w);
  put_tree(w);
  fputs("}\n\n", w->file);
  put_launch(w, name.text);
}
