"""What a PIN must be: six digits that are not among the first that anybody would try."""

from dispensary.wording import N_, Words, say

LENGTH = 6
ROUND = "01234567890123456789"
"""The digits as somebody counts, past nine on to nought."""
BIRTH_YEARS = range(1930, 2030)


def fault_of(pin: str) -> Words | None:
    """Return what is wrong with a new PIN, or None if it may be used."""
    if not (len(pin) == LENGTH and pin.isascii() and pin.isdigit()):
        return say(N_("A PIN has exactly %(length)s digits."), length=LENGTH)
    if pin in ROUND or pin in ROUND[::-1]:
        return say(N_("Digits in a row are the first that anybody tries. Choose others."))
    if any(pin == pin[:part] * (LENGTH // part) for part in (1, 2, 3)):
        return say(N_("The same digits over again are the first that anybody tries. Choose others."))
    if any(int(pin[start : start + 4]) in BIRTH_YEARS for start in range(LENGTH - 3)):
        return say(N_("This holds a year, as of a birth, which is tried early. Choose other digits."))
    return None
