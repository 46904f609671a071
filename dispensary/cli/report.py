"""`dispensary report`: the same paper and files as on the pages, from the command line."""

from collections.abc import Callable
from datetime import date, datetime
from functools import reduce
from pathlib import Path
from typing import TypeVar

import click
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from dispensary.cli import opening
from dispensary.cli.opening import MakeApp
from dispensary.clock import clinic_day
from dispensary.policy.register_layouts import register_layouts
from dispensary.queries import downtime, sites
from dispensary.queries import register as registers
from dispensary.queries.register import RegisterBook
from dispensary.rules.downtime import MOST_COPIES
from dispensary.rules.register_slip import PAGE_ROWS
from dispensary.safekeeping import keys
from dispensary.services import access, founding, printing
from dispensary.services import downtime as packs
from dispensary.services.act import Act
from dispensary.services.sites import set_up_staff
from dispensary.web.database import db, unit_of_work
from dispensary.wording import Speaker
from models import DowntimePack, Person, Product, Site
from models.enums import PrintedSheet
from reports import dispensing_log, dose_history, downtime_pack, page, register, register_sheet, sheet
from reports.downtime_pack import Printing
from reports.page import SIZES, Heading

DAY = click.DateTime(["%Y-%m-%d"])
BY = "command line"
"""Who printed, where nobody is signed in; the audit names the account that set the clinic up."""

K = TypeVar("K")
Option = Callable[[Callable[..., None]], Callable[..., None]]


def writes(*kinds: str) -> Option:
    """Return what every command of a sheet has: which kind of file, the first being the usual one, and where it goes."""
    file = click.Path(dir_okay=False, writable=True, path_type=Path)
    return joined(
        click.option("--format", "kind", type=click.Choice(kinds), default=kinds[0], show_default=True),
        click.option("--paper", type=click.Choice(list(SIZES)), help="The site's own if not given."),
        click.option("--out", type=file, required=True, help="The file to write."),
        click.option("--site", "site_code", help="Short name of the site; needed where there are several."),
        click.pass_obj,
        opening.in_plain_words,
    )


def joined(*decorators: Option) -> Option:
    """Return several decorators as one, the first outermost."""
    return lambda command: reduce(lambda inner, decorate: decorate(inner), reversed(decorators), command)


@click.group()
def report() -> None:
    """Print the dispensing log, a person's history, the register, or the pack for a day without computers."""


@report.command("log")
@click.option("--day", type=DAY, help="Clinic day; today's if not given.")
@click.option("--to", "until", type=DAY, help="Last clinic day, for more than one.")
@writes("pdf", "csv", "xlsx")
def log(
    create_app: MakeApp,
    day: datetime | None,
    until: datetime | None,
    kind: str,
    paper: str | None,
    out: Path,
    site_code: str | None,
) -> None:
    """Write the dispensing log of a clinic day or of some."""
    with opening.clinic(create_app) as app:
        desk = Desk(app, site_code)
        first = day.date() if day else desk.today
        last = until.date() if until else first
        if last < first:
            raise click.UsageError("--to is before --day")
        if kind == "pdf":
            desk.seal(PrintedSheet.DISPENSING_LOG, first=first, last=last)
        about = desk.heading(first, last, paper)
        figures = dispensing_log.figures(desk.session, desk.site.id, first, last, about=about)
        sheets = dispensing_log.as_sheets(figures, desk.speak)
        if kind == "pdf":
            content = dispensing_log.render(figures, speak=desk.speak)
        elif kind == "csv":
            content = sheet.to_csv(sheets[0], desk.speak.zone)
        else:
            content = sheet.to_xlsx(sheets, desk.speak.zone, desk.at)
        out.write_bytes(content)
    click.echo(f"{out}: {len(figures.rows):,} rows; {desk.speak(dispensing_log.verdict(figures))}")


@report.command("history")
@click.option("--number", required=True, help="The person's number, such as P00001.")
@writes("pdf", "csv")
def history(create_app: MakeApp, number: str, kind: str, paper: str | None, out: Path, site_code: str | None) -> None:
    """Write one person's dosing history; who opens it is noted."""
    with opening.clinic(create_app) as app:
        desk = Desk(app, site_code)
        person_id = _known(desk.session.scalar(select(Person.id).where(Person.number == number)), "person", number)
        desk.open(person_id)
        about = desk.heading(desk.today, desk.today, paper)
        figures = dose_history.figures(desk.session, person_id, desk.site.id, about=about)
        if kind == "pdf":
            content = dose_history.render(figures, speak=desk.speak)
        else:
            content = sheet.to_csv(dose_history.as_sheet(figures, desk.speak), desk.speak.zone)
        out.write_bytes(content)
    click.echo(f"{out}: {len(figures.rows):,} doses")


@report.command("downtime-pack")
@click.option("--day", type=DAY, help="Clinic day; today's if not given.")
@click.option("--copies", type=click.IntRange(1, MOST_COPIES), default=2, show_default=True)
@writes("pdf")
def downtime_pack_of_a_day(
    create_app: MakeApp,
    day: datetime | None,
    copies: int,
    kind: str,
    paper: str | None,
    out: Path,
    site_code: str | None,
) -> None:
    """Write the downtime pack of a day: everyone expected, in numbered copies that are accounted for."""
    with opening.clinic(create_app) as app:
        desk = Desk(app, site_code)
        clinic_day = day.date() if day else desk.today
        made = desk.note_pack(clinic_day, copies)
        figures = downtime_pack.figures(
            desk.session,
            desk.site.id,
            clinic_day=clinic_day,
            window_id=downtime.first_window(desk.session, desk.site.id),
            site=sites.settings(desk.session, desk.site.id, clinic_day).rules,
            printing=Printing(made.printing, made.copies),
            about=desk.heading(clinic_day, clinic_day, paper),
        )
        out.write_bytes(downtime_pack.render(figures, speak=desk.speak))
    click.echo(f"{out}: {len(figures.rows):,} people expected, {copies} copies, printing {made.printing}")


@report.command("register")
@click.option("--product", required=True, help="The product's name, as the stock page has it.")
@click.option("--pages", help="From which page to which, as 3 or 3-7; all if not given.")
@click.option("--from", "since", type=DAY, help="First clinic day, instead of pages.")
@click.option("--to", "until", type=DAY, help="Last clinic day; that of --from if not given.")
@click.option(
    "--layout", type=click.Choice(list(register_layouts())), help="In whose columns; the site's own if not given."
)
@writes("pdf", "csv")
def register_pages(
    create_app: MakeApp,
    product: str,
    pages: str | None,
    since: datetime | None,
    until: datetime | None,
    layout: str | None,
    kind: str,
    paper: str | None,
    out: Path,
    site_code: str | None,
) -> None:
    """Write pages of the controlled-drug register of one product, each with its verification slip."""
    with opening.clinic(create_app) as app:
        desk = Desk(app, site_code)
        product_id = _known(desk.session.scalar(select(Product.id).where(Product.name == product)), "product", product)
        book = _known(registers.book_of(desk.session, desk.site.id, product_id), "register of", product)
        layout = layout or sites.settings(desk.session, desk.site.id, desk.today).register_layout
        first, last = _lines(desk, book, pages, since, until)
        if first > book.last_number:
            raise click.ClickException("The register has no such page.")
        key = desk.seal(PrintedSheet.REGISTER, product_id=product_id)
        asked = register.Asked(desk.site.id, product_id, layout, first, last)
        about = desk.heading(desk.today, desk.today, paper)
        figures = register.figures(desk.session, asked, about=about, speak=desk.speak, key=key)
        if kind == "pdf":
            content = register_sheet.render(figures.texts, paper=about.paper, language=about.language, speak=desk.speak)
        else:
            content = register.as_csv(figures.texts)
        out.write_bytes(content)
    click.echo(f"{out}: {len(figures.pages):,} pages, {len(figures.rows):,} lines")


def _lines(
    desk: "Desk", book: RegisterBook, pages: str | None, since: datetime | None, until: datetime | None
) -> tuple[int, int]:
    """Return the first and last line that pages or days mean."""
    if since is not None:
        days = since.date(), (until or since).date()
        if pages is not None or days[0] > days[1]:
            raise click.UsageError("say pages or days, the first day before the last")
        found = registers.lines_of_days(desk.session, desk.site.id, book.product_id, *days)
        if found is None:
            raise click.ClickException("Nothing was entered in this register for these days.")
        return found
    first, last = _pages(pages) if pages else (1, book.pages)
    if not 1 <= first <= last:
        raise click.UsageError("--pages is written as 3 or 3-7")
    return (first - 1) * PAGE_ROWS + 1, last * PAGE_ROWS


def _pages(text: str) -> tuple[int, int]:
    first, _, last = text.partition("-")
    if not first.isdigit() or not (last or first).isdigit():
        raise click.UsageError("--pages is written as 3 or 3-7")
    return int(first), int(last or first)


def _known(found: K | None, what: str, name: str) -> K:
    if found is None:
        raise click.ClickException(f"there is no {what} {name!r}")
    return found


class Desk:
    """The site a sheet is of, and the moment and hand that print it."""

    def __init__(self, app: Flask, site_code: str | None) -> None:
        """Find the site."""
        self.app, self.session, self.at = app, db.session(), app.extensions["clock"]()
        self.site = _site(self.session, site_code)
        settings = sites.settings_at(self.session, self.site.id, self.at)
        self.today = clinic_day(self.at, settings.zone, settings.day_starts)
        self.speak: Speaker = opening.speaker(settings.zone)

    def heading(self, first: date, last: date, paper: str | None) -> Heading:
        """Return what a sheet says about itself."""
        return page.heading(self.session, self.site.id, first, last, printed_by=BY, printed_at=self.at, on_paper=paper)

    def seal(
        self, what: PrintedSheet, *, first: date | None = None, last: date | None = None, product_id: int | None = None
    ) -> Ed25519PrivateKey:
        """Note that a sheet is printed, seal what it stands on, and return the key that did."""
        key = keys.read_seal_key(self.app.extensions["home"])
        with unit_of_work() as session:
            act = self._act(session)
            printing.seal_for_print(
                session, sheet=what, key=key, act=act, first=first, last=last, product_id=product_id
            )
        return key

    def note_pack(self, clinic_day: date, copies: int) -> DowntimePack:
        """Note that a downtime pack is printed, whose copies are accounted for one by one."""
        with unit_of_work() as session:
            return packs.note_pack(session, clinic_day=clinic_day, copies=copies, act=self._act(session))

    def open(self, person_id: int) -> None:
        """Note that a person's history is opened and printed."""
        with unit_of_work() as session:
            act = self._act(session)
            access.note_opened(session, person_id=person_id, page="history", act=act)
            printing.note_printed(session, sheet=PrintedSheet.DOSE_HISTORY, act=act, person_id=person_id)

    def _act(self, session: Session) -> Act:
        return founding.act_of_set_up(session, set_up_staff(session, self.at), self.site.id, self.at)


def _site(session: Session, code: str | None) -> Site:
    known = sites.sites(session)
    chosen = [site for site in known if code is None or site.code == code.casefold()]
    if len(chosen) != 1:
        raise click.UsageError(f"say which site with --site: {', '.join(site.code for site in known)}")
    return chosen[0]
