/* verify.h: what the two files of the verifier share. Nothing that computes a schedule includes it. */
#ifndef TWEED_LIB_VERIFY_H
#define TWEED_LIB_VERIFY_H

#include "model/model.h"

/* TWEED_ILLEGAL, `key` being the op, unit, memory or key of the schedule that the message is about. */
tweed_status tweed_illegal(tweed_error *error, const char *key, const char *format, ...) TWEED_PRINTF(3, 4);

/* Writes names into a text of 256 bytes, ", " between them; what doesn't fit is "…". */
typedef struct tweed_name_list {
  char text[256];
  size_t used;
  bool full;
} tweed_name_list;
void tweed_name_list_add(tweed_name_list *list, const char *format, ...) TWEED_PRINTF(2, 3);

/* The rules of docs/joint.md, for a schedule whose starts, dependences, units and channels' numbers are in order. */
tweed_status tweed_verify_joint(const tweed_problem *p, const tweed_schedule *s, tweed_error *error);

#endif
