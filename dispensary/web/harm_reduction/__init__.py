"""Harm reduction: supplies by the month, overdoses with their follow-up, and special groups, marked by few and counted."""

from dispensary.web.harm_reduction import markers, overdoses, supplies
from dispensary.web.harm_reduction.blueprint import bp

__all__ = ["bp", "markers", "overdoses", "supplies"]
