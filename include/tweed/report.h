/* tweed/report.h: schedules for people. Knows the model only. */
#ifndef TWEED_REPORT_H
#define TWEED_REPORT_H

#include <tweed/model.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Writes a schedule in a format: "text" (modulo table) or "dot" (Graphviz). TWEED_BAD_INPUT for an unknown format. */
TWEED_API tweed_status tweed_report(TWEED_KEEP const tweed_problem *p, TWEED_KEEP const tweed_schedule *s,
                                    const char *format, FILE *file, tweed_error *error);

#ifdef __cplusplus
}
#endif
#endif
