"""The made-up clinic itself: site, windows, terminals, staff of every role, products. All by the services."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy.orm import Session

from dispensary.policy.profiles import SHIPPED, Profile, load
from dispensary.queries import sites
from dispensary.services import founding, sign_in, staff, stock_products
from dispensary.services import policy as policies
from dispensary.services import sites as site_services
from dispensary.services.act import Act
from dispensary.services.founding import FirstAdministrator, FirstSite
from models import Product
from models.enums import Form, Medication, Origin, Role
from models.units import mg_per_unit, quantity

SITE_NAME = "Harbour Clinic (demonstration)"
PASSWORD = "harbour demo"  # noqa: S105 - of a made-up clinic, printed when it is made
ADMINISTRATOR = ("admin", "Adam Vogt", "AV")
STAFF = (
    ("nurse", "Rosa Ames", "RA", (Role.NURSE,)),
    ("nurse2", "Mai Trần", "MT", (Role.NURSE,)),
    ("nurse3", "Wanda Reed", "WR", (Role.NURSE,)),
    ("counsellor", "Carl Brook", "CB", (Role.COUNSELLOR,)),
    ("counsellor2", "Lena Marsh", "LM", (Role.COUNSELLOR,)),
    ("prescriber", "Dana Frost", "DF", (Role.PRESCRIBER,)),
    ("head", "Hanna Lind", "HL", (Role.CLINIC_HEAD,)),
    ("inspector", "Ines Wolf", "IW", (Role.INSPECTOR,)),
    ("peer", "Pia Holm", "PH", (Role.PEER,)),
)
INSPECTOR_STAYS = timedelta(days=60)
APPROVED = (
    "asam-2020",
    "us-42cfr8-2024",
    "us-42cfr8-2024-take-homes",
    "us-pa-715-2002-minimums",
    "us-tip43-2005",
    "uk-orange-2017-missed-doses",
    "buvidal-eu-2021",
    "alerts-2026",
)
WINDOWS = ("Window 1", "Window 2")
BUP_NX = Medication.BUPRENORPHINE_NALOXONE


@dataclass(frozen=True)
class Ware:
    """A product and the containers it comes in."""

    name: str
    medication: Medication
    form: Form
    strength: str
    smallest_part: str
    size: str
    naloxone: str | None = None


WARES = (
    Ware("Methadone oral solution 10 mg/mL", Medication.METHADONE, Form.LIQUID, "10", "0.1", "2000"),
    Ware("Buprenorphine/naloxone 8 mg/2 mg tablets", BUP_NX, Form.TABLET, "8", "1", "300", "2"),
    Ware("Buprenorphine/naloxone 2 mg/0.5 mg tablets", BUP_NX, Form.TABLET, "2", "1", "300", "0.5"),
    Ware("Buprenorphine/naloxone 8 mg/2 mg film", BUP_NX, Form.FILM, "8", "1", "240", "2"),
    Ware("Buprenorphine/naloxone 2 mg/0.5 mg film", BUP_NX, Form.FILM, "2", "1", "240", "0.5"),
    Ware("Buprenorphine depot 24 mg (weekly)", Medication.BUPRENORPHINE, Form.INJECTION, "24", "1", "5"),
    Ware("Buprenorphine depot 96 mg (monthly)", Medication.BUPRENORPHINE, Form.INJECTION, "96", "1", "5"),
)


@dataclass
class Clinic:
    """The clinic as the story needs it."""

    site_id: int
    zone: ZoneInfo
    day_starts: time
    key: Ed25519PrivateKey
    staff: dict[str, int]
    windows: tuple[int, ...]
    terminals: dict[int, int]
    """The terminal at each window."""
    products: dict[int, Ware]
    profiles: tuple[Profile, ...] = field(default=())

    def act(self, who: str, at: datetime, day: date, window_id: int | None = None) -> Act:
        """Return an act of a member of staff, marked as demonstration."""
        return Act(
            by_id=self.staff[who],
            site_id=self.site_id,
            at=at,
            clinic_day=day,
            origin=Origin.DEMO,
            terminal_id=self.terminals[window_id] if window_id else None,
            window_id=window_id,
        )


def found(
    session: Session, *, at: datetime, last_day: date, time_zone: str, password_hash: str, key: Ed25519PrivateKey
) -> Clinic:
    """Found the clinic at a moment in the past, with everyone who works there and everything it may stock."""
    username, name, initials = ADMINISTRATOR
    site = founding.found_clinic(
        session,
        site=FirstSite("demo", SITE_NAME, time_zone, WINDOWS[0]),
        administrator=FirstAdministrator(username, name, initials, password_hash),
        key=key,
        at=at,
    )
    act = replace(
        founding.act_of_set_up(session, site_services.set_up_staff(session, at), site.id, at), origin=Origin.DEMO
    )
    for window_name in WINDOWS[1:]:
        site_services.add_window(session, name=window_name, act=act)
    windows = tuple(w.id for w in sites.windows(session, site.id))
    for number, window_id in enumerate(windows, start=1):
        site_services.name_terminal(session, name=f"Terminal {number}", window_id=window_id, act=act)
    _hire(session, password_hash, last_day, act)
    products = {_product(session, ware, act).id: ware for ware in WARES}
    clinic = Clinic(
        site_id=site.id,
        zone=ZoneInfo(time_zone),
        day_starts=sites.settings(session, site.id, act.clinic_day).day_starts,
        key=key,
        staff={name: _staff_id(session, name) for name in (username, *(row[0] for row in STAFF))},
        windows=windows,
        terminals={t.window_id: t.id for t in sites.terminals(session, site.id) if t.window_id is not None},
        products=products,
        profiles=load((SHIPPED,)),
    )
    for profile in clinic.profiles:
        if profile.id in APPROVED:
            policies.approve_profile(
                session,
                profile=profile,
                digest=profile.digest,
                in_force=True,
                effective_on=act.clinic_day,
                act=clinic.act("prescriber", at, act.clinic_day),
            )
    return clinic


def _hire(session: Session, password_hash: str, last_day: date, act: Act) -> None:
    for username, name, initials, roles in STAFF:
        account = staff.create_account(
            session, username=username, name=name, initials=initials, password_hash=password_hash, act=act
        )
        for role in roles:
            staff.grant_role(
                session,
                staff=account,
                role=role,
                site_id=act.site_id,
                from_on=founding.first_day(act),
                until_on=last_day + INSPECTOR_STAYS if role is Role.INSPECTOR else None,
                act=act,
            )


def _staff_id(session: Session, username: str) -> int:
    account = sign_in.find_staff(session, username)
    assert account is not None
    return account.id


def _product(session: Session, ware: Ware, act: Act) -> Product:
    return stock_products.add_product(
        session,
        name=ware.name,
        medication=ware.medication,
        form=ware.form,
        strength=mg_per_unit(ware.strength),
        smallest_part=quantity(ware.smallest_part),
        naloxone_strength=mg_per_unit(ware.naloxone) if ware.naloxone else None,
        act=act,
    )
