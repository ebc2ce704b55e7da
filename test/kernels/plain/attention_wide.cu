/* attention_wide.cu: attention as in attention.cu, by blocks of 8 warps and 128 queries: two warps for each tensor
 * core, so that one can multiply while the other one weighs. */
#define WARPS 8
#define attention attention_wide
#include "attention.cu"
