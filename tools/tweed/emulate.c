/* emulate.c: `tweed emulate`: runs a kernel on the CPU, or compares two. opt and clang make a program of kernel and run
 * time; that runs. */
#include "command.h"
#include "plan.h"
#include "toolchain.h"

#include <getopt.h>
#include <stdlib.h>
#include <string.h>

static const char help[] =
    "usage: tweed emulate KERNEL.ll --launch 'LAUNCH' [OPTIONS]\n"
    "       tweed emulate KERNEL.ll|KERNEL.ptx --launch 'LAUNCH' --plan FOLDER [--data-seed S]\n\n"
    "Runs a kernel of an NVPTX module (LLVM IR or bitcode) on this machine, prints a checksum of each output, and "
    "reports\n"
    "races (with --tsan), deadlocks, misuse of barriers, divergence, accesses out of bounds and shared memory that "
    "nobody\n"
    "wrote. Exit status 1 where there is anything to report.\n\n"
    "  LAUNCH is KERNEL<<<GRID, BLOCK[, BYTES]>>>(ARGUMENTS), e.g.\n"
    "    sgemm<<<(2,2),256>>>(f32[8192]=random, f32[8192]=random, out f32[16384], 128, 64)\n"
    "    Grid and block are X, (X,Y) or (X,Y,Z). An argument is a number or [out|inout] "
    "TYPE[COUNT][=zero|random|range|FILE],\n"
    "    TYPE one of i8 i16 i32 i64 f16 bf16 f32 f64; or\n"
    "    tensor(BUFFER, [SIZE,...], box[SIZE,...], swizzleN), a buffer and the tensor map over it.\n\n"
    "  --tsan             under ThreadSanitizer\n"
    "  --seeds N          N interleavings, each with a seed of its own (default 1)\n"
    "  --seed S           the first seed (default 0: threads in order, copies as early as can be)\n"
    "  --compare FILE.ll  also runs the launch on this module; outputs must agree\n"
    "  --tolerance X      by how much elements of outputs may differ (default 0)\n"
    "  --data-seed S      of what =random fills buffers with (default 1)\n"
    "  --time-limit S     seconds for a run: one that takes longer makes no progress, which is reported (default: "
    "none)\n"
    "  --stack KIB        KiB of stack for each GPU thread (default 256)\n"
    "  --no-checks        no checks of bounds and of uninitialized shared memory\n"
    "  --os-threads       an OS thread for each GPU thread, for debuggers; the default is a coroutine for each\n"
    "  --write PREFIX     writes each output of the first seed to PREFIX.ARGUMENT, raw\n"
    "  --keep FILE        keeps the program that was made\n"
    "  --program FILE     runs a program that --keep kept, instead of a module, with another launch\n"
    "  --plan FOLDER      runs nothing: writes the launch and what its buffers begin with, for tools/gpu/run.py; of "
    "PTX,\n"
    "                     parameters of 16 bits that are no integers can't be said by a number\n\n"
    "Needs opt and clang of LLVM 19; TWEED_OPT, TWEED_CLANG, TWEED_PLUGIN, TWEED_EMU_LIBRARY and TWEED_EMU_MAIN can "
    "name\n"
    "them and Tweed's own files.\n";

typedef struct request {
  const char *kernel, *other, *launch, *keep, *write, *plan, *program;
  bool tsan, no_checks, os_threads;
  int64_t seeds, first_seed, data_seed, stack;
  double tolerance, time_limit;
} request;

#ifdef TWEED_LIBDIR

/* The host's bitcode of a module. Returns an exit status. */
static int transform(const request *r, const toolchain *t, const char *from, const char *name) {
  char load[1100], passes[128], to[512];
  snprintf(load, sizeof load, "-load-pass-plugin=%s", t->plugin);
  snprintf(passes, sizeof passes, "-passes=tweed-emulate<name=%s%s%s>", name, r->tsan ? ";tsan" : "",
           r->no_checks ? ";no-checks" : "");
  snprintf(to, sizeof to, "%s/%s.bc", t->folder, name);
  const char *const arguments[] = {t->opt, load, passes, from, "-o", to, NULL};
  int status = toolchain_run(arguments);
  if (status > 0)
    fprintf(stderr, "tweed emulate: %s can't be emulated\n", from);
  return status == 0 ? EXIT_SOLVED : status > 0 && status < 128 ? EXIT_USAGE : EXIT_INTERNAL;
}

/* Where the program is, or goes. Names without a folder are not looked for on the path. */
static void program_path(const request *r, const toolchain *t, char *out, size_t size) {
  const char *said = r->program ? r->program : r->keep;
  if (said)
    snprintf(out, size, "%s%s", strchr(said, '/') ? "" : "./", said);
  else
    snprintf(out, size, "%s/runner", t->folder);
}

static int link_program(const request *r, const toolchain *t) {
  char first[512], second[512], program[4096];
  snprintf(first, sizeof first, "%s/first.bc", t->folder);
  snprintf(second, sizeof second, "%s/second.bc", t->folder);
  program_path(r, t, program, sizeof program);
  const char *arguments[20];
  int n = 0;
  arguments[n++] = t->clang;
  arguments[n++] = "-O2";
  arguments[n++] = "-Wno-override-module";
  if (r->tsan)
    arguments[n++] = "-fsanitize=thread";
  arguments[n++] = first;
  if (r->other)
    arguments[n++] = second;
  arguments[n++] = t->runner;
  arguments[n++] = t->runtime;
  arguments[n++] = "-lm";
  arguments[n++] = "-lpthread";
  arguments[n++] = "-o";
  arguments[n++] = program;
  arguments[n] = NULL;
  return toolchain_run(arguments) == 0 ? EXIT_SOLVED : EXIT_INTERNAL;
}

static int run_program(const request *r, const toolchain *t) {
  char program[4096], seeds[32], first[32], data_seed[32], tolerance[64], limit[64], stack[32];
  program_path(r, t, program, sizeof program);
  snprintf(seeds, sizeof seeds, "%lld", (long long)r->seeds);
  snprintf(first, sizeof first, "%lld", (long long)r->first_seed);
  snprintf(data_seed, sizeof data_seed, "%lld", (long long)r->data_seed);
  snprintf(tolerance, sizeof tolerance, "%.17g", r->tolerance);
  snprintf(limit, sizeof limit, "%.17g", r->time_limit);
  snprintf(stack, sizeof stack, "%lld", (long long)r->stack);
  const char *const arguments[] = {program,
                                   r->launch,
                                   seeds,
                                   first,
                                   tolerance,
                                   r->os_threads ? "os" : "co",
                                   r->write ? r->write : "",
                                   data_seed,
                                   limit,
                                   r->plan ? r->plan : "",
                                   stack,
                                   NULL};
  int status = toolchain_run(arguments);
  if (status >= 128)
    fprintf(stderr, "tweed emulate: the kernel was ended by signal %d (%s)\n", status - 128, strsignal(status - 128));
  return status < 0 || status >= 128 ? EXIT_INTERNAL : status;
}

static int emulate(const request *r) {
  toolchain t;
  int status = toolchain_begin(&t) ? EXIT_SOLVED : EXIT_INTERNAL;
  if (!status && !r->program)
    status = transform(r, &t, r->kernel, "first");
  if (!status && r->other)
    status = transform(r, &t, r->other, "second");
  if (!status && !r->program)
    status = link_program(r, &t);
  if (!status)
    status = run_program(r, &t);
  toolchain_end(&t);
  return status;
}

#else

static int emulate(const request *r) {
  (void)r;
  fprintf(stderr, "tweed emulate: this build of Tweed has no emulator, since LLVM 19 was missing when it was made\n");
  return EXIT_USAGE;
}

#endif

/* Takes one option. EXIT_SOLVED: go on. */
static int take_option(request *r, int option, int argc, char **argv) {
  bool good = true;
  switch (option) {
  case 'l':
    r->launch = optarg;
    break;
  case 'c':
    r->other = optarg;
    break;
  case 'n':
    good = parse_int("emulate", "--seeds", optarg, 1, 1000000, &r->seeds);
    break;
  case 's':
    good = parse_int("emulate", "--seed", optarg, 0, INT64_MAX / 2, &r->first_seed);
    break;
  case 't':
    good = parse_real("emulate", "--tolerance", optarg, 0, 1e300, &r->tolerance);
    break;
  case 'T':
    r->tsan = true;
    break;
  case 'C':
    r->no_checks = true;
    break;
  case 'O':
    r->os_threads = true;
    break;
  case 'w':
    r->write = optarg;
    break;
  case 'k':
    r->keep = optarg;
    break;
  case 'd':
    good = parse_int("emulate", "--data-seed", optarg, 0, INT64_MAX, &r->data_seed);
    break;
  case 'L':
    good = parse_real("emulate", "--time-limit", optarg, 0, 1e9, &r->time_limit);
    break;
  case 'S':
    good = parse_int("emulate", "--stack", optarg, 64, 1024 * 1024, &r->stack);
    break;
  case 'p':
    r->plan = optarg;
    break;
  case 'r':
    r->program = optarg;
    break;
  default:
    return bad_option("emulate", argc, argv, option);
  }
  return good ? EXIT_SOLVED : EXIT_USAGE;
}

int command_emulate(int argc, char **argv) {
  static const struct option options[] = {{"launch", required_argument, NULL, 'l'},
                                          {"compare", required_argument, NULL, 'c'},
                                          {"seeds", required_argument, NULL, 'n'},
                                          {"seed", required_argument, NULL, 's'},
                                          {"tolerance", required_argument, NULL, 't'},
                                          {"tsan", no_argument, NULL, 'T'},
                                          {"no-checks", no_argument, NULL, 'C'},
                                          {"os-threads", no_argument, NULL, 'O'},
                                          {"write", required_argument, NULL, 'w'},
                                          {"keep", required_argument, NULL, 'k'},
                                          {"data-seed", required_argument, NULL, 'd'},
                                          {"time-limit", required_argument, NULL, 'L'},
                                          {"stack", required_argument, NULL, 'S'},
                                          {"plan", required_argument, NULL, 'p'},
                                          {"program", required_argument, NULL, 'r'},
                                          {"help", no_argument, NULL, 'h'},
                                          {NULL, 0, NULL, 0}};
  request r = {.seeds = 1, .data_seed = 1, .stack = 256};
  for (int option; (option = getopt_long(argc, argv, ":h", options, NULL)) != -1;) {
    if (option == 'h')
      return print_help(help);
    int status = take_option(&r, option, argc, argv);
    if (status)
      return status;
  }
  if (r.program && (argc != optind || r.other || r.keep || r.tsan || r.no_checks))
    return usage_error("emulate", "--program has its modules and checks in it");
  if (!r.program && argc - optind != 1)
    return usage_error("emulate", "needs one module");
  if (!r.launch)
    return usage_error("emulate", "needs --launch");
  r.kernel = r.program ? r.program : argv[optind];
  int status = r.plan ? plan_folder(r.plan) : EXIT_SOLVED;
  if (status)
    return status;
  if (r.plan && plan_is_ptx(r.kernel))
    return plan_of_ptx(r.kernel, r.launch, (uint64_t)r.data_seed, r.plan);
  return emulate(&r);
}
