#!/usr/bin/env python3
"""others.py: what cuBLAS, PyTorch and Triton need for the problems of kernels.json, as JSON: {"rows": [{"what", "kernels", "by",
"median" in microseconds or "failed"}]}, or {"failed"} where there is no PyTorch. Times are measured as bench.py does."""
import json
import os
import sys

HERE = os.path.dirname(os.path.abspath(__file__))
FLUSHED = 256 << 20
SAMPLES = 0.2  # seconds of launches


def median(torch, call):
    """Microseconds of call(), each launch with a flushed L2."""
    flushed = torch.empty(FLUSHED, dtype=torch.int8, device="cuda")
    start, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))
    found, count = [], 4
    while len(found) < count:
        flushed.zero_()
        start.record()
        call()
        end.record()
        torch.cuda.synchronize()
        found.append(start.elapsed_time(end) * 1e3)
        if len(found) == 4:
            count = max(4, min(300, int(SAMPLES * 1e6 / min(found))))
    found = sorted(found[2:])  # the first ones compile and choose
    return found[len(found) // 2]


def random(torch, *shape, dtype):
    return torch.randint(-128, 128, shape, device="cuda").to(dtype) / 128


def gemms(torch, sizes):
    """(what, kernels, by, call) of products of matrices."""
    for what, kernels, dtype in (("HGEMM", ["hgemm", "hgemm_two", "hgemm_persistent"], torch.float16),
                                 ("SGEMM", ["sgemm_128", "sgemm_128_transposed", "sgemm_64"], torch.float32)):
        s = sizes.get(kernels[0])
        if s:
            m = s.get("m", s["n"])
            a, b = random(torch, m, s["k"], dtype=dtype), random(torch, s["k"], s["n"], dtype=dtype)
            yield what, kernels, "cuBLAS", lambda: torch.matmul(a, b)
            yield what, kernels, "Triton", lambda: triton_kernels().gemm(a, b)
    s = sizes.get("hgemm_batched")
    if s:
        a, b = (random(torch, s["batch"], x, y, dtype=torch.float16) for x, y in ((s["m"], s["k"]), (s["k"], s["n"])))
        yield "batched HGEMM", ["hgemm_batched"], "cuBLAS", lambda: torch.bmm(a, b)
    s = sizes.get("sgemm_split")
    if s:
        a, b = (random(torch, x, y, dtype=torch.float32) for x, y in ((s["m"], s["k"]), (s["k"], s["n"])))
        yield "SGEMM, long k", ["sgemm_split"], "cuBLAS", lambda: torch.matmul(a, b)


def attention(torch, sizes):
    s = sizes.get("attention")
    if not s:
        return
    kernels = ["attention", "attention_wide", "attention_turns", "attention_shared"]
    q = random(torch, 1, s["heads"], s["queries"], 64, dtype=torch.float16)
    k, v = (random(torch, 1, s["heads"], s["keys"], 64, dtype=torch.float16) for _ in range(2))
    yield "attention", kernels, "PyTorch", lambda: torch.nn.functional.scaled_dot_product_attention(q, k, v)
    yield "attention", kernels, "Triton", lambda: triton_kernels().attention(q, k, v)


def rest(torch, sizes):
    s = sizes.get("convolution")
    if s:
        x = random(torch, s["images"], s["channels"], s["h"], s["w"], dtype=torch.float32).to(memory_format=torch.channels_last)
        w = random(torch, s["filters"], s["channels"], 3, 3, dtype=torch.float32).to(memory_format=torch.channels_last)
        yield "convolution", ["convolution"], "cuDNN", lambda: torch.nn.functional.conv2d(x, w, padding=1)
    s = sizes.get("softmax")
    if s:
        rows = random(torch, s["rows"], s["n"], dtype=torch.float32)
        yield "row softmax", ["softmax"], "PyTorch", lambda: torch.softmax(rows, 1)
    s = sizes.get("layernorm")
    if s:
        lines, gain = random(torch, s["rows"], s["n"], dtype=torch.float32), random(torch, s["n"], dtype=torch.float32)
        yield "layer norm", ["layernorm"], "PyTorch", lambda: torch.nn.functional.layer_norm(lines, (len(gain),), gain, gain)
    s = sizes.get("add")
    if s:
        one, other = (random(torch, s["n"], dtype=torch.float32) for _ in range(2))
        yield "vector add", ["add"], "PyTorch", lambda: torch.add(one, other)
    s = sizes.get("transpose")
    if s:
        matrix = random(torch, s["m"], s["n"], dtype=torch.float32)
        yield "transpose", ["transpose"], "PyTorch", lambda: matrix.t().contiguous()


def triton_kernels():
    import triton_kernels as kernels
    return kernels


def rows(torch, sizes):
    found = []
    for group in (gemms, attention, rest):
        for what, kernels, by, call in group(torch, sizes):
            entry = {"what": what, "kernels": kernels, "by": by}
            try:
                entry["median"] = median(torch, call)
            except Exception as error:  # whatever a library says: the others are still worth something
                entry["failed"] = (str(error).strip().splitlines() or [type(error).__name__])[0][:100]
            found.append(entry)
    return found


def main():
    try:
        import torch
    except ImportError as error:
        print(json.dumps({"failed": "no PyTorch: %s" % error}))
        return
    if not torch.cuda.is_available():
        print(json.dumps({"failed": "PyTorch sees no GPU"}))
        return
    torch.backends.cuda.matmul.allow_tf32 = torch.backends.cudnn.allow_tf32 = False
    with open(os.path.join(HERE, "kernels.json")) as file:
        sizes = {kernel["name"]: kernel["sizes"] for kernel in json.load(file)["kernels"]}
    print("PyTorch %s on %s" % (torch.__version__, torch.cuda.get_device_name()), file=sys.stderr)
    print(json.dumps({"rows": rows(torch, sizes)}))


if __name__ == "__main__":
    main()
