"""What is wrong with a folder of files, row by row: bad rows, which stop the import, and odd ones, which do not."""

from dataclasses import dataclass, field

from dispensary.wording import Words

KEPT = 10_000
"""How many of each sort are kept for printing; all are counted."""


@dataclass(frozen=True)
class Remark:
    """What is wrong or odd, and where: file, line as an editor counts it, column."""

    file: str
    line: int
    column: str
    words: Words


class Unreadable(Exception):
    """A cell cannot be read as what its column holds; carries why."""

    def __init__(self, words: Words) -> None:
        """Keep the reason."""
        super().__init__(words.msgid)
        self.words = words


@dataclass
class Faults:
    """The bad and the odd rows of one folder, in the order in which they were found."""

    bad: list[Remark] = field(default_factory=list)
    odd: list[Remark] = field(default_factory=list)
    bad_count: int = 0
    odd_count: int = 0

    def refuse(self, file: str, line: int, column: str, words: Words) -> None:
        """Note a bad row; nothing of the folder is imported."""
        self.bad_count += 1
        if len(self.bad) < KEPT:
            self.bad.append(Remark(file, line, column, words))

    def warn(self, file: str, line: int, column: str, words: Words) -> None:
        """Note a row that is odd but possible; it is imported."""
        self.odd_count += 1
        if len(self.odd) < KEPT:
            self.odd.append(Remark(file, line, column, words))
