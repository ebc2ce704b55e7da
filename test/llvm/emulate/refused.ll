; What the emulator doesn't know is an error with its name and place; all of them are told at once.
; RUN: not %tweed_opt -passes=tweed-emulate -S %s -o %t.out 2>&1 | FileCheck %s
; RUN: not %tweed_opt -passes='tweed-emulate<colour>' -S %s 2>&1 | FileCheck --check-prefix=PARAMETER %s
; RUN: sed -e 's/^target triple.*//' %s | not %tweed_opt -passes=tweed-emulate -disable-output - 2>&1 | FileCheck --check-prefix=TRIPLE %s
; PARAMETER: tweed-emulate has no parameter 'colour' (known: name=NAME, tsan, no-checks)
; TRIPLE: tweed-emulate needs a module for NVPTX, not for ''
target triple = "nvptx64-nvidia-cuda"

@outside = external addrspace(1) global i32

; CHECK: tweed: variable outside is used, but it is not in the module
; CHECK-NEXT: {{^}}in function k: intrinsic llvm.nvvm.shfl.bfly.i32 is not supported by the emulator
; CHECK-NEXT: {{^}}/folder/k.cu:7:3: inline PTX: the emulator doesn't know frobnicate.sync
; CHECK-NEXT: {{^}}in function k: inline PTX: the emulator doesn't know this number of operands for bar.sync
; CHECK-NEXT: {{^}}in function k: inline PTX: there is no register nowhere
; CHECK-NEXT: {{^}}in function k: inline PTX: a branch to nowhere
; CHECK-NEXT: {{^}}in function k: inline PTX: there is no predicate p
; CHECK-NEXT: {{^}}in function k: inline PTX is not understood: no statement of PTX at '{{\[\[}}
; CHECK-NEXT: {{^}}in function k: function cosine is called, but it is not in the module
; CHECK-NEXT: {{^}}in function k: an atomic access of this type is not supported
; CHECK-NOT: {{.}}
define void @k(ptr %p, i32 %x) !dbg !5 {
  %v = load i32, ptr addrspace(1) @outside
  %s = call i32 @llvm.nvvm.shfl.bfly.i32(i32 %x, i32 1, i32 31)
  call void asm sideeffect "frobnicate.sync $0;", "r"(i32 %x), !dbg !7
  call void asm sideeffect "bar.sync;", ""()
  call void asm sideeffect "bar.sync nowhere;", ""()
  call void asm sideeffect "bra nowhere;", ""()
  call void asm sideeffect "@p bar.sync 0;", ""()
  call void asm sideeffect "st.u32 [[[[[[[[[[[[[[[[[[[[[[[[[$0]]]]]]]]]]]]]]]]]]]]]]]]], 1;", "r"(i32 %x)
  %c = call float @cosine(float 1.0)
  %a = load atomic i128, ptr %p seq_cst, align 16
  ret void
}
declare i32 @llvm.nvvm.shfl.bfly.i32(i32, i32, i32)
declare float @cosine(float)

!llvm.dbg.cu = !{!0}
!llvm.module.flags = !{!3}
!nvvm.annotations = !{!4}
!0 = distinct !DICompileUnit(language: DW_LANG_C_plus_plus, file: !1, emissionKind: FullDebug)
!1 = !DIFile(filename: "k.cu", directory: "/folder")
!3 = !{i32 2, !"Debug Info Version", i32 3}
!4 = !{ptr @k, !"kernel", i32 1}
!5 = distinct !DISubprogram(name: "k", file: !1, line: 1, type: !6, unit: !0, spFlags: DISPFlagDefinition)
!6 = !DISubroutineType(types: !{null})
!7 = !DILocation(line: 7, column: 3, scope: !5)
