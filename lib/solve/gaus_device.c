/* gaus_device.c: an engine that is the GPU's while that works, and the CPU's else. */
#include "solve/gaus_device.h"
#include "../cuda/gaus_gpu.h"
#include <stdlib.h>
#include <string.h>

/* Invariants: `inner` is the engine that works; `device` is NULL once that is the CPU's. */
typedef struct any_engine {
  tweed_gaus_engine base;
  tweed_job *job;
  const gaus_problem *problem;
  gaus_state *state;
  int32_t replicas, threads;
  tweed_cuda_device *device;
  tweed_gaus_engine *inner;
} any_engine;

/* Notes are lines of the job's arena; the driver's words may be long. */
static void note(any_engine *e, const char *what, const tweed_error *why) {
  tweed_job_note(e->job, "gaus: %s: %s", what, why->message);
}

static void drop_gpu(any_engine *e) {
  if (e->device && e->inner)
    e->inner->destroy(e->inner);
  if (e->device)
    tweed_cuda_close(e->device);
  e->device = NULL;
  e->inner = NULL;
}

static tweed_status take_cpu(any_engine *e, tweed_error *error) {
  drop_gpu(e);
  tweed_status status = tweed_gaus_cpu_engine(e->problem, e->state, e->replicas, e->threads, &e->inner, error);
  e->base.name = status == TWEED_OK ? e->inner->name : "none";
  return status;
}

/* After a failure of the GPU: the CPU instead, with the host's arrays as they are. */
static tweed_status replace(any_engine *e, const tweed_error *why, tweed_error *error) {
  note(e, "the GPU failed, the CPU went on", why);
  tweed_status status = take_cpu(e, error);
  return status == TWEED_OK ? e->inner->push(e->inner, error) : status;
}

static tweed_status push(tweed_gaus_engine *engine, tweed_error *error) {
  any_engine *e = (any_engine *)engine;
  tweed_error why = {0};
  tweed_status status = e->inner->push(e->inner, e->device ? &why : error);
  return status == TWEED_OK || !e->device ? status : replace(e, &why, error);
}

static tweed_status run(tweed_gaus_engine *engine, int32_t iterations, tweed_error *error) {
  any_engine *e = (any_engine *)engine;
  tweed_error why = {0};
  tweed_status status = e->inner->run(e->inner, iterations, e->device ? &why : error);
  if (status == TWEED_OK || !e->device)
    return status;
  status = replace(e, &why, error);
  return status == TWEED_OK ? e->inner->run(e->inner, iterations, error) : status;
}

static tweed_status pull(tweed_gaus_engine *engine, tweed_error *error) {
  any_engine *e = (any_engine *)engine;
  tweed_error why = {0};
  tweed_status status = e->inner->pull(e->inner, e->device ? &why : error);
  if (status == TWEED_OK || !e->device)
    return status;
  status = replace(e, &why, error);
  return status == TWEED_OK ? e->inner->pull(e->inner, error) : status;
}

static void destroy(tweed_gaus_engine *engine) {
  any_engine *e = (any_engine *)engine;
  if (!e->device && e->inner)
    e->inner->destroy(e->inner);
  drop_gpu(e);
  free(e);
}

/* Op-iterations side by side from which a GPU is worth its start of some tenths of a second to `auto`. */
enum { WORTH = 10000 };

/* GauS, or a GPU, was asked for by name. */
static bool asked_for(const tweed_solve_options *o) {
  return o->device == TWEED_DEVICE_GPU || (o->solver && strcmp(o->solver, "gaus") == 0);
}

static bool wants_gpu(const any_engine *e) {
  const tweed_solve_options *o = e->job->options;
  bool worth = (int64_t)e->problem->nops * e->replicas >= WORTH;
  return o->device != TWEED_DEVICE_CPU && (worth || asked_for(o));
}

/* True if the GPU is there and has room for the problem. In `auto`, that there is none is not worth a note. */
static bool take_gpu(any_engine *e) {
  tweed_error why = {0};
  tweed_status status = tweed_cuda_open(NULL, NULL, &e->device, &why);
  if (status == TWEED_OK)
    status = tweed_gaus_gpu_engine(e->device, e->problem, e->state, e->replicas, TWEED_GAUS_BY_SIZE, &e->inner, &why);
  if (status != TWEED_OK && (e->device || asked_for(e->job->options)))
    note(e, "ran on the CPU", &why);
  if (status != TWEED_OK)
    return false;
  tweed_job_note(e->job, "gaus: ran on a GPU: %s", e->device->name);
  e->base.name = e->inner->name;
  return true;
}

tweed_status tweed_gaus_engine_of(tweed_job *job, const gaus_problem *problem, gaus_state *state, int32_t replicas,
                                  int32_t threads, tweed_gaus_engine **out, tweed_error *error) {
  any_engine *e = calloc(1, sizeof *e);
  if (!e)
    return tweed_no_memory(error);
  e->base = (tweed_gaus_engine){"none", push, run, pull, destroy};
  e->job = job, e->problem = problem, e->state = state, e->replicas = replicas, e->threads = threads;
  tweed_status status = TWEED_OK;
  if (!wants_gpu(e) || !take_gpu(e))
    status = take_cpu(e, error);
  if (status != TWEED_OK) {
    destroy(&e->base);
    return status;
  }
  *out = &e->base;
  return TWEED_OK;
}
