; What can't be read of a wgmma is an error that says so.
; RUN: %tweed_opt -passes=tweed-emulate -disable-output %s
; RUN: sed -e '/asm sideeffect/{s/mma_async/mma_async.sp/}' %s | not %tweed_opt -passes=tweed-emulate -disable-output - 2>&1 | FileCheck --check-prefix=C0 %s
; RUN: sed -e '/asm sideeffect/{s/m64n8k16/m64n12k16/}' %s | not %tweed_opt -passes=tweed-emulate -disable-output - 2>&1 | FileCheck --check-prefix=C1 %s
; RUN: sed -e '/asm sideeffect/{s/{$0, $1/{$1, $0/}' %s | not %tweed_opt -passes=tweed-emulate -disable-output - 2>&1 | FileCheck --check-prefix=C2 %s
; RUN: sed -e '/asm sideeffect/{s/, p, 1/, q, 1/}' %s | not %tweed_opt -passes=tweed-emulate -disable-output - 2>&1 | FileCheck --check-prefix=C3 %s
; RUN: sed -e '/asm sideeffect/{s/, 1, 1, 0, 0;/, 1, 1, 0;/}' %s | not %tweed_opt -passes=tweed-emulate -disable-output - 2>&1 | FileCheck --check-prefix=C4 %s
; RUN: sed -e '/asm sideeffect/{s/, 1, 1, 0, 0;/, 1, 2, 0, 0;/}' %s | not %tweed_opt -passes=tweed-emulate -disable-output - 2>&1 | FileCheck --check-prefix=C5 %s
; RUN: sed -e '/asm sideeffect/{s/ wgmma/ wgmma.fence.sync.aligned; wgmma/}' %s | not %tweed_opt -passes=tweed-emulate -disable-output - 2>&1 | FileCheck --check-prefix=C6 %s
; RUN: sed -e '/asm sideeffect/{s/, $5, p/, p, p/}' %s | not %tweed_opt -passes=tweed-emulate -disable-output - 2>&1 | FileCheck --check-prefix=C7 %s
; RUN: sed -e '/asm sideeffect/{s/, $3}/}/; s/m64n8k16.f32/m64n8k16.f16/}' %s | not %tweed_opt -passes=tweed-emulate -disable-output - 2>&1 | FileCheck --check-prefix=C8 %s
; C0: in function k: wgmma.mma_async{{.*}}: 'sp' isn't supported here
; C1: in function k: wgmma.mma_async{{.*}}: there is no such combination of shape and types
; C2: in function k: wgmma.mma_async{{.*}}: D must be all outputs of the assembly, in order and in braces
; C3: in function k: wgmma.mma_async{{.*}}: scale-d must be a predicate made by setp.ne.b32 from an input and 0
; C4: in function k: wgmma.mma_async{{.*}}: scales must be 1 or -1, transpositions 0 or 1, and as many as the instruction takes
; C5: in function k: wgmma.mma_async{{.*}}: scales must be 1 or -1, transpositions 0 or 1, and as many as the instruction takes
; C6: in function k: wgmma.mma_async{{.*}}: other instructions stand beside it
; C7: in function k: wgmma.mma_async{{.*}}: A must be four inputs in braces or a descriptor, B a descriptor
; C8: in function k: wgmma.mma_async{{.*}}: the assembly has other outputs than the accumulators
target triple = "nvptx64-nvidia-cuda"

define void @k(i64 %a, i64 %b, i32 %s) {
  %r = call { float, float, float, float } asm sideeffect "{ .reg .pred p; setp.ne.b32 p, $6, 0; wgmma.mma_async.sync.aligned.m64n8k16.f32.f16.f16 {$0, $1, $2, $3}, $4, $5, p, 1, 1, 0, 0; }", "=f,=f,=f,=f,l,l,r"(i64 %a, i64 %b, i32 %s)
  ret void
}

!nvvm.annotations = !{!0}
!0 = !{ptr @k, !"kernel", i32 1}
