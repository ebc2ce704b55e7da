// Runs a CUDA skeleton on the CPU: one thread per warp (its lane 0), barriers with the phases of mbarriers. Included in front
// of the skeleton; a thread that waits for ever ends the program with status 3.
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <thread>
#include <vector>

#define TWEED_PRIMITIVES
#define __device__
#define __global__
#define __shared__
#define __grid_constant__
#define __forceinline__ inline
#define __launch_bounds__(...)
#define __align__(n) alignas(n)

struct Index {
  int x;
};
static thread_local Index threadIdx;
static thread_local std::mt19937 *rng;
alignas(1024) unsigned char shared[1 << 24];

// A word of the size that a Barrier has in the skeleton is the key of its state.
typedef unsigned long long Barrier;
struct State {
  long phase = 0, arrived = 0, expected = 0, bytes = 0;
};
static std::mutex lock;
static std::condition_variable changed;
static std::map<Barrier *, State> states;
static std::map<int, std::pair<int, long>> named; // arrived, phase
static int everyone = 0, here = 0;
static std::vector<std::string> events;

// PATIENCE in the environment: seconds without any progress that count as for ever.
static std::chrono::seconds patience() {
  const char *text = getenv("PATIENCE");
  return std::chrono::seconds(text ? atoi(text) : 20);
}

static void wait_until(std::unique_lock<std::mutex> &held, const char *what, bool (*done)(void *), void *data) {
  while (!done(data))
    if (changed.wait_for(held, patience()) == std::cv_status::timeout && !done(data)) {
      fprintf(stderr, "warp %d waits for ever: %s\n", threadIdx.x / 32, what);
      _Exit(3);
    }
}

static void pause() {
  if ((*rng)() % 4 == 0)
    std::this_thread::yield();
  if ((*rng)() % 64 == 0)
    std::this_thread::sleep_for(std::chrono::microseconds((*rng)() % 300));
}

static void trace(const char *what, const char *op, int i) {
  pause();
  std::lock_guard<std::mutex> held(lock);
  events.push_back(std::string(what) + " " + op + " " + std::to_string(i));
}

static void settle(State &s) {
  if (s.arrived > s.expected || s.expected == 0) {
    fprintf(stderr, "too many arrivals\n");
    _Exit(4);
  }
  if (s.arrived == s.expected && s.bytes == 0)
    s.phase++, s.arrived = 0;
  changed.notify_all();
}

static void mbarrier_init(Barrier *b, unsigned arrivals) {
  std::lock_guard<std::mutex> held(lock);
  states[b].expected = arrivals;
}
static void fence_mbarrier_init() {}
static void mbarrier_arrive(Barrier *b) {
  pause();
  std::lock_guard<std::mutex> held(lock);
  states[b].arrived++;
  settle(states[b]);
}
static void mbarrier_arrive_expect_tx(Barrier *b, unsigned bytes) {
  std::lock_guard<std::mutex> held(lock);
  states[b].arrived++;
  states[b].bytes += bytes;
  settle(states[b]);
}
static void mbarrier_complete_tx(Barrier *b, unsigned bytes) {
  pause();
  std::lock_guard<std::mutex> held(lock);
  states[b].bytes -= bytes;
  settle(states[b]);
}
struct Phase {
  Barrier *b;
  unsigned parity;
};
static void mbarrier_wait(Barrier *b, unsigned parity) {
  pause();
  std::unique_lock<std::mutex> held(lock);
  Phase phase = {b, parity};
  wait_until(held, "mbarrier", [](void *data) {
    Phase *p = (Phase *)data;
    return (states[p->b].phase & 1) != p->parity;
  }, &phase);
}
static void fence_proxy_async() {}
static void named_barrier_sync(int id, int threads) {
  std::unique_lock<std::mutex> held(lock);
  struct Turn {
    int id;
    long phase;
  } turn = {id, named[id].second};
  if (++named[id].first == threads / 32) {
    named[id] = {0, turn.phase + 1};
    changed.notify_all();
    return;
  }
  wait_until(held, "named barrier", [](void *data) {
    Turn *t = (Turn *)data;
    return named[t->id].second != t->phase;
  }, &turn);
}
static void wgmma_fence() {}
static void wgmma_commit() {}
template <int Pending> void wgmma_wait() {
  static_assert(Pending >= 0 && Pending <= 7, "wgmma.wait_group takes 0 ... 7");
}
static void bulk_commit() {}
template <int Pending> void bulk_wait() {}
template <int Registers> void more_registers() {
  static_assert(Registers % 8 == 0 && Registers >= 24 && Registers <= 256, "setmaxnreg");
}
template <int Registers> void fewer_registers() {
  static_assert(Registers % 8 == 0 && Registers >= 24 && Registers <= 256, "setmaxnreg");
}
static void arrive_when_done(Barrier *b) {
  mbarrier_arrive(b);
}
static void __syncwarp() {}
template <class T> T __shfl_sync(unsigned, T value, int) {
  return value;
}
static void __syncthreads() {
  std::unique_lock<std::mutex> held(lock);
  here++;
  changed.notify_all();
  wait_until(held, "block", [](void *) { return here >= everyone; }, nullptr);
}
