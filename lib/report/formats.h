/* formats.h: the writers behind tweed_report. */
#ifndef TWEED_LIB_FORMATS_H
#define TWEED_LIB_FORMATS_H

#include <tweed/report.h>

#include "model/model.h"

tweed_status tweed_report_text(const tweed_problem *p, const tweed_schedule *s, FILE *file, tweed_error *error);
tweed_status tweed_report_dot(const tweed_problem *p, const tweed_schedule *s, FILE *file, tweed_error *error);
tweed_status tweed_report_svg(const tweed_problem *p, const tweed_schedule *s, FILE *file, tweed_error *error);
tweed_status tweed_report_html(const tweed_problem *p, const tweed_schedule *s, FILE *file, tweed_error *error);
tweed_status tweed_report_pseudo(const tweed_problem *p, const tweed_schedule *s, FILE *file, tweed_error *error);
tweed_status tweed_report_cuda(const tweed_problem *p, const tweed_schedule *s, FILE *file, tweed_error *error);

void report_front_text(const tweed_problem *p, const tweed_front *f, FILE *file);
tweed_status report_front_json(const tweed_problem *p, const tweed_front *f, FILE *file, tweed_error *error);
void report_front_svg(const tweed_problem *p, const tweed_front *f, FILE *file);

/* Programs are written only for schedules that are there and legal. */
tweed_status report_check_placed(const tweed_problem *p, const tweed_schedule *s, const char *format,
                                 tweed_error *error);

#endif
