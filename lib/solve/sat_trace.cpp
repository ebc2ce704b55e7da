// sat_trace.cpp: CaDiCaL with a proof. C++ since CaDiCaL's C API can't trace proofs; nothing else is done here.
#include <cadical.hpp>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <new>

extern "C" int tweed_sat_trace(const int32_t *literals, size_t count, FILE *proof, void *state,
                               int (*terminate)(void *state));

namespace {
struct Stop final : CaDiCaL::Terminator {
  void *state;
  int (*function)(void *);
  Stop(void *s, int (*f)(void *)) : state(s), function(f) {}
  bool terminate() override { return function(state) != 0; }
};
} // namespace

int tweed_sat_trace(const int32_t *literals, size_t count, FILE *proof, void *state, int (*terminate)(void *state)) {
  try {
    Stop stop(state, terminate);
    CaDiCaL::Solver solver;
    solver.set("quiet", 1);
    solver.set("binary", 0);
    if (!solver.trace_proof(proof, "proof"))
      return 0;
    solver.connect_terminator(&stop);
    for (size_t i = 0; i < count; i++)
      solver.add(literals[i]);
    int result = solver.solve();
    solver.flush_proof_trace();
    solver.close_proof_trace();
    solver.disconnect_terminator();
    return result;
  } catch (const std::bad_alloc &) {
    return 0;
  }
}
