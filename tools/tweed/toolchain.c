/* toolchain.c: opt, clang and Tweed's own libraries for `tweed emulate`: beside this program, as configured, or as the
 * environment says. */
#define _GNU_SOURCE
#include "toolchain.h"

#include <errno.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef TWEED_LIBDIR /* without LLVM nothing of this is called */
#define TWEED_LIBDIR "lib"
#define TWEED_OPT "opt-19"
#define TWEED_CLANG "clang-19"
#define TWEED_SYMBOLIZER "llvm-symbolizer-19"
#endif

extern char **environ;

/* What a signal to the command is passed on to. */
static volatile sig_atomic_t child;

static void pass_on(int number) {
  if (child > 0)
    kill((pid_t)child, number);
}

static const int passed_on[] = {SIGINT, SIGTERM, SIGHUP};

static void catch_signals(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = pass_on;
  for (size_t i = 0; i < sizeof passed_on / sizeof *passed_on; i++)
    sigaction(passed_on[i], &action, NULL);
}

/* ---- finding ---- */

static void choose(char *out, size_t size, const char *variable, const char *otherwise) {
  const char *said = getenv(variable);
  snprintf(out, size, "%s", said && *said ? said : otherwise);
}

/* A file of Tweed's: what the environment says, or beside this program as installed, or as built. */
static bool find_file(char *out, size_t size, const char *variable, const char *installed, const char *built) {
  const char *said = getenv(variable);
  if (said && *said) {
    snprintf(out, size, "%s", said);
    return true;
  }
  char self[512];
  ssize_t n = readlink("/proc/self/exe", self, sizeof self - 1);
  self[n > 0 ? n : 0] = 0;
  char *slash = strrchr(self, '/');
  if (slash)
    *slash = 0;
  const char *const below[] = {installed, built};
  for (int i = 0; i < 2; i++) {
    snprintf(out, size, "%s/%s", self, below[i]);
    if (access(out, R_OK) == 0)
      return true;
  }
  fprintf(stderr, "tweed emulate: %s is missing beside this program; %s can say where it is\n",
          built + strlen("../lib/"), variable);
  return false;
}

bool toolchain_begin(toolchain *t) {
  memset(t, 0, sizeof *t);
  choose(t->opt, sizeof t->opt, "TWEED_OPT", TWEED_OPT);
  choose(t->clang, sizeof t->clang, "TWEED_CLANG", TWEED_CLANG);
  if (!find_file(t->plugin, sizeof t->plugin, "TWEED_PLUGIN", "../" TWEED_LIBDIR "/tweed/TweedLLVM.so",
                 "../lib/TweedLLVM.so") ||
      !find_file(t->runtime, sizeof t->runtime, "TWEED_EMU_LIBRARY", "../" TWEED_LIBDIR "/libtweed-emu.a",
                 "../lib/libtweed-emu.a") ||
      !find_file(t->runner, sizeof t->runner, "TWEED_EMU_MAIN", "../" TWEED_LIBDIR "/tweed/libtweed-emu-main.a",
                 "../lib/libtweed-emu-main.a"))
    return false;
  setenv("TSAN_OPTIONS", "external_symbolizer_path=" TWEED_SYMBOLIZER, 0);
  catch_signals();
  const char *base = getenv("TMPDIR");
  snprintf(t->folder, sizeof t->folder, "%.200s/tweed-XXXXXX", base && *base ? base : "/tmp");
  if (mkdtemp(t->folder))
    return true;
  fprintf(stderr, "tweed emulate: cannot make a folder %s: %s\n", t->folder, strerror(errno));
  t->folder[0] = 0;
  return false;
}

void toolchain_end(toolchain *t) {
  static const char *const files[] = {"first.bc", "second.bc", "runner"};
  char path[512];
  if (!t->folder[0])
    return;
  for (size_t i = 0; i < sizeof files / sizeof *files; i++) {
    snprintf(path, sizeof path, "%s/%s", t->folder, files[i]);
    unlink(path);
  }
  rmdir(t->folder);
}

/* ---- running ---- */

int toolchain_run(const char *const *arguments) {
  pid_t id;
  posix_spawnattr_t attributes;
  sigset_t defaults;
  sigemptyset(&defaults);
  for (size_t i = 0; i < sizeof passed_on / sizeof *passed_on; i++)
    sigaddset(&defaults, passed_on[i]);
  posix_spawnattr_init(&attributes);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  int failed = posix_spawnp(&id, arguments[0], NULL, &attributes, (char *const *)(uintptr_t)arguments, environ);
  posix_spawnattr_destroy(&attributes);
  if (failed) {
    fprintf(stderr, "tweed emulate: cannot run %s: %s\n", arguments[0], strerror(failed));
    return -1;
  }
  child = (sig_atomic_t)id;
  int status;
  while (waitpid(id, &status, 0) < 0)
    if (errno != EINTR)
      return -1;
  child = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}
