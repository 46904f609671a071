"""The forms that programmes ask of this clinic each month."""

from dispensary.web.programme_forms import views
from dispensary.web.programme_forms.blueprint import bp

__all__ = ["bp", "views"]
