"""Rows: one file per noun over SQLAlchemy Core, SQLite and PostgreSQL alike."""
