"""The store on SQL: SQLite and PostgreSQL through SQLAlchemy Core, one set of tables, one set of verbs."""
