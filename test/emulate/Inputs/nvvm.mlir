// Every operation of the nvvm dialect of MLIR 19 that makes code; nvvm.py knows what each kernel gives. Products of bf16 are not here:
// the dialect's checks want other registers for them than LLVM's intrinsic has.
!four = !llvm.struct<(i32, i32, i32, i32)>
!two = !llvm.struct<(i32, i32)>
!sums = !llvm.struct<(f32, f32, f32, f32)>
!counts = !llvm.struct<(i32, i32, i32, i32)>
!half8 = !llvm.struct<(vector<2xf16>, vector<2xf16>, vector<2xf16>, vector<2xf16>, vector<2xf16>, vector<2xf16>, vector<2xf16>, vector<2xf16>)>
!float8 = !llvm.struct<(f32, f32, f32, f32, f32, f32, f32, f32)>

module attributes {llvm.target_triple = "nvptx64-nvidia-cuda"} {
llvm.mlir.global internal @bars() {addr_space = 3 : i32, alignment = 8 : i64} : !llvm.array<4 x i64>
llvm.mlir.global internal @tile() {addr_space = 3 : i32, alignment = 1024 : i64} : !llvm.array<2048 x f32>

// cp.async and mbarriers: 64 threads, each element goes to its neighbour's.
llvm.func @copies(%in: !llvm.ptr<1>, %out: !llvm.ptr) attributes {nvvm.kernel, nvvm.maxntid = array<i32: 64>} {
  %c0 = llvm.mlir.constant(0 : i32) : i32
  %c1 = llvm.mlir.constant(1 : i32) : i32
  %c2 = llvm.mlir.constant(2 : i32) : i32
  %c3 = llvm.mlir.constant(3 : i32) : i32
  %c4 = llvm.mlir.constant(4 : i32) : i32
  %c8 = llvm.mlir.constant(8 : i32) : i32
  %n = llvm.mlir.constant(64 : i32) : i32
  %n2 = llvm.mlir.constant(128 : i32) : i32
  %ticks = llvm.mlir.constant(1000000 : i32) : i32
  %tid = nvvm.read.ptx.sreg.tid.x : i32
  %first = llvm.icmp "eq" %tid, %c0 : i32
  %last = llvm.icmp "eq" %tid, %c3 : i32
  %bar0 = llvm.mlir.addressof @bars : !llvm.ptr<3>
  %bar1 = llvm.getelementptr %bar0[%c1] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, i64
  %bar2 = llvm.getelementptr %bar0[%c2] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, i64
  %bar3 = llvm.getelementptr %bar0[%c3] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, i64
  %gen1 = llvm.addrspacecast %bar1 : !llvm.ptr<3> to !llvm.ptr
  %gen2 = llvm.addrspacecast %bar2 : !llvm.ptr<3> to !llvm.ptr
  nvvm.mbarrier.init.shared %bar0, %n, predicate = %first : !llvm.ptr<3>, i32, i1
  nvvm.mbarrier.init %gen1, %n, predicate = %first : !llvm.ptr, i32, i1
  llvm.cond_br %first, ^init, ^go
^init:
  nvvm.mbarrier.init %gen2, %n2 : !llvm.ptr, i32
  nvvm.mbarrier.init.shared %bar3, %n : !llvm.ptr<3>, i32
  nvvm.fence.mbarrier.init
  llvm.br ^go
^go:
  nvvm.barrier0
  %tile = llvm.mlir.addressof @tile : !llvm.ptr<3>
  %other = llvm.xor %tid, %c1 : i32
  %g = llvm.getelementptr %in[%tid] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, f32
  %s = llvm.getelementptr %tile[%tid] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, f32
  %so = llvm.getelementptr %tile[%other] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, f32
  nvvm.cp.async.shared.global %s, %g, 4, cache = ca : !llvm.ptr<3>, !llvm.ptr<1>
  nvvm.cp.async.mbarrier.arrive.shared %bar0 {noinc = true} : !llvm.ptr<3>
  nvvm.mbarrier.try_wait.parity.shared %bar0, %c0, %ticks : !llvm.ptr<3>, i32, i32
  %v0 = llvm.load %so : !llvm.ptr<3> -> f32

  // 16 bytes a thread from element 64 on, of which the last two threads have only four; the pending count grows and shrinks.
  %at4 = llvm.mul %tid, %c4 : i32
  %at = llvm.add %at4, %n : i32
  %g16 = llvm.getelementptr %in[%at] : (!llvm.ptr<1>, i32) -> !llvm.ptr<1>, f32
  %s16 = llvm.getelementptr %tile[%at] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, f32
  %c62 = llvm.mlir.constant(62 : i32) : i32
  %c16 = llvm.mlir.constant(16 : i32) : i32
  %whole = llvm.icmp "slt" %tid, %c62 : i32
  %size = llvm.select %whole, %c16, %c4 : i1, i32
  nvvm.cp.async.shared.global %s16, %g16, 16, cache = cg, %size : !llvm.ptr<3>, !llvm.ptr<1>, i32
  nvvm.cp.async.mbarrier.arrive %gen1 : !llvm.ptr
  %t1 = nvvm.mbarrier.arrive %gen1 : !llvm.ptr -> i64
  nvvm.mbarrier.try_wait.parity %gen1, %c0, %ticks : !llvm.ptr, i32, i32
  %back = llvm.sub %n, %tid : i32
  %back1 = llvm.sub %back, %c1 : i32
  %backat4 = llvm.mul %back1, %c4 : i32
  %backat = llvm.add %backat4, %n : i32
  %backat3 = llvm.add %backat, %c3 : i32
  %p1 = llvm.getelementptr %tile[%backat3] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, f32
  %v1 = llvm.load %p1 : !llvm.ptr<3> -> f32

  // Arrivals by count, tests of a state. bar2 wants 128: two of each thread.
  %state2 = nvvm.mbarrier.arrive.nocomplete %gen2, %c1 : !llvm.ptr, i32 -> i64
  %state2b = nvvm.mbarrier.arrive %gen2 : !llvm.ptr -> i64
  llvm.br ^spin2
^spin2:
  %done2 = nvvm.mbarrier.test.wait %gen2, %state2b : !llvm.ptr, i64 -> i1
  llvm.cond_br %done2, ^after2, ^spin2
^after2:
  %state3 = nvvm.mbarrier.arrive.shared %bar3 : !llvm.ptr<3> -> i64
  llvm.br ^spin3
^spin3:
  %done3 = nvvm.mbarrier.test.wait.shared %bar3, %state3 : !llvm.ptr<3>, i64 -> i1
  llvm.cond_br %done3, ^after3, ^spin3
^after3:
  nvvm.barrier0
  llvm.cond_br %first, ^inval, ^groups
^inval:
  nvvm.mbarrier.inval %gen1 : !llvm.ptr
  nvvm.mbarrier.inval.shared %bar3 : !llvm.ptr<3>
  nvvm.mbarrier.init.shared %bar3, %n2 : !llvm.ptr<3>, i32
  llvm.br ^groups
^groups:
  nvvm.barrier0
  %state3b = nvvm.mbarrier.arrive.nocomplete.shared %bar3, %c1 : !llvm.ptr<3>, i32 -> i64
  nvvm.mbarrier.arrive.expect_tx.shared %bar3, %c0 : !llvm.ptr<3>, i32
  nvvm.mbarrier.try_wait.parity.shared %bar3, %c0, %ticks : !llvm.ptr<3>, i32, i32

  // Groups.
  nvvm.cp.async.shared.global %s, %g, 4, cache = ca, %c4 : !llvm.ptr<3>, !llvm.ptr<1>, i32
  nvvm.cp.async.commit.group
  nvvm.cp.async.wait.group 0
  nvvm.barrier0
  %rev = llvm.getelementptr %tile[%back1] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, f32
  %v2 = llvm.load %rev : !llvm.ptr<3> -> f32

  %o0 = llvm.getelementptr %out[%tid] : (!llvm.ptr, i32) -> !llvm.ptr, f32
  llvm.store %v0, %o0 : f32, !llvm.ptr
  %o1 = llvm.getelementptr %o0[64] : (!llvm.ptr) -> !llvm.ptr, f32
  llvm.store %v1, %o1 : f32, !llvm.ptr
  %o2 = llvm.getelementptr %o0[128] : (!llvm.ptr) -> !llvm.ptr, f32
  llvm.store %v2, %o2 : f32, !llvm.ptr
  llvm.return
}

// Tiles of a tensor, there and back. The map in a parameter.
llvm.func @tiles(%from: !llvm.ptr {llvm.byval = !llvm.array<128 x i8>, llvm.align = 64 : i64, nvvm.grid_constant},
                 %to: !llvm.ptr {llvm.byval = !llvm.array<128 x i8>, llvm.align = 64 : i64, nvvm.grid_constant},
                 %out: !llvm.ptr) attributes {nvvm.kernel} {
  %c0 = llvm.mlir.constant(0 : i32) : i32
  %c1 = llvm.mlir.constant(1 : i32) : i32
  %c16 = llvm.mlir.constant(16 : i32) : i32
  %bytes = llvm.mlir.constant(2048 : i32) : i32
  %ticks = llvm.mlir.constant(1000000 : i32) : i32
  %hint = llvm.mlir.constant(0 : i64) : i64
  %one = llvm.mlir.constant(1 : i16) : i16
  %tid = nvvm.read.ptx.sreg.tid.x : i32
  %first = llvm.icmp "eq" %tid, %c0 : i32
  %bar = llvm.mlir.addressof @bars : !llvm.ptr<3>
  %bar1 = llvm.getelementptr %bar[%c1] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, i64
  %gen1 = llvm.addrspacecast %bar1 : !llvm.ptr<3> to !llvm.ptr
  %tile = llvm.mlir.addressof @tile : !llvm.ptr<3>
  %half = llvm.getelementptr %tile[512] : (!llvm.ptr<3>) -> !llvm.ptr<3>, f32
  nvvm.prefetch.tensormap %from, predicate = %first : !llvm.ptr, i1
  nvvm.prefetch.tensormap %to : !llvm.ptr
  nvvm.mbarrier.init.shared %bar, %c1, predicate = %first : !llvm.ptr<3>, i32, i1
  nvvm.mbarrier.init.shared %bar1, %c1, predicate = %first : !llvm.ptr<3>, i32, i1
  nvvm.fence.proxy {kind = #nvvm.proxy_kind<async>}
  nvvm.barrier0
  nvvm.mbarrier.arrive.expect_tx.shared %bar, %bytes, predicate = %first : !llvm.ptr<3>, i32, i1
  nvvm.cp.async.bulk.tensor.shared.cluster.global %tile, %from, %bar, box[%c0, %c0] predicate = %first : !llvm.ptr<3>, !llvm.ptr
  nvvm.mbarrier.arrive.expect_tx %gen1, %bytes, predicate = %first : !llvm.ptr, i32, i1
  nvvm.cp.async.bulk.tensor.shared.cluster.global %half, %from, %bar1, box[%c0, %c16] multicast_mask = %one l2_cache_hint = %hint predicate = %first : !llvm.ptr<3>, !llvm.ptr
  nvvm.mbarrier.try_wait.parity.shared %bar, %c0, %ticks : !llvm.ptr<3>, i32, i32
  nvvm.mbarrier.try_wait.parity %gen1, %c0, %ticks : !llvm.ptr, i32, i32
  %p = llvm.getelementptr %tile[%tid] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, f32
  %q = llvm.getelementptr %p[512] : (!llvm.ptr<3>) -> !llvm.ptr<3>, f32
  %v = llvm.load %p : !llvm.ptr<3> -> f32
  %w = llvm.load %q : !llvm.ptr<3> -> f32
  %sum = llvm.fadd %v, %w : f32
  %o = llvm.getelementptr %out[%tid] : (!llvm.ptr, i32) -> !llvm.ptr, f32
  llvm.store %sum, %o : f32, !llvm.ptr
  llvm.store %sum, %p : f32, !llvm.ptr<3>
  nvvm.fence.proxy {kind = #nvvm.proxy_kind<async.shared>, space = #nvvm.shared_space<cta>}
  nvvm.barrier0
  %elected = nvvm.elect.sync -> i1
  nvvm.cp.async.bulk.tensor.global.shared.cta %to, %tile, box[%c0, %c0], predicate = %elected : !llvm.ptr, !llvm.ptr<3>, i32, i32, i1
  llvm.cond_br %elected, ^send, ^end
^send:
  nvvm.cp.async.bulk.tensor.global.shared.cta %to, %half, box[%c0, %c16] : !llvm.ptr, !llvm.ptr<3>, i32, i32
  nvvm.cp.async.bulk.commit.group
  nvvm.cp.async.bulk.wait_group 0 {read}
  nvvm.cp.async.bulk.wait_group 0
  llvm.br ^end
^end:
  llvm.return
}

// What lanes of a warp tell each other. Row k of the output: what the k-th operation gives each lane.
llvm.func @warps(%in: !llvm.ptr, %out: !llvm.ptr) attributes {nvvm.kernel} {
  %c1 = llvm.mlir.constant(1 : i32) : i32
  %c0 = llvm.mlir.constant(0 : i32) : i32
  %c5 = llvm.mlir.constant(5 : i32) : i32
  %c31 = llvm.mlir.constant(31 : i32) : i32
  %all = llvm.mlir.constant(-1 : i32) : i32
  %lane = nvvm.read.ptx.sreg.laneid : i32
  %at = llvm.getelementptr %in[%lane] : (!llvm.ptr, i32) -> !llvm.ptr, i32
  %v = llvm.load %at : !llvm.ptr -> i32
  %f = llvm.sitofp %v : i32 to f32
  %positive = llvm.icmp "sgt" %v, %c0 : i32
  %r0 = nvvm.shfl.sync bfly %all, %v, %c1, %c31 : i32 -> i32
  %r1 = nvvm.shfl.sync up %all, %v, %c5, %c0 : i32 -> i32
  %r2 = nvvm.shfl.sync down %all, %v, %c5, %c31 : i32 -> i32
  %r3 = nvvm.shfl.sync idx %all, %v, %c5, %c31 : i32 -> i32
  %s4 = nvvm.shfl.sync up %all, %f, %c5, %c0 {return_value_and_is_valid} : f32 -> !llvm.struct<(f32, i1)>
  %f4 = llvm.extractvalue %s4[0] : !llvm.struct<(f32, i1)>
  %p4 = llvm.extractvalue %s4[1] : !llvm.struct<(f32, i1)>
  %i4 = llvm.fptosi %f4 : f32 to i32
  %r4 = llvm.select %p4, %i4, %all : i1, i32
  %f5 = nvvm.shfl.sync bfly %all, %f, %c5, %c31 : f32 -> f32
  %r5 = llvm.fptosi %f5 : f32 to i32
  %r6 = nvvm.vote.ballot.sync %all, %positive : i32
  %r7 = nvvm.redux.sync add %v, %all : i32 -> i32
  %r8 = nvvm.redux.sync min %v, %all : i32 -> i32
  %r9 = nvvm.redux.sync umax %v, %all : i32 -> i32
  %r10 = nvvm.redux.sync xor %v, %all : i32 -> i32
  %r11 = nvvm.redux.sync and %v, %all : i32 -> i32
  nvvm.bar.warp.sync %all : i32
  %f12 = nvvm.rcp.approx.ftz.f %f5 : f32
  %o = llvm.getelementptr %out[%lane] : (!llvm.ptr, i32) -> !llvm.ptr, i32
  %o0 = llvm.getelementptr %o[0] : (!llvm.ptr) -> !llvm.ptr, i32
  llvm.store %r0, %o0 : i32, !llvm.ptr
  %o1 = llvm.getelementptr %o[32] : (!llvm.ptr) -> !llvm.ptr, i32
  llvm.store %r1, %o1 : i32, !llvm.ptr
  %o2 = llvm.getelementptr %o[64] : (!llvm.ptr) -> !llvm.ptr, i32
  llvm.store %r2, %o2 : i32, !llvm.ptr
  %o3 = llvm.getelementptr %o[96] : (!llvm.ptr) -> !llvm.ptr, i32
  llvm.store %r3, %o3 : i32, !llvm.ptr
  %o4 = llvm.getelementptr %o[128] : (!llvm.ptr) -> !llvm.ptr, i32
  llvm.store %r4, %o4 : i32, !llvm.ptr
  %o5 = llvm.getelementptr %o[160] : (!llvm.ptr) -> !llvm.ptr, i32
  llvm.store %r5, %o5 : i32, !llvm.ptr
  %o6 = llvm.getelementptr %o[192] : (!llvm.ptr) -> !llvm.ptr, i32
  llvm.store %r6, %o6 : i32, !llvm.ptr
  %o7 = llvm.getelementptr %o[224] : (!llvm.ptr) -> !llvm.ptr, i32
  llvm.store %r7, %o7 : i32, !llvm.ptr
  %o8 = llvm.getelementptr %o[256] : (!llvm.ptr) -> !llvm.ptr, i32
  llvm.store %r8, %o8 : i32, !llvm.ptr
  %o9 = llvm.getelementptr %o[288] : (!llvm.ptr) -> !llvm.ptr, i32
  llvm.store %r9, %o9 : i32, !llvm.ptr
  %o10 = llvm.getelementptr %o[320] : (!llvm.ptr) -> !llvm.ptr, i32
  llvm.store %r10, %o10 : i32, !llvm.ptr
  %o11 = llvm.getelementptr %o[352] : (!llvm.ptr) -> !llvm.ptr, i32
  llvm.store %r11, %o11 : i32, !llvm.ptr
  %o12 = llvm.getelementptr %o[384] : (!llvm.ptr) -> !llvm.ptr, i32
  llvm.store %f12, %o12 : f32, !llvm.ptr
  llvm.return
}

// Named barriers, registers, clusters: the first warp group makes values, the second takes them.
llvm.func @roles(%in: !llvm.ptr, %out: !llvm.ptr) attributes {nvvm.kernel, nvvm.maxntid = array<i32: 256>} {
  %n = llvm.mlir.constant(128 : i32) : i32
  %both = llvm.mlir.constant(256 : i32) : i32
  %c1 = llvm.mlir.constant(1 : i32) : i32
  %c2 = llvm.mlir.constant(2 : i32) : i32
  %last = llvm.mlir.constant(127 : i32) : i32
  %tid = nvvm.read.ptx.sreg.tid.x : i32
  %tile = llvm.mlir.addressof @tile : !llvm.ptr<3>
  nvvm.cluster.arrive {aligned}
  nvvm.cluster.wait {aligned}
  nvvm.cluster.arrive.relaxed
  nvvm.cluster.wait
  nvvm.fence.sc.cluster
  nvvm.fence.proxy {kind = #nvvm.proxy_kind<alias>}
  nvvm.fence.proxy {kind = #nvvm.proxy_kind<async.global>}
  nvvm.fence.proxy {kind = #nvvm.proxy_kind<async.shared>, space = #nvvm.shared_space<cluster>}
  %maker = llvm.icmp "ult" %tid, %n : i32
  llvm.cond_br %maker, ^make, ^take
^make:
  nvvm.setmaxregister decrease 40
  %from = llvm.getelementptr %in[%tid] : (!llvm.ptr, i32) -> !llvm.ptr, f32
  %v = llvm.load %from : !llvm.ptr -> f32
  %s = llvm.getelementptr %tile[%tid] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, f32
  llvm.store %v, %s : f32, !llvm.ptr<3>
  nvvm.barrier.arrive id = %c1 number_of_threads = %both
  nvvm.barrier id = %c2 number_of_threads = %n
  llvm.br ^end
^take:
  nvvm.setmaxregister increase 232
  nvvm.barrier id = %c1 number_of_threads = %both
  %i = llvm.sub %tid, %n : i32
  %back = llvm.sub %last, %i : i32
  %q = llvm.getelementptr %tile[%back] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, f32
  %w = llvm.load %q : !llvm.ptr<3> -> f32
  %to = llvm.getelementptr %out[%i] : (!llvm.ptr, i32) -> !llvm.ptr, f32
  llvm.store %w, %to : f32, !llvm.ptr
  llvm.br ^end
^end:
  nvvm.barrier
  llvm.return
}

// 16 bytes of each of the first threads, from global to shared memory.
llvm.func internal @stage(%from: !llvm.ptr, %to: !llvm.ptr<3>, %count: i32) {
  %c16 = llvm.mlir.constant(16 : i32) : i32
  %tid = nvvm.read.ptx.sreg.tid.x : i32
  %mine = llvm.icmp "ult" %tid, %count : i32
  llvm.cond_br %mine, ^copy, ^end
^copy:
  %at = llvm.mul %tid, %c16 : i32
  %p = llvm.getelementptr %from[%at] : (!llvm.ptr, i32) -> !llvm.ptr, i8
  %q = llvm.getelementptr %to[%at] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, i8
  %v = llvm.load %p : !llvm.ptr -> vector<4xi32>
  llvm.store %v, %q : vector<4xi32>, !llvm.ptr<3>
  llvm.br ^end
^end:
  llvm.return
}

// Where a lane's line of 16 bytes of a matrix of lines of 32 bytes lies: 16 lines, then their other halves.
llvm.func internal @line(%matrix: !llvm.ptr<3>, %lines: i32) -> !llvm.ptr<3> {
  %c16 = llvm.mlir.constant(16 : i32) : i32
  %c32 = llvm.mlir.constant(32 : i32) : i32
  %lane = nvvm.read.ptx.sreg.laneid : i32
  %row = llvm.urem %lane, %lines : i32
  %half = llvm.udiv %lane, %lines : i32
  %c2 = llvm.mlir.constant(2 : i32) : i32
  %h = llvm.urem %half, %c2 : i32
  %a = llvm.mul %row, %c32 : i32
  %b = llvm.mul %h, %c16 : i32
  %at = llvm.add %a, %b : i32
  %p = llvm.getelementptr %matrix[%at] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, i8
  llvm.return %p : !llvm.ptr<3>
}

// The operands of a product 16 x 8 of lines of 32 bytes each: A by rows, B by columns.
llvm.func internal @left(%from: !llvm.ptr) -> !four {
  %c16 = llvm.mlir.constant(16 : i32) : i32
  %c32 = llvm.mlir.constant(32 : i32) : i32
  %tile = llvm.mlir.addressof @tile : !llvm.ptr<3>
  nvvm.barrier0
  llvm.call @stage(%from, %tile, %c32) : (!llvm.ptr, !llvm.ptr<3>, i32) -> ()
  nvvm.barrier0
  %p = llvm.call @line(%tile, %c16) : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>
  %r = nvvm.ldmatrix %p {num = 4 : i32, layout = #nvvm.mma_layout<row>} : (!llvm.ptr<3>) -> !four
  llvm.return %r : !four
}
llvm.func internal @right(%from: !llvm.ptr) -> !two {
  %c8 = llvm.mlir.constant(8 : i32) : i32
  %c16 = llvm.mlir.constant(16 : i32) : i32
  %tile = llvm.mlir.addressof @tile : !llvm.ptr<3>
  nvvm.barrier0
  llvm.call @stage(%from, %tile, %c16) : (!llvm.ptr, !llvm.ptr<3>, i32) -> ()
  nvvm.barrier0
  %p = llvm.call @line(%tile, %c8) : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>
  %r = nvvm.ldmatrix %p {num = 2 : i32, layout = #nvvm.mma_layout<row>} : (!llvm.ptr<3>) -> !two
  llvm.return %r : !two
}

// A lane's first two elements of a result 16 x 8; the other two are 64 on.
llvm.func internal @place(%c: !llvm.ptr, %group: i32) -> !llvm.ptr {
  %c2 = llvm.mlir.constant(2 : i32) : i32
  %c4 = llvm.mlir.constant(4 : i32) : i32
  %c8 = llvm.mlir.constant(8 : i32) : i32
  %c128 = llvm.mlir.constant(128 : i32) : i32
  %lane = nvvm.read.ptx.sreg.laneid : i32
  %g = llvm.udiv %lane, %c4 : i32
  %t = llvm.urem %lane, %c4 : i32
  %a = llvm.mul %g, %c8 : i32
  %b = llvm.mul %t, %c2 : i32
  %d = llvm.mul %group, %c128 : i32
  %ab = llvm.add %a, %b : i32
  %at = llvm.add %ab, %d : i32
  %p = llvm.getelementptr %c[%at] : (!llvm.ptr, i32) -> !llvm.ptr, i32
  llvm.return %p : !llvm.ptr
}
llvm.func internal @get(%c: !llvm.ptr) -> !four {
  %zero = llvm.mlir.constant(0 : i32) : i32
  %none = llvm.mlir.undef : !four
  %p = llvm.call @place(%c, %zero) : (!llvm.ptr, i32) -> !llvm.ptr
  %p0 = llvm.getelementptr %p[0] : (!llvm.ptr) -> !llvm.ptr, i32
  %v0 = llvm.load %p0 : !llvm.ptr -> i32
  %s0 = llvm.insertvalue %v0, %none[0] : !four
  %p1 = llvm.getelementptr %p[1] : (!llvm.ptr) -> !llvm.ptr, i32
  %v1 = llvm.load %p1 : !llvm.ptr -> i32
  %s1 = llvm.insertvalue %v1, %s0[1] : !four
  %p2 = llvm.getelementptr %p[64] : (!llvm.ptr) -> !llvm.ptr, i32
  %v2 = llvm.load %p2 : !llvm.ptr -> i32
  %s2 = llvm.insertvalue %v2, %s1[2] : !four
  %p3 = llvm.getelementptr %p[65] : (!llvm.ptr) -> !llvm.ptr, i32
  %v3 = llvm.load %p3 : !llvm.ptr -> i32
  %s3 = llvm.insertvalue %v3, %s2[3] : !four
  llvm.return %s3 : !four
}
llvm.func internal @put(%c: !llvm.ptr, %d: !four, %group: i32) {
  %p = llvm.call @place(%c, %group) : (!llvm.ptr, i32) -> !llvm.ptr
  %p0 = llvm.getelementptr %p[0] : (!llvm.ptr) -> !llvm.ptr, i32
  %v0 = llvm.extractvalue %d[0] : !four
  llvm.store %v0, %p0 : i32, !llvm.ptr
  %p1 = llvm.getelementptr %p[1] : (!llvm.ptr) -> !llvm.ptr, i32
  %v1 = llvm.extractvalue %d[1] : !four
  llvm.store %v1, %p1 : i32, !llvm.ptr
  %p2 = llvm.getelementptr %p[64] : (!llvm.ptr) -> !llvm.ptr, i32
  %v2 = llvm.extractvalue %d[2] : !four
  llvm.store %v2, %p2 : i32, !llvm.ptr
  %p3 = llvm.getelementptr %p[65] : (!llvm.ptr) -> !llvm.ptr, i32
  %v3 = llvm.extractvalue %d[3] : !four
  llvm.store %v3, %p3 : i32, !llvm.ptr
  llvm.return
}

llvm.func @product_f16(%a: !llvm.ptr, %b: !llvm.ptr, %c: !llvm.ptr) attributes {nvvm.kernel} {
  %zero = llvm.mlir.constant(0 : i32) : i32
  %x = llvm.call @left(%a) : (!llvm.ptr) -> !four
  %y = llvm.call @right(%b) : (!llvm.ptr) -> !two
  %z = llvm.call @get(%c) : (!llvm.ptr) -> !four
  %xr0 = llvm.extractvalue %x[0] : !four
  %x0 = llvm.bitcast %xr0 : i32 to vector<2xf16>
  %xr1 = llvm.extractvalue %x[1] : !four
  %x1 = llvm.bitcast %xr1 : i32 to vector<2xf16>
  %xr2 = llvm.extractvalue %x[2] : !four
  %x2 = llvm.bitcast %xr2 : i32 to vector<2xf16>
  %xr3 = llvm.extractvalue %x[3] : !four
  %x3 = llvm.bitcast %xr3 : i32 to vector<2xf16>
  %yr0 = llvm.extractvalue %y[0] : !two
  %y0 = llvm.bitcast %yr0 : i32 to vector<2xf16>
  %yr1 = llvm.extractvalue %y[1] : !two
  %y1 = llvm.bitcast %yr1 : i32 to vector<2xf16>
  %zr0 = llvm.extractvalue %z[0] : !four
  %z0 = llvm.bitcast %zr0 : i32 to f32
  %zr1 = llvm.extractvalue %z[1] : !four
  %z1 = llvm.bitcast %zr1 : i32 to f32
  %zr2 = llvm.extractvalue %z[2] : !four
  %z2 = llvm.bitcast %zr2 : i32 to f32
  %zr3 = llvm.extractvalue %z[3] : !four
  %z3 = llvm.bitcast %zr3 : i32 to f32
  %d = nvvm.mma.sync A[%x0, %x1, %x2, %x3] B[%y0, %y1] C[%z0, %z1, %z2, %z3]
    {layoutA = #nvvm.mma_layout<row>, layoutB = #nvvm.mma_layout<col>, shape = #nvvm.shape<m = 16, n = 8, k = 16>}
    : (vector<2xf16>, vector<2xf16>, f32) -> !sums
  %none = llvm.mlir.undef : !four
  %d0 = llvm.extractvalue %d[0] : !sums
  %w0 = llvm.bitcast %d0 : f32 to i32
  %e0 = llvm.insertvalue %w0, %none[0] : !four
  %d1 = llvm.extractvalue %d[1] : !sums
  %w1 = llvm.bitcast %d1 : f32 to i32
  %e1 = llvm.insertvalue %w1, %e0[1] : !four
  %d2 = llvm.extractvalue %d[2] : !sums
  %w2 = llvm.bitcast %d2 : f32 to i32
  %e2 = llvm.insertvalue %w2, %e1[2] : !four
  %d3 = llvm.extractvalue %d[3] : !sums
  %w3 = llvm.bitcast %d3 : f32 to i32
  %e3 = llvm.insertvalue %w3, %e2[3] : !four
  llvm.call @put(%c, %e3, %zero) : (!llvm.ptr, !four, i32) -> ()
  llvm.return
}

llvm.func @product_tf32(%a: !llvm.ptr, %b: !llvm.ptr, %c: !llvm.ptr) attributes {nvvm.kernel} {
  %zero = llvm.mlir.constant(0 : i32) : i32
  %x = llvm.call @left(%a) : (!llvm.ptr) -> !four
  %y = llvm.call @right(%b) : (!llvm.ptr) -> !two
  %z = llvm.call @get(%c) : (!llvm.ptr) -> !four
  %x0 = llvm.extractvalue %x[0] : !four
  %x1 = llvm.extractvalue %x[1] : !four
  %x2 = llvm.extractvalue %x[2] : !four
  %x3 = llvm.extractvalue %x[3] : !four
  %y0 = llvm.extractvalue %y[0] : !two
  %y1 = llvm.extractvalue %y[1] : !two
  %zr0 = llvm.extractvalue %z[0] : !four
  %z0 = llvm.bitcast %zr0 : i32 to f32
  %zr1 = llvm.extractvalue %z[1] : !four
  %z1 = llvm.bitcast %zr1 : i32 to f32
  %zr2 = llvm.extractvalue %z[2] : !four
  %z2 = llvm.bitcast %zr2 : i32 to f32
  %zr3 = llvm.extractvalue %z[3] : !four
  %z3 = llvm.bitcast %zr3 : i32 to f32
  %d = nvvm.mma.sync A[%x0, %x1, %x2, %x3] B[%y0, %y1] C[%z0, %z1, %z2, %z3]
    {layoutA = #nvvm.mma_layout<row>, layoutB = #nvvm.mma_layout<col>, multiplicandAPtxType = #nvvm.mma_type<tf32>, multiplicandBPtxType = #nvvm.mma_type<tf32>,
     shape = #nvvm.shape<m = 16, n = 8, k = 8>}
    : (i32, i32, f32) -> !sums
  %none = llvm.mlir.undef : !four
  %d0 = llvm.extractvalue %d[0] : !sums
  %w0 = llvm.bitcast %d0 : f32 to i32
  %e0 = llvm.insertvalue %w0, %none[0] : !four
  %d1 = llvm.extractvalue %d[1] : !sums
  %w1 = llvm.bitcast %d1 : f32 to i32
  %e1 = llvm.insertvalue %w1, %e0[1] : !four
  %d2 = llvm.extractvalue %d[2] : !sums
  %w2 = llvm.bitcast %d2 : f32 to i32
  %e2 = llvm.insertvalue %w2, %e1[2] : !four
  %d3 = llvm.extractvalue %d[3] : !sums
  %w3 = llvm.bitcast %d3 : f32 to i32
  %e3 = llvm.insertvalue %w3, %e2[3] : !four
  llvm.call @put(%c, %e3, %zero) : (!llvm.ptr, !four, i32) -> ()
  llvm.return
}

llvm.func @product_s8(%a: !llvm.ptr, %b: !llvm.ptr, %c: !llvm.ptr) attributes {nvvm.kernel} {
  %zero = llvm.mlir.constant(0 : i32) : i32
  %x = llvm.call @left(%a) : (!llvm.ptr) -> !four
  %y = llvm.call @right(%b) : (!llvm.ptr) -> !two
  %z = llvm.call @get(%c) : (!llvm.ptr) -> !four
  %x0 = llvm.extractvalue %x[0] : !four
  %x1 = llvm.extractvalue %x[1] : !four
  %x2 = llvm.extractvalue %x[2] : !four
  %x3 = llvm.extractvalue %x[3] : !four
  %y0 = llvm.extractvalue %y[0] : !two
  %y1 = llvm.extractvalue %y[1] : !two
  %z0 = llvm.extractvalue %z[0] : !four
  %z1 = llvm.extractvalue %z[1] : !four
  %z2 = llvm.extractvalue %z[2] : !four
  %z3 = llvm.extractvalue %z[3] : !four
  %d = nvvm.mma.sync A[%x0, %x1, %x2, %x3] B[%y0, %y1] C[%z0, %z1, %z2, %z3]
    {layoutA = #nvvm.mma_layout<row>, layoutB = #nvvm.mma_layout<col>, intOverflowBehavior = #nvvm.mma_int_overflow<satfinite>, multiplicandAPtxType = #nvvm.mma_type<s8>, multiplicandBPtxType = #nvvm.mma_type<s8>,
     shape = #nvvm.shape<m = 16, n = 8, k = 32>}
    : (i32, i32, i32) -> !counts
  %none = llvm.mlir.undef : !four
  %d0 = llvm.extractvalue %d[0] : !counts
  %e0 = llvm.insertvalue %d0, %none[0] : !four
  %d1 = llvm.extractvalue %d[1] : !counts
  %e1 = llvm.insertvalue %d1, %e0[1] : !four
  %d2 = llvm.extractvalue %d[2] : !counts
  %e2 = llvm.insertvalue %d2, %e1[2] : !four
  %d3 = llvm.extractvalue %d[3] : !counts
  %e3 = llvm.insertvalue %d3, %e2[3] : !four
  llvm.call @put(%c, %e3, %zero) : (!llvm.ptr, !four, i32) -> ()
  llvm.return
}

// Matrices of 8 x 8 halves there and back: as they are, each transposed, and back again.
llvm.func @matrices(%in: !llvm.ptr, %out: !llvm.ptr) attributes {nvvm.kernel} {
  %c16 = llvm.mlir.constant(16 : i32) : i32
  %tile = llvm.mlir.addressof @tile : !llvm.ptr<3>
  %x = llvm.call @left(%in) : (!llvm.ptr) -> !four
  %p = llvm.call @line(%tile, %c16) : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>
  %y = nvvm.ldmatrix %p {num = 4 : i32, layout = #nvvm.mma_layout<col>} : (!llvm.ptr<3>) -> !four
  %one = nvvm.ldmatrix %p {num = 1 : i32, layout = #nvvm.mma_layout<row>} : (!llvm.ptr<3>) -> i32
  %x0 = llvm.extractvalue %x[0] : !four
  %x1 = llvm.extractvalue %x[1] : !four
  %x2 = llvm.extractvalue %x[2] : !four
  %x3 = llvm.extractvalue %x[3] : !four
  %y0 = llvm.extractvalue %y[0] : !four
  %y1 = llvm.extractvalue %y[1] : !four
  %y2 = llvm.extractvalue %y[2] : !four
  %y3 = llvm.extractvalue %y[3] : !four
  %t1 = llvm.getelementptr %tile[128] : (!llvm.ptr<3>) -> !llvm.ptr<3>, f32
  %q1 = llvm.call @line(%t1, %c16) : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>
  %t2 = llvm.getelementptr %tile[256] : (!llvm.ptr<3>) -> !llvm.ptr<3>, f32
  %q2 = llvm.call @line(%t2, %c16) : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>
  %t3 = llvm.getelementptr %tile[384] : (!llvm.ptr<3>) -> !llvm.ptr<3>, f32
  %q3 = llvm.call @line(%t3, %c16) : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>
  %t4 = llvm.getelementptr %tile[512] : (!llvm.ptr<3>) -> !llvm.ptr<3>, f32
  %q4 = llvm.call @line(%t4, %c16) : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>
  %t5 = llvm.getelementptr %tile[640] : (!llvm.ptr<3>) -> !llvm.ptr<3>, f32
  %q5 = llvm.call @line(%t5, %c16) : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>
  nvvm.stmatrix %q1, %x0, %x1, %x2, %x3 {layout = #nvvm.mma_layout<row>} : !llvm.ptr<3>, i32, i32, i32, i32
  nvvm.stmatrix %q2, %y0, %y1, %y2, %y3 {layout = #nvvm.mma_layout<row>} : !llvm.ptr<3>, i32, i32, i32, i32
  nvvm.stmatrix %q3, %y0, %y1, %y2, %y3 {layout = #nvvm.mma_layout<col>} : !llvm.ptr<3>, i32, i32, i32, i32
  nvvm.stmatrix %q4, %x0, %x1, %x2, %x3 {layout = #nvvm.mma_layout<row>} : !llvm.ptr<3>, i32, i32, i32, i32
  nvvm.barrier0
  nvvm.stmatrix %q4, %y0, %y1 {layout = #nvvm.mma_layout<col>} : !llvm.ptr<3>, i32, i32
  nvvm.barrier0
  nvvm.stmatrix %q4, %one {layout = #nvvm.mma_layout<col>} : !llvm.ptr<3>, i32
  nvvm.barrier0
  %lane = nvvm.read.ptx.sreg.laneid : i32
  %at = llvm.mul %lane, %c16 : i32
  %f1 = llvm.getelementptr %t1[%at] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, i8
  %v1 = llvm.load %f1 : !llvm.ptr<3> -> vector<4xi32>
  %ga1 = llvm.getelementptr %out[0] : (!llvm.ptr) -> !llvm.ptr, i8
  %g1 = llvm.getelementptr %ga1[%at] : (!llvm.ptr, i32) -> !llvm.ptr, i8
  llvm.store %v1, %g1 : vector<4xi32>, !llvm.ptr
  %f2 = llvm.getelementptr %t2[%at] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, i8
  %v2 = llvm.load %f2 : !llvm.ptr<3> -> vector<4xi32>
  %ga2 = llvm.getelementptr %out[512] : (!llvm.ptr) -> !llvm.ptr, i8
  %g2 = llvm.getelementptr %ga2[%at] : (!llvm.ptr, i32) -> !llvm.ptr, i8
  llvm.store %v2, %g2 : vector<4xi32>, !llvm.ptr
  %f3 = llvm.getelementptr %t3[%at] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, i8
  %v3 = llvm.load %f3 : !llvm.ptr<3> -> vector<4xi32>
  %ga3 = llvm.getelementptr %out[1024] : (!llvm.ptr) -> !llvm.ptr, i8
  %g3 = llvm.getelementptr %ga3[%at] : (!llvm.ptr, i32) -> !llvm.ptr, i8
  llvm.store %v3, %g3 : vector<4xi32>, !llvm.ptr
  %f4 = llvm.getelementptr %t4[%at] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, i8
  %v4 = llvm.load %f4 : !llvm.ptr<3> -> vector<4xi32>
  %ga4 = llvm.getelementptr %out[1536] : (!llvm.ptr) -> !llvm.ptr, i8
  %g4 = llvm.getelementptr %ga4[%at] : (!llvm.ptr, i32) -> !llvm.ptr, i8
  llvm.store %v4, %g4 : vector<4xi32>, !llvm.ptr
  llvm.return
}

// 16 x 16 x 16: A by rows, B by columns, C by rows.
llvm.func @product_wmma(%a: !llvm.ptr, %b: !llvm.ptr, %c: !llvm.ptr) attributes {nvvm.kernel} {
  %stride = llvm.mlir.constant(16 : i32) : i32
  %x = nvvm.wmma.load %a, %stride {eltype = #nvvm.mma_type<f16>, frag = #nvvm.mma_frag<a>, k = 16 : i32, layout = #nvvm.mma_layout<row>, m = 16 : i32, n = 16 : i32} : (!llvm.ptr) -> !half8
  %y = nvvm.wmma.load %b, %stride {eltype = #nvvm.mma_type<f16>, frag = #nvvm.mma_frag<b>, k = 16 : i32, layout = #nvvm.mma_layout<col>, m = 16 : i32, n = 16 : i32} : (!llvm.ptr) -> !half8
  %z = nvvm.wmma.load %c, %stride {eltype = #nvvm.mma_type<f32>, frag = #nvvm.mma_frag<c>, k = 16 : i32, layout = #nvvm.mma_layout<row>, m = 16 : i32, n = 16 : i32} : (!llvm.ptr) -> !float8
  %x0 = llvm.extractvalue %x[0] : !half8
  %x1 = llvm.extractvalue %x[1] : !half8
  %x2 = llvm.extractvalue %x[2] : !half8
  %x3 = llvm.extractvalue %x[3] : !half8
  %x4 = llvm.extractvalue %x[4] : !half8
  %x5 = llvm.extractvalue %x[5] : !half8
  %x6 = llvm.extractvalue %x[6] : !half8
  %x7 = llvm.extractvalue %x[7] : !half8
  %y0 = llvm.extractvalue %y[0] : !half8
  %y1 = llvm.extractvalue %y[1] : !half8
  %y2 = llvm.extractvalue %y[2] : !half8
  %y3 = llvm.extractvalue %y[3] : !half8
  %y4 = llvm.extractvalue %y[4] : !half8
  %y5 = llvm.extractvalue %y[5] : !half8
  %y6 = llvm.extractvalue %y[6] : !half8
  %y7 = llvm.extractvalue %y[7] : !half8
  %z0 = llvm.extractvalue %z[0] : !float8
  %z1 = llvm.extractvalue %z[1] : !float8
  %z2 = llvm.extractvalue %z[2] : !float8
  %z3 = llvm.extractvalue %z[3] : !float8
  %z4 = llvm.extractvalue %z[4] : !float8
  %z5 = llvm.extractvalue %z[5] : !float8
  %z6 = llvm.extractvalue %z[6] : !float8
  %z7 = llvm.extractvalue %z[7] : !float8
  %d = nvvm.wmma.mma %x0, %x1, %x2, %x3, %x4, %x5, %x6, %x7, %y0, %y1, %y2, %y3, %y4, %y5, %y6, %y7, %z0, %z1, %z2, %z3, %z4, %z5, %z6, %z7
    {eltypeA = #nvvm.mma_type<f16>, eltypeB = #nvvm.mma_type<f32>, k = 16 : i32, layoutA = #nvvm.mma_layout<row>, layoutB = #nvvm.mma_layout<col>, m = 16 : i32, n = 16 : i32}
    : (vector<2xf16>, vector<2xf16>, vector<2xf16>, vector<2xf16>, vector<2xf16>, vector<2xf16>, vector<2xf16>, vector<2xf16>, vector<2xf16>, vector<2xf16>, vector<2xf16>, vector<2xf16>, vector<2xf16>, vector<2xf16>, vector<2xf16>, vector<2xf16>, f32, f32, f32, f32, f32, f32, f32, f32) -> !float8
  %d0 = llvm.extractvalue %d[0] : !float8
  %d1 = llvm.extractvalue %d[1] : !float8
  %d2 = llvm.extractvalue %d[2] : !float8
  %d3 = llvm.extractvalue %d[3] : !float8
  %d4 = llvm.extractvalue %d[4] : !float8
  %d5 = llvm.extractvalue %d[5] : !float8
  %d6 = llvm.extractvalue %d[6] : !float8
  %d7 = llvm.extractvalue %d[7] : !float8
  nvvm.wmma.store %c, %stride, %d0, %d1, %d2, %d3, %d4, %d5, %d6, %d7 {eltype = #nvvm.mma_type<f32>, k = 16 : i32, layout = #nvvm.mma_layout<row>, m = 16 : i32, n = 16 : i32} : !llvm.ptr, f32, f32, f32, f32, f32, f32, f32, f32
  llvm.return
}

// A line of 32 bytes becomes two of 16, as wgmma takes them without a swizzle: 8 lines lie together.
llvm.func internal @stage_group(%from: !llvm.ptr, %to: !llvm.ptr<3>, %lines: i32) {
  %c2 = llvm.mlir.constant(2 : i32) : i32
  %c8 = llvm.mlir.constant(8 : i32) : i32
  %c16 = llvm.mlir.constant(16 : i32) : i32
  %c128 = llvm.mlir.constant(128 : i32) : i32
  %c256 = llvm.mlir.constant(256 : i32) : i32
  %tid = nvvm.read.ptx.sreg.tid.x : i32
  %line = llvm.udiv %tid, %c2 : i32
  %half = llvm.urem %tid, %c2 : i32
  %mine = llvm.icmp "ult" %line, %lines : i32
  llvm.cond_br %mine, ^copy, ^end
^copy:
  %at = llvm.mul %tid, %c16 : i32
  %block = llvm.udiv %line, %c8 : i32
  %row = llvm.urem %line, %c8 : i32
  %a = llvm.mul %block, %c256 : i32
  %b = llvm.mul %half, %c128 : i32
  %c = llvm.mul %row, %c16 : i32
  %ab = llvm.add %a, %b : i32
  %abc = llvm.add %ab, %c : i32
  %p = llvm.getelementptr %from[%at] : (!llvm.ptr, i32) -> !llvm.ptr, i8
  %q = llvm.getelementptr %to[%abc] : (!llvm.ptr<3>, i32) -> !llvm.ptr<3>, i8
  %v = llvm.load %p : !llvm.ptr -> vector<4xi32>
  llvm.store %v, %q : vector<4xi32>, !llvm.ptr<3>
  llvm.br ^end
^end:
  llvm.return
}
llvm.func internal @descriptor(%matrix: !llvm.ptr<3>) -> i64 {
  %steps = llvm.mlir.constant(68720001024 : i64) : i64 // 128 bytes >> 4 at bit 16, 256 bytes >> 4 at bit 32
  %mask = llvm.mlir.constant(16383 : i64) : i64
  %c4 = llvm.mlir.constant(4 : i64) : i64
  %i = llvm.ptrtoint %matrix : !llvm.ptr<3> to i64
  %j = llvm.lshr %i, %c4 : i64
  %k = llvm.and %j, %mask : i64
  %d = llvm.or %k, %steps : i64
  llvm.return %d : i64
}

// 64 x 8 x 16, twice.
llvm.func @product_wgmma(%a: !llvm.ptr, %b: !llvm.ptr, %c: !llvm.ptr) attributes {nvvm.kernel, nvvm.maxntid = array<i32: 128>} {
  %c8 = llvm.mlir.constant(8 : i32) : i32
  %c32 = llvm.mlir.constant(32 : i32) : i32
  %c64 = llvm.mlir.constant(64 : i32) : i32
  %tile = llvm.mlir.addressof @tile : !llvm.ptr<3>
  %right = llvm.getelementptr %tile[2048] : (!llvm.ptr<3>) -> !llvm.ptr<3>, i8
  llvm.call @stage_group(%a, %tile, %c64) : (!llvm.ptr, !llvm.ptr<3>, i32) -> ()
  llvm.call @stage_group(%b, %right, %c8) : (!llvm.ptr, !llvm.ptr<3>, i32) -> ()
  nvvm.fence.proxy {kind = #nvvm.proxy_kind<async.shared>, space = #nvvm.shared_space<cta>}
  nvvm.barrier0
  %x = llvm.call @descriptor(%tile) : (!llvm.ptr<3>) -> i64
  %y = llvm.call @descriptor(%right) : (!llvm.ptr<3>) -> i64
  %none = llvm.mlir.undef : !sums
  nvvm.wgmma.fence.aligned
  %d = nvvm.wgmma.mma_async %x, %y, %none, #nvvm.shape<m = 64, n = 8, k = 16>, D [#nvvm.wgmma_type<f32>, #nvvm.wgmma_scale_out<zero>],
    A [#nvvm.wgmma_type<f16>, #nvvm.wgmma_scale_in<one>, #nvvm.mma_layout<row>],
    B [#nvvm.wgmma_type<f16>, #nvvm.wgmma_scale_in<one>, #nvvm.mma_layout<col>] : !sums -> !sums
  %e = nvvm.wgmma.mma_async %x, %y, %d, #nvvm.shape<m = 64, n = 8, k = 16>, D [#nvvm.wgmma_type<f32>, #nvvm.wgmma_scale_out<one>],
    A [#nvvm.wgmma_type<f16>, #nvvm.wgmma_scale_in<one>, #nvvm.mma_layout<row>],
    B [#nvvm.wgmma_type<f16>, #nvvm.wgmma_scale_in<one>, #nvvm.mma_layout<col>] : !sums -> !sums
  nvvm.wgmma.commit.group.sync.aligned
  nvvm.wgmma.wait.group.sync.aligned 0
  %tid = nvvm.read.ptx.sreg.tid.x : i32
  %warp = llvm.udiv %tid, %c32 : i32
  %undef = llvm.mlir.undef : !four
  %e0 = llvm.extractvalue %e[0] : !sums
  %i0 = llvm.bitcast %e0 : f32 to i32
  %f0 = llvm.insertvalue %i0, %undef[0] : !four
  %e1 = llvm.extractvalue %e[1] : !sums
  %i1 = llvm.bitcast %e1 : f32 to i32
  %f1 = llvm.insertvalue %i1, %f0[1] : !four
  %e2 = llvm.extractvalue %e[2] : !sums
  %i2 = llvm.bitcast %e2 : f32 to i32
  %f2 = llvm.insertvalue %i2, %f1[2] : !four
  %e3 = llvm.extractvalue %e[3] : !sums
  %i3 = llvm.bitcast %e3 : f32 to i32
  %f3 = llvm.insertvalue %i3, %f2[3] : !four
  llvm.call @put(%c, %f3, %warp) : (!llvm.ptr, !four, i32) -> ()
  llvm.return
}
}
