"""Runs beside the user's script on its node: starts it, follows it, delivers what it leaves."""
