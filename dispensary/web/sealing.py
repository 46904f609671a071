"""The site's seal key at the edge: read from the clinic's home when it is first needed, then kept."""

from typing import cast

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import current_app

from dispensary.errors import Unavailable
from dispensary.safekeeping import keys
from dispensary.wording import N_, say

KEPT = "seal_key"


def seal_key() -> Ed25519PrivateKey:
    """Return the key that seals this clinic's chains.

    Raises:
        Unavailable: the key file is missing or damaged; the copy in the safe is needed.
    """
    if KEPT not in current_app.extensions:
        try:
            current_app.extensions[KEPT] = keys.read_seal_key(current_app.extensions["home"])
        except keys.KeyUnreadable:
            raise Unavailable(
                say(
                    N_(
                        "The key that seals the register cannot be read. Ask the administrator for the copy in the safe."
                    )
                )
            ) from None
    return cast(Ed25519PrivateKey, current_app.extensions[KEPT])
