"""Whether two names could be taken for each other at a window."""


def check_digits(number: str) -> str:
    """Return the last two digits of a person's number, which somebody with a like name is asked for."""
    return "".join(sign for sign in number if sign.isdigit())[-2:].rjust(2, "0")
