"""Bytes named by their sha256."""
