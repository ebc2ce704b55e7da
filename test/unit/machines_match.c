/* Every shipped machine reads, survives a round trip through the writer, and has a class for every IR operation; some
 * operations must get particular classes; CPU names choose the right machine. */
#include "model/model.h"
#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"generic", "cortex-a55", "neoverse-n1", "sifive-u74", "skylake"};
static const char *const sms[] = {"sm_70", "sm_80", "sm_90"};

static tweed_machine *shipped(const char *name) {
  tweed_machine *m = NULL;
  tweed_error error = {0};
  tweed_status status = tweed_machine_shipped(name, &m, &error);
  if (status)
    fprintf(stderr, "%s: %s\n", name, error.message);
  assert(status == TWEED_OK);
  return m;
}

static const char *class_for(const tweed_machine *m, const char *opcode, const char *type) {
  int32_t i = tweed_machine_match(m, opcode, type);
  if (i < 0)
    fprintf(stderr, "%s: no class for %s of %s\n", tweed_machine_name(m), opcode, type);
  assert(i >= 0);
  return m->classes[i].name;
}

/* ---- every operation has a class ---- */

static const char *const plain[] = {"add",
                                    "sub",
                                    "mul",
                                    "sdiv",
                                    "udiv",
                                    "srem",
                                    "urem",
                                    "shl",
                                    "lshr",
                                    "ashr",
                                    "and",
                                    "or",
                                    "xor",
                                    "fadd",
                                    "fsub",
                                    "fmul",
                                    "fdiv",
                                    "frem",
                                    "fneg",
                                    "icmp",
                                    "fcmp",
                                    "select",
                                    "load",
                                    "store",
                                    "getelementptr",
                                    "extractelement",
                                    "insertelement",
                                    "shufflevector",
                                    "freeze",
                                    "extractvalue",
                                    "insertvalue",
                                    "other",
                                    "call llvm.fmuladd",
                                    "call llvm.fma",
                                    "call llvm.smax",
                                    "call llvm.umin",
                                    "call llvm.abs",
                                    "call llvm.fshl",
                                    "call llvm.bswap",
                                    "call llvm.bitreverse",
                                    "call llvm.ctpop",
                                    "call llvm.ctlz",
                                    "call llvm.cttz",
                                    "call llvm.sqrt",
                                    "call llvm.fabs",
                                    "call llvm.minnum",
                                    "call llvm.maxnum",
                                    "call llvm.floor",
                                    "call llvm.copysign",
                                    "call llvm.uadd.sat",
                                    "call llvm.ssub.sat",
                                    "call llvm.sadd.with.overflow",
                                    "call llvm.vector.reduce.add",
                                    "call llvm.vector.reduce.fadd",
                                    "call llvm.masked.load",
                                    "call llvm.assume",
                                    "call sinf",
                                    "call ",
                                    "getelementptr.address",
                                    "add.address",
                                    "zext.address",
                                    "mul.address",
                                    "add.induction",
                                    "getelementptr.induction",
                                    "icmp.control",
                                    "br.control",
                                    "zext.folded",
                                    "add.folded",
                                    "sub.folded",
                                    "shl.folded",
                                    "fneg.folded",
                                    "udiv.constant",
                                    "srem.constant",
                                    "mul.narrow",
                                    "mul.shifted",
                                    "zext.widening"};
static const char *const types[] = {"i1",           "i8",          "i16",          "i32",          "i64",
                                    "i128",         "ptr",         "half",         "float",        "double",
                                    "void",         "<2 x float>", "<4 x float>",  "<8 x float>",  "<16 x float>",
                                    "<64 x float>", "<2 x i64>",   "<4 x i1>",     "<8 x i16>",    "<16 x i8>",
                                    "<2 x ptr>",    "<3 x float>", "<4 x double>", "{ i32, i1 }",  "<1 x i64>",
                                    "<32 x i8>",    "<8 x i32>",   "<2 x double>", "[2 x double]", "x86_fp80"};
static const char *const casts[] = {"zext",   "sext",   "trunc",  "fptrunc",  "fpext",    "fptoui",
                                    "fptosi", "uitofp", "sitofp", "ptrtoint", "inttoptr", "bitcast"};
static const char *const cast_types[] = {"i8 to i32",
                                         "i32 to i64",
                                         "i1 to i32",
                                         "i64 to i8",
                                         "float to double",
                                         "double to float",
                                         "float to i32",
                                         "i64 to float",
                                         "i32 to float",
                                         "ptr to i64",
                                         "i64 to ptr",
                                         "<4 x i8> to <4 x i32>",
                                         "<16 x i8> to <16 x i32>",
                                         "<8 x i32> to <8 x i16>",
                                         "<4 x float> to <4 x double>",
                                         "<4 x i32> to <4 x float>",
                                         "<2 x i64> to <4 x i32>",
                                         "<4 x i1> to i4",
                                         "i32 to <4 x i8>"};

static const char *const gpu[] = {"load.shared",
                                  "load.stream",
                                  "load.global",
                                  "load.local",
                                  "load.constant",
                                  "store.shared",
                                  "store.stream",
                                  "store.global",
                                  "atomicrmw",
                                  "call llvm.nvvm.barrier0",
                                  "call llvm.nvvm.ex2.approx.f",
                                  "call llvm.nvvm.unheard.of",
                                  "asm unheard.of.b32"};

#define COUNT(a) (sizeof(a) / sizeof *(a))

static void every_operation(const tweed_machine *m) {
  for (size_t i = 0; i < COUNT(plain); i++)
    for (size_t k = 0; k < COUNT(types); k++)
      class_for(m, plain[i], types[k]);
  for (size_t i = 0; i < COUNT(casts); i++)
    for (size_t k = 0; k < COUNT(cast_types); k++)
      class_for(m, casts[i], cast_types[k]);
}

/* ---- particular classes ---- */

typedef struct expected {
  const char *machine, *opcode, *type, *class;
} expected;
static const expected table[] = {
    {"cortex-a55", "add", "i32", "alu"},
    {"cortex-a55", "add.folded", "i32", "madd"},
    {"cortex-a55", "zext.folded", "i8 to i32", "free"},
    {"cortex-a55", "getelementptr.address", "ptr", "free"},
    {"cortex-a55", "getelementptr", "ptr", "alu"},
    {"cortex-a55", "add.induction", "i64", "alu"},
    {"cortex-a55", "icmp.control", "i64", "control"},
    {"cortex-a55", "br.control", "void", "br"},
    {"cortex-a55", "icmp", "i32", "cmp"},
    {"cortex-a55", "select", "i32", "select"},
    {"cortex-a55", "select", "double", "fselect"},
    {"cortex-a55", "load", "ptr", "load"},
    {"cortex-a55", "load", "float", "fload"},
    {"cortex-a55", "load", "<4 x float>", "vload_q"},
    {"cortex-a55", "load", "<8 x i32>", "vload_q2"},
    {"cortex-a55", "load", "<2 x float>", "vload_d"},
    {"cortex-a55", "store", "<16 x i32>", "vstore_q4"},
    {"cortex-a55", "store", "i8", "store"},
    {"cortex-a55", "mul", "i64", "mul64"},
    {"cortex-a55", "mul", "<2 x i64>", "vmul64"},
    {"cortex-a55", "mul", "<4 x i32>", "vmul_q"},
    {"cortex-a55", "call llvm.fmuladd", "float", "fma"},
    {"cortex-a55", "call llvm.fmuladd", "<4 x float>", "vfma_q"},
    {"cortex-a55", "call llvm.smax", "i32", "minmax"},
    {"cortex-a55", "fdiv", "double", "fdiv64"},
    {"cortex-a55", "fdiv", "<2 x double>", "vfdiv64_q"},
    {"cortex-a55", "fdiv", "<4 x float>", "vfdiv32_q"},
    {"cortex-a55", "sitofp", "i32 to double", "int_to_float"},
    {"cortex-a55", "fptosi", "float to i64", "float_to_int"},
    {"cortex-a55", "zext", "i32 to i64", "free"},
    {"cortex-a55", "sext", "i32 to i64", "alu"},
    {"cortex-a55", "trunc", "i64 to i32", "free"},
    {"cortex-a55", "bitcast", "i32 to float", "move_to_float"},
    {"cortex-a55", "sext", "<4 x i16> to <4 x i32>", "vwiden_q"},
    {"cortex-a55", "call sinf", "float", "call"},
    {"cortex-a55", "call llvm.assume", "void", "free"},
    {"cortex-a55", "udiv.constant", "i32", "divc32"},
    {"cortex-a55", "srem.constant", "i64", "remc64"},
    {"cortex-a55", "udiv.constant", "<8 x i32>", "vdivc_q2"},
    {"cortex-a55", "mul.narrow", "i64", "mul_narrow"},
    {"cortex-a55", "mul.shifted", "i32", "shift_add"},
    {"cortex-a55", "sext.widening", "<8 x i8> to <8 x i16>", "free"},
    {"skylake", "sext.widening", "<8 x i8> to <8 x i16>", "vwiden_x"},
    {"skylake", "urem.constant", "<8 x i32>", "vremc_y"},
    {"neoverse-n1", "mul", "i32", "mul32"},
    {"generic", "fadd", "float", "fadd"},
    {"sifive-u74", "fmul", "double", "fmul64"},
    {"sifive-u74", "fmul", "<4 x float>", "v4_float"},
    {"sifive-u74", "call llvm.fshl", "i32", "rotate"},
    {"skylake", "load", "<8 x float>", "vload_y"},
    {"skylake", "fadd", "<16 x float>", "vfadd_y2"},
    {"skylake", "fadd", "<4 x float>", "vfadd_x"},
    {"skylake", "mul", "<8 x i16>", "vmul16_x"},
    {"skylake", "shl", "i64", "shift"},
    {"skylake", "getelementptr", "ptr", "lea"},
};

static void particular(void) {
  for (size_t i = 0; i < COUNT(table); i++) {
    tweed_machine *m = shipped(table[i].machine);
    const char *class = class_for(m, table[i].opcode, table[i].type);
    if (strcmp(class, table[i].class) != 0)
      fprintf(stderr, "%s: %s of %s is %s, not %s\n", table[i].machine, table[i].opcode, table[i].type, class,
              table[i].class);
    assert(strcmp(class, table[i].class) == 0);
    tweed_machine_free(m);
  }
}

/* Units that one op holds, at the SM's rate: "FMA 2/4" is two cycles of one of four. */
typedef struct held {
  const char *machine, *opcode, *type, *class, *unit;
  int64_t work;
  int32_t count, latency;
} held;
static const held rates[] = {
    {"sm_70", "fmul", "float", "fma", "FMA", 2, 4, 4},
    {"sm_80", "call llvm.fmuladd", "float", "fma", "FMA", 2, 4, 4},
    {"sm_90", "fadd", "float", "fma", "FMA", 1, 4, 4},
    {"sm_80", "fadd", "<2 x half>", "half", "FMA", 1, 4, 4},
    {"sm_90", "fadd", "<4 x float>", "fma_4", "FMA", 4, 4, 7},
    {"sm_90", "call llvm.nvvm.ex2.approx.ftz.f", "float", "mufu", "MUFU", 8, 4, 18},
    {"sm_80", "fadd", "double", "fp64", "FP64", 4, 4, 8},
    {"sm_90", "fadd", "double", "fp64", "FP64", 2, 4, 8},
    {"sm_80", "add", "i32", "alu", "ALU", 2, 4, 4},
    {"sm_80", "add", "i64", "alu_2", "ALU", 4, 4, 5},
    {"sm_80", "icmp", "i32", "alu", "ALU", 2, 4, 4},
    {"sm_80", "load.shared", "float", "lds_4", "LSU", 1, 1, 29},
    {"sm_80", "load.shared", "<4 x float>", "lds_16", "LSU", 4, 1, 32},
    {"sm_80", "load.global", "float", "ldg_4", "L2", 2, 1, 200},
    {"sm_80", "load", "float", "ldg_4", "L2", 2, 1, 200},
    {"sm_80", "load.stream", "float", "ldg_stream_4", "HBM", 13, 1, 490},
    {"sm_90", "load.stream", "<8 x half>", "ldg_stream_16", "HBM", 37, 1, 560},
    {"sm_90", "store.stream", "float", "stg_stream_4", "HBM", 9, 1, 1},
    {"sm_80", "call llvm.nvvm.shfl.sync.bfly.f32", "float", "shfl", "LSU", 1, 1, 23},
    {"sm_70", "call llvm.nvvm.mma.m8n8k4.row.col.f32.f32", "{ float }", "mma_m8n8k4", "TC", 8, 4, 33},
    {"sm_80", "call llvm.nvvm.mma.m16n8k16.row.col.f32.f32", "{ float }", "mma_m16n8k16", "TC", 8, 4, 33},
    {"sm_90", "call llvm.nvvm.mma.m16n8k16.row.col.f32.f32", "{ float }", "mma_m16n8k16", "TC", 6, 4, 33},
    {"sm_80", "asm mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32", "{ float }", "mma_m16n8k16", "TC", 8, 4, 33},
    {"sm_80", "call llvm.nvvm.mma.m16n8k16.row.col.s8", "{ i32 }", "mma_m16n8k16_s8", "TC", 4, 4, 25},
    {"sm_80", "call llvm.nvvm.mma.m16n8k8.row.col.tf32", "{ float }", "mma_m16n8k8_tf32", "TC", 8, 4, 33},
    {"sm_80", "call llvm.nvvm.wmma.m16n16k16.mma.row.col.f32.f32", "{ float }", "wmma_m16n16k16", "TC", 16, 4, 41},
    {"sm_80", "call llvm.nvvm.wmma.m16n16k16.load.a.row.stride.f16", "{ i32 }", "wmma_ld", "LSU", 4, 1, 32},
    {"sm_80", "call llvm.nvvm.ldmatrix.sync.aligned.m8n8.x4.b16", "{ i32 }", "ldmatrix_x4", "LSU", 4, 1, 32},
    {"sm_80", "call llvm.nvvm.cp.async.cg.shared.global.16", "void", "cp_async_16", "L2", 8, 1, 229},
    {"sm_80", "asm cp.async.ca.shared.global.4", "void", "cp_async_4", "L2", 2, 1, 229},
    {"sm_80", "call llvm.nvvm.barrier0", "void", "bar", "issue", 1, 4, 25},
    {"sm_80", "getelementptr.address", "ptr", "free", "issue", 0, 4, 0},
};

static void what_is_held(void) {
  for (size_t i = 0; i < COUNT(rates); i++) {
    const held *h = &rates[i];
    tweed_machine *m = shipped(h->machine);
    int32_t class = tweed_machine_match(m, h->opcode, h->type), unit = tweed_machine_unit(m, h->unit), count, latency;
    assert(class >= 0 && unit >= 0);
    const char *name = tweed_machine_class_name(m, class, &latency);
    assert(strcmp(tweed_machine_unit_name(m, unit, &count), h->unit) == 0);
    if (strcmp(name, h->class) != 0 || latency != h->latency || tweed_machine_class_work(m, class, unit) != h->work)
      fprintf(stderr, "%s: %s of %s is %s: latency %d, %s %lld\n", h->machine, h->opcode, h->type, name, (int)latency,
              h->unit, (long long)tweed_machine_class_work(m, class, unit));
    assert(strcmp(name, h->class) == 0 && latency == h->latency && count == h->count);
    assert(tweed_machine_class_work(m, class, unit) == h->work);
    tweed_machine_free(m);
  }
}

static void limits(void) {
  tweed_machine *m = shipped("sm_80"), *cpu = shipped("generic");
  const tweed_sm *sm = tweed_machine_sm(m);
  assert(sm && !tweed_machine_sm(cpu));
  assert(sm->partitions == 4 && sm->registers == 65536 && sm->registers_thread == 255 && sm->register_unit == 256);
  assert(sm->threads == 2048 && sm->threads_block == 1024 && sm->blocks == 32);
  assert(sm->shared == 164 * 1024 && sm->shared_block == 163 * 1024 && sm->shared_static == 48 * 1024);
  assert(sm->shared_reserved == 1024 && sm->shared_unit == 128);
  assert(!tweed_machine_unit_name(m, -1, NULL) && !tweed_machine_unit_name(m, 1000, NULL));
  assert(!tweed_machine_class_name(m, -1, NULL) && !tweed_machine_class_name(m, 100000, NULL));
  assert(tweed_machine_class_work(m, -1, 0) == 0 && tweed_machine_class_work(m, 100000, 0) == 0);
  tweed_machine_free(m);
  tweed_machine_free(cpu);
}

/* ---- round trip ---- */

static char *print_with(tweed_machine *m) {
  tweed_problem *p = NULL;
  tweed_error error = {0};
  char *text = NULL;
  assert(tweed_problem_new("round-trip", m, &p, &error) == TWEED_OK);
  assert(tweed_problem_add_op(p, "x", tweed_machine_class(m, "free"), -1, NULL, &error) == TWEED_OK);
  assert(tweed_problem_finish(p, &error) == TWEED_OK);
  assert(tweed_problem_print(p, &text, &error) == TWEED_OK);
  tweed_problem_free(p);
  return text;
}

/* A machine read from its file is not a shipped one, so the problem is written with the machine in line. */
static void round_trip(const char *name) {
  char path[1024];
  tweed_machine *m = NULL;
  tweed_problem *p = NULL;
  tweed_error error = {0};
  snprintf(path, sizeof path, TWEED_SOURCE "/lib/model/machines/%s.yaml", name);
  assert(tweed_machine_read(path, &m, &error) == TWEED_OK);
  char *first = print_with(m);
  assert(strstr(first, "classes:"));
  tweed_status status = tweed_problem_parse(first, strlen(first), "round-trip", &p, &error);
  if (status)
    fprintf(stderr, "%s: %s\n", name, error.message);
  assert(status == TWEED_OK);
  tweed_machine *again = tweed_problem_machine(p);
  assert(again->nclasses == m->nclasses && again->nmatches == m->nmatches && again->window == m->window);
  char *second = print_with(again);
  assert(strcmp(first, second) == 0);
  free(first);
  free(second);
  tweed_problem_free(p);
  tweed_machine_free(m);
}

static void cpu(const char *triple, const char *name, const char *machine) {
  const char *got = tweed_machine_for_cpu(triple, name);
  if (strcmp(got, machine) != 0)
    fprintf(stderr, "%s %s: %s, not %s\n", triple, name, got, machine);
  assert(strcmp(got, machine) == 0);
}

int main(void) {
  for (size_t i = 0; i < COUNT(names); i++) {
    tweed_machine *m = shipped(names[i]);
    assert(strcmp(tweed_machine_name(m), names[i]) == 0);
    assert((tweed_machine_window(m) > 0) == (i == 2 || i == 4));
    every_operation(m);
    tweed_machine_free(m);
    round_trip(names[i]);
  }
  for (size_t i = 0; i < COUNT(sms); i++) {
    tweed_machine *m = shipped(sms[i]);
    assert(tweed_machine_window(m) == 0);
    every_operation(m);
    for (size_t k = 0; k < COUNT(gpu); k++)
      for (size_t t = 0; t < COUNT(types); t++)
        class_for(m, gpu[k], types[t]);
    tweed_machine_free(m);
    round_trip(sms[i]);
  }
  what_is_held();
  limits();
  particular();
  cpu("aarch64-unknown-linux-gnu", "cortex-a55", "cortex-a55");
  cpu("aarch64-linux-gnu", "cortex-a53", "cortex-a55");
  cpu("aarch64-linux-gnu", "neoverse-n1", "neoverse-n1");
  cpu("arm64-apple-macosx", "apple-m1", "neoverse-n1");
  cpu("aarch64-linux-gnu", "generic", "generic");
  cpu("riscv64-unknown-linux-gnu", "sifive-u74", "sifive-u74");
  cpu("riscv64-unknown-linux-gnu", "generic-rv64", "generic");
  cpu("x86_64-pc-linux-gnu", "x86-64", "skylake");
  cpu("x86_64-pc-linux-gnu", "znver3", "skylake");
  cpu("nvptx64-nvidia-cuda", "sm_70", "sm_70");
  cpu("nvptx64-nvidia-cuda", "sm_75", "sm_70");
  cpu("nvptx64-nvidia-cuda", "sm_80", "sm_80");
  cpu("nvptx64-nvidia-cuda", "sm_89", "sm_80");
  cpu("nvptx64-nvidia-cuda", "sm_90", "sm_90");
  cpu("nvptx64-nvidia-cuda", "sm_90a", "sm_90");
  cpu("nvptx64-nvidia-cuda", "sm_60", "generic");
  cpu("hexagon", "hexagonv68", "generic");
  return 0;
}
