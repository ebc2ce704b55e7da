; An induction variable that is known not to wrap is advanced by several steps at once: without the flag where that many
; steps don't fit its type, or the sum would be poison though every value is right.
; RUN: %tweed_opt -passes='tweed-pipeline<machine=cortex-a55>,verify' -S %s -o %t.ll
; RUN: FileCheck %s < %t.ll
; RUN: opt -O2 -S %t.ll -o %t.o2.ll
; RUN: lli %s > %t.plain
; RUN: lli %t.o2.ll | diff %t.plain -
; RUN: FileCheck %s --check-prefix=OUT < %t.plain

; CHECK-LABEL: define {{.*}}@large_steps(
; CHECK: tweed.kernel:
; CHECK: %tweed.iv{{[0-9]*}} = phi i8
; CHECK: add i8 %tweed.iv{{[0-9]*}}, 106
; CHECK: tweed.epilogue:
; CHECK-LABEL: define {{.*}}@small_steps(
; CHECK: tweed.kernel:
; CHECK: add nsw i8
; OUT: sum

@a = global [8 x i32] [i32 3, i32 5, i32 7, i32 11, i32 13, i32 17, i32 19, i32 23]
@b = global [256 x i32] zeroinitializer
@format = constant [8 x i8] c"sum %u\0A\00"
declare i32 @printf(ptr, ...)

define void @large_steps(ptr noalias %a, ptr noalias %b, i64 %n) noinline {
entry:
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %k = phi i8 [ -128, %entry ], [ %k1, %loop ]
  %p = getelementptr i32, ptr %a, i64 %i
  %v = load i32, ptr %p, align 4
  %m = mul i32 %v, %v
  %x = sext i8 %k to i64
  %q = getelementptr i32, ptr %b, i64 %x
  store i32 %m, ptr %q, align 4
  %k1 = add nsw i8 %k, 50
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit

exit:
  ret void
}

define void @small_steps(ptr noalias %a, ptr noalias %b, i64 %n) noinline {
entry:
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %k = phi i8 [ -128, %entry ], [ %k1, %loop ]
  %p = getelementptr i32, ptr %a, i64 %i
  %v = load i32, ptr %p, align 4
  %m = mul i32 %v, 3
  %x = sext i8 %k to i64
  %q = getelementptr i32, ptr %b, i64 %x
  store i32 %m, ptr %q, align 4
  %k1 = add nsw i8 %k, 3
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit

exit:
  ret void
}

define void @print() noinline {
entry:
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %s = phi i32 [ 1, %entry ], [ %s1, %loop ]
  %q = getelementptr i32, ptr @b, i64 %i
  %v = load i32, ptr %q
  %s0 = mul i32 %s, 31
  %s1 = xor i32 %s0, %v
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, 256
  br i1 %more, label %loop, label %exit

exit:
  %r = call i32 (ptr, ...) @printf(ptr @format, i32 %s1)
  ret void
}

define i32 @main() {
  %middle = getelementptr i32, ptr @b, i64 128
  call void @large_steps(ptr @a, ptr %middle, i64 5)
  call void @print()
  call void @small_steps(ptr @a, ptr %middle, i64 8)
  call void @print()
  call void @large_steps(ptr @a, ptr %middle, i64 4)
  call void @print()
  ret i32 0
}
