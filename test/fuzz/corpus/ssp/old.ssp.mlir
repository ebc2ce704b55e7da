// A dot product that also stores its running sum.
ssp.instance @dot of "ModuloProblem" [II<3>] {
  library {
    operator_type @port [latency<1>, limit<1>]
    operator_type @mul [latency<3>, limit<2>]
    operator_type @add [latency<2>]
  }
  graph {
    %0 = operation<@port> @x() [t<0>]
    %1 = operation<@port>(@"store" [dist<2>]) [t<1>]
    %p:2 = operation<@mul>(%0, %1) [t<2>]
    %s = operation<@add> @sum(%p#1, %s [dist<1>])
    operation<@port> @store(%s)
    operation<@port>(%s)
  }
}
