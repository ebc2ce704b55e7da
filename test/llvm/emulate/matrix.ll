; Matrix intrinsics of a warp become calls with the name as a number and fragments in memory; a shape that doesn't exist is an error.
; RUN: %tweed_opt -passes=tweed-emulate -S %s | FileCheck %s
; RUN: sed -e 's/\.f16\.f16(/.f16.e4m3(/g' %s > %t.ll && not %tweed_opt -passes=tweed-emulate -S %t.ll 2>&1 | FileCheck --check-prefix=BAD %s
target triple = "nvptx64-nvidia-cuda"

; CHECK-LABEL: define {{.*}}void @warp(
; CHECK: [[LD:%.*]] = alloca { i32, i32 }
; CHECK-DAG: call void @tweed_emu_ldmatrix(ptr @tweed.place{{.*}}, i64 10, ptr [[LD]], ptr %p)
; CHECK: load { i32, i32 }, ptr [[LD]]
; CHECK: store <2 x half> %h, ptr [[A0:%.*]]
; CHECK: call void @tweed_emu_mma(ptr @tweed.place{{.*}}, i64 {{[0-9]+}}, ptr [[D:%.*]], ptr [[A:%.*]], ptr [[B:%.*]], ptr [[C:%.*]])
; CHECK: [[RESULT:%.*]] = load { <2 x half>, <2 x half> }, ptr [[D]]
; CHECK: extractvalue { <2 x half>, <2 x half> } [[RESULT]], 0
; CHECK: call void @tweed_emu_wmma_load(ptr @tweed.place{{.*}}, i64 {{[0-9]+}}, ptr [[F:%.*]], ptr %p, i32 40)
; CHECK: call void @tweed_emu_wmma_load(ptr @tweed.place{{.*}}, i64 {{[0-9]+}}, ptr {{.*}}, ptr %p, i32 0)
; CHECK: call void @tweed_emu_wmma_store(ptr @tweed.place{{.*}}, i64 {{[0-9]+}}, ptr %q, ptr {{.*}}, i32 24)
; BAD: in function warp: {{.*}}f16.e4m3: there is no such combination of shape and types
define void @warp(ptr addrspace(3) %p, ptr addrspace(1) %q, <2 x half> %h, ptr addrspace(1) %o, double %x) {
  %l = call { i32, i32 } @llvm.nvvm.ldmatrix.sync.aligned.m8n8.x2.trans.b16.p3(ptr addrspace(3) %p)
  %m = call { <2 x half>, <2 x half> } @llvm.nvvm.mma.m16n8k16.row.col.f16.f16(<2 x half> %h, <2 x half> %h, <2 x half> %h, <2 x half> %h, <2 x half> %h, <2 x half> %h, <2 x half> %h, <2 x half> %h)
  %e = extractvalue { <2 x half>, <2 x half> } %m, 0
  store <2 x half> %e, ptr addrspace(1) %o
  %a = call { i32, i32, i32, i32 } @llvm.nvvm.wmma.m16n16k16.load.a.row.stride.bf16.p3(ptr addrspace(3) %p, i32 40)
  %b = call double @llvm.nvvm.wmma.m8n8k4.load.b.col.f64.p3(ptr addrspace(3) %p)
  %d = call { double, double } @llvm.nvvm.mma.m8n8k4.row.col.f64(double %b, double %x, double %x, double %x)
  %d0 = extractvalue { double, double } %d, 0
  call void @llvm.nvvm.wmma.m8n8k4.store.d.row.stride.f64.p1(ptr addrspace(1) %q, double %d0, double %x, i32 24)
  ret void
}
declare { i32, i32 } @llvm.nvvm.ldmatrix.sync.aligned.m8n8.x2.trans.b16.p3(ptr addrspace(3))
declare { <2 x half>, <2 x half> } @llvm.nvvm.mma.m16n8k16.row.col.f16.f16(<2 x half>, <2 x half>, <2 x half>, <2 x half>, <2 x half>, <2 x half>, <2 x half>, <2 x half>)
declare { i32, i32, i32, i32 } @llvm.nvvm.wmma.m16n16k16.load.a.row.stride.bf16.p3(ptr addrspace(3), i32)
declare double @llvm.nvvm.wmma.m8n8k4.load.b.col.f64.p3(ptr addrspace(3))
declare { double, double } @llvm.nvvm.mma.m8n8k4.row.col.f64(double, double, double, double)
declare void @llvm.nvvm.wmma.m8n8k4.store.d.row.stride.f64.p1(ptr addrspace(1), double, double, i32)

!nvvm.annotations = !{!0}
!0 = !{ptr @warp, !"kernel", i32 1}
