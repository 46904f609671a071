"""What a password must be: long, and not the sign-in name. No rule of signs or digits, which only makes them worse."""

from dispensary.wording import N_, Words, say

SHORTEST = 10
LONGEST = 200


def fault_of(password: str, username: str) -> Words | None:
    """Return what is wrong with a new password, or None if it may be used."""
    if len(password) < SHORTEST:
        return say(
            N_("A password has at least %(least)s characters. A few words are easy to keep in mind."), least=SHORTEST
        )
    if len(password) > LONGEST:
        return say(N_("A password has at most %(most)s characters."), most=LONGEST)
    if username.casefold() in password.casefold() and len(username) * 2 > len(password):
        return say(N_("The password must not be the sign-in name."))
    if len(set(password)) < SHORTEST // 2:
        return say(N_("The password must not be the same few characters over and over."))
    return None
