"""The notebook card of a run."""
