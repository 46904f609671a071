"""The encrypted file: what was written comes back, and not one bit, frame or end of it can be other than it was."""

import io
import random
import struct

import pytest

from dispensary.safekeeping import keys, vault
from dispensary.safekeeping.vault import BackupKey, BackupKeyUnreadable, BackupUnreadable, OtherKey
from tests.conftest import make_home

ABOUT = {"made_at": "2026-03-02T07:00:00+00:00"}


@pytest.fixture
def key(tmp_path):
    return BackupKey(make_home(tmp_path / "home", "").backup_key_file)


def sealed(key, content):
    out = io.BytesIO()
    writer = vault.SealedWriter(out, key, ABOUT)
    for start in range(0, len(content), 10_000):
        writer.write(content[start : start + 10_000])
    writer.finish()
    return out.getvalue()


def opened(key, file):
    reader = vault.SealedReader(io.BytesIO(file), key)
    assert reader.about == ABOUT
    return io.BufferedReader(reader).read()


def frames(file):
    """Return the header and each frame of a file."""
    parts, at = [file[: vault.HEADER]], vault.HEADER
    while at < len(file):
        length = vault.FRAME.size + vault.FRAME.unpack_from(file, at)[1]
        parts.append(file[at : at + length])
        at += length
    return parts


@pytest.fixture
def small_chunks(monkeypatch):
    monkeypatch.setattr(vault, "CHUNK", 1000)


@pytest.mark.parametrize("size", [0, 1, 999, 1000, 1001, 2000, 25_431])
def test_what_was_written_comes_back(key, small_chunks, size):
    content = random.Random(size).randbytes(size)

    assert opened(key, sealed(key, content)) == content


def test_no_bit_of_a_file_can_be_another(key, small_chunks):
    file = sealed(key, bytes(3500))

    for at in range(len(file)):
        changed = bytearray(file)
        changed[at] ^= 1 << at % 8
        with pytest.raises(BackupUnreadable):
            opened(key, bytes(changed))


def test_file_that_was_cut_anywhere_is_refused(key, small_chunks):
    file = sealed(key, bytes(2500))

    for end in range(len(file)):
        with pytest.raises(BackupUnreadable):
            opened(key, file[:end])


def test_frames_swapped_left_out_doubled_or_of_another_file_are_refused(key, small_chunks):
    header, *mine = frames(sealed(key, bytes(3500)))
    _, *others = frames(sealed(key, bytes(3500)))
    assert len(mine) == 5

    wrong = {
        "swapped": [mine[0], mine[2], mine[1], *mine[3:]],
        "left out": [*mine[:2], *mine[3:]],
        "doubled": [*mine[:2], mine[1], *mine[2:]],
        "of another file": [*mine[:2], others[2], *mine[3:]],
        "last mark moved": [*mine[:3], b"\1" + mine[3][1:]],
        "cut at a frame": mine[:-1],
        "appended frame": [*mine, mine[-1]],
        "appended byte": [*mine, b"\0"],
    }

    for parts in wrong.values():
        with pytest.raises(BackupUnreadable):
            opened(key, header + b"".join(parts))


def test_length_that_would_fill_the_memory_is_refused_before_it_is_read(key):
    file = sealed(key, b"")

    with pytest.raises(BackupUnreadable, match="damaged"):
        opened(key, file[: vault.HEADER] + struct.pack(">BI", 0, 2**31) + file[vault.HEADER :])


def test_other_key_is_named(key, tmp_path):
    other = BackupKey(make_home(tmp_path / "other", "").backup_key_file)

    with pytest.raises(OtherKey, match=f"{key.name}.*{other.name}"):
        opened(other, sealed(key, b"doses"))


def test_key_is_read_as_it_was_typed_from_paper_and_is_named_as_init_named_it(key, tmp_path):
    file = tmp_path / "home" / "backup_key"
    typed = tmp_path / "typed"
    typed.write_text(f" {file.read_text().upper()}\n")

    assert BackupKey(typed).name == key.name == keys.fingerprint(file)


@pytest.mark.parametrize("content", ["", "not a key", "ab" * 31])
def test_file_that_is_no_key_is_refused(tmp_path, content):
    (tmp_path / "key").write_text(content)

    with pytest.raises(BackupKeyUnreadable):
        BackupKey(tmp_path / "key")


def test_same_content_never_gives_the_same_file(key):
    assert sealed(key, b"doses") != sealed(key, b"doses")
