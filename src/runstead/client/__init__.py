"""The training side's way to the server; light to import."""
