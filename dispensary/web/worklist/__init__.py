"""What each desk owes whom: the list of a desk, each task with its steps, and how a person may be reached."""

from dispensary.web.worklist import lists, one, reach
from dispensary.web.worklist.blueprint import bp

__all__ = ["bp", "lists", "one", "reach"]
