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

/* ---- pages ---------------------------------------------------------------------------------------------------------
 *
 * An HTML page on what a compiler made of something: for each part the pictures of a schedule, its graph, and what
 * else is known. Strings are UTF-8 and may hold anything. */
typedef struct tweed_report_fact {
  const char *name, *value;
} tweed_report_fact;

/* A share of something, drawn as a bar. */
typedef struct tweed_report_meter {
  const char *name;
  int64_t value, most;
} tweed_report_meter;

/* Preformatted, such as source lines. */
typedef struct tweed_report_listing {
  const char *title, *caption, *text;
} tweed_report_listing;

typedef struct tweed_report_part {
  const char *title, *lead;     /* lead: a sentence or two, NULL = none */
  const tweed_problem *problem; /* NULL: without graph and pictures */
  const tweed_schedule *schedule;
  size_t nfacts, nmeters, nlistings;
  const tweed_report_fact *facts;
  const char *meters_title, *meters_caption;
  const tweed_report_meter *meters;
  const tweed_report_listing *listings;
} tweed_report_part;

TWEED_API tweed_status tweed_report_page(const char *title, const tweed_report_part *parts, size_t count, FILE *file,
                                         tweed_error *error);

/* Writes a front as "text" (a table), "json" or "svg" (a picture per pair of axes); TWEED_BAD_INPUT for other formats.
 */
TWEED_API tweed_status tweed_report_front(TWEED_KEEP const tweed_problem *p, TWEED_KEEP const tweed_front *f,
                                          const char *format, FILE *file, tweed_error *error);

#ifdef __cplusplus
}
#endif
#endif
