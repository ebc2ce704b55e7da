ssp.instance @p of "ModuloProblem" {
  library {
    operator_type @a [latency<1>]
    operator_type @a [latency<2>]
  }
  graph {
    %0 = operation<@a>()
  }
}
