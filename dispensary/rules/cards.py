"""What a card's code looks like: a prefix of its own, then random letters that any scanner reads.

The prefix stands for nothing: a card names neither the clinic nor the medicine.
"""

PREFIX = "KX-"
LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
LENGTH = 16
"""Sixteen letters of 32: eighty bits, which nobody guesses."""
BADGE_PREFIX = "KB-"
"""Of the badges of staff, so that neither is ever taken for the other."""
