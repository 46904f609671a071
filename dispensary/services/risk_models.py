"""Keeps what was fitted to the clinic's own people, and puts a version into use or out of it again.

Keeping a version changes nothing else; only a person's decision does.
"""

import json

import numpy as np
from sqlalchemy.orm import Session

from dispensary.analytics.frozen import code_digest
from dispensary.analytics.judged import Definition
from dispensary.errors import Conflict, NotFound, Refused
from dispensary.policy.evaluation import looking_back
from dispensary.policy.risk import risk_card
from dispensary.queries import risk_models as records
from dispensary.rules.names import is_blank
from dispensary.services import audit
from dispensary.services.act import Act
from dispensary.services.facts import write
from dispensary.services.refit import Fitted, Material
from dispensary.wording import N_, say
from models import RiskModel, RiskModelDecision
from models.enums import AuditKind, RiskModelKind, RiskModelStep

LETTER = {RiskModelKind.RECALIBRATION: "R", RiskModelKind.LOCAL: "L"}


def keep(session: Session, fitted: Fitted, act: Act) -> RiskModel:
    """Keep a fitted version, frozen; nothing else changes by it."""
    of, rules = fitted.material, looking_back().evaluation
    judged = of.nights.only(of.nights.judged(Definition.C, rules, risk_card().most_no_shows))
    made = write(
        session,
        RiskModel(
            kind=fitted.kind,
            version=_name(session, fitted.kind, of, act),
            card=risk_card().version,
            coefficients=fitted.coefficients,
            data_from=of.period.first,
            data_until=of.period.last,
            known_until=of.known_until,
            code_digest=code_digest(),
            people=len(np.unique(judged.person)),
            nights=len(judged),
            events=int(judged.events(rules).sum()),
            dropouts=of.lost,
            metrics=json.dumps(fitted.metrics, sort_keys=True),
            may_be_promoted=fitted.may_be_promoted,
            **act.stamp,
        ),
    )
    audit.record(session, AuditKind.RISK_MODEL_FITTED, made, act, model_kind=made.kind.value)
    return made


def promote(session: Session, *, version: str, reason: str, act: Act) -> RiskModelDecision:
    """Put a fitted version into use from now on, instead of what was in use of its kind.

    Raises:
        NotFound: there is no such version.
        Refused: it was not shown to be better, it goes with other code or another card, or no reason is given.
        Conflict: it is in use already.
    """
    found = _found(session, version, act)
    if found.in_use:
        raise Conflict(say(N_("Version %(version)s is in use already."), version=version), code="in_use")
    if not found.may_be_promoted:
        words = say(
            N_("Version %(version)s has not met every condition. See what is missing with `dispensary risk models`."),
            version=version,
        )
        raise Refused(words, code="not_better")
    if not (found.fits_this_program and found.same_code):
        words = say(
            N_("Version %(version)s was fitted with other code or another card. Fit it again first."), version=version
        )
        raise Refused(words, code="other_code")
    return _decide(session, found, RiskModelStep.PROMOTED, reason, act)


def retire(session: Session, *, version: str, reason: str, act: Act) -> RiskModelDecision:
    """Take a version out of use; the points stand as they are printed again, or what was in use before it.

    Raises:
        NotFound: there is no such version.
        Refused: no reason is given.
        Conflict: it is not in use.
    """
    found = _found(session, version, act)
    if not found.in_use:
        raise Conflict(say(N_("Version %(version)s is not in use."), version=version), code="not_in_use")
    return _decide(session, found, RiskModelStep.RETIRED, reason, act)


def _found(session: Session, version: str, act: Act) -> records.Version:
    found = records.version(session, act.site_id, version)
    if found is None:
        words = say(N_("There is no version %(version)s here. See `dispensary risk models`."), version=version)
        raise NotFound(words, code="no_such_version")
    return found


def _decide(session: Session, found: records.Version, step: RiskModelStep, reason: str, act: Act) -> RiskModelDecision:
    if is_blank(reason):
        raise Refused(say(N_("Say why, in a sentence.")), code="no_reason", field="reason")
    made = write(session, RiskModelDecision(model_id=found.id, decision=step, reason=reason.strip(), **act.stamp))
    said = {"version": found.version, "step": step.value}
    audit.record(session, AuditKind.RISK_MODEL_DECIDED, made, act, **said)
    return made


def _name(session: Session, kind: RiskModelKind, of: Material, act: Act) -> str:
    """Return the name of the next version: its kind, the last day known, and which of that day it is."""
    stem = f"{LETTER[kind]}-{of.known_until.isoformat()}"
    taken = sum(one.version.startswith(f"{stem}-") for one in records.versions(session, act.site_id))
    return f"{stem}-{taken + 1}"
