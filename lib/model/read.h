/* read.h: the decoders' common parts: from a node tree to a machine or problem. */
#ifndef TWEED_LIB_READ_H
#define TWEED_LIB_READ_H

#include "model/build.h"
#include "model/node.h"

tweed_status tweed_reader_init(tweed_reader *r, const char *file);
/* Frees what the reader holds and hands its error on. Returns status. */
tweed_status tweed_reader_end(tweed_reader *r, tweed_status status, tweed_error *error);

tweed_status tweed_decode_machine(tweed_reader *r, const tweed_node *node, tweed_machine **out);
tweed_status tweed_decode_problem(tweed_reader *r, const tweed_node *node, tweed_problem **out);

/* CIRCT's SSP text. */
tweed_status tweed_ssp_parse(const char *text, size_t size, const char *name, tweed_problem **out, tweed_error *error);

#endif
