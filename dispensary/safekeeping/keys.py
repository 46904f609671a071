"""The clinic's keys: made once by `init`, readable by the clinic's account alone, kept a second time in the safe.

`secret_key` signs cookies; `seal_key.pem` (Ed25519) signs the heads of the chains; `backup_key` encrypts backups.
"""

import hashlib
import os
import secrets
from pathlib import Path

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from dispensary.home import Home

KEY_BYTES = 32
FINGERPRINT_LENGTH = 16


class KeyUnreadable(Exception):
    """A key file is missing, or is not a key; the message is for the person at the command line."""


class SealKeyUnreadable(KeyUnreadable):
    """The key that seals the chains is missing, or is not such a key."""


def key_files(home: Home) -> dict[str, Path]:
    """Return every key file of a home by what it is for."""
    return {
        "cookies": home.secret_key_file,
        "seals": home.seal_key_file,
        "backups": home.backup_key_file,
        "packs": home.pack_password_file,
    }


def create_keys(home: Home) -> None:
    """Make every key of a new home.

    Raises:
        FileExistsError: a key is there already; it is never overwritten.
    """
    create_cookie_key(home)
    create_backup_key(home)
    create_seal_key(home)


def create_cookie_key(home: Home) -> None:
    """Make the key that signs the cookies of this home."""
    write_once(home.secret_key_file, secrets.token_hex(KEY_BYTES).encode())


def create_backup_key(home: Home) -> None:
    """Make the key that encrypts the backups of this home."""
    write_once(home.backup_key_file, secrets.token_hex(KEY_BYTES).encode())


def create_seal_key(home: Home) -> Ed25519PrivateKey:
    """Make the key that seals the chains of this home."""
    key = Ed25519PrivateKey.generate()
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    write_once(home.seal_key_file, pem)
    return key


def write_once(file: Path, content: bytes) -> None:
    """Write a secret for the clinic's own account alone.

    Raises:
        FileExistsError: it is there already.
    """
    handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "wb") as out:
        out.write(content)
        out.flush()
        os.fsync(out.fileno())


def read_seal_key(home: Home) -> Ed25519PrivateKey:
    """Return the key that seals the chains.

    Raises:
        SealKeyUnreadable: the file is missing or is not an Ed25519 key.
    """
    try:
        key = serialization.load_pem_private_key(home.seal_key_file.read_bytes(), password=None)
    except (OSError, ValueError) as error:
        raise SealKeyUnreadable(f"the seal key cannot be read: {home.seal_key_file}") from error
    if not isinstance(key, Ed25519PrivateKey):
        raise SealKeyUnreadable(f"not an Ed25519 key: {home.seal_key_file}")
    return key


def read_public_key(file: Path) -> Ed25519PublicKey:
    """Return a public key from a PEM file, as an inspector holds it.

    Raises:
        KeyUnreadable: the file is missing or is not an Ed25519 public key.
    """
    try:
        key = serialization.load_pem_public_key(file.read_bytes())
    except (OSError, ValueError) as error:
        raise KeyUnreadable(f"the public key cannot be read: {file}") from error
    if not isinstance(key, Ed25519PublicKey):
        raise KeyUnreadable(f"not an Ed25519 public key: {file}")
    return key


def public_pem(key: Ed25519PublicKey) -> str:
    """Return a public key as text, for the safe, the inspector and the printed page."""
    encoded = key.public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return encoded.decode()


def fingerprint(file: Path) -> str:
    """Return the first characters of a key file's SHA-256: tells a copy from the safe from another key."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:FINGERPRINT_LENGTH]
