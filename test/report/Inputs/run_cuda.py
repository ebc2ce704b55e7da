"""Runs a CUDA skeleton on the CPU: run_cuda.py CXX SKELETON.cu PROBLEM.json SCHEDULE.json [RUNS]

Each op notes when it runs. Checked, for several trip counts: all roles end; each op runs once per iteration in one warp of its
role; what one role hands to another is there before, and its slot is not written again before it has been read."""
import json
import os
import re
import subprocess
import sys
import tempfile

import simulate

MAIN = """
int main(int, char **argv) {
  int n = atoi(argv[1]), seed = atoi(argv[2]);
  Params params = {n};
  everyone = kThreads / 32;
  if (kSharedBytes > sizeof shared)
    return 5;
  std::vector<std::thread> warps;
  for (int w = 0; w < everyone; w++)
    warps.emplace_back([=] {
      std::mt19937 mine(seed * 100 + w);
      rng = &mine;
      threadIdx.x = 32 * w;
      KERNEL(params);
    });
  for (auto &w : warps)
    w.join();
  for (auto &e : events)
    puts(e.c_str());
  return 0;
}
"""


def instrument(text):
    """Each op notes itself, once per role."""
    def note(match):
        name = re.search(r"^// \"(.*?)\": class", text[:match.start()].split("}\n\n")[-1], re.M)[1]
        return match[0] + '\n  if (c.warp == 0) trace("op", %s, i);' % json.dumps(name)
    text = re.sub(r"^__device__ __forceinline__ void op\w+\(.*\{$", note, text, flags=re.M)
    text = text.replace("extern __shared__ __align__(1024) unsigned char shared[];", "")
    return text


def check(events, problem, schedule, n, depth):
    p = simulate.Problem(problem, schedule)
    at = {}
    for k, (_, op, i) in enumerate(events):
        if (op, i) in at:
            sys.exit("n = %d: %s[%d] runs twice" % (n, op, i))
        at[(op, i)] = k
    wanted = {(op, i) for op in p.ops for i in range(n)}
    if set(at) != wanted:
        sys.exit("n = %d: missing or foreign: %s" % (n, sorted(wanted ^ set(at))[:5]))
    for u, v, distance, kind, _ in p.deps:
        for i in range(n - distance):
            if u != v and at[(u, i)] > at[(v, i + distance)]:
                sys.exit("n = %d: %s[%d] runs before %s[%d]" % (n, v, i + distance, u, i))
        crosses = p.roles[u] != p.roles[v]
        if u == v or kind not in ("flow", "async") or u not in depth or not crosses or p.ops[u].get("regs", 1):
            continue
        for i in range(n - depth[u]):
            if i + distance < n and at[(u, i + depth[u])] < at[(v, i + distance)]:
                sys.exit("n = %d: %s[%d] is overwritten before %s[%d] reads it" % (n, u, i, v, i + distance))


def main():
    cxx, skeleton, problem, schedule = sys.argv[1:5]
    runs = int(sys.argv[5]) if len(sys.argv) > 5 else 3
    with open(skeleton) as a, open(problem) as b, open(schedule) as c:
        text, problem, schedule = a.read(), json.load(b), json.load(c)
    kernel = re.search(r"__launch_bounds__\(kThreads, 1\) (\w+)\(", text)[1]
    depth = {name: int(d) for d, name in re.findall(r"Ring<(\d+)> ring_(\w+);", text)}
    with tempfile.TemporaryDirectory() as folder:
        source, program = os.path.join(folder, "k.cpp"), os.path.join(folder, "k")
        with open(source, "w") as file:
            file.write('#include "%s"\n' % os.path.join(os.path.dirname(os.path.abspath(__file__)), "cuda_host.h"))
            file.write(instrument(text) + MAIN.replace("KERNEL", kernel))
        subprocess.run([cxx, "-std=c++17", "-O1", "-pthread", "-Wall", "-Wextra", "-Werror", "-Wno-unused-function", "-o",
                        program, source], check=True)
        counts = simulate.counts_for(schedule)
        for n in counts:
            for seed in range(runs):
                run = subprocess.run([program, str(n), str(seed)], capture_output=True, text=True)
                if run.returncode:
                    sys.exit("n = %d: status %d: %s" % (n, run.returncode, run.stderr))
                events = [(w, op, int(i)) for w, op, i in (line.split(" ") for line in run.stdout.splitlines())]
                check(events, problem, schedule, n, depth)
    print("runs for n = %s" % ", ".join(map(str, counts)))


if __name__ == "__main__":
    main()
