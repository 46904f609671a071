"""What the clinic may do and does: judgement, verbs, reads, and the edges that people and machines touch."""
