"""What the benchmarks share: the peers' environment, the loops that run in it, tables of results."""
