"""Seals: the head of a chain signed with the site's Ed25519 key, and whether such a signature holds.

Pure, so that anyone who holds a printed page and the public key can check it without the database.
"""

import hashlib
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from dispensary.rules.chain import sealed_text
from models.enums import ChainKind

KEY_ID_LENGTH = 16


def chain_name(site_id: int, kind: ChainKind, product_id: int) -> str:
    """Return the name under which a chain is sealed: `1/register/3`."""
    return f"{site_id}/{kind.value}/{product_id}"


def key_id(key: Ed25519PublicKey) -> str:
    """Return the short name of a public key: the first characters of its SHA-256, printed beside each seal."""
    return hashlib.sha256(key.public_bytes_raw()).hexdigest()[:KEY_ID_LENGTH]


def sign(key: Ed25519PrivateKey, chain: str, number: int, head: str, at: datetime) -> str:
    """Return the signature over a chain's last number, its digest and the moment; hexadecimal."""
    return key.sign(sealed_text(chain, number, head, at)).hex()


def holds(key: Ed25519PublicKey, signature: str, chain: str, number: int, head: str, at: datetime) -> bool:
    """Return whether a signature is this key's, over exactly this."""
    try:
        if bytes.fromhex(signature).hex() != signature:  # the same bytes written otherwise are not what was stored
            return False
        key.verify(bytes.fromhex(signature), sealed_text(chain, number, head, at))
    except (InvalidSignature, ValueError):
        return False
    return True
