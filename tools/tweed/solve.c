/* solve.c: tweed solve FILE */
#include "command.h"

#include <getopt.h>
#include <pthread.h>
#include <signal.h>
#include <string.h>
#include <tweed/report.h>
#include <tweed/solve.h>
#include <unistd.h>

static const char help[] =
    "usage: tweed solve [OPTIONS] PROBLEM\n\n"
    "Finds a schedule with the smallest initiation interval it can, checks it with the verifier, and says how good it "
    "is.\n"
    "PROBLEM is YAML, JSON or CIRCT's SSP text, gzipped or not; \"-\" is standard input.\n\n"
    "  --solver NAME    auto (default) or one of the table below\n"
    "  --pareto         the front of length, resource and memory (modulo: of II, length and MaxLive) as text, json or "
    "svg\n"
    "  --joint          warp groups too: software pipelining and warp specialization (docs/joint.md)\n"
    "  --ii N           exactly this initiation interval\n"
    "  --max-ii N       none above this\n"
    "  --max-stages N   at most so many stages\n"
    "  --objective L    weights in place of the problem's, such as resource=1,communication=0.5,memory=2; missing ones "
    "are 0\n"
    "  --normalize N    first with costs that add up to at most N, then on the raw ones\n"
    "  --time-limit S   stop after S seconds with the best so far; without it, work is limited, not time\n"
    "  --seed N         for solvers that use random numbers\n"
    "  --threads N      0 (default): as many as there are processors\n"
    "  --device D       where gaus runs: auto (default: a GPU where there is one), cpu or gpu\n"
    "  --proof FILE     writes a DRAT proof that the II below the lower bound is infeasible, and its CNF to FILE.cnf\n"
    "  --format FORMAT  text (default) or another one of the list below\n"
    "  -o FILE          write there instead of to stdout\n\n"
    "Ctrl-C prints the best so far.\n\n"
    "Solvers:\n";

/* What the signal handler sets: Ctrl-C asks tweed_solve to stop. The second Ctrl-C ends the program. */
static volatile int interrupted;

static void on_signal(int number) {
  (void)number;
  interrupted = 1;
}

static void catch_signals(void) {
  struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
  sigemptyset(&action.sa_mask);
  sigaction(SIGINT, &action, NULL);
  sigaction(SIGTERM, &action, NULL);
}

/* The line on the terminal. Solvers may report from several threads. */
typedef struct progress {
  pthread_mutex_t lock;
  double last;
  bool shown;
} progress;

static void show_progress(void *user, const tweed_progress_report *r) {
  progress *state = user;
  pthread_mutex_lock(&state->lock);
  if (r->seconds >= 1 && r->seconds - state->last >= 0.1) {
    state->last = r->seconds;
    state->shown = true;
    fprintf(stderr, "\r\033[K%s: %.1f s", r->solver, r->seconds);
    if (r->trying_ii > 0)
      fprintf(stderr, ", trying II %d", (int)r->trying_ii);
    if (r->best_ii > 0)
      fprintf(stderr, ", best so far %d", (int)r->best_ii);
    if (r->has_objective)
      fprintf(stderr, ", objective %.8g, violation %.2g, best so far %.8g", r->objective, r->violation, r->best);
    fflush(stderr);
  }
  pthread_mutex_unlock(&state->lock);
}

typedef struct request {
  tweed_solve_options options;
  tweed_objective objective;
  const char *path, *format, *to;
  bool pareto;
} request;

/* Writes what was found: a schedule, or the answer that there is none. */
static int write_answer(const request *r, const tweed_problem *p, const tweed_schedule *s) {
  tweed_answer answer = tweed_schedule_answer(s);
  bool found = answer == TWEED_ANSWER_OPTIMAL || answer == TWEED_ANSWER_FEASIBLE;
  return found || !format_needs_starts(r->format) ? write_formatted(p, s, r->format, r->to) : EXIT_SOLVED;
}

static int write_front(const request *r, const tweed_problem *p, const tweed_front *f) {
  output out;
  tweed_error error;
  int status = output_begin(&out, r->to);
  if (status)
    return status;
  if (tweed_report_front(p, f, r->format, out.file, &error)) {
    output_abandon(&out);
    return library_error(&error);
  }
  return output_commit(&out);
}

static int solve_front(const request *r, const tweed_problem *p, const progress *state) {
  tweed_front *f;
  tweed_error error = {.status = TWEED_OK};
  tweed_status status = tweed_solve_front(p, &r->options, &f, &error);
  if (state->shown)
    fputs("\r\033[K", stderr);
  if (status) {
    error.status = status;
    return library_error(&error);
  }
  int result = write_front(r, p, f);
  tweed_front_free(f);
  return result;
}

static int solve(request *r) {
  tweed_problem *p;
  tweed_schedule *s = NULL;
  tweed_error error = {.status = TWEED_OK};
  if (tweed_problem_read(r->path, &p, &error))
    return library_error(&error);
  progress state = {.lock = PTHREAD_MUTEX_INITIALIZER};
  if (isatty(STDERR_FILENO)) {
    r->options.progress = show_progress;
    r->options.progress_user = &state;
  }
  r->options.interrupt = &interrupted;
  catch_signals();
  if (r->pareto) {
    int result = solve_front(r, p, &state);
    tweed_problem_free(p);
    return result;
  }
  tweed_status status = tweed_solve(p, &r->options, &s, &error);
  if (state.shown)
    fputs("\r\033[K", stderr);
  int result = status_exit(status);
  if (status) {
    error.status = status;
    library_error(&error);
  }
  const char *note;
  for (int32_t i = 0; s && (note = tweed_schedule_note(s, i)); i++)
    fprintf(stderr, "tweed: note: %s\n", note);
  if (s && result <= EXIT_NOT_SOLVED) {
    int written = write_answer(r, p, s);
    result = written ? written : result;
  }
  tweed_schedule_free(s);
  tweed_problem_free(p);
  return result;
}

static int print_solve_help(void) {
  output out;
  int status = output_begin(&out, NULL);
  if (status)
    return status;
  fputs(help, out.file);
  const char *name, *description;
  for (size_t i = 0; (name = tweed_solver_name(i, &description)); i++)
    fprintf(out.file, "  %-12s %s\n", name, description);
  fputs("\nFormats:\n", out.file);
  print_formats(out.file);
  return output_commit(&out);
}

static bool parse_int32(const char *option, int64_t low, int64_t high, int32_t *out) {
  int64_t value;
  if (!parse_int("solve", option, optarg, low, high, &value))
    return false;
  *out = (int32_t)value;
  return true;
}

/* Weights such as resource=1,memory=0.5; each term once at most. */
static bool parse_objective(const char *text, tweed_objective *out) {
  const struct {
    const char *name;
    double *weight;
  } terms[] = {{"resource", &out->resource}, {"communication", &out->communication}, {"memory", &out->memory}};
  unsigned seen = 0;
  *out = (tweed_objective){0, 0, 0};
  for (const char *at = text;; at++) {
    size_t name = strcspn(at, "=,"), size = strcspn(at, ","), i = 0;
    char value[64];
    while (i < 3 && !(strlen(terms[i].name) == name && strncmp(terms[i].name, at, name) == 0))
      i++;
    if (i == 3 || at[name] != '=' || seen & 1U << i || size - name > sizeof value) {
      usage_error("solve", "--objective \"%s\" is not a list such as resource=1,communication=1,memory=0", text);
      return false;
    }
    seen |= 1U << i;
    memcpy(value, at + name + 1, size - name - 1);
    value[size - name - 1] = 0;
    if (!parse_real("solve", "--objective", value, 0, TWEED_MAX_NUMBER, terms[i].weight))
      return false;
    at += size;
    if (!*at)
      return true;
  }
}

static bool parse_device(const char *text, tweed_device *out) {
  static const char *const names[] = {"auto", "cpu", "gpu"};
  for (int k = TWEED_DEVICE_AUTO; k <= TWEED_DEVICE_GPU; k++)
    if (strcmp(text, names[k]) == 0) {
      *out = (tweed_device)k;
      return true;
    }
  usage_error("solve", "--device \"%s\" is none of auto, cpu, gpu", text);
  return false;
}

/* Takes one option. EXIT_SOLVED: go on. */
static int take_option(request *r, int option, int argc, char **argv) {
  int64_t seed = 0;
  bool good = true;
  switch (option) {
  case 's':
    r->options.solver = optarg;
    break;
  case 'i':
    good = parse_int32("--ii", 1, TWEED_MAX_NUMBER, &r->options.ii);
    break;
  case 'm':
    good = parse_int32("--max-ii", 1, TWEED_MAX_NUMBER, &r->options.max_ii);
    break;
  case 'g':
    good = parse_int32("--max-stages", 1, TWEED_MAX_NUMBER, &r->options.max_stages);
    break;
  case 'O':
    good = parse_objective(optarg, &r->objective);
    r->options.objective = &r->objective;
    break;
  case 'n':
    good = parse_int32("--normalize", 1, TWEED_MAX_NUMBER, &r->options.normalize);
    break;
  case 't':
    good = parse_real("solve", "--time-limit", optarg, 0, 1e9, &r->options.time_limit);
    break;
  case 'e':
    good = parse_int("solve", "--seed", optarg, 0, INT64_MAX, &seed);
    r->options.seed = (uint64_t)seed;
    break;
  case 'j':
    good = parse_int32("--threads", 0, 1024, &r->options.threads);
    break;
  case 'p':
    r->options.proof = optarg;
    break;
  case 'P':
    r->pareto = true;
    break;
  case 'd':
    good = parse_device(optarg, &r->options.device);
    break;
  case 'J':
    r->options.joint = true;
    break;
  case 'f':
    r->format = optarg;
    return check_format("solve", optarg);
  case 'o':
    r->to = optarg;
    break;
  default:
    return bad_option("solve", argc, argv, option);
  }
  return good ? EXIT_SOLVED : EXIT_USAGE;
}

int command_solve(int argc, char **argv) {
  static const struct option options[] = {{"solver", required_argument, NULL, 's'},
                                          {"ii", required_argument, NULL, 'i'},
                                          {"max-ii", required_argument, NULL, 'm'},
                                          {"max-stages", required_argument, NULL, 'g'},
                                          {"objective", required_argument, NULL, 'O'},
                                          {"normalize", required_argument, NULL, 'n'},
                                          {"time-limit", required_argument, NULL, 't'},
                                          {"seed", required_argument, NULL, 'e'},
                                          {"threads", required_argument, NULL, 'j'},
                                          {"device", required_argument, NULL, 'd'},
                                          {"joint", no_argument, NULL, 'J'},
                                          {"pareto", no_argument, NULL, 'P'},
                                          {"proof", required_argument, NULL, 'p'},
                                          {"format", required_argument, NULL, 'f'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
  request r = {.format = "text"};
  tweed_solve_options_default(&r.options);
  r.options.prove_length = true;
  for (int option; (option = getopt_long(argc, argv, ":o:h", options, NULL)) != -1;) {
    if (option == 'h')
      return print_solve_help();
    int status = take_option(&r, option, argc, argv);
    if (status)
      return status;
  }
  if (argc - optind != 1)
    return usage_error("solve", "needs one problem");
  if (r.pareto && strcmp(r.format, "text") != 0 && strcmp(r.format, "json") != 0 && strcmp(r.format, "svg") != 0)
    return usage_error("solve", "--pareto has the formats text, json and svg, not %s", r.format);
  r.path = argv[optind];
  return solve(&r);
}
