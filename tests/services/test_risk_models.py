"""What is fitted to a clinic's people is kept frozen; only a person puts it into use or out of it. Each act is audited."""

from dataclasses import replace
from datetime import timedelta

import numpy as np
import pytest

from dispensary.analytics.frozen import LocalModel
from dispensary.analytics.judged import Nights
from dispensary.analytics.local_columns import NAMES
from dispensary.errors import Conflict, NotFound, Refused
from dispensary.policy.risk import risk_card
from dispensary.queries import risk_models as records
from dispensary.queries.risk_nights import Period
from dispensary.services import risk, risk_models
from dispensary.services.refit import Fitted, Material, fits, material
from models import RiskModel, RiskModelDecision
from models.enums import AuditKind, RiskLane, RiskModelKind, RiskModelStep
from tests.analytics.test_evaluation import clinic
from tests.jobs.test_risk_scan import came
from tests.rows import audited, count

DAY = timedelta(days=1)
LINE = '{"intercept": 0.5, "slope": 0.9}'


def made_of(world, nights=None, lost=0):
    period = Period(world.day - 200 * DAY, world.day - 28 * DAY, world.day - DAY)
    return Material(world.site.id, Nights.none(len(NAMES)) if nights is None else nights, lost, period, world.day - DAY)


def fitted(world, kind=RiskModelKind.RECALIBRATION, coefficients=LINE, may=True):
    return Fitted(kind, coefficients, {"conditions": {"lost": may}}, may, made_of(world))


def everybody_at_risk(alert_from=-100.0):
    """A model by which everybody who still comes is raised."""
    width = len(NAMES)
    return LocalModel(NAMES, (0.0,) * width, (1.0,) * width, (0.0,) * width, -3.0, alert_from).text()


def keep(session, world, **values):
    return risk_models.keep(session, fitted(world, **values), world.act()).version


def test_keeping_changes_nothing_and_is_audited(session, world):
    version = keep(session, world)

    (kept,) = records.versions(session, world.site.id)
    assert kept.version == version == f"R-{world.day - DAY}-1"
    assert not kept.in_use
    assert (kept.line.intercept, kept.line.slope) == (0.5, 0.9)
    assert (kept.fits_this_program, kept.same_code) == (True, True)
    assert records.in_use(session, world.site.id, RiskModelKind.RECALIBRATION) is None
    assert len(audited(session, AuditKind.RISK_MODEL_FITTED)) == 1
    assert keep(session, world).endswith("-2")


def test_putting_into_use_and_out_again(session, world):
    version = keep(session, world)

    risk_models.promote(session, version=version, reason="It comes true here.", act=world.act())
    used = records.in_use(session, world.site.id, RiskModelKind.RECALIBRATION)
    risk_models.retire(session, version=version, reason="It does not any more.", act=world.act())

    assert used is not None and used.version == version
    assert 0 < used.chance(8, "methadone") < used.chance(8, "buprenorphine") < 1
    assert records.in_use(session, world.site.id, RiskModelKind.RECALIBRATION) is None
    (kept,) = records.versions(session, world.site.id)
    assert [one.step for one in kept.decisions] == [RiskModelStep.PROMOTED, RiskModelStep.RETIRED]
    assert len(audited(session, AuditKind.RISK_MODEL_DECIDED)) == 2


def test_the_version_that_was_put_into_use_last_counts(session, world):
    first, second = keep(session, world), keep(session, world)
    for version in (second, first):
        act = replace(world.act(), at=world.at + (DAY if version == first else 0 * DAY))
        risk_models.promote(session, version=version, reason="Better.", act=act)

    assert records.in_use(session, world.site.id, RiskModelKind.RECALIBRATION).version == first


def test_what_was_not_shown_to_be_better_is_refused(session, world):
    version = keep(session, world, kind=RiskModelKind.LOCAL, coefficients=everybody_at_risk(), may=False)

    with pytest.raises(Refused) as refusal:
        risk_models.promote(session, version=version, reason="I like it.", act=world.act())

    assert refusal.value.code == "not_better"
    assert count(session, RiskModelDecision) == 0


def test_other_code_no_reason_no_version_and_twice_are_refused(session, world, monkeypatch):
    version = keep(session, world)
    act = world.act()

    with pytest.raises(Refused, match="no_reason"):
        risk_models.promote(session, version=version, reason=" ", act=act)
    with pytest.raises(NotFound):
        risk_models.promote(session, version="R-1", reason="Why not.", act=act)
    with pytest.raises(Conflict):
        risk_models.retire(session, version=version, reason="Why not.", act=act)
    risk_models.promote(session, version=version, reason="Good.", act=act)
    with pytest.raises(Conflict):
        risk_models.promote(session, version=version, reason="Good.", act=act)
    monkeypatch.setattr(records, "code_digest", lambda: "another")
    other = keep(session, world)
    with pytest.raises(Refused, match="other_code"):
        risk_models.promote(session, version=other, reason="Good.", act=act)


def test_of_a_local_model_in_use_amber_is_its_own_and_red_stays(session, world):
    attending, missing = came(session, world, ago=1), came(session, world, ago=4)
    assert [one.person_id for one in risk.scored(session, world.site.id, world.day - DAY)[1]] == [missing.id]
    version = keep(session, world, kind=RiskModelKind.LOCAL, coefficients=everybody_at_risk())
    beside = risk.scored(session, world.site.id, world.day - DAY)[1]
    risk_models.promote(session, version=version, reason="It won.", act=world.act())

    found = {one.person_id: one for one in risk.scored(session, world.site.id, world.day - DAY)[1]}
    for one in risk.to_raise(session, world.site.id, world.day - DAY):
        risk.raise_flag(session, one, world.act())

    assert len(beside) == 1
    assert found[attending.id].risk.lane is RiskLane.AMBER
    assert found[attending.id].card == f"{risk_card().version} {version}"
    assert found[missing.id].risk.lane is RiskLane.RED


def test_few_people_are_enough_for_nothing(session, world):
    came(session, world, ago=1)

    of = material(session, world.site.id, world.day - 100 * DAY, world.day - DAY)

    assert (of.lost, of.stage.recalibrate, of.stage.challenger) == (0, False, False)
    assert len(of.nights) > 0
    assert list(fits(session, of)) == []


def test_nobody_at_all_is_no_trouble(session, world):
    of = material(session, world.site.id, world.day - 100 * DAY, world.day - DAY)

    assert (len(of.nights), of.lost, of.days) == (0, 0, 0)
    assert risk.scored(session, world.site.id, world.day - DAY)[1] == []
    assert list(fits(session, of)) == []


def test_enough_people_give_a_probability_and_a_model_beside_with_its_conditions(session, world):
    nights = clinic(people=420, days=260)
    first = world.day - 400 * DAY
    shifted = replace(nights, day=(nights.day + first.toordinal()).astype(np.int32))
    lost = np.where(nights.onset < 10_000, nights.onset + first.toordinal(), nights.onset).astype(np.int32)
    known = np.full(len(nights), 10_000_000, np.int32)
    of = replace(
        made_of(world, replace(shifted, onset=lost, seen_until=known), lost=80),
        period=Period(first, first + 259 * DAY, world.day - DAY),
    )

    probability, model = fits(session, of)

    assert probability.may_be_promoted
    assert probability.metrics["recalibrated"]["observed_expected"] == pytest.approx(1)
    assert set(model.metrics["conditions"]) == {
        "lost", "log_loss", "slope", "observed_expected", "caught", "caught_in_groups"
    }  # fmt: skip
    assert model.metrics["hold_out"]["from"] > (first + 77 * DAY).isoformat()
    assert model.may_be_promoted == all(model.metrics["conditions"].values())
    kept = risk_models.keep(session, model, world.act())
    assert count(session, RiskModel) == 1
    assert kept.dropouts == 80
