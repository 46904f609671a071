"""Verbs: each gathers facts, asks the rules, writes the change and its audit row, flushes, and returns the record."""
