/* words.c: lines, names and numbers for people. */
#include "report/words.h"

#include <inttypes.h>
#include <string.h>

void report_line_clear(report_line *line) {
  line->used = 0;
  line->text[0] = 0;
}

/* Takes back the bytes of a code point that was cut. */
static void trim(report_line *line) {
  size_t at = line->used, back = 0;
  while (at > 0 && back < 4 && ((unsigned char)line->text[at - 1] & 0xc0) == 0x80) {
    at--;
    back++;
  }
  unsigned char lead = at > 0 ? (unsigned char)line->text[at - 1] : 0;
  size_t want = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : lead >= 0xc0 ? 1 : 0;
  if (want > back) {
    line->used = at - 1;
    line->text[line->used] = 0;
  }
}

void report_line_add(report_line *line, const char *format, ...) {
  va_list arguments;
  size_t room = sizeof line->text - line->used;
  va_start(arguments, format);
  int n = vsnprintf(line->text + line->used, room, format, arguments);
  va_end(arguments);
  if (n > 0 && (size_t)n < room) {
    line->used += (size_t)n;
  } else if (n > 0) {
    line->used = sizeof line->text - 1;
    trim(line);
  }
}

uint32_t report_code_point(const char **text) {
  const unsigned char *s = (const unsigned char *)*text;
  static const uint32_t least[] = {0, 0x80, 0x800, 0x10000};
  int more = *s >= 0xf0 && *s < 0xf8 ? 3 : *s >= 0xe0 ? 2 : *s >= 0xc0 ? 1 : 0;
  uint32_t value = *s;
  if (*s == 0)
    return 0;
  (*text)++;
  if (*s < 0x80)
    return value;
  if (*s < 0xc0 || *s >= 0xf8)
    return 0xfffd;
  value = *s & (0x3fU >> more);
  for (int i = 1; i <= more; i++) {
    if ((s[i] & 0xc0) != 0x80)
      return 0xfffd;
    value = value << 6 | (s[i] & 0x3fU);
  }
  if (value < least[more] || value > 0x10ffff || (value >= 0xd800 && value < 0xe000))
    return 0xfffd;
  *text += more;
  return value;
}

int report_width(const char *text) {
  int width = 0;
  while (report_code_point(&text))
    width++;
  return width;
}

static bool control(uint32_t c) {
  return c < 0x20 || (c >= 0x7f && c < 0xa0) || c == 0x2028 || c == 0x2029;
}

void report_line_name(report_line *line, const char *name, int most) {
  int width = report_width(name), shown = 0;
  while (*name && (width <= most || shown < most - 1)) {
    const char *begin = name;
    uint32_t c = report_code_point(&name);
    if (control(c))
      report_line_add(line, "?");
    else if (c == 0xfffd)
      report_line_add(line, "\xef\xbf\xbd");
    else
      report_line_add(line, "%.*s", (int)(name - begin), begin);
    shown++;
  }
  if (width > most)
    report_line_add(line, "…");
}

void report_line_pad(report_line *line, int column) {
  int width = report_width(line->text);
  report_line_add(line, "%*s", width < column ? column - width : 1, "");
}

void report_line_put(const report_line *line, FILE *file) {
  size_t end = line->used;
  while (end > 0 && line->text[end - 1] == ' ')
    end--;
  fwrite(line->text, 1, end, file);
  fputc('\n', file);
}

static void put_character(FILE *file, uint32_t c, const char *bytes, size_t size) {
  switch (c) {
  case '<':
    fputs("&lt;", file);
    return;
  case '>':
    fputs("&gt;", file);
    return;
  case '&':
    fputs("&amp;", file);
    return;
  case '"':
    fputs("&quot;", file);
    return;
  case '\'':
    fputs("&#39;", file);
    return;
  default:
    break;
  }
  bool allowed = c != 0xfffd && c != 0xfffe && c != 0xffff && (!control(c) || c == '\n' || c == '\t');
  if (allowed)
    fwrite(bytes, 1, size, file);
  else
    fputs("\xef\xbf\xbd", file);
}

void report_put_xml_cut(FILE *file, const char *text, int most) {
  int width = report_width(text), shown = 0;
  while (*text && (width <= most || shown < most - 1)) {
    const char *begin = text;
    uint32_t c = report_code_point(&text);
    put_character(file, c, begin, (size_t)(text - begin));
    shown++;
  }
  if (width > most)
    fputs("…", file);
}

void report_put_xml(FILE *file, const char *text) {
  while (*text) {
    const char *begin = text;
    uint32_t c = report_code_point(&text);
    put_character(file, c, begin, (size_t)(text - begin));
  }
}

const char *report_number(int64_t value, char *text, size_t size) {
  char digits[32];
  int n = snprintf(digits, sizeof digits, "%" PRId64, value < 0 ? -value : value);
  size_t used = 0;
  if (value < 0 && used + 1 < size)
    text[used++] = '-';
  for (int i = 0; i < n && used + 2 < size; i++) {
    text[used++] = digits[i];
    if (i + 1 < n && (n - 1 - i) % 3 == 0)
      text[used++] = ',';
  }
  text[used < size ? used : size - 1] = 0;
  return text;
}

const char *report_bytes(int64_t bytes, char *text, size_t size) {
  char number[40];
  bool whole = bytes >= 1024 && bytes % 1024 == 0;
  snprintf(text, size, "%s %s", report_number(whole ? bytes / 1024 : bytes, number, sizeof number), whole ? "KB" : "B");
  return text;
}
