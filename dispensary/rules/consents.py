"""What may be told to an agency: a consent that stands, names the agency, and covers every kind of thing that is told."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from dispensary.reasons import Reason
from dispensary.wording import N_, say
from models.enums import AgencyKind, ConsentScope, DisclosureBasis, SignedOn

JUSTICE = frozenset({AgencyKind.COURT, AgencyKind.PROBATION, AgencyKind.CUSTODY})
"""To these a urine result goes on a consent of its own."""
ALWAYS = ConsentScope.IN_TREATMENT
"""Whatever is told, this is told with it."""


@dataclass(frozen=True)
class ConsentFacts:
    """What a person agreed to have told to one agency, for what purpose, and until when."""

    id: int
    agency_id: int
    agency: str
    purpose: str
    signed_on: date
    signed_how: SignedOn
    expires_on: date
    """The last day on which it holds."""
    ended_on: date | None
    """When the person took it back."""
    scopes: frozenset[ConsentScope]

    def holds_on(self, day: date) -> bool:
        """Return whether it may be relied on on a day."""
        return self.ended_on is None and self.signed_on <= day <= self.expires_on

    def covers(self, scopes: Iterable[ConsentScope]) -> bool:
        """Return whether it covers all of this."""
        return self.scopes >= set(scopes)


@dataclass(frozen=True)
class Ground:
    """On what ground something is told, as it stands on the sheet."""

    basis: DisclosureBasis
    recipient: str
    scopes: frozenset[ConsentScope]
    purpose: str
    consent: ConsentFacts | None
    notice: str
    """What the recipient must know; empty where nothing was told on a consent."""


def needs_its_own(scopes: Iterable[ConsentScope], kind: AgencyKind) -> ConsentScope | None:
    """Return what among several things needs a consent of its own: counselling notes anywhere, urine results to justice.

    Source: 42 CFR 2.31 (counselling notes apart, clinical-rules §5); product.md §9 (urine results to justice).
    """
    asked = set(scopes) - {ALWAYS}
    if len(asked) == 1:
        return None
    if ConsentScope.COUNSELLING_NOTES in asked:
        return ConsentScope.COUNSELLING_NOTES
    if ConsentScope.URINE_RESULTS in asked and kind in JUSTICE:
        return ConsentScope.URINE_RESULTS
    return None


def relied_on(
    consents: Sequence[ConsentFacts], agency_id: int, scopes: frozenset[ConsentScope], today: date
) -> ConsentFacts | list[Reason]:
    """Return the consent on which something may be told to an agency, the newest that covers it; else why there is none.

    Args:
        consents: all that the person ever gave, to whomever.
    """
    given = sorted((c for c in consents if c.agency_id == agency_id), key=lambda c: (c.signed_on, c.id), reverse=True)
    standing = [c for c in given if c.holds_on(today)]
    for consent in standing:
        if consent.covers(scopes):
            return consent
    if standing:
        return [_not_covered(standing[0], scope) for scope in sorted(scopes - standing[0].scopes)]
    return [_gone(given[0], today) if given else NONE_GIVEN]


def standing_beside(consents: Sequence[ConsentFacts], consent_id: int, today: date) -> list[ConsentFacts]:
    """Return what else stands for the agency of a consent: who takes one back means all of it, or says that this stays."""
    agency_id = next(one.agency_id for one in consents if one.id == consent_id)
    return [c for c in consents if c.agency_id == agency_id and c.id != consent_id and c.holds_on(today)]


NONE_GIVEN = Reason(
    "no_consent",
    say(N_("No consent to tell this agency anything is on record.")),
    say(N_("Ask the person, and record the consent first. Nothing is told until then.")),
    citation="42 CFR 2.31",
)
ASK_ANEW = say(N_("Ask the person for a new one, and record it. Nothing is told until then."))


def _gone(last: ConsentFacts, today: date) -> Reason:
    if last.ended_on is not None:
        message = say(N_("The person took this consent back on %(day)s."), day=last.ended_on)
        step = say(N_("Nothing may be told on it any more."))
        return Reason("consent_taken_back", message, step, citation="42 CFR 2.31")
    if last.signed_on > today:
        return Reason("consent_not_yet", say(N_("The consent begins on %(day)s."), day=last.signed_on), ASK_ANEW)
    message = say(N_("The consent for this agency expired after %(day)s."), day=last.expires_on)
    return Reason("consent_expired", message, ASK_ANEW, citation="42 CFR 2.31")


def _not_covered(standing: ConsentFacts, scope: ConsentScope) -> Reason:
    words = N_("The consent of %(day)s does not cover this: %(scope)s.")
    step = N_("Tell less, or ask the person for a consent that covers it.")
    return Reason(
        "consent_does_not_cover",
        say(words, day=standing.signed_on, scope=scope),
        say(step),
        citation="42 CFR 2.31, 2.32",
    )
