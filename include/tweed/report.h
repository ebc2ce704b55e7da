/* tweed/report.h: schedules for people. Knows the model only. */
#ifndef TWEED_REPORT_H
#define TWEED_REPORT_H

#include <tweed/model.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Writes a schedule in one of the formats. TWEED_BAD_INPUT for an unknown format, and where a format has nothing to
 * show: "pseudo" and "cuda" need a schedule that is there and passes tweed_verify, "cuda" a joint one. The same
 * schedule gives the same bytes. */
TWEED_API tweed_status tweed_report(TWEED_KEEP const tweed_problem *p, TWEED_KEEP const tweed_schedule *s,
                                    const char *format, FILE *file, tweed_error *error);

/* The formats: name and one line on what it shows, NULL past the end; description may be NULL. */
TWEED_API const char *tweed_report_format(size_t i, const char **description);

/* Writes a front as "text" (a table), "json" or "svg" (a picture per pair of axes); TWEED_BAD_INPUT for other formats.
 */
TWEED_API tweed_status tweed_report_front(TWEED_KEEP const tweed_problem *p, TWEED_KEEP const tweed_front *f,
                                          const char *format, FILE *file, tweed_error *error);

#ifdef __cplusplus
}
#endif
#endif
