"""What a person allows us to tell, what was told, and the statement of confidentiality."""

from dispensary.web.disclosures import calls, statement, views
from dispensary.web.disclosures.blueprint import bp

__all__ = ["bp", "calls", "statement", "views"]
