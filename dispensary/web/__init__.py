"""The HTTP edge: pages, forms and the gate in front of them. Only here is Flask known."""
