ssp.instance @p of "ModuloProblem" {
  library {
    operator_type @a [latency<1>, limit<0>]
  }
  graph {
    %0 = operation<@a>()
  }
}
