ssp.instance @p of "ModuloProblem" {
  library {
    operator_type @a [latency<1>, limit<1>]
  }
  graph {
    %0 = op
