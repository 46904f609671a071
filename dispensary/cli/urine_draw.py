"""`dispensary urine-draw check`: does a random draw again from its file, without any database."""

from pathlib import Path

import click

from dispensary.cli import opening
from dispensary.rules import urine_draw as rules


@click.group("urine-draw")
def urine_draw() -> None:
    """Random draws for urine tests."""


@urine_draw.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@opening.in_plain_words
def check(file: Path) -> None:
    """Do the draw of FILE again: the digest of its list, every rank, and who was drawn."""
    try:
        found = rules.check(file.read_text(encoding="utf-8-sig"))
    except UnicodeDecodeError:
        raise click.ClickException("this is no file of a draw: it is no text") from None
    for fault in found.faults:
        click.echo(f"FAULT  {fault.msgid % fault.values}")
    if found.faults:
        raise click.ClickException("the draw does not hold; ask the clinic for the file again, then for its reasons")
    drawn = ", ".join(map(str, found.drawn))
    click.echo(f"The draw holds: {found.wanted} of {found.listed} people; records {drawn}.")
