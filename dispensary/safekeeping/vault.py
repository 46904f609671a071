"""The encrypted file of a backup: AES-256-GCM in chunks, so that any size is written and read in constant memory.

    header   8 bytes  magic "OATBACK1"; the last character is the version of this layout
             8 bytes  key id: the first half of the fingerprint that `init` printed for the key
             8 bytes  nonce prefix, random for each file
    frames   1 byte   0, or 1 for the last frame
             4 bytes  length of what follows, big-endian; at most 1 MiB and 16
             n bytes  AES-256-GCM: ciphertext and its tag of 16 bytes

The nonce of a frame is the prefix and the frame's number from 0 (4 bytes, big-endian). Header, number, last mark and length
are its associated data, so that a changed, cut, swapped, left-out or appended frame is found before a byte of it is used.
Frame 0 holds what the backup is (JSON); the others, joined, are the copy itself.
"""

import hashlib
import json
import os
import struct
from io import RawIOBase
from pathlib import Path
from typing import Any, BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from dispensary.safekeeping.keys import KeyUnreadable

MAGIC = b"OATBACK1"
KEY_ID, PREFIX, TAG = 8, 8, 16
HEADER = len(MAGIC) + KEY_ID + PREFIX
FRAME = struct.Struct(">BI")
COUNTER = struct.Struct(">I")
CHUNK = 1024 * 1024
KEY_LENGTH = 32


class BackupUnreadable(Exception):
    """The file is no whole backup under this key; the message is for the person at the command line."""


class OtherKey(BackupUnreadable):
    """The file was encrypted with another key."""


class BackupKeyUnreadable(KeyUnreadable):
    """The key that encrypts backups is missing, or is not a key."""


class BackupKey:
    """The key that encrypts backups, and the id by which a file says that it is the one."""

    def __init__(self, file: Path) -> None:
        """Read the key.

        Raises:
            BackupKeyUnreadable: the file is missing, or is not such a key.
        """
        try:
            written = file.read_text("ascii").strip().lower()
            secret = bytes.fromhex(written)
        except (OSError, ValueError) as error:
            raise BackupKeyUnreadable(f"the backup key cannot be read: {file}") from error
        if len(secret) != KEY_LENGTH:
            raise BackupKeyUnreadable(f"not a backup key (64 letters and digits): {file}")
        self.id = hashlib.sha256(written.encode()).digest()[:KEY_ID]
        self.cipher = AESGCM(secret)

    @property
    def name(self) -> str:
        """The id as people read it; equal to the fingerprint that `init` printed."""
        return self.id.hex()


class SealedWriter(RawIOBase):
    """Encrypts what is written to it into a file; only `finish` makes the file whole."""

    def __init__(self, out: BinaryIO, key: BackupKey, about: dict[str, Any]) -> None:
        """Begin a file with what the backup is."""
        self.out, self.cipher = out, key.cipher
        self.prefix = os.urandom(PREFIX)
        self.header = MAGIC + key.id + self.prefix
        self.number, self.waiting = 0, bytearray()
        out.write(self.header)
        self._frame(json.dumps(about, sort_keys=True).encode(), last=False)

    def writable(self) -> bool:
        """Say that it can be written to."""
        return True

    def write(self, data: Any) -> int:
        """Take further bytes; every whole chunk goes out at once."""
        taken = bytes(data)
        self.waiting += taken
        while len(self.waiting) > CHUNK:
            self._frame(bytes(self.waiting[:CHUNK]), last=False)
            del self.waiting[:CHUNK]
        return len(taken)

    def finish(self) -> None:
        """Write the last frame: without it the file counts as cut."""
        self._frame(bytes(self.waiting), last=True)
        self.waiting.clear()

    def _frame(self, plain: bytes, *, last: bool) -> None:
        head = FRAME.pack(last, len(plain) + TAG)
        number = COUNTER.pack(self.number)
        self.out.write(head + self.cipher.encrypt(self.prefix + number, plain, self.header + number + head))
        self.number += 1


class SealedReader(RawIOBase):
    """Gives back what a backup holds, frame by frame, each proved before it is given."""

    def __init__(self, source: BinaryIO, key: BackupKey) -> None:
        """Begin to read, and learn what the backup is.

        Raises:
            BackupUnreadable: see the class.
            OtherKey: the file names another key than this one.
        """
        self.source, self.cipher = source, key.cipher
        self.header = source.read(HEADER)
        if self.header[: len(MAGIC)] != MAGIC or len(self.header) < HEADER:
            raise BackupUnreadable("this file is no backup of this program, or its beginning is damaged")
        if (named := self.header[len(MAGIC) : len(MAGIC) + KEY_ID]) != key.id:
            raise OtherKey(
                f"this backup was encrypted with the key {named.hex()}, and the key given is {key.name}:"
                " take the key with that fingerprint from the safe and name it with --key"
            )
        self.prefix, self.number, self.ended, self.rest = self.header[-PREFIX:], 0, False, b""
        self.about: dict[str, Any] = json.loads(self._frame())

    def readable(self) -> bool:
        """Say that it can be read from."""
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer with what comes next; 0 only after the last frame was proved.

        Raises:
            BackupUnreadable: the file is damaged, cut, put together wrongly, or goes on after its end.
        """
        while not self.rest:
            if self.ended:
                return 0
            self.rest = self._frame()
        given = self.rest[: len(buffer)]
        buffer[: len(given)] = given
        self.rest = self.rest[len(given) :]
        return len(given)

    def _frame(self) -> bytes:
        head = self.source.read(FRAME.size)
        if len(head) < FRAME.size:
            raise BackupUnreadable("the end of this backup is missing: the file was cut; take another copy of it")
        last, length = FRAME.unpack(head)
        if last > 1 or not TAG <= length <= CHUNK + TAG:
            raise BackupUnreadable(self._damaged())
        sealed = self.source.read(length)
        if len(sealed) < length:
            raise BackupUnreadable("the end of this backup is missing: the file was cut; take another copy of it")
        number = COUNTER.pack(self.number)
        try:
            plain = self.cipher.decrypt(self.prefix + number, sealed, self.header + number + head)
        except InvalidTag:
            raise BackupUnreadable(self._damaged()) from None
        self.number += 1
        if last:
            self.ended = True
            if self.source.read(1):
                raise BackupUnreadable("something was appended to this backup; take another copy of it")
        return plain

    def _damaged(self) -> str:
        return (
            f"this backup is damaged, or was changed, in its part {self.number}:"
            " nothing of it was used; take another copy of it"
        )
