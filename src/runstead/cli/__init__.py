"""The runstead command."""
