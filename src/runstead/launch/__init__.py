"""Turns jobs into processes and keeps track of them."""
