"""The turns a treatment takes: tapers, leaving and coming back, endings, contests, custody, pregnancy."""

from dispensary.web.turns import contests, custody, endings, pregnancies, tapers, views
from dispensary.web.turns.blueprint import bp

__all__ = ["bp", "contests", "custody", "endings", "pregnancies", "tapers", "views"]
