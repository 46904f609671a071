"""Reads: facts for the rules, rows for screens and reports. SELECT only; never opens or ends a transaction."""
