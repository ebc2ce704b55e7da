/* table.h: ops over rows and columns as text. */
#ifndef TWEED_LIB_TABLE_H
#define TWEED_LIB_TABLE_H

#include <stdio.h>

#include "report/view.h"

enum { REPORT_WIDTH = 120 };

/* The table by unit (a column each, and one for ops that hold none) or, of a joint schedule, by role. Compressed: only
 * rows in which an op starts or ends are there. */
typedef enum report_columns { COLUMNS_UNITS, COLUMNS_ROLES } report_columns;
tweed_status report_table(const report_view *v, report_columns columns, bool compressed, FILE *file,
                          tweed_error *error);

#endif
