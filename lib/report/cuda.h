/* cuda.h: what the parts of the CUDA writer share. */
#ifndef TWEED_LIB_CUDA_H
#define TWEED_LIB_CUDA_H

#include "report/formats.h"
#include "report/program.h"
#include "report/words.h"

/* Programs with more steps than this, prologue and epilogue written out, are one loop over all rounds. */
enum { MOST_CUDA_STEPS = 4000, MOST_BLOCK_WARPS = 32, MOST_BARRIERS = 15, BLOCK_REGISTERS = 65536 };

/* Which warps run which role, and what registers each warp group (four warps) may have.
 * Roles of whole warp groups come first, so that each begins at a multiple of four; small ones share the rest. */
typedef struct cuda_layout {
  int32_t nwarps;           /* in the block, idle ones included */
  int32_t *first_warp;      /* per role */
  int32_t *by_warp;         /* roles in the order of their first warp */
  int32_t nordered, nwhole; /* roles, and those of whole warp groups among them */
  int32_t entry;            /* registers per thread at launch */
  int32_t *regs;            /* per role, for setmaxnreg: the same for all that share a warp group */
  bool moves_regs;
  int64_t needed;  /* registers that the values need in the whole block */
  int64_t *offset; /* of each ring in dynamic shared memory, or -1 */
  int64_t barriers, bytes, reserved;
} cuda_layout;

typedef struct cuda_writer {
  const report_view *v;
  const report_program *programs, *program;
  const report_arrivals *arrivals;
  const cuda_layout *layout;
  FILE *file;
  report_line line;
  int indent;
} cuda_writer;

tweed_status report_cuda_layout(report_view *v, cuda_layout *out, tweed_error *error);
/* Everything in front of the roles, and behind them. */
void report_cuda_begin(cuda_writer *w);
void report_cuda_end(cuda_writer *w);

void report_cuda_name(report_line *line, const char *what, const char *name, int32_t number);
/* Whether the op's completion is waited for by the role itself. */
bool report_cuda_waits(const cuda_writer *w, int32_t role, int32_t op);
bool report_cuda_copies(const report_view *v, int32_t op);

#endif
