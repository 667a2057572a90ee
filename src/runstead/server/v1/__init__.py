"""REST v1: one file per noun; parse, authorise, call the service."""
