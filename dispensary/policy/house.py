"""The house rules: ceilings that no site may raise, and what a new site starts with."""

import tomllib
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path

from dispensary.policy.small_losses import PatternRule, Shifts
from models.enums import Medication, SettingKey, TaskReasonKind

FILE = Path(__file__).with_name("house.toml")


@dataclass(frozen=True)
class HouseRules:
    """Ceilings in days, and the settings a new site starts with."""

    hold_ceiling_days: int
    hold_ceiling_days_induction: int
    order_ceiling_days: int
    site_defaults: dict[SettingKey, str]
    import_warnings_mg: dict[Medication, int]
    """Imported doses above this are odd but possible."""
    clock_tolerance: timedelta
    """How far the clock may stand behind the newest dose."""
    observe_for: timedelta
    """How long somebody is watched after a dosing incident."""
    observe_every: timedelta
    telephone_continue_within: timedelta
    """How long ago an order may have run out to be continued by telephone."""
    supplement_after_hours: int
    """How many hours at least lie before a further part on an induction day."""
    least_slips: int
    """From how many private ratings on those of a month are shown."""
    follow_up_overdose_within: timedelta
    """How soon somebody speaks with a person after an overdose was told."""
    glass_open_for: timedelta
    """How long a restricted part stays open that somebody opened with a reason."""
    least_shown: int
    """From how many people on a special group is counted in numbers."""
    missed_from_days: int
    """From so many missed days on a counsellor is given the task to call."""
    intake_told_within: timedelta
    """What fell due of an intake longer ago than this makes no task."""
    urine_told_within: timedelta
    """A urine that fell due longer ago than this makes no task."""
    answer_within: dict[TaskReasonKind, timedelta]
    """Within what time somebody answers what a task is about, unless something nearer is said."""
    backups_daily: int
    """Of so many days the newest backup is kept; likewise weeks and months."""
    backups_weekly: int
    backups_monthly: int
    backup_proved_within: timedelta
    """How long ago the last backup that was restored on trial may be."""
    losses_of: timedelta
    """Small losses of so many days are looked at together."""
    loss_pattern: PatternRule
    loss_shifts: Shifts


@cache
def house_rules() -> HouseRules:
    """Return the house rules, read once.

    Raises:
        ValueError: an entry is missing, unknown, or without its citation and words.
    """
    with FILE.open("rb") as file:
        data = tomllib.load(file)
    for table in data.values():
        for key, entry in table.items():
            if set(entry) != {"value", "unit", "citation", "words"} or not all(entry.values()):
                raise ValueError(f"house.toml: {key} needs value, unit, citation and words")
    ceilings = data["ceilings"]
    defaults = {SettingKey(key): str(entry["value"]) for key, entry in data["site_defaults"].items()}
    if missing := set(SettingKey) - set(defaults):
        raise ValueError(f"house.toml: no default for {sorted(missing)}")
    return HouseRules(
        ceilings["hold_from_days"]["value"],
        ceilings["hold_from_days_induction"]["value"],
        ceilings["order_days"]["value"],
        defaults,
        {
            Medication.METHADONE: data["import_warnings"]["methadone_mg"]["value"],
            Medication.BUPRENORPHINE: data["import_warnings"]["buprenorphine_mg"]["value"],
            Medication.BUPRENORPHINE_NALOXONE: data["import_warnings"]["buprenorphine_mg"]["value"],
        },
        clock_tolerance=timedelta(minutes=data["clock"]["tolerance_minutes"]["value"]),
        observe_for=timedelta(hours=data["incidents"]["observe_hours"]["value"]),
        observe_every=timedelta(minutes=data["incidents"]["observe_every_minutes"]["value"]),
        telephone_continue_within=timedelta(days=data["telephone"]["continue_within_days"]["value"]),
        supplement_after_hours=data["supplements"]["least_hours"]["value"],
        least_slips=data["ratings"]["least_slips"]["value"],
        follow_up_overdose_within=timedelta(hours=data["overdoses"]["follow_up_hours"]["value"]),
        glass_open_for=timedelta(hours=data["glass"]["open_hours"]["value"]),
        least_shown=data["counts"]["least_shown"]["value"],
        missed_from_days=data["worklist"]["missed_from_days"]["value"],
        intake_told_within=timedelta(days=data["worklist"]["intake_told_within_days"]["value"]),
        urine_told_within=timedelta(days=data["worklist"]["urine_told_within_days"]["value"]),
        backups_daily=data["backups"]["daily"]["value"],
        backups_weekly=data["backups"]["weekly"]["value"],
        backups_monthly=data["backups"]["monthly"]["value"],
        backup_proved_within=timedelta(hours=data["backups"]["proved_within_hours"]["value"]),
        losses_of=timedelta(days=data["losses"]["looked_at_days"]["value"]),
        loss_pattern=PatternRule(least=data["losses"]["least"]["value"], times=data["losses"]["times"]["value"]),
        loss_shifts=Shifts(data["losses"]["afternoon_from"]["value"], data["losses"]["evening_from"]["value"]),
        answer_within={TaskReasonKind(k): timedelta(hours=e["value"]) for k, e in data["answer_hours"].items()},
    )
