"""The menu: areas of the clinic, and in each the pages that someone may start from, with the permission that shows them."""

from dataclasses import dataclass, replace

from dispensary.permissions import Permission
from dispensary.wording import N_


@dataclass(frozen=True)
class Entry:
    """One page of the menu."""

    endpoint: str
    label: str
    permission: Permission

    @property
    def part(self) -> str:
        """The part of the program whose pages stand under this entry."""
        return self.endpoint.split(".")[0]


@dataclass(frozen=True)
class Area:
    """What belongs together in the menu: the first line names areas, the second the pages of the one that is open."""

    label: str
    entries: tuple[Entry, ...]


PROGRAMME_FORMS = "programme_forms.overview"
"""Shown only where the site has named any."""
PEOPLE = N_("People")
UNDER = {
    "referrals": "agencies",
    "disclosures": "agencies",
    "health_tests": "urine",
    "assessment": "patients",
    "plans": "patients",
    "turns": "patients",
    "privacy": "patients",
}
"""Parts of which somebody sees no page in the menu: the part under which theirs stand then."""
MENU: tuple[Area, ...] = (
    Area(N_("Window"), (Entry("station.home", N_("Window"), Permission.STATION_USE),)),
    Area(
        N_("Desk"),
        (
            Entry("orders.desk", N_("Prescriber's desk"), Permission.ORDER_SIGN),
            Entry("desk.today", N_("Counselling desk"), Permission.CASEWORK_VIEW),
            Entry("worklist.own", N_("Worklist"), Permission.TASK_WORK),
            Entry("risk.open_flags", N_("Nightly scan"), Permission.RISK_VIEW),
        ),
    ),
    Area(PEOPLE, (Entry("patients.search", N_("People"), Permission.PERSON_VIEW),)),
    Area(
        N_("Attendance"),
        (
            Entry("attendance.missed", N_("Missed doses"), Permission.ATTENDANCE_VIEW),
            Entry("bottles.everyone", N_("Bottles"), Permission.TAKE_HOME_VIEW),
        ),
    ),
    Area(
        N_("Care"),
        (
            Entry("sessions.today", N_("Sessions"), Permission.CASEWORK_VIEW),
            Entry("groups.groups_here", N_("Groups"), Permission.CASEWORK_VIEW),
            Entry("sessions.due", N_("Counselling due"), Permission.CASEWORK_VIEW),
            Entry("sessions.caseload", N_("Caseloads"), Permission.CASEWORK_VIEW),
            Entry("journey.board", N_("Who is where"), Permission.CASEWORK_VIEW),
            Entry("journey.waiting_list", N_("Waiting list"), Permission.CASEWORK_VIEW),
            Entry("urine.home", N_("Urine tests"), Permission.CASEWORK_VIEW),
            Entry("turns.waiting", N_("Contests and endings"), Permission.CONTEST_ANSWER),
        ),
    ),
    Area(
        N_("Community"),
        (
            Entry("outreach.mine", N_("Outreach"), Permission.OUTREACH_RECORD),
            Entry("outreach.everyones", N_("Everybody's contacts"), Permission.OUTREACH_VIEW),
            Entry("support.pairs", N_("Pairs"), Permission.CASEWORK_VIEW),
            Entry("relatives.everyone", N_("Family programme"), Permission.CASEWORK_VIEW),
            Entry("agencies.waiting", N_("Referrals and calls"), Permission.CASEWORK_VIEW),
            Entry("harm_reduction.home", N_("Harm reduction"), Permission.CASEWORK_VIEW),
        ),
    ),
    Area(
        N_("Medicine"),
        (
            Entry("stock.overview", N_("Stock"), Permission.STOCK_VIEW),
            Entry("stock.counts", N_("Counts"), Permission.STOCK_VIEW),
            Entry("stock.register", N_("Register"), Permission.REGISTER_VIEW),
            Entry("stock.reconciliation", N_("Reconciliation"), Permission.REGISTER_VIEW),
            Entry("stock.orders", N_("Stock orders"), Permission.STOCK_VIEW),
            Entry("stock.consignments_list", N_("Between sites"), Permission.STOCK_VIEW),
            Entry("stock.destructions", N_("Destruction"), Permission.REGISTER_VIEW),
            Entry("losses.reports", N_("Theft and loss"), Permission.LOSS_VIEW),
            Entry("register.day", N_("Close the day"), Permission.DAY_CLOSE),
        ),
    ),
    Area(
        N_("Paper"),
        (
            Entry("reporting.paper", N_("Paper"), Permission.REPORT_PRINT),
            Entry("month.summary", N_("Month"), Permission.INDICATOR_VIEW),
            Entry(PROGRAMME_FORMS, N_("Programme forms"), Permission.INDICATOR_VIEW),
            Entry("inspection.overview", N_("Inspection"), Permission.INSPECTION_VIEW),
            Entry("journey.counts", N_("Counts for the commissioner"), Permission.CASEWORK_VIEW),
            Entry("journey.life_counts", N_("Life over time"), Permission.CASEWORK_VIEW),
            Entry("assessment.reasons", N_("What people stay and leave for"), Permission.CASEWORK_VIEW),
            Entry("retention.overview", N_("Retention"), Permission.RETENTION_VIEW),
            Entry("risk.evaluation", N_("Nightly scan looked back on"), Permission.RISK_EVALUATE),
            Entry("indicators.overview", N_("Indicators"), Permission.INDICATOR_VIEW),
            Entry("data_quality.faults", N_("Data quality"), Permission.DATA_QUALITY_VIEW),
        ),
    ),
    Area(
        N_("Clinic"),
        (
            Entry("calendar.this_month", N_("Calendar"), Permission.CALENDAR_SET),
            Entry("rota.days", N_("On call"), Permission.ROTA_SET),
            Entry("policy.profiles", N_("Policy"), Permission.POLICY_VIEW),
            Entry("archive.papers", N_("Archive"), Permission.ARCHIVE_VIEW),
            Entry("audit.events", N_("Audit"), Permission.AUDIT_VIEW),
            Entry("privacy.opened", N_("Opened with a reason"), Permission.GLASS_REVIEW),
            Entry("jobs.runs", N_("Jobs"), Permission.JOB_VIEW),
            Entry("backups.made", N_("Backups"), Permission.JOB_VIEW),
            Entry("staff.accounts", N_("Staff"), Permission.STAFF_MANAGE),
            Entry("site.overview", N_("Site"), Permission.SITE_MANAGE),
        ),
    ),
)


def menu(permissions: frozenset[Permission], endpoints: frozenset[str]) -> list[Area]:
    """Return the areas with the pages that a person may use, in order; an area without any is left out."""
    areas = [
        replace(area, entries=tuple(e for e in area.entries if e.permission in permissions and e.endpoint in endpoints))
        for area in MENU
    ]
    return [area for area in areas if area.entries]


def where(areas: list[Area], endpoint: str | None, *, about_person: bool) -> tuple[Area | None, Entry | None]:
    """Return the area and the entry that a page stands under; every page about one person stands under people.

    Args:
        areas: of the menu of whoever is signed in.
        endpoint: of the page; one that is no entry itself stands under the first of its own part.
        about_person: the page is about one person, and not at the window.
    """
    if about_person:
        named = [(area, area.entries[0]) for area in areas if area.label == PEOPLE]
    else:
        part = (endpoint or "").split(".")[0]
        near = _of_part(areas, part) or _of_part(areas, UNDER.get(part, ""))
        named = [(area, entry) for area, entry in near if entry.endpoint == endpoint] + near
    return named[0] if named else (None, None)


def _of_part(areas: list[Area], part: str) -> list[tuple[Area, Entry]]:
    return [(area, entry) for area in areas for entry in area.entries if entry.part == part]


def start(permissions: frozenset[Permission], endpoints: frozenset[str]) -> str | None:
    """Return the page somebody lands on after signing in."""
    areas = menu(permissions, endpoints)
    return areas[0].entries[0].endpoint if areas else None
