// matmul: a tile of 16 x 16 to a block of as many threads, as a compiler writes it that uses the gpu dialect.
module attributes {gpu.container_module} {
  gpu.module @kernels {
    gpu.func @matmul(%a: memref<?x?xf32>, %b: memref<?x?xf32>, %c: memref<?x?xf32>)
        workgroup(%as: memref<16x16xf32, #gpu.address_space<workgroup>>, %bs: memref<16x16xf32, #gpu.address_space<workgroup>>)
        kernel attributes {known_block_size = array<i32: 16, 16, 1>} {
      %c0 = arith.constant 0 : index
      %c1 = arith.constant 1 : index
      %c16 = arith.constant 16 : index
      %z = arith.constant 0.0 : f32
      %tx = gpu.thread_id x
      %ty = gpu.thread_id y
      %bx = gpu.block_id x
      %by = gpu.block_id y
      %r0 = arith.muli %by, %c16 : index
      %row = arith.addi %r0, %ty : index
      %q0 = arith.muli %bx, %c16 : index
      %col = arith.addi %q0, %tx : index
      %k = memref.dim %a, %c1 : memref<?x?xf32>
      %sum = scf.for %at = %c0 to %k step %c16 iter_args(%s = %z) -> (f32) {
        %ka = arith.addi %at, %tx : index
        %va = memref.load %a[%row, %ka] : memref<?x?xf32>
        memref.store %va, %as[%ty, %tx] : memref<16x16xf32, #gpu.address_space<workgroup>>
        %kb = arith.addi %at, %ty : index
        %vb = memref.load %b[%kb, %col] : memref<?x?xf32>
        memref.store %vb, %bs[%ty, %tx] : memref<16x16xf32, #gpu.address_space<workgroup>>
        gpu.barrier
        %t = scf.for %i = %c0 to %c16 step %c1 iter_args(%u = %s) -> (f32) {
          %x = memref.load %as[%ty, %i] : memref<16x16xf32, #gpu.address_space<workgroup>>
          %y = memref.load %bs[%i, %tx] : memref<16x16xf32, #gpu.address_space<workgroup>>
          %m = arith.mulf %x, %y : f32
          %n = arith.addf %u, %m : f32
          scf.yield %n : f32
        }
        gpu.barrier
        scf.yield %t : f32
      }
      memref.store %sum, %c[%row, %col] : memref<?x?xf32>
      gpu.return
    }
  }
}
