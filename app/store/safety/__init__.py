"""What protects the database: opening, health checks, backups, recovery."""
