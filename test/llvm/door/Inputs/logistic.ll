; x = r x (1 - x): on some machines the circuit leaves no room for all issue slots at MII.
define void @logistic(ptr noalias %y, double %r, double %start, i64 %n) {
entry:
  %some = icmp sgt i64 %n, 0
  br i1 %some, label %preheader, label %exit

preheader:
  br label %loop

loop:
  %i = phi i64 [ 0, %preheader ], [ %next, %loop ]
  %x = phi double [ %start, %preheader ], [ %x.next, %loop ]
  %rx = fmul double %r, %x
  %rest = fsub double 1.000000e+00, %x
  %x.next = fmul double %rx, %rest
  %p = getelementptr inbounds double, ptr %y, i64 %i
  store double %x.next, ptr %p, align 8
  %next = add nuw nsw i64 %i, 1
  %done = icmp eq i64 %next, %n
  br i1 %done, label %exit, label %loop

exit:
  ret void
}
