"""Keys, seals and, later, backups: what keeps the clinic safe when a machine fails."""
