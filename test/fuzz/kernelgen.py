"""kernelgen.py: random GPU kernels in CUDA C that copy tiles to shared memory and compute from them, without races.

A kernel is a dictionary of plain values (choices, numbers, lists), which `render` turns into CUDA C and `launches` into
launch lines; `smaller` makes simpler ones of it for reduction. A loop's barriers cut its iteration into zones, 0 … barriers - 1;
what stands behind the last barrier and what stands before the first one of the next iteration are one zone. An object is
written in one zone and read in others, so there is a barrier on every way from a store to a load and back.
"""

import copy
import random

# name: CUDA type, its name in launch lines, bytes, elements of a vector
TYPES = {
    "f32": ("float", "f32", 4, 1), "f16": ("half", "f16", 2, 1), "i32": ("int", "i32", 4, 1), "i8": ("signed char", "i8", 1, 1),
    "i16": ("short", "i16", 2, 1), "i64": ("long long", "i64", 8, 1), "f64": ("double", "f64", 8, 1),
    "f32x4": ("quad", "f32", 16, 4), "i32x2": ("pair", "i32", 8, 2), "f16x8": ("eight", "f16", 16, 8),
}
WIDE = ("f32x4", "i32x2", "f16x8")
MOST_TRIPS = 9
STREAM = 64  # elements that streams of different jobs lie apart

HEAD = """#include "cuda.h"
typedef float quad __attribute__((ext_vector_type(4)));
typedef int pair __attribute__((ext_vector_type(2)));
typedef half eight __attribute__((ext_vector_type(8)));
template <class T> INLINE u32 bits(T x) {
  return (u32)(int)((float)x * 128.0f);
}
template <> INLINE u32 bits(int x) {
  return (u32)x;
}
template <> INLINE u32 bits(quad x) {
  return bits(x.x) + 3 * bits(x.y) + 5 * bits(x.z) + 7 * bits(x.w);
}
template <> INLINE u32 bits(eight x) {
  return bits(x[0]) + 3 * bits(x[3]) + 5 * bits(x[5]) + 7 * bits(x[7]);
}
template <> INLINE u32 bits(pair x) {
  return (u32)x.x + 3 * (u32)x.y;
}
INLINE void matrix(u32 &acc, const void *row) {
  u32 x;
  asm volatile("ldmatrix.sync.aligned.m8n8.x1.shared.b16 {%0}, [%1];" : "=r"(x) : "r"(shared_address(row)) : "memory");
  acc = acc * 31 + x;
}
typedef int quads __attribute__((ext_vector_type(4)));
INLINE void product(u32 &acc, const void *row) {
  const u32 *x = (const u32 *)row;
  float d[4] = {0, 1, 2, 3};
  asm volatile("mma.sync.aligned.m16n8k16.row.col.f32.f16.f16.f32 {%0, %1, %2, %3}, {%4, %5, %6, %7}, {%8, %9}, {%0, %1, %2, %3};"
               : "+f"(d[0]), "+f"(d[1]), "+f"(d[2]), "+f"(d[3])
               : "r"(x[0]), "r"(x[1]), "r"(x[2]), "r"(x[3]), "r"(x[1]), "r"(x[2]));
  acc = acc * 31 + bits(d[0]) + 3 * bits(d[1]) + 5 * bits(d[2]) + 7 * bits(d[3]);
}
INLINE u32 lane_number() {
  u32 x;
  asm("mov.u32 %0, %%laneid;" : "=r"(x));
  return x;
}
"""


# ---- choices ----

def weighted(r, choices):
    return r.choices([c for c, _ in choices], [w for _, w in choices])[0]


def make_tile(r, number, threads, zones):
    kind = weighted(r, [("f32", 6), ("f16", 4), ("i32", 5), ("f32x4", 3), ("f16x8", 3), ("i8", 2), ("i16", 1), ("i64", 1), ("f64", 1), ("i32x2", 2)])
    source = kind
    if kind in ("f32", "f16", "i32") and r.random() < 0.2:
        source = r.choice(["f32", "f16", "i32"])
    shape = weighted(r, [("unrolled", 6), ("rolled", 3), ("ragged", 2), ("few", 2), ("warp", 1), ("one", 1), ("wide", 2)])
    if shape == "wide" and source not in ("f32", "i32"):
        shape = "unrolled"
    each = weighted(r, [(1, 4), (2, 3), (3, 1), (4, 2)])
    count = each * threads
    if shape == "ragged":
        count += r.randrange(1, threads)
    elif shape == "few":
        count = r.choice([32, threads // 2 // 8 * 8 or 8, threads])
    elif shape in ("warp", "one"):
        count = r.choice([32, 64, 40])
    elif shape == "wide":
        count = 4 * threads
    address = weighted(r, [("index", 9), ("thread pointer", 3), ("block pointer", 3), ("gather", 1), ("rows", 1), ("random", 1),
                           ("masked", 2), ("chase", 0.5), ("delayed", 0.7), ("matrix", 6)])
    if address == "delayed":  # the load is that of the iteration before
        shape, count = "few", threads
    columns = r.choice([c for c in (4, 8, 16, 32, 64) if count % c == 0] or [count])
    fill = weighted(r, [(0, 6)] + [(z, 1) for z in range(1, zones)])
    return {
        "name": "s%d" % number, "type": kind, "source": source, "shape": shape, "count": count, "columns": columns,
        "layout": weighted(r, [("linear", 5), ("transposed", 3), ("padded", 3), ("swizzled", 1), ("reversed", 1)]),
        "address": address,
        "value": weighted(r, [("plain", 9), ("scaled", 2), ("sum", 1), ("lane", 0.5), ("asm lane", 0.5)]),
        "guard": weighted(r, [("none", 7), ("zero", 4), ("two zero", 1), ("one", 1), ("thread", 1), ("stale", 1), ("even", 0.5), ("row", 3), ("thread zero", 1)]),
        "memory": weighted(r, [("own", 14), ("scratch", 1), ("dynamic", 1), ("constant", 0.7)]),
        "volatile": r.random() < 0.03, "fill": fill,
    }


def make_read(r, tile, threads):
    if tile["type"] == "f16x8" and r.random() < 0.6:
        return {"kind": "product", "tile": tile["name"], "c": r.randrange(32), "times": r.choice([1, 1, 2])}
    if tile["type"] in ("f16", "i16") and tile["layout"] == "linear" and tile["count"] % 64 == 0 and r.random() < 0.4:
        return {"kind": "matrix", "tile": tile["name"], "c": r.randrange(tile["count"] // 64)}
    return {"kind": "read", "tile": tile["name"], "a": r.choice([1, 1, 3, 5]), "b": r.choice([1, threads, 7, 32]), "c": r.randrange(8),
            "times": weighted(r, [(1, 2), (2, 2), (4, 3), (8, 1)]), "rolled": r.random() < 0.4}


def add_lives(r, tiles, body, threads, number):
    """An object of four zones that is filled, read, filled again and read again, mostly at the same places."""
    first = dict(make_tile(r, number, threads, 1), memory="own", volatile=False, fill=0)
    again = dict(first, name="s%d" % (number + 1), fill=2, alias=first["name"])
    again["guard"] = weighted(r, [("none", 5), ("zero", 3), ("thread zero", 1), ("even", 1), ("stale", 1), ("thread", 1)])
    again["value"] = r.choice(["plain", "plain", "scaled"])
    if again["address"] != "delayed" and first["shape"] != "wide":
        again["address"] = r.choice([first["address"], "index", "masked"])
    body[1].append(make_read(r, first, threads))
    body[3].append(make_read(r, again, threads))
    tiles += [first, again]


def make_statement(r, threads):
    kind = weighted(r, [("shuffle", 3), ("table", 3), ("log", 2), ("count", 2), ("histogram", 1), ("odd", 2), ("every other", 2),
                        ("warp barrier", 1), ("size", 1), ("look", 3), ("either", 0.3)])
    return {"kind": kind, "c": r.randrange(1, 16)}


def make_loop(r, number, threads, first_tile):
    zones = weighted(r, [(2, 7), (3, 3), (4, 2)])
    tiles = [make_tile(r, first_tile + k, threads, zones) for k in range(weighted(r, [(1, 3), (2, 5), (3, 1)]))]
    if len(tiles) > 1 and r.random() < 0.5:
        for tile in tiles[1:]:
            tile["fill"] = tiles[0]["fill"]
    body = [[] for _ in range(zones + 1)]  # by segment; the last one belongs to zone 0
    for tile in tiles:
        places = [s for s in range(zones + 1) if s % zones != tile["fill"] and s > tile["fill"]]
        for segment in sorted(r.sample(places, min(len(places), weighted(r, [(1, 4), (2, 1)])))):
            body[segment].append(make_read(r, tile, threads))
            if r.random() < 0.2:
                body[segment].append(make_read(r, tile, threads))
    if zones == 4 and r.random() < 0.8:
        add_lives(r, tiles, body, threads, first_tile + len(tiles))
    for _ in range(weighted(r, [(0, 3), (1, 4), (2, 2), (3, 1)])):
        segment = r.choice([s for s in range(1, zones + 1)])
        s = make_statement(r, threads)
        if s["kind"] in ("look", "either") and segment == zones:
            s["kind"] = "table"  # what stands behind the loop may write again
        body[segment].insert(r.randrange(len(body[segment]) + 1), s)
    exchange = []
    if r.random() < 0.3:
        write = r.randrange(zones)
        exchange.append({"name": "x%d" % number, "write": write, "relay": r.random() < 0.3, "read": r.choice([z for z in range(zones) if z != write]),
                         "where": weighted(r, [("shared", 4), ("global", 1)]), "by": r.randrange(1, threads)})
    return {
        "zones": zones, "tiles": tiles, "body": body, "exchange": exchange,
        "form": weighted(r, [("index", 6), ("at", 4), ("down", 2), ("do", 1), ("split", 1), ("step", 2), ("double", 1), ("wide", 1),
                             ("constant", 1)]),
        "if": weighted(r, [("", 8), ("flag", 1), ("block", 1)]),
        "trips": weighted(r, [("n", 8), ("less", 1), ("loaded", 0.5)]),
        "reduce": r.random() < 0.12,  # the block agrees on something, with barriers of its own
    }


def make_shape(r, threads):
    """A block's x, y and z."""
    x = r.choice([n for n in (4, 8, 16, 32, threads) if threads % n == 0])
    y = r.choice([n for n in (1, 2, 3, 4, threads // x) if threads // x % n == 0])
    return [x, y, threads // x // y]


def make_kernel(seed, name):
    r = random.Random(seed)
    threads = weighted(r, [(32, 2), (64, 4), (128, 4), (256, 1), (96, 2), (48, 0.5)])
    loops = [make_loop(r, 0, threads, 0)]
    if r.random() < 0.15:
        loops.append(make_loop(r, 1, threads, len(loops[0]["tiles"])))
        if r.random() < 0.2:
            loops[1] = copy.deepcopy(loops[0])  # the same objects
    return {
        "name": name, "threads": threads, "loops": loops, "blocks": r.choice([1, 2, 3]), "block_size": r.random() < 0.3,
        "bounds": r.random() < 0.96, "restrict": r.random() < 0.93,
        "outer": weighted(r, [("", 6), ("persistent", 2), ("rounds", 1)]),
        "early": weighted(r, [("", 8), ("block", 1), ("flag", 1)]),
        "before": weighted(r, [("", 6), ("look-up", 1), ("late look-up", 2)]),
        "behind": weighted(r, [("direct", 6), ("staged", 2), ("tile", 1), ("look-up", 1)]),
        "shape": make_shape(r, threads) if r.random() < 0.35 else [threads, 1, 1],
    }


# ---- text ----

def place(tile, e):
    """Where element e of a tile lies, and how many places there are."""
    count, columns = tile["count"], tile["columns"]
    rows = count // columns
    if tile["layout"] == "transposed":
        return "(%s) %% %d * %d + (%s) / %d" % (e, columns, rows + 1, e, columns), columns * (rows + 1)
    if tile["layout"] == "padded":
        return "(%s) / %d * %d + (%s) %% %d" % (e, columns, columns + 1, e, columns), rows * (columns + 1)
    if tile["layout"] == "swizzled" and count % 8 == 0:
        return "((%s) ^ ((%s) / 32 & 7))" % (e, e), count
    if tile["layout"] == "reversed":
        return "(%d - (%s))" % (count - 1, e), count
    return "(%s)" % e, count


def source_name(tile):
    return "scratch" if tile["memory"] == "scratch" else "in_" + tile["name"]


def used_source(tile):
    return "i32" if tile["memory"] == "scratch" else tile["source"]


def stream(kernel, loop):
    """Where the job's elements begin; a multiple of what a vector needs."""
    return "job * %d" % STREAM


def is_flat(kernel):
    return kernel["shape"][1:] == [1, 1]


def size_of_block(kernel):
    if not kernel["block_size"]:
        return str(kernel["threads"])
    return "(int)blockDim.x" if is_flat(kernel) else "(int)(blockDim.x * blockDim.y * blockDim.z)"


def number_of_thread(kernel):
    if is_flat(kernel):
        return "(int)threadIdx.x"
    x, y = ("blockDim.x", "blockDim.y") if kernel["block_size"] else kernel["shape"][:2]
    return "(int)((threadIdx.z * %s + threadIdx.y) * %s + threadIdx.x)" % (y, x)


def address(tile, e):
    """The index of element e of the current tile in its source."""
    if tile["address"] == "index":
        return "base + i * %d + (%s)" % (tile["count"], e)
    if tile["address"] == "matrix":
        return "(job + (%s) / %d) * ld + i * %d + (%s) %% %d" % (e, tile["columns"], tile["columns"], e, tile["columns"])
    if tile["address"] == "masked":
        return "(base + i * %d + (%s)) & 255" % (tile["count"], e)
    if tile["address"] == "gather":
        return "(idx[(i * 37 + (%s)) & 255] & 127) + (%s)" % (e, e)
    if tile["address"] == "rows":
        return "(idx[i] & 127) * 4 + (%s)" % e
    if tile["address"] == "random":
        return "(int)((h_%s + (u32)(%s)) & 255)" % (tile["name"], e)
    if tile["address"] == "chase":
        return "c_%s + (%s)" % (tile["name"], e)
    return None


def source_of(kernel, tile, e, offset):
    """The load of element e = t + offset of the current tile."""
    name = source_name(tile)
    if tile["address"] == "delayed":
        return "v_" + tile["name"]
    if tile["memory"] == "constant":
        return "fixed_%s[(i * 8 + (%s)) & 255]" % (tile["source"], e)
    if tile["memory"] == "scratch":
        return "scratch[area + (i * 8 + (%s)) %% %d]" % (e, SCRATCH)
    if tile["address"] == "thread pointer":
        return "p_%s[%s]" % (tile["name"], offset)
    if tile["address"] == "block pointer":
        return "p_%s[%s]" % (tile["name"], e)
    return "%s[%s]" % (name, address(tile, e))


SCRATCH = 512  # elements for each block


def value(kernel, tile, load):
    kind = TYPES[tile["type"]][0]
    wide = tile["type"] in WIDE
    if tile["value"] == "scaled":
        load = "%s * (%s)3 + (%s)1" % (load, kind, kind)
    elif tile["value"] == "sum" and not wide:
        load = "%s + (%s)((%s) * 2)" % (load, kind, load)
    elif tile["value"] == "lane" and not wide:
        load = "%s + (%s)(t %% 32)" % (load, kind)
    elif tile["value"] == "asm lane" and not wide:
        load = "%s + (%s)lane_number()" % (load, kind)
    return load if wide else "(%s)(%s)" % (kind, load)


def store(kernel, tile, e, offset, pad):
    """The copy of one element, with its guard."""
    kind, load = TYPES[tile["type"]][0], source_of(kernel, tile, e, offset)
    if tile["volatile"] and tile["memory"] == "own" and tile["source"] not in WIDE and tile["address"] != "delayed":
        load = "*(volatile const %s *)&%s" % (TYPES[tile["source"]][0], load)
    got, to = value(kernel, tile, load), "%s[%s]" % (tile["name"], place(tile, e)[0])
    inside = "i * %d + (%s) < limit" % (tile["count"], e)
    guard = tile["guard"]
    if guard == "zero":
        return "%s%s = %s ? %s : (%s)0;\n" % (pad, to, inside, got, kind)
    if guard == "row":
        return "%s%s = (%s) / %d < flag * 3 ? %s : (%s)0;\n" % (pad, to, e, tile["columns"], got, kind)
    if guard == "thread zero":
        return "%s%s = t %% 5 != flag ? %s : (%s)0;\n" % (pad, to, got, kind)
    if guard == "two zero":
        return "%s%s = %s && (%s) %% %d != 3 ? %s : (%s)0;\n" % (pad, to, inside, e, tile["columns"], got, kind)
    if guard == "one":
        return "%s%s = %s ? %s : (%s)1;\n" % (pad, to, inside, got, kind)
    if guard == "thread":
        return "%sif ((%s) %% 4 != 3)\n%s  %s = %s;\n" % (pad, e, pad, to, got)
    if guard == "stale":
        return "%sif (i == first || %s)\n%s  %s = %s;\n" % (pad, inside, pad, to, got)
    if guard == "even":
        return "%sif (i == first || i %% 2 == 0)\n%s  %s = %s;\n" % (pad, pad, to, got)
    return "%s%s = %s;\n" % (pad, to, got)


def copies(kernel, tile):
    threads, count, shape = kernel["threads"], tile["count"], tile["shape"]
    size = size_of_block(kernel)
    if shape == "wide":
        four, kind = ("quad", "float") if tile["source"] == "f32" else ("quads", "int")
        out = "    {\n      %s four = *(const %s *)&in_%s[base + i * %d + t * 4];\n#pragma unroll\n      for (int j = 0; j < 4; j++)\n" % (
            four, four, tile["name"], count)
        return out + "        %s[%s] = (%s)four[j];\n    }\n" % (tile["name"], place(tile, "t * 4 + j")[0], TYPES[tile["type"]][0])
    if shape == "unrolled":
        return "#pragma unroll\n    for (int j = 0; j < %d; j++)\n%s" % (
            count // threads, store(kernel, tile, "t + j * %s" % size, "j * %s" % size, "      "))
    if shape == "ragged":
        return "#pragma unroll\n    for (int j = 0; j < %d; j++)\n      if (t + j * %d < %d) {\n%s      }\n" % (
            count // threads + 1, threads, count, store(kernel, tile, "t + j * %d" % threads, "j * %d" % threads, "        "))
    begin, step, who = "t", size, ""
    if shape == "few":
        who = "if (t < %d) " % count
        return "    %s{\n%s    }\n" % (who, store(kernel, tile, "t", "0", "      "))
    if shape == "warp":
        who, step = "if (t < 32) ", "32"
    elif shape == "one":
        who, step = "if (t == 0) ", "1"
    return "    %s{\n#pragma clang loop unroll(disable)\n      for (int e = %s; e < %d; e += %s) {\n%s      }\n    }\n" % (
        who, begin, count, step, store(kernel, tile, "e", "e - t", "        "))


def read(kernel, loop, statement):
    tile = next(t for t in loop["tiles"] if t["name"] == statement["tile"])
    e = "(t * %d + k * %d + %d) %% %d" % (statement["a"], statement["b"], statement["c"], tile["count"])
    if tile["guard"] == "thread":  # every fourth element is never written
        e = "(%s) / 4 * 4 %% %d" % (e, tile["count"])
    return "#pragma clang loop %s\n    for (int k = 0; k < %d; k++)\n      acc = acc * 31 + bits(%s[%s]);\n" % (
        "unroll(disable)" if statement["rolled"] else "unroll(full)", statement["times"], tile["name"], place(tile, e)[0])


def statement(kernel, loop, s):
    kind, c = s["kind"], s.get("c")
    whole = kernel["threads"] % 32 == 0
    if kind == "read":
        return read(kernel, loop, s)
    if kind == "matrix":
        tile = next(t for t in loop["tiles"] if t["name"] == s["tile"])
        fits = whole and tile["layout"] == "linear" and tile["guard"] != "thread"
        return "    matrix(acc, &%s[(t %% 8) * 8 + %d]);\n" % (tile["name"], s["c"] * 64) if fits else ""
    if kind == "product" and whole:
        tile = next(t for t in loop["tiles"] if t["name"] == s["tile"])
        out = ""
        for k in range(s["times"]):
            if k > 0:
                out += "    acc ^= shuffle_from(acc, (t + 1) % 32);\n"  # other work between two products
            e = "(t + %d) %% %d" % (s["c"] + 7 * k, tile["count"])
            out += "    product(acc, &%s[%s]);\n" % (tile["name"], place(tile, "(%s) / 4 * 4" % e if tile["guard"] == "thread" else e)[0])
        return out
    if kind == "either" and len(loop["tiles"]) > 1:
        return either(loop, c)
    if kind == "shuffle" and whole:
        return "    acc ^= shuffle_from(acc, (t + %d) %% 32);\n" % c
    if kind == "table":
        return "    acc += (u32)table[(acc + %d) & 63];\n" % c
    if kind == "log":
        return "    log[(job * %d + i %% %d) * %d + t] = acc;\n" % (MOST_TRIPS, MOST_TRIPS, kernel["threads"])
    if kind == "count":
        return "    add_atomic(&counts[(acc >> 3) & 15], %d);\n" % c
    if kind == "histogram":
        return "    add_atomic(&histogram[(acc >> 5) & 15], 1);\n"
    if kind == "odd":
        return "    if ((t + %d) %% 3 == 0)\n      acc = acc * 5 + (u32)t;\n" % c
    if kind == "every other":
        return "    if (i %% 2 == %d)\n      acc = acc * 9 + (u32)i;\n" % (c % 2)
    if kind == "look" and kernel["before"]:
        return "    acc += look[(t + %d) %% %d];\n" % (c, kernel["threads"])
    if kind == "warp barrier" and whole:
        return "    __nvvm_bar_warp_sync(0xffffffffu);\n"
    if kind == "size":
        more = "" if is_flat(kernel) else " + blockDim.y * 3 + blockDim.z + threadIdx.y"
        return "    acc += blockDim.x * %d%s + (u32)i;\n" % (c, more)
    return ""


def either(loop, c):
    """A pointer that may be of two tiles; both are whole in the last but one zone."""
    a, b = loop["tiles"][0], loop["tiles"][1]
    fits = a["type"] == b["type"] and "thread" not in (a["guard"], b["guard"])
    fits = fits and a["layout"] == b["layout"] == "linear" and a["fill"] == b["fill"] == 0
    pick = "    const %s *e_%s = acc %% 2 ? %s : %s;\n" % (TYPES[a["type"]][0], a["name"], a["name"], b["name"])
    return "    {\n%s      acc = acc * 31 + bits(e_%s[%d]);\n    }\n" % (pick, a["name"], c) if fits else ""


BARRIER = "    __syncthreads();\n"


def exchanged(kernel, x, writing, loop=None):
    threads = kernel["threads"]
    if writing and loop and x["relay"] and x["where"] == "shared" and loop["tiles"][0]["fill"] == 0 and 1 <= x["write"] < loop["zones"] \
            and not any(t.get("alias") == loop["tiles"][0]["name"] for t in loop["tiles"]):
        tile = loop["tiles"][0]  # straight from one shared object to the other
        return "    %s[t] = (int)bits(%s[%s]);\n" % (x["name"], tile["name"], place(tile, "t %% %d / 4 * 4" % tile["count"])[0])
    if x["where"] == "global":
        here, there = "scratch[area + %d + t]" % SCRATCH, "scratch[area + %d + (t + %d) %% %d]" % (SCRATCH, x["by"], threads)
    else:
        here, there = x["name"] + "[t]", "%s[(t + %d) %% %d]" % (x["name"], x["by"], threads)
    return "    %s = (int)acc;\n" % here if writing else "    acc = acc * 7 + (u32)%s;\n" % there


REDUCE = """    red[t] = acc;
    __syncthreads();
    for (int k = %d; k > 0; k /= 2) {
      if (t < k && t + k < %d)
        red[t] += red[t + k];
      __syncthreads();
    }
    acc = acc * 3 + red[0];
"""


def iteration(kernel, loop):
    zones, out = loop["zones"], ""
    for segment in range(zones + 1):
        if segment > 0:
            out += BARRIER
        for tile in loop["tiles"]:
            if tile["fill"] == segment:
                out += copies(kernel, tile)
        for x in loop["exchange"]:
            if x["read"] == segment:
                out += exchanged(kernel, x, False)
            if x["write"] == segment:
                out += exchanged(kernel, x, True, loop)
        for s in loop["body"][segment]:
            out += statement(kernel, loop, s)
        if loop["reduce"] and segment == 1:
            half = 1
            while half * 2 < kernel["threads"]:
                half *= 2
            out += REDUCE % (half, kernel["threads"])
    for tile in loop["tiles"]:  # what moves along
        if tile["address"] in ("thread pointer", "block pointer"):
            out += "    p_%s += %d;\n" % (tile["name"], -tile["count"] if loop["form"] == "down" else tile["count"])
        if tile["address"] == "random":
            out += "    h_%s = h_%s * 1664525u + 1013904223u;\n" % (tile["name"], tile["name"])
        if tile["address"] == "delayed":
            out += "    v_%s = %s;\n" % (tile["name"], source_of(kernel, dict(tile, address="index"), "t", "0"))
        if tile["address"] == "chase":
            out += "    c_%s = (idx[c_%s & 255] & 15) * 4;\n" % (tile["name"], tile["name"])
    return out


FORMS = {
    "index": ("for (int i = 0; i < trips; i++) {", "}"),
    "at": ("for (int at = 0; at < trips * 16; at += 16) {\n    int i = at / 16;", "}"),
    "down": ("for (int i = trips - 1; i >= 0; i--) {", "}"),
    "do": ("int i = 0;\n    do {", "  i++;\n    } while (i < trips);"),
    "split": ("for (int i = job; i < trips; i += (int)gridDim.x) {", "}"),
    "step": ("for (int i = 0; i < trips; i += flag) {", "}"),
    "double": ("for (int i = 1; i < trips; i *= 2) {", "}"),
    "wide": ("for (long long wide = 0; wide < trips; wide++) {\n    int i = (int)wide;", "}"),
    "constant": ("for (int i = 0; i < 5; i++) {", "}"),
}
FIRST = {"down": "trips - 1", "split": "job", "double": "1"}


def loop_text(kernel, loop, number):
    trips = {"n": "n", "less": "n - (int)blockIdx.x", "loaded": "(idx[255] & 3)"}[loop["trips"]]
    out = "  {\n    int trips = %s, first = %s;\n" % (trips, FIRST.get(loop["form"], "0"))
    out = out.replace("first = trips - 1", "first = trips > 0 ? trips - 1 : 0")
    for tile in loop["tiles"]:
        kind, start = TYPES[used_source(tile)][0], "%s + base + first * %d" % (source_name(tile), tile["count"])
        if tile["memory"] in ("scratch", "constant"):
            start = "(const %s *)scratch" % kind
        if tile["address"] in ("thread pointer", "block pointer"):
            out += "    const %s *p_%s = %s%s;\n" % (kind, tile["name"], start, " + t" if tile["address"] == "thread pointer" else "")
        if tile["address"] == "random":
            out += "    u32 h_%s = (u32)(base + t);\n" % tile["name"]
        if tile["address"] == "delayed":
            out += "    %s v_%s = (%s)0;\n" % (kind, tile["name"], kind)
        if tile["address"] == "chase":
            out += "    int c_%s = base & 63;\n" % tile["name"]
    head, tail = FORMS[loop["form"]]
    condition = {"": "", "flag": "if (flag > 1)", "block": "if (blockIdx.x != 1)"}[loop["if"]]
    unroll = "#pragma clang loop unroll(disable)\n    " if not head.startswith("int") else ""
    inner = "    %s%s\n%s    %s\n" % (unroll, head, iteration(kernel, loop), tail)
    if condition:
        inner = "    %s {\n%s    }\n" % (condition, inner)
    return out + inner + "  }\n"


def declarations(kernel):
    out, seen, dynamic = "", set(), 0
    for loop in kernel["loops"]:
        for tile in loop["tiles"]:
            if tile["name"] in seen:
                continue
            seen.add(tile["name"])
            kind, size = TYPES[tile["type"]][0], place(tile, "0")[1]
            if tile.get("alias") in seen:
                out += "  %s (&%s)[%d] = %s;\n" % (kind, tile["name"], size, tile["alias"])
            elif tile["memory"] == "dynamic":
                out += "  %s *%s = (%s *)(dynamic + %d);\n" % (kind, tile["name"], kind, dynamic)
                dynamic += (size * TYPES[tile["type"]][2] + 15) // 16 * 16
            else:
                out += "  __shared__ __attribute__((aligned(16))) %s %s[%d];\n" % (kind, tile["name"], size)
        for x in loop["exchange"]:
            if x["where"] == "shared" and x["name"] not in seen:
                out += "  __shared__ int %s[%d];\n" % (x["name"], kernel["threads"])
                seen.add(x["name"])
    if dynamic:
        out = "  extern __shared__ __attribute__((aligned(16))) char dynamic[];\n" + out
    return out, dynamic


def uses(kernel, what):
    return any(s["kind"] == what for loop in kernel["loops"] for segment in loop["body"] for s in segment)


def before_text(kernel):
    t, out = kernel["threads"], ""
    for loop in kernel["loops"]:
        for x in loop["exchange"]:
            out += exchanged(kernel, x, True)
    if out or uses(kernel, "histogram"):
        out += "    if (t < 16)\n      histogram[t] = 0;\n" + BARRIER
    if any(tile["memory"] == "scratch" for loop in kernel["loops"] for tile in loop["tiles"]):
        out += "    for (int e = t; e < %d; e += %d)\n      scratch[area + e] = table[e & 63] + e;\n" % (SCRATCH, t) + BARRIER
    if kernel["before"]:
        out += "    look[t] = acc * 3;\n"
        if kernel["before"] == "look-up":
            out += BARRIER
    return out


def behind_text(kernel):
    t = kernel["threads"]
    out = ""
    if kernel["behind"] == "look-up":  # loops read it before their last barrier
        out += "    look[t] = acc;\n" + BARRIER + "    acc += look[(t + 5) %% %d];\n" % t
    elif kernel["before"]:
        passed = any(loop["form"] in ("do", "constant") and not loop["if"] for loop in kernel["loops"])
        out += "" if passed else BARRIER
        out += "    acc += look[(t + 5) %% %d];\n" % t
    if uses(kernel, "histogram"):
        out += BARRIER + "    acc += (u32)histogram[t % 16];\n" + BARRIER
    if kernel["behind"] == "staged":
        out += "    staged[(t * 5 + 3) %% %d] = acc;\n" % t + BARRIER + "    acc = staged[t] * 3;\n" + BARRIER
    tile = kernel["loops"][0]["tiles"][0]
    if kernel["behind"] == "tile" and tile["type"] in ("i32", "f32", "f16", "i16") and tile["count"] >= t:
        kind = TYPES[tile["type"]][0]
        out += BARRIER + "    %s[%s] = (%s)(acc & 127);\n" % (tile["name"], place(tile, "t")[0], kind) + BARRIER
        out += "    acc = acc * 3 + bits(%s[%s]);\n" % (tile["name"], place(tile, "(t + 1) %% %d" % t)[0]) + BARRIER
    out += "    out[job * %d + t] = acc;\n" % t
    if kernel["outer"] and (kernel["before"] or kernel["behind"] == "look-up" or any(l["exchange"] for l in kernel["loops"])):
        out += BARRIER
    return out


def parameters(kernel):
    word, seen, out = " *__restrict__ " if kernel["restrict"] else " *", set(), []
    for loop in kernel["loops"]:
        for tile in loop["tiles"]:
            if tile["name"] not in seen:
                out.append("const " + TYPES[tile["source"]][0] + word + "in_" + tile["name"])
            seen.add(tile["name"])
    out += ["const int" + word + "idx", "const int" + word + "table", "int" + word + "scratch", "u32" + word + "log",
            "u32" + word + "out", "int" + word + "counts", "int n", "int jobs", "int limit", "int flag", "int ld"]
    return ", ".join(out)


def render(kernel):
    t = kernel["threads"]
    shared, _ = declarations(kernel)
    extra = "  __shared__ u32 red[%d], look[%d], staged[%d];\n  __shared__ int histogram[16];\n" % (t, t, t)
    out = "KERNEL %s %s(%s) {\n%s%s" % ("__launch_bounds__(%d)" % t if kernel["bounds"] else "", kernel["name"], parameters(kernel),
                                       shared, extra)
    out += "  int t = %s, area = (int)blockIdx.x * %d;\n" % (number_of_thread(kernel), SCRATCH + 256)
    if kernel["early"]:
        out += "  if (%s)\n    return;\n" % {"block": "(int)blockIdx.x >= jobs", "flag": "flag == 3 && blockIdx.x == 0"}[kernel["early"]]
    heads = {"": "  {\n    int job = (int)blockIdx.x;\n",
             "persistent": "  for (int job = (int)blockIdx.x; job < jobs; job += (int)gridDim.x) {\n",
             "rounds": "#pragma clang loop unroll(disable)\n  for (int round = 0; round < 3; round++) {\n    int job = (int)blockIdx.x * 3 + round;\n"}
    out += heads[kernel["outer"]]
    out += "    int base = %s;\n    u32 acc = (u32)(job + t);\n" % stream(kernel, None)
    out += before_text(kernel)
    for number, loop in enumerate(kernel["loops"]):
        if number > 0:
            out += BARRIER
        out += loop_text(kernel, loop, number)
    return out + behind_text(kernel) + "  }\n}\n"


def render_file(kernels):
    constants = "".join("__constant__ %s fixed_%s[256];\n" % (kind[0], name) for name, kind in TYPES.items())
    return HEAD + constants + "".join("\n" + render(k) for k in kernels)


# ---- launches ----

def launch(kernel, blocks, n, jobs, flag):
    """Buffers are large enough for MOST_TRIPS trips of every job."""
    kinds, seen, limit = [], set(), 0
    ld = (MOST_TRIPS + 1) * max(tile["columns"] for loop in kernel["loops"] for tile in loop["tiles"])
    most = max(jobs, blocks) * 3 + 3
    for loop in kernel["loops"]:
        for tile in loop["tiles"]:
            size = most * STREAM + (MOST_TRIPS + 1) * tile["count"] + 1024
            if tile["address"] == "matrix":
                size = max(size, (most + tile["count"] // tile["columns"] + 1) * ld)
            limit = max(limit, n * tile["count"] - 5)
            if tile["name"] not in seen:
                kinds.append("%s[%d]=random" % (TYPES[tile["source"]][1], size * TYPES[tile["source"]][3]))
            seen.add(tile["name"])
    t = kernel["threads"]
    kinds += ["i32[256]=random", "i32[64]=random", "inout i32[%d]" % ((SCRATCH + 256) * blocks),
              "out i32[%d]" % (most * MOST_TRIPS * t), "out i32[%d]" % (most * t), "inout i32[16]",
              str(n), str(jobs), str(limit), str(flag), str(ld)]
    dynamic = declarations(kernel)[1]
    block = "(%d,%d,%d)" % tuple(kernel["shape"]) if not is_flat(kernel) else str(t)
    return "%s<<<%d,%s%s>>>(%s)" % (kernel["name"], blocks, block, ",%d" % dynamic if dynamic else "", ", ".join(kinds))


def launches(kernel, seed):
    """Trip counts below, at and above what rings have of slots."""
    r = random.Random(seed)
    lines = []
    for n in [r.choice([0, 1]), r.choice([2, 3, 4]), r.choice([6, 7, MOST_TRIPS])]:
        if any(loop["form"] == "do" for loop in kernel["loops"]) or any(
                t["guard"] in ("stale", "even") for loop in kernel["loops"] for t in loop["tiles"]):
            n = max(n, 1)
        lines.append(launch(kernel, kernel["blocks"], n, r.choice([0, 1, 3, 4]), r.choice([1, 2, 3])))
    return lines


# ---- reduction ----

def smaller(kernel):
    """Kernels with one thing less."""
    if len(kernel["loops"]) > 1:
        for k in range(len(kernel["loops"])):
            less = copy.deepcopy(kernel)
            del less["loops"][k]
            yield less
    for key, simple in (("outer", ""), ("early", ""), ("before", ""), ("behind", "direct"), ("block_size", False), ("blocks", 1),
                        ("shape", [kernel["threads"], 1, 1])):
        if kernel[key] != simple:
            less = copy.deepcopy(kernel)
            less[key] = simple
            yield less
    for n, loop in enumerate(kernel["loops"]):
        for key, simple in (("form", "index"), ("if", ""), ("trips", "n"), ("reduce", False), ("exchange", [])):
            if loop[key] != simple:
                less = copy.deepcopy(kernel)
                less["loops"][n][key] = simple
                yield less
        for k, tile in enumerate(loop["tiles"]):
            if len(loop["tiles"]) > 1:
                less = copy.deepcopy(kernel)
                del less["loops"][n]["tiles"][k]
                less["loops"][n]["body"] = [[s for s in segment if s.get("tile") != tile["name"]] for segment in loop["body"]]
                yield less
            for key, simple in (("layout", "linear"), ("address", "index"), ("value", "plain"), ("guard", "none"), ("memory", "own"),
                                ("volatile", False), ("source", tile["type"])):
                if tile[key] != simple:
                    less = copy.deepcopy(kernel)
                    less["loops"][n]["tiles"][k][key] = simple
                    yield less
        for segment, statements in enumerate(loop["body"]):
            for k in range(len(statements)):
                less = copy.deepcopy(kernel)
                del less["loops"][n]["body"][segment][k]
                yield less
