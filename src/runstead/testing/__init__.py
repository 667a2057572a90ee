"""Shipped test pieces: clocks, a server in the process, conformance suites."""
