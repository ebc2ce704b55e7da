module {
  ssp.instance "copy" of "ModuloProblem" {
    library {
      operator_type @memory [latency<1>]
      operator_type @add [latency<1>]
    }
    resource {
      resource_type @read [limit<1>]
      resource_type @write [limit<1>]
    }
    graph {
      %a = operation<@memory> @load(@update [dist<1>]) uses[@read] [t<2>]
      %b = operation<@add>(%a)
      operation<@memory> @update(%b) uses[@write, @read]
    }
  }
}
