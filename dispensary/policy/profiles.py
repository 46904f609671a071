"""Policy profiles: one file a source, read and checked hard into plain values.

Shipped profiles lie beside this module, a site's own in its data folder. All are drafts until a prescriber approves one
for a site; a file that was changed after its approval is refused.
"""

import hashlib
import tomllib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from itertools import combinations
from pathlib import Path
from typing import Any

from dispensary.errors import Refused
from dispensary.policy.alerts import AlertEntry, read_alerts
from dispensary.policy.depot_windows import DepotWindow, read_depot_windows
from dispensary.policy.entries import CITED, Cited, bad, check_keys, cited
from dispensary.policy.label_lines import LabelLine, read_label_lines
from dispensary.policy.loss_deadlines import LossDeadline, read_loss_deadlines
from dispensary.policy.minimums import Minimum, read_minimums
from dispensary.policy.missed_doses import MissedDoseTable, read_missed_doses
from dispensary.policy.take_homes import (
    LadderStep,
    TakeHomeCriterion,
    TakeHomeRule,
    read_criteria,
    read_ladder,
    read_rules,
)
from dispensary.policy.vomit_bands import VomitBand, read_vomit_bands
from dispensary.wording import N_, say
from models.enums import Medication
from models.units import exact

SHIPPED = Path(__file__).with_name("profiles")


class LimitKind(StrEnum):
    """What of an order a limit is about."""

    FIRST_DOSE = "first_dose"
    FIRST_DAY = "first_day"
    STEP = "step"
    STEP_INTERVAL = "step_interval"
    FIRST_WEEK_RISE = "first_week_rise"


UNITS = {kind: "days" if kind is LimitKind.STEP_INTERVAL else "mg" for kind in LimitKind}


@dataclass(frozen=True)
class OrderLimit(Cited):
    """One number that an order is held against, with where it comes from."""

    kind: LimitKind
    medication: Medication
    value: Decimal
    unit: str
    words: str


@dataclass(frozen=True)
class Profile:
    """What one source says."""

    id: str
    title: str
    jurisdiction: str
    document: str
    edition: str
    words: str
    order_limits: tuple[OrderLimit, ...]
    alerts: tuple[AlertEntry, ...]
    vomit_bands: tuple[VomitBand, ...]
    missed_doses: tuple[MissedDoseTable, ...]
    take_home_steps: tuple[LadderStep, ...]
    take_home_criteria: tuple[TakeHomeCriterion, ...]
    take_home_rules: tuple[TakeHomeRule, ...]
    depot_windows: tuple[DepotWindow, ...]
    minimums: tuple[Minimum, ...]
    label_lines: tuple[LabelLine, ...]
    loss_deadlines: tuple[LossDeadline, ...]
    digest: str
    """SHA-256 of the file."""
    superseded: str = ""
    """By what it was replaced; it can be read and tried, never approved."""


@dataclass(frozen=True)
class Approval:
    """A prescriber's decision on one version of a profile at a site."""

    profile: str
    digest: str
    in_force: bool
    effective_on: date
    approved_at: datetime
    approved_by: str


def load(folders: Iterable[Path], only: Collection[str] | None = None) -> tuple[Profile, ...]:
    """Return every profile of these folders, by id; a folder that is not there holds none.

    Args:
        folders: to look in.
        only: the ids of those that are asked for; what is wrong with the others is not looked at then.

    Raises:
        Refused: a file cannot be understood, or two files have one id; the words name file and entry.
    """
    files = [file for folder in folders for file in sorted(folder.glob("*.toml"))]
    profiles = [read(file) for file in files if only is None or file.stem in only]
    for one, other in combinations(profiles, 2):
        if one.id == other.id:
            raise bad(one.id, "two files have this id")
    return tuple(sorted(profiles, key=lambda profile: profile.id))


def read(file: Path) -> Profile:
    """Return the profile in one file.

    Raises:
        Refused: unknown or missing keys, a doubtful entry, dates that overlap, or a number that is none.
    """
    return _read(file.name, file.stem, file.read_bytes())


@lru_cache(maxsize=64)
def _read(name: str, stem: str, content: bytes) -> Profile:
    """Return the profile with this content; each content is understood once."""
    try:
        data = tomllib.loads(content.decode())
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise bad(name, f"not readable as TOML: {error}") from error
    entries = {kind: data.pop(kind, []) for kind in KINDS}
    check_keys(name, data, HEAD, frozenset({"superseded"}))
    for kind, listed in entries.items():
        if not isinstance(listed, list):
            raise bad(name, f"{kind} is written as [[{kind}]], once for each")
    if data["id"] != stem:
        raise bad(name, f"its id is {data['id']!r}, not its file name")
    return Profile(
        **data,
        order_limits=_order_limits(name, entries["order_limit"]),
        alerts=read_alerts(name, entries["alert"]),
        vomit_bands=read_vomit_bands(name, entries["vomit_band"]),
        missed_doses=read_missed_doses(name, entries["missed_dose"]),
        take_home_steps=read_ladder(name, entries["take_home_step"]),
        take_home_criteria=read_criteria(name, entries["take_home_criterion"]),
        take_home_rules=read_rules(name, entries["take_home_rule"]),
        depot_windows=read_depot_windows(name, entries["depot_window"]),
        minimums=read_minimums(name, entries["minimum"]),
        label_lines=read_label_lines(name, entries["label_line"]),
        loss_deadlines=read_loss_deadlines(name, entries["loss_deadline"]),
        digest=hashlib.sha256(content).hexdigest(),
    )


KINDS = (
    "order_limit",
    "alert",
    "vomit_band",
    "missed_dose",
    "take_home_step",
    "take_home_criterion",
    "take_home_rule",
    "depot_window",
    "minimum",
    "label_line",
    "loss_deadline",
)
HEAD = frozenset({"id", "title", "jurisdiction", "document", "edition", "words"})
ENTRY = CITED | {"kind", "medication", "value", "unit", "words"}


def _order_limits(file: str, entries: Sequence[dict[str, Any]]) -> tuple[OrderLimit, ...]:
    limits = tuple(_order_limit(f"{file}, order_limit {n}", entry) for n, entry in enumerate(entries, start=1))
    _check_overlaps(file, limits)
    return limits


def _order_limit(where: str, entry: dict[str, Any]) -> OrderLimit:
    check_keys(where, entry, ENTRY, frozenset({"effective_to"}))
    try:
        limit = OrderLimit(
            kind=LimitKind(entry["kind"]),
            medication=Medication(entry["medication"]),
            value=exact(entry["value"]),
            unit=entry["unit"],
            words=entry["words"],
            **cited(entry),
        )
    except (ValueError, TypeError) as error:
        raise bad(where, str(error)) from error
    if limit.value <= 0 or limit.unit != UNITS[limit.kind]:
        raise bad(where, f"{limit.kind} is more than zero and in {UNITS[limit.kind]}")
    return limit


def _check_overlaps(where: str, limits: Sequence[OrderLimit]) -> None:
    for one, other in combinations(limits, 2):
        if (one.kind, one.medication) != (other.kind, other.medication):
            continue
        if one.overlaps(other):
            raise bad(where, f"two entries for {one.kind} of {one.medication} overlap in time")


def refuse_if_changed(profiles: Sequence[Profile], approvals: Iterable[Approval]) -> None:
    """Refuse to work with a profile whose file changed, or is gone, since it was approved.

    Args:
        profiles: as loaded now.
        approvals: the newest decision on each profile, of one site or of all.

    Raises:
        Refused: names every such profile and what to do.
    """
    digests = {profile.id: profile.digest for profile in profiles}
    changed = sorted({a.profile for a in approvals if a.in_force and digests.get(a.profile) != a.digest})
    if changed:
        words = say(
            N_(
                "Approved policy has changed since it was approved: %(which)s. "
                "Put the approved file back; a new text is a new file with an id of its own."
            ),
            which=", ".join(changed),
        )
        raise Refused(words, code="profile_changed")
