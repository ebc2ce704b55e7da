
@.str = private unnamed_addr constant [4 x i8] c"%a\0A\00", align 1

; Function Attrs: nofree nounwind uwtable
define dso_local noundef i32 @main() local_unnamed_addr {
entry:
  %x = alloca [40 x double], align 16
  %y = alloca [40 x double], align 16
  call void @llvm.lifetime.start.p0(i64 320, ptr nonnull %x)
  call void @llvm.lifetime.start.p0(i64 320, ptr nonnull %y)
  br label %for.cond1.preheader

for.cond1.preheader:                              ; preds = %entry, %for.cond.cleanup14
  %indvars.iv50 = phi i64 [ 0, %entry ], [ %indvars.iv.next51, %for.cond.cleanup14 ]
  %sum.041 = phi double [ 0.000000e+00, %entry ], [ %6, %for.cond.cleanup14 ]
  br label %for.body4

for.cond.cleanup:                                 ; preds = %for.cond.cleanup14
  %call = tail call i32 (ptr, ...) @printf(ptr noundef nonnull dereferenceable(1) @.str, double noundef %6)
  call void @llvm.lifetime.end.p0(i64 320, ptr nonnull %y)
  call void @llvm.lifetime.end.p0(i64 320, ptr nonnull %x)
  ret i32 0

for.cond.cleanup3:                                ; preds = %for.body4
  call fastcc void @axpy(i64 noundef %indvars.iv50, ptr noundef nonnull %x, ptr noundef nonnull %y)
  br label %for.body15

for.body4:                                        ; preds = %for.cond1.preheader, %for.body4
  %indvars.iv = phi i64 [ 0, %for.cond1.preheader ], [ %indvars.iv.next, %for.body4 ]
  %0 = trunc nuw nsw i64 %indvars.iv to i32
  %conv = uitofp nneg i32 %0 to double
  %arrayidx = getelementptr inbounds [40 x double], ptr %x, i64 0, i64 %indvars.iv
  store double %conv, ptr %arrayidx, align 8
  %1 = trunc i64 %indvars.iv to i32
  %2 = mul i32 %1, 3
  %conv5 = uitofp nneg i32 %2 to double
  %arrayidx7 = getelementptr inbounds [40 x double], ptr %y, i64 0, i64 %indvars.iv
  store double %conv5, ptr %arrayidx7, align 8
  %indvars.iv.next = add nuw nsw i64 %indvars.iv, 1
  %exitcond.not = icmp eq i64 %indvars.iv.next, 40
  br i1 %exitcond.not, label %for.cond.cleanup3, label %for.body4

for.cond.cleanup14:                               ; preds = %for.body15
  %indvars.iv.next51 = add nuw nsw i64 %indvars.iv50, 1
  %exitcond53.not = icmp eq i64 %indvars.iv.next51, 41
  br i1 %exitcond53.not, label %for.cond.cleanup, label %for.cond1.preheader

for.body15:                                       ; preds = %for.cond.cleanup3, %for.body15
  %indvars.iv45 = phi i64 [ 0, %for.cond.cleanup3 ], [ %indvars.iv.next46, %for.body15 ]
  %sum.139 = phi double [ %sum.041, %for.cond.cleanup3 ], [ %6, %for.body15 ]
  %arrayidx17 = getelementptr inbounds [40 x double], ptr %y, i64 0, i64 %indvars.iv45
  %3 = load double, ptr %arrayidx17, align 8
  %4 = add nuw nsw i64 %indvars.iv45, %indvars.iv50
  %5 = trunc nuw nsw i64 %4 to i32
  %conv18 = uitofp nneg i32 %5 to double
  %6 = tail call double @llvm.fmuladd.f64(double %3, double %conv18, double %sum.139)
  %indvars.iv.next46 = add nuw nsw i64 %indvars.iv45, 1
  %exitcond49.not = icmp eq i64 %indvars.iv.next46, 40
  br i1 %exitcond49.not, label %for.cond.cleanup14, label %for.body15
}

; Function Attrs: mustprogress nocallback nofree nosync nounwind willreturn memory(argmem: readwrite)
declare void @llvm.lifetime.start.p0(i64 immarg, ptr nocapture)

; Function Attrs: mustprogress nocallback nofree nosync nounwind willreturn memory(argmem: readwrite)
declare void @llvm.lifetime.end.p0(i64 immarg, ptr nocapture)

; Function Attrs: nofree noinline norecurse nosync nounwind memory(argmem: readwrite) uwtable
define internal fastcc void @axpy(i64 noundef %n, ptr noalias nocapture noundef readonly %x, ptr noalias nocapture noundef %y) unnamed_addr {
entry:
  %cmp8 = icmp sgt i64 %n, 0
  br i1 %cmp8, label %for.body, label %for.cond.cleanup

for.cond.cleanup:                                 ; preds = %for.body, %entry
  ret void

for.body:                                         ; preds = %entry, %for.body
  %i.09 = phi i64 [ %inc, %for.body ], [ 0, %entry ]
  %arrayidx = getelementptr inbounds double, ptr %x, i64 %i.09
  %0 = load double, ptr %arrayidx, align 8
  %arrayidx1 = getelementptr inbounds double, ptr %y, i64 %i.09
  %1 = load double, ptr %arrayidx1, align 8
  %2 = tail call double @llvm.fmuladd.f64(double %0, double 5.000000e-01, double %1)
  store double %2, ptr %arrayidx1, align 8
  %inc = add nuw nsw i64 %i.09, 1
  %exitcond.not = icmp eq i64 %inc, %n
  br i1 %exitcond.not, label %for.cond.cleanup, label %for.body
}

; Function Attrs: mustprogress nocallback nofree nosync nounwind speculatable willreturn memory(none)
declare double @llvm.fmuladd.f64(double, double, double)

; Function Attrs: nofree nounwind
declare noundef i32 @printf(ptr nocapture noundef readonly, ...) local_unnamed_addr

