"""Judgement: pure functions from plain facts to reasons and conclusions. No session, no clock, no web."""
