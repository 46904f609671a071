"""Data in: histories from other systems, read from files, checked, and written whole or not at all."""
