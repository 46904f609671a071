"""Policy as data: every number that a rule uses, with its citation, its dates and a sentence in plain words."""
