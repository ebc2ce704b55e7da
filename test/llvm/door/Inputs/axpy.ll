define void @axpy(ptr noalias %x, ptr noalias %y, double %a, i64 %n) {
entry:
  br label %loop

loop:
  %i = phi i64 [ 0, %entry ], [ %next, %loop ]
  %p = getelementptr double, ptr %x, i64 %i
  %v = load double, ptr %p, align 8
  %w = fmul double %v, %a
  %q = getelementptr double, ptr %y, i64 %i
  %u = load double, ptr %q, align 8
  %s = fadd double %w, %u
  store double %s, ptr %q, align 8
  %next = add nuw nsw i64 %i, 1
  %more = icmp ult i64 %next, %n
  br i1 %more, label %loop, label %exit

exit:
  ret void
}
