"""Everything that can be printed, sorted by when it is wanted: what the page of paper lists, and a test holds complete.

A new sheet gets its line here. Who may print it, and who may open the page that its button stands on, is asked of those pages
themselves: nothing is said twice.
"""

from dataclasses import dataclass
from typing import Any

from flask import current_app
from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from dispensary.permissions import Permission


@dataclass(frozen=True)
class Printable:
    """One sheet: what it is called, what it is for, and the page that its button stands on."""

    endpoint: str
    """Answers the sheet."""
    page: str
    """Where to go from the page of paper: the button is there, or beside the record that is chosen there."""
    name: LazyString
    purpose: LazyString

    def shown_to(self, permissions: frozenset[Permission]) -> bool:
        """Return whether somebody may both open the page and print the sheet."""
        views: dict[str, Any] = current_app.view_functions  # the gate marks each with what it requires
        return all(name in views and views[name].requires <= permissions for name in (self.endpoint, self.page))


@dataclass(frozen=True)
class Occasion:
    """When some sheets are wanted."""

    key: str
    heading: LazyString
    sheets: tuple[Printable, ...]


OF_A_PERSON = "person"

P = Printable
OCCASIONS: tuple[Occasion, ...] = (
    Occasion(
        "morning",
        _l("Every morning"),
        (
            P("downtime.pack", "downtime.home", _l("Pack for a day without computers"),
              _l("Before opening: everyone expected, what is due, the last dose, every stop. Its copies are numbered.")),
            P("worklist.pdf", "worklist.own", _l("Worklist"), _l("A desk's tasks of today, to carry along.")),
            P("groups.sheet", "groups.groups_here", _l("Attendance sheet of a group"),
              _l("Before a group meets: its members, with room to note who came.")),
        ),
    ),
    Occasion(
        "evening",
        _l("Every evening"),
        (
            P("reporting.day_log_pdf", "reporting.day_log", _l("Dispensing log"),
              _l("At the end of each clinic day; everyone who dispensed initials it.")),
            P("attendance.missed_pdf", "attendance.missed", _l("Missed doses"),
              _l("Who did not come, since when, and who calls them.")),
            P("orders.closure_list", "orders.coming_closures", _l("Closure list"),
              _l("Before a closed day: who gets doses for it. Choose the closure.")),
        ),
    ),
    Occasion(
        "month",
        _l("Every month"),
        (
            P("month.as_pdf", "month.summary", _l("Monthly summary"),
              _l("Twelve figures to read in two minutes, the year beside them, and every part behind.")),
            P("programme_forms.as_pdf", "programme_forms.overview", _l("Programme forms"),
              _l("What a programme asks of this clinic each month. Choose the form.")),
            P("archive.print_it", "archive.papers", _l("Kept papers"),
              _l("Logs, packs and summaries as they were made and signed. Choose the paper.")),
            P("indicators.as_pdf", "indicators.overview", _l("Indicators"),
              _l("What the clinic is measured by, over any period.")),
            P("retention.as_pdf", "retention.overview", _l("Retention"), _l("How long people stay, with the curve.")),
            P("journey.counts_pdf", "journey.counts", _l("Counts for the commissioner"),
              _l("Numbers alone; small ones are left out.")),
            P("journey.life_pdf", "journey.life_counts", _l("Life over time"), _l("Housing, work and family, counted.")),
            P("journey.waiting_pdf", "journey.waiting_list", _l("Waiting list"), _l("Who waits for a place, in order.")),
            P("urine.draw_pdf", "urine.draws", _l("Random draw for urine tests"),
              _l("How the draw was made, so that it can be checked. Choose the draw.")),
            P("risk.evaluation_pdf", "risk.evaluation", _l("Nightly scan looked back on"),
              _l("What its flags would have been worth.")),
        ),
    ),
    Occasion(
        "stock",
        _l("Stock and register"),
        (
            P("reporting.register_pdf", "reporting.paper", _l("Register by pages"),
              _l("With the page numbers of the screen; each page carries a slip by which it can be checked.")),
            P("reporting.register_days_pdf", "stock.register", _l("Register by days"), _l("The lines of some clinic days.")),
            P("stock.reconciliation_pdf", "stock.reconciliation", _l("Reconciliation"),
              _l("What came, what went, what should be there and what was counted.")),
            P("stock.count_sheet_pdf", "stock.count", _l("Count sheet"),
              _l("To count a place at the shelf: labels and room to write, never how much the books say.")),
            P("stock.inventory_pdf", "stock.counts", _l("Inventory of controlled stock"),
              _l("As 21 CFR 1304.11 asks every two years. Choose the inventory.")),
            P("stock.consignment_pdf", "stock.consignments_list", _l("Consignment note"),
              _l("Goes with what is sent to another site. Choose the consignment.")),
            P("stock.destruction_pdf", "stock.destructions", _l("Record of a destruction"),
              _l("What was destroyed, how, and before whom. Choose the destruction.")),
            P("stock.custody_pdf", "stock.kits_list", _l("Custody sheet of a kit"),
              _l("Who packed it, who had it, and what came back. Choose the trip.")),
            P("stock.pump_log_pdf", "stock.pumps", _l("Log of a pump"),
              _l("Primes, calibrations, changes of the reservoir, cleanings. Choose the pump.")),
            P("stock.lot_pdf", "stock.lots", _l("Lot trace"),
              _l("A recall: where a lot came from and who had of it. Choose the lot.")),
        ),
    ),
    Occasion(
        "inspection",
        _l("An inspection"),
        (
            P("inspection.cross_index_pdf", "inspection.cross_index", _l("Cross-index of numbers"),
              _l("Numbers and the names behind them. Every look at it is noted.")),
            P("losses.sheet", "losses.reports", _l("Report of theft or loss"), _l("For the authority. Choose the report.")),
        ),
    ),
    Occasion(
        "clinic",
        _l("For the clinic itself"),
        (
            P("disclosures.statement_pdf", "disclosures.statement", _l("Statement of confidentiality"),
              _l("What is kept about people, why, and who sees it; to hand out and to hang up.")),
            P("staff.print_badge", "staff.accounts", _l("Badge"), _l("For a member of staff to scan. Choose the account.")),
        ),
    ),
    Occasion(
        OF_A_PERSON,
        _l("A person's papers"),
        (
            P("reporting.own_sheet_pdf", "patients.show", _l("Sheet to take along"),
              _l("The person's own: next visit, what holds, whom to ask.")),
            P("reporting.card", "patients.show", _l("Card"), _l("A code to scan and the number, and nothing else.")),
            P("journey.consent_pdf", "journey.consent", _l("Agreement"), _l("What the person agrees to, to read and sign.")),
            P("plans.sheet", "plans.of_person", _l("Plan"), _l("The plan made together, for the person.")),
            P("plans.hand_out", "plans.of_person", _l("Plan, for somebody else"), _l("Where a consent covers it.")),
            P("reporting.history_pdf", "reporting.history", _l("Dosing history"),
              _l("Every dose with its chart; stays in this clinic.")),
            P("reporting.hand_out_history", "reporting.hand_out_history", _l("Dosing history, handed out"),
              _l("To the person, or where a consent covers it.")),
            P("patients.letter", "patients.letter", _l("Letter to another clinic"),
              _l("Transfer or guest dosing: the last dose, the order that holds, the stops that stand.")),
            P("orders.prescription", "orders.of_person", _l("Prescription"),
              _l("A signed order, for the prescriber's own hand. Choose the order.")),
            P("bottles.print_labels", "bottles.of_person", _l("Labels of bottles"),
              _l("One for each bottle that goes home. Choose the handover.")),
            P("referrals.sheet", "referrals.of_person", _l("Sheet for a referral"), _l("Goes with the person to an agency.")),
            P("referrals.conference", "referrals.of_person", _l("Sheet of a case conference"),
              _l("What was shared and agreed, for whoever sat there.")),
            P("referrals.letter", "referrals.letter", _l("Factual letter"), _l("Which visits elsewhere we know of.")),
            P("assessment.sheet", "assessment.of_person", _l("Questionnaire over time"),
              _l("Its scores, for use in this clinic. Choose the questionnaire.")),
            P("support.sheet", "support.of_person", _l("Weeks of a pair"),
              _l("For the person and who supports them. Choose the programme.")),
            P("turns.answer_pdf", "turns.of_person", _l("Answer to a contest"), _l("In writing, once it is answered.")),
            P("turns.notice_pdf", "turns.of_person", _l("Notice of an ending"),
              _l("Reasons and how to contest it, once both have agreed.")),
            P("privacy.print_readers", "privacy.readers_of", _l("Who opened the record"), _l("The person's right to know.")),
            P("risk.print_own", "risk.of_person", _l("What was counted"), _l("What the nightly scan counts about the person.")),
        ),
    ),
)  # fmt: skip


def shown_to(permissions: frozenset[Permission]) -> list[Occasion]:
    """Return the occasions with the sheets that somebody may print; an occasion without any is left out."""
    found = [
        Occasion(one.key, one.heading, tuple(sheet for sheet in one.sheets if sheet.shown_to(permissions)))
        for one in OCCASIONS
    ]
    return [one for one in found if one.sheets]
