	.type	axpy,@function
axpy:                                   // @axpy
// %bb.0:                               // %entry
	cmp	x0, #1
	b.lt	.LBB0_3
// %bb.1:                               // %for.body.preheader
	mov	x8, xzr
.LBB0_2:                                // %for.body
                                        // =>This Inner Loop Header: Depth=1
	ldr	d1, [x1, x8, lsl #3]
	ldr	d2, [x2, x8, lsl #3]
	fmadd	d1, d1, d0, d2
	str	d1, [x2, x8, lsl #3]
	add	x8, x8, #1
	cmp	x0, x8
	b.ne	.LBB0_2
.LBB0_3:                                // %for.cond.cleanup
	ret
.Lfunc_end0:
	.size	axpy, .Lfunc_end0-axpy
