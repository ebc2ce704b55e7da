/* style.c: the look of the pictures: calm colours on paper and on dark screens. */
#include "report/figure.h"

/* Fills and the text on them, for light and for dark grounds. */
static const char *const light[FIGURE_COLORS] = {"#a9cbe8", "#f3cd9a", "#b3dab0", "#ecb9c3",
                                                 "#cdbfe6", "#e9df95", "#9dd6d2", "#d8cbb8"};
static const char *const dark[FIGURE_COLORS] = {"#2f5d86", "#83571f", "#3a6b3a", "#7f4455",
                                                "#5b4a85", "#716719", "#27696a", "#645a4b"};

static void put_variables(FILE *file, const char *const *fills, const char *ink, const char *quiet, const char *ground,
                          const char *lane, const char *rule, const char *steady) {
  fprintf(file, "--ink:%s;--quiet:%s;--ground:%s;--lane:%s;--rule:%s;--steady:%s", ink, quiet, ground, lane, rule,
          steady);
  for (int i = 0; i < FIGURE_COLORS; i++)
    fprintf(file, ";--c%d:%s", i, fills[i]);
}

static void put_light(FILE *file) {
  put_variables(file, light, "#1d2126", "#6a727c", "#ffffff", "#f3f4f6", "#d5d9de", "#e9edf2");
}

void report_put_figure_style(FILE *file) {
  fputs(":root{color-scheme:light dark;", file);
  put_light(file);
  fputs("}\n@media (prefers-color-scheme:dark){:root{", file);
  put_variables(file, dark, "#e4e7eb", "#98a1ab", "#15181c", "#1e2227", "#3a4048", "#262c34");
  fputs("}}\n@media print{:root{color-scheme:light;", file);
  put_light(file);
  fputs("}}\n", file);
  fputs(".tweed{font-family:system-ui,\"Segoe UI\",\"Helvetica Neue\",Arial,\"DejaVu Sans\",sans-serif;font-size:11px;"
        "font-variant-numeric:tabular-nums}\n"
        ".tweed text{fill:var(--ink)}\n"
        ".tweed .q,.tweed .axis{fill:var(--quiet)}\n"
        ".tweed .axis{font-size:10px}\n"
        ".tweed .m{text-anchor:middle}\n"
        ".tweed .e{text-anchor:end}\n"
        ".tweed .l{pointer-events:none}\n"
        ".tweed .lane{fill:var(--lane)}\n"
        ".tweed .steady{fill:var(--steady);opacity:.6}\n"
        ".tweed .tick{stroke:var(--rule);stroke-width:.5}\n"
        ".tweed .rule{stroke:var(--rule)}\n"
        ".tweed .round{stroke:var(--quiet);stroke-width:.7;stroke-dasharray:2 3}\n"
        ".tweed .phase{stroke:var(--quiet)}\n"
        ".tweed .b rect{print-color-adjust:exact;-webkit-print-color-adjust:exact}\n"
        ".tweed .w rect{opacity:.45}\n",
        file);
  for (int i = 0; i < FIGURE_COLORS; i++)
    fprintf(file, ".tweed .c%d rect{fill:var(--c%d)}\n", i, i);
}
