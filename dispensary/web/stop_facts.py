"""What a prescriber reads before they release a stop: since when it stands, and what is on record behind it."""

from sqlalchemy.orm import Session

from dispensary.queries import elsewhere, incidents
from dispensary.queries.elsewhere import ElsewhereReport
from dispensary.queries.incidents import IncidentCard
from dispensary.wording import N_, Moment, Words, say
from models import Stop


def behind(session: Session, stop: Stop) -> list[Words]:
    """Return the stop in sentences, with the incidents and the doses elsewhere for which it stands."""
    facts = [say(N_("Stop: %(kind)s, set %(at)s."), kind=stop.kind, at=Moment(stop.set_at))]
    if stop.note:
        facts.append(say(N_("%(note)s"), note=stop.note))
    for incident in incidents.incidents_of_stop(session, stop.id):
        facts += _incident(session, incident)
    for report in elsewhere.reports_of_stop(session, stop.id):
        facts += _report(report)
    return facts


def _incident(session: Session, card: IncidentCard) -> list[Words]:
    certain = N_("Swallowed %(at)s: %(mg)s mg %(medication)s, %(kind)s. %(note)s")
    uncertain = N_("Swallowed %(at)s: %(mg)s mg %(medication)s, the amount is not certain, %(kind)s. %(note)s")
    words = certain if card.amount_certain else uncertain
    what = say(
        words, at=Moment(card.taken_at), mg=card.taken_mg, medication=card.medication, kind=card.kind, note=card.note
    )
    seen = incidents.observations(session, card.id)
    if not seen:
        return [what, say(N_("Nobody has noted yet how the person is."))]
    last = seen[-1]
    if last.breaths_per_minute is None:
        return [what, say(N_("Last seen %(at)s: %(how)s."), at=Moment(last.observed_at), how=last.alertness)]
    words = N_("Last seen %(at)s: %(how)s, %(breaths)s breaths a minute.")
    return [what, say(words, at=Moment(last.observed_at), how=last.alertness, breaths=last.breaths_per_minute)]


def _report(report: ElsewhereReport) -> list[Words]:
    told = N_("Told by %(by)s: %(mg)s mg %(medication)s, %(source)s %(place)s, %(at)s.")
    unknown = N_("Told by %(by)s: %(medication)s, amount not known, %(source)s %(place)s, %(at)s.")
    what = say(
        unknown if report.amount_mg is None else told,
        by=report.told_by,
        mg=report.amount_mg,
        medication=report.medication,
        source=report.source,
        place=report.source_name,
        at=Moment(report.taken_at),
    )
    if report.verified is None:
        return [what, say(N_("The source has not been asked yet: it counts as perhaps taken today."))]
    if report.verified:
        words = N_("The source (%(verifier)s): it gave %(mg)s mg, which counts as taken.")
        return [what, say(words, verifier=report.verifier, mg=report.confirmed_mg)]
    return [what, say(N_("The source (%(verifier)s): it gave none, or cannot say."), verifier=report.verifier)]
