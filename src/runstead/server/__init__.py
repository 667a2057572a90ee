"""The HTTP edge: REST v1, sign-in, change stream, Studio's files."""
