; A loop that neither ends nor does anything that another thread or the emulator could see, where %n is 0.
target triple = "nvptx64-nvidia-cuda"

define ptx_kernel void @forever(ptr %p, i32 %n) {
  %first = load i32, ptr %p
  br label %loop
loop:
  %i = phi i32 [ %first, %0 ], [ %next, %loop ]
  %next = add i32 %i, 3
  call void asm sideeffect "", ""()
  %again = icmp eq i32 %n, 0
  br i1 %again, label %loop, label %end
end:
  ret void
}
