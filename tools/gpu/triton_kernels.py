"""triton_kernels.py: the products of matrices and attention forward of test/kernels/plain in Triton, which pipelines them by
itself: the best of a few tiles, among them those of the plain kernels."""
import torch
import triton
import triton.language as tl

HALF_TILES = [(128, 128, 32, 8, 4), (128, 128, 64, 8, 3), (128, 256, 64, 8, 3), (64, 64, 32, 4, 4)]
FLOAT_TILES = [(64, 64, 16, 4, 4), (128, 128, 16, 8, 3), (128, 64, 16, 8, 4)]
ATTENTION_TILES = [(64, 64, 4, 3), (128, 64, 4, 3), (128, 128, 8, 2)]


@triton.jit
def gemm_kernel(a, b, c, m, n, k, ROWS: tl.constexpr, COLUMNS: tl.constexpr, DEPTH: tl.constexpr):
    row = tl.program_id(1) * ROWS + tl.arange(0, ROWS)
    column = tl.program_id(0) * COLUMNS + tl.arange(0, COLUMNS)
    along = tl.arange(0, DEPTH)
    total = tl.zeros((ROWS, COLUMNS), tl.float32)
    for at in range(0, k, DEPTH):
        left = tl.load(a + row[:, None] * k + at + along[None, :])
        right = tl.load(b + (at + along[:, None]) * n + column[None, :])
        total = tl.dot(left, right, total, input_precision="ieee")
    tl.store(c + row[:, None] * n + column[None, :], total.to(c.dtype.element_ty))


def tuned(tiles):
    configs = [triton.Config({"ROWS": m, "COLUMNS": n, "DEPTH": k}, num_warps=w, num_stages=s) for m, n, k, w, s in tiles]
    return triton.autotune(configs, key=["m", "n", "k"])(gemm_kernel)


GEMMS = {torch.float16: tuned(HALF_TILES), torch.float32: tuned(FLOAT_TILES)}


def gemm(a, b):
    """a b, for sizes that are multiples of every tile."""
    (m, k), n = a.shape, b.shape[1]
    c = torch.empty((m, n), dtype=a.dtype, device=a.device)
    GEMMS[a.dtype][lambda tile: (n // tile["COLUMNS"], m // tile["ROWS"])](a, b, c, m, n, k)
    return c


@triton.autotune(configs=[triton.Config({"QUERIES": q, "KEYS": k}, num_warps=w, num_stages=s)
                          for q, k, w, s in ATTENTION_TILES], key=["queries", "keys"])
@triton.jit
def attention_kernel(q, k, v, out, queries, keys, scale, FEATURES: tl.constexpr, QUERIES: tl.constexpr, KEYS: tl.constexpr):
    head, feature = tl.program_id(1), tl.arange(0, FEATURES)
    place = (head * queries + tl.program_id(0) * QUERIES + tl.arange(0, QUERIES))[:, None] * FEATURES + feature[None, :]
    query = tl.load(q + place)
    top = tl.full((QUERIES,), -1e30, tl.float32)
    weights = tl.zeros((QUERIES,), tl.float32)
    total = tl.zeros((QUERIES, FEATURES), tl.float32)
    for at in range(0, keys, KEYS):
        key = head * keys + at + tl.arange(0, KEYS)
        score = tl.dot(query, tl.load(k + key[None, :] * FEATURES + feature[:, None])) * scale
        highest = tl.maximum(top, tl.max(score, 1))
        weight, old = tl.exp2(score - highest[:, None]), tl.exp2(top - highest)
        weights = weights * old + tl.sum(weight, 1)
        values = tl.load(v + key[:, None] * FEATURES + feature[None, :])
        total = tl.dot(weight.to(values.dtype), values, total * old[:, None])
        top = highest
    tl.store(out + place, (total / weights[:, None]).to(out.dtype.element_ty))


def attention(q, k, v):
    """softmax(q k^T / sqrt(features)) v of 1 x heads x rows x features."""
    _, heads, queries, features = q.shape
    keys, out = k.shape[2], torch.empty_like(q)
    scale = features ** -0.5 * 1.44269504
    attention_kernel[lambda tile: (queries // tile["QUERIES"], heads)](q, k, v, out, queries, keys, scale, features)
    return out
