/* formats.h: the writers behind tweed_report. */
#ifndef TWEED_LIB_FORMATS_H
#define TWEED_LIB_FORMATS_H

#include <tweed/report.h>

#include "model/model.h"

tweed_status tweed_report_text(const tweed_problem *p, const tweed_schedule *s, FILE *file, tweed_error *error);
tweed_status tweed_report_dot(const tweed_problem *p, const tweed_schedule *s, FILE *file, tweed_error *error);

#endif
