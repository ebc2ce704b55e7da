/* graph.h: from a loop body to a problem. */
#ifndef TWEED_LLVM_GRAPH_H
#define TWEED_LLVM_GRAPH_H

#include "llvm/body.h"

/* Builds the problem of a body for a machine: one op for each live op of the body (body->ops[i].problem is its number),
 * and those of the loop's own control. Every dependence of the body is in it. */
tweed_status tw_graph(tw_body *body, tweed_machine *machine, const char *name, TWEED_GIVE tweed_problem **out,
                      tweed_error *error);

/* The opcode text of docs/formats.md for op i ("load", "add.address", "call llvm.fmuladd", …) and its type. */
void tw_graph_opcode(const tw_body *body, int32_t i, char *opcode, size_t opcode_size, char *type, size_t type_size);

/* The load that op i, an extension, is folded into: the two are one instruction, and the narrow value between them must
 * not be carried to another iteration, where it would have to be extended once more. -1 if op i is none such. */
int32_t tw_graph_extended_load(const tw_body *body, int32_t i);

#endif
