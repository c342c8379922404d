"""The SQLite database: connections, schema, migrations, the writer thread, readers."""
