; Accumulators of wgmma travel as tokens, through a loop and as a structure, as MLIR writes it; where a value is used, the run time is
; asked for it.
; RUN: %tweed_opt -passes=tweed-emulate -S %s | FileCheck %s
target triple = "nvptx64-nvidia-cuda"

; CHECK-LABEL: define {{.*}}void @loop(
; CHECK: [[ROOM:%.*]] = alloca [4 x i64]
; CHECK: phi { i64, i64, i64, i64 } [ {{%.*}}, %entry ], [ [[NEW:%.*]], %head ]
; CHECK: store i64 %{{.*}}, ptr
; CHECK: call void @tweed_emu_wgmma(ptr @tweed.place{{.*}}, i64 {{[0-9]+}}, i64 1, i64 %a, ptr null, i64 %b, ptr [[ROOM]])
; CHECK: [[NEW]] = load { i64, i64, i64, i64 }, ptr [[ROOM]]
; CHECK: br i1
; CHECK: [[TOKEN:%.*]] = extractvalue { i64, i64, i64, i64 } [[NEW]], 2
; CHECK: [[BITS:%.*]] = call i32 @tweed_emu_wgmma_register(ptr @tweed.place{{.*}}, i64 [[TOKEN]])
; CHECK: [[VALUE:%.*]] = bitcast i32 [[BITS]] to float
; CHECK: store float [[VALUE]], ptr %out
define void @loop(i64 %a, i64 %b, ptr addrspace(1) %out, i32 %n) {
entry:
  %0 = insertvalue { float, float, float, float } undef, float 0.0, 0
  %1 = insertvalue { float, float, float, float } %0, float 0.0, 1
  %2 = insertvalue { float, float, float, float } %1, float 0.0, 2
  br label %head
head:
  %i = phi i32 [ 0, %entry ], [ %j, %head ]
  %acc = phi { float, float, float, float } [ %2, %entry ], [ %r, %head ]
  %d0 = extractvalue { float, float, float, float } %acc, 0
  %d1 = extractvalue { float, float, float, float } %acc, 1
  %d2 = extractvalue { float, float, float, float } %acc, 2
  %d3 = extractvalue { float, float, float, float } %acc, 3
  %r = call { float, float, float, float } asm sideeffect "{\0A.reg .pred p;\0Asetp.ne.b32 p, $10, 0;\0Awgmma.mma_async.sync.aligned.m64n8k16.f32.f16.f16 {$0, $1, $2, $3}, $8, $9, p, $11, $12, $13, $14;\0A}\0A", "=f,=f,=f,=f,0,1,2,3,l,l,n,n,n,n,n"(float %d0, float %d1, float %d2, float %d3, i64 %a, i64 %b, i32 1, i32 1, i32 1, i32 0, i32 0)
  %j = add i32 %i, 1
  %more = icmp slt i32 %j, %n
  br i1 %more, label %head, label %done
done:
  %e = extractvalue { float, float, float, float } %r, 2
  store float %e, ptr addrspace(1) %out
  ret void
}

; A in registers and scale-d not known before: flags carry negation of A (bit 1) and transposition of B (bit 4). A fence for the
; optimizer is passed, a select chooses between tokens, a register that is no result is a value, one that is undefined none.
; CHECK-LABEL: define {{.*}}void @values(
; CHECK: [[A:%.*]] = alloca [4 x i32]
; CHECK: [[ROOM:%.*]] = alloca [4 x i64]
; CHECK: [[BITS:%.*]] = bitcast float %x to i32
; CHECK: [[WIDE:%.*]] = zext i32 [[BITS]] to i64
; CHECK: store i64 [[WIDE]], ptr
; CHECK: store i64 -1, ptr
; CHECK: store i64 1065353216, ptr
; CHECK: [[SET:%.*]] = icmp ne i32 %s, 0
; CHECK: [[SCALE:%.*]] = zext i1 [[SET]] to i64
; CHECK: [[FLAGS:%.*]] = or i64 18, [[SCALE]]
; CHECK: store i32 %a0, ptr
; CHECK: call void @tweed_emu_wgmma(ptr {{.*}}, i64 {{[0-9]+}}, i64 [[FLAGS]], i64 0, ptr [[A]], i64 %b, ptr [[ROOM]])
; CHECK-NOT: asm
; CHECK: [[CHOSEN:%.*]] = select i1 %c, i64
; CHECK: call i32 @tweed_emu_wgmma_register(ptr {{.*}}, i64 [[CHOSEN]])
; CHECK: fadd
define void @values(i32 %a0, i32 %a1, i64 %b, i32 %s, float %x, i1 %c, ptr addrspace(1) %out) {
  %r = call { float, float, float, float } asm sideeffect "{ .reg .pred q; setp.ne.b32 q, $9, 0; wgmma.mma_async.sync.aligned.m64n8k16.f32.bf16.bf16 {$0,$1,$2,$3}, {$4,$5,$6,$7}, $8, q, -1, 1, 1; }", "=f,=f,=f,=f,r,r,r,r,l,r,0,1,2,3,~{memory}"(i32 %a0, i32 %a1, i32 %a0, i32 %a1, i64 %b, i32 %s, float %x, float undef, float 1.0, float 0.0)
  %e0 = extractvalue { float, float, float, float } %r, 0
  %e1 = extractvalue { float, float, float, float } %r, 1
  %f0 = call float asm sideeffect "", "=f,0,~{memory}"(float %e0)
  %e = select i1 %c, float %f0, float %e1
  %y = fadd float %e, 1.0
  store float %y, ptr addrspace(1) %out
  ret void
}

; A wait, and a fence for the optimizer, that accumulators are handed through.
; CHECK-LABEL: define {{.*}}void @through(
; CHECK: [[TOKENS:%.*]] = load { i64, i64, i64, i64 }, ptr
; CHECK-NOT: tweed_emu_wgmma_register
; CHECK: call void @tweed_emu_wgmma_wait(ptr @tweed.place{{.*}}, i32 2)
; CHECK: call void @tweed_emu_wgmma_wait(ptr @tweed.place{{.*}}, i32 0)
; CHECK-NOT: asm
; CHECK: call i32 @tweed_emu_wgmma_register(ptr {{.*}}, i64 {{%.*}})
; CHECK: store float
define void @through(i64 %a, i64 %b, ptr addrspace(1) %out) {
  %r = call { float, float, float, float } asm sideeffect "{ .reg .pred q; setp.ne.b32 q, $6, 0; wgmma.mma_async.sync.aligned.m64n8k16.f32.f16.f16 {$0,$1,$2,$3}, $4, $5, q, 1, 1, 0, 0; }", "=f,=f,=f,=f,l,l,n,~{memory}"(i64 %a, i64 %b, i32 0)
  %r0 = extractvalue { float, float, float, float } %r, 0
  %r1 = extractvalue { float, float, float, float } %r, 1
  %f = call { float, float } asm sideeffect "", "=f,=f,0,1,~{memory}"(float %r0, float %r1)
  %f0 = extractvalue { float, float } %f, 0
  %f1 = extractvalue { float, float } %f, 1
  %w = call { float, float } asm sideeffect "// of $0, $1\0A\09wgmma.wait_group.sync.aligned $4;", "=f,=f,0,1,n"(float %f0, float %f1, i32 2)
  %w1 = extractvalue { float, float } %w, 1
  %v = call float asm sideeffect "wgmma.wait_group.sync.aligned 0;", "=f,0"(float %w1)
  store float %v, ptr addrspace(1) %out
  ret void
}

!nvvm.annotations = !{!0, !1, !2}
!0 = !{ptr @loop, !"kernel", i32 1}
!1 = !{ptr @values, !"kernel", i32 1}
!2 = !{ptr @through, !"kernel", i32 1}
