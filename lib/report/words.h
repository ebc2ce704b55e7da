/* words.h: text on its way out: lines of bounded length, names that may contain anything, numbers that read well. */
#ifndef TWEED_LIB_WORDS_H
#define TWEED_LIB_WORDS_H

#include <stdio.h>

#include "base/base.h"

/* A line being put together. What doesn't fit is cut off at a code point. */
typedef struct report_line {
  size_t used;
  char text[2048];
} report_line;

void report_line_clear(report_line *line);
void report_line_add(report_line *line, const char *format, ...) TWEED_PRINTF(2, 3);
/* A name as people should see it: control characters as "?", at most `most` columns, cut with "…". */
void report_line_name(report_line *line, const char *name, int most);
/* Spaces up to the column, at least one. */
void report_line_pad(report_line *line, int column);
void report_line_put(const report_line *line, FILE *file);

/* Columns on the screen, taking each code point as one. */
int report_width(const char *text);
/* Text for XML: < > & " ' escaped; characters that XML doesn't allow as U+FFFD, and so is what is no UTF-8. */
void report_put_xml(FILE *file, const char *text);
/* The same, at most `most` code points, the last a "…" where some were left out. */
void report_put_xml_cut(FILE *file, const char *text, int most);
/* The code point at *text, which moves on; 0xfffd for a wrong byte; 0 at the end. */
uint32_t report_code_point(const char **text);
/* 1234567 as "1,234,567". */
const char *report_number(int64_t value, char *text, size_t size);
/* "232,448 B" or "227 KB" where it is a whole number of KB. */
const char *report_bytes(int64_t bytes, char *text, size_t size);

#endif
