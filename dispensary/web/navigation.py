"""The menu: each page that someone may start from, and the permission that shows it."""

from dataclasses import dataclass

from dispensary.permissions import Permission
from dispensary.wording import N_


@dataclass(frozen=True)
class Entry:
    """One entry of the menu."""

    endpoint: str
    label: str
    permission: Permission


MENU: tuple[Entry, ...] = (
    Entry("station.home", N_("Window"), Permission.STATION_USE),
    Entry("orders.desk", N_("Prescriber's desk"), Permission.ORDER_SIGN),
    Entry("patients.search", N_("People"), Permission.PERSON_VIEW),
    Entry("attendance.missed", N_("Missed doses"), Permission.ATTENDANCE_VIEW),
    Entry("sessions.today", N_("Sessions"), Permission.CASEWORK_VIEW),
    Entry("bottles.everyone", N_("Bottles"), Permission.TAKE_HOME_VIEW),
    Entry("urine.home", N_("Urine tests"), Permission.CASEWORK_VIEW),
    Entry("agencies.waiting", N_("Agencies"), Permission.CASEWORK_VIEW),
    Entry("calendar.this_month", N_("Calendar"), Permission.CALENDAR_SET),
    Entry("rota.days", N_("On call"), Permission.ROTA_SET),
    Entry("policy.profiles", N_("Policy"), Permission.POLICY_VIEW),
    Entry("stock.overview", N_("Stock"), Permission.STOCK_VIEW),
    Entry("register.day", N_("Close the day"), Permission.DAY_CLOSE),
    Entry("reporting.paper", N_("Paper"), Permission.REPORT_PRINT),
    Entry("audit.events", N_("Audit"), Permission.AUDIT_VIEW),
    Entry("jobs.runs", N_("Jobs"), Permission.JOB_VIEW),
    Entry("staff.accounts", N_("Staff"), Permission.STAFF_MANAGE),
    Entry("site.overview", N_("Site"), Permission.SITE_MANAGE),
)


def menu(permissions: frozenset[Permission], endpoints: frozenset[str]) -> list[Entry]:
    """Return the entries a person may use, in order."""
    return [e for e in MENU if e.permission in permissions and e.endpoint in endpoints]


def start(permissions: frozenset[Permission], endpoints: frozenset[str]) -> str | None:
    """Return the page somebody lands on after signing in."""
    entries = menu(permissions, endpoints)
    return entries[0].endpoint if entries else None
