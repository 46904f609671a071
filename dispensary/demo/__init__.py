"""A made-up clinic with a believable history, wholly synthetic, for trying things out.

Everything rare goes through the services, one by one, at the moment it is said to have happened. The usual dose, ninety
thousand of them in a year, goes through the bulk path that the import shares, and leaves the same rows.
"""
