"""By what nights are grouped when the scan is looked back on: drug, sex and age band; no score reads sex or age."""

from collections.abc import Mapping
from enum import StrEnum
from itertools import pairwise
from typing import Any

import numpy as np
from sqlalchemy.orm import Session

from dispensary.analytics.judged import Bools, Nights
from dispensary.policy.evaluation import looking_back
from dispensary.queries.risk_nights import who_they_are
from models.enums import Sex

DAYS_A_YEAR = 365.25


class GroupedBy(StrEnum):
    """What nights are put together by."""

    DRUG = "drug"
    SEX = "sex"
    AGE = "age"


Groups = Mapping[GroupedBy, Mapping[str, Bools]]


def groups_of(session: Session, nights: Nights) -> Groups:
    """Return for each way of grouping which nights are whose; who is of no known sex or age is in no such group."""
    people, place = np.unique(nights.person, return_inverse=True)
    who = who_they_are(session, people.tolist())
    known = [who.get(person) for person in people.tolist()]
    sex = np.array([one.sex.value if one else Sex.UNKNOWN.value for one in known], dtype=object)[place]
    born = np.array([one.birth_date.toordinal() if one and one.birth_date else 0 for one in known], np.int64)[place]
    age = np.where(born > 0, (nights.day - born) / DAYS_A_YEAR, np.nan)
    return {
        GroupedBy.DRUG: _some({"methadone": ~nights.buprenorphine, "buprenorphine": nights.buprenorphine}),
        GroupedBy.SEX: _some({one.value: sex == one.value for one in Sex if one is not Sex.UNKNOWN}),
        GroupedBy.AGE: _some(_by_age(age)),
    }


def _by_age(age: Any) -> dict[str, Bools]:
    first, *others = looking_back().evaluation.age_from
    found = {f"<{first}": age < first}
    for least, most in pairwise((first, *others)):
        found[f"{least}-{most - 1}"] = (age >= least) & (age < most)
    return found | {f"{others[-1]}+": age >= others[-1]}


def _some(masks: dict[str, Any]) -> dict[str, Bools]:
    return {name: mask.astype(np.bool_) for name, mask in masks.items() if mask.any()}
