"""Runstead: records, runs and shows machine-learning experiments on machines that their users own."""

__version__ = "0.1.0"
