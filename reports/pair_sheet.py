"""The programme of a pair on paper, for the two: their weeks, what they planned and did, and when the group meets.

It goes into the person's hand. Of doses and urine it says only what the person lets their supporter see; of conflict nothing.
"""

from dataclasses import dataclass
from datetime import date

from reportlab.platypus import Flowable, Spacer
from sqlalchemy.orm import Session

from dispensary.errors import Refused
from dispensary.policy.support import support_rules
from dispensary.queries import groups, people, programme_figures, programmes, support
from dispensary.queries.groups import GroupLine
from dispensary.queries.programme_figures import DoseDays
from dispensary.queries.programmes import ActivityLine, ProgrammeLine, Week
from dispensary.queries.support import SupporterLine
from dispensary.rules.programme import SAID, Comparison
from dispensary.wording import N_, Speaker, Words, say
from models.enums import ConsentScope
from reports import page
from reports.ledger import Column, Ledger, Row, Text
from reports.page import Heading

TITLE = say(N_("Our weeks"))
COLUMNS = (
    (say(N_("Week")), 14),
    (say(N_("Group")), 18),
    (say(N_("What we do together, with whom or where")), 56),
    (say(N_("Done")), 12),
)
A_CALL_OFF = say(
    N_(
        "Whoever stands by me is here because I agreed. I can take that back on any day, without a reason, and nothing changes."
    )
)


@dataclass(frozen=True)
class PairFigures:
    """What the sheet says."""

    about: Heading
    name: str
    programme: ProgrammeLine
    group: GroupLine
    weeks: tuple[Week, ...]
    supporter: SupporterLine
    today: date
    doses: DoseDays | None
    """None unless the person lets their supporter see it."""
    urine: Comparison | None
    """As the doses."""

    @property
    def scopes(self) -> frozenset[ConsentScope]:
        """What the sheet tells of the person."""
        told = {ConsentScope.SOCIAL}
        if self.doses is not None:
            told.add(ConsentScope.ATTENDANCE)
        if self.urine is not None:
            told.add(ConsentScope.URINE_RESULTS)
        return frozenset(told)


def figures(session: Session, programme: ProgrammeLine, *, today: date, about: Heading) -> PairFigures:
    """Return what the two may see together today.

    Raises:
        Refused: the programme is over, or the consent to the supporter no longer stands.
    """
    by = support.supporter(session, programme.supporter_id, programme.site_id)
    if not by.stands:
        words = N_("The consent to this supporter ended on %(day)s. Nothing more is shown to them.")
        raise Refused(say(words, day=by.ended_on), code="consent_withdrawn")
    if not programme.runs:
        words = N_("This programme ended on %(day)s. There is no sheet of it any more.")
        raise Refused(say(words, day=programme.ended_on), code="programme_over")
    return PairFigures(
        about=about,
        name=people.identity(session, programme.person_id).name,
        programme=programme,
        group=groups.group(session, programme.group_id, programme.site_id, today),
        weeks=programmes.weeks(session, programme),
        supporter=by,
        today=today,
        doses=programme_figures.dose_days(session, programme, today) if by.about_doses else None,
        urine=programme_figures.comparison(session, programme, today) if by.about_urine else None,
    )


def render(figures: PairFigures, *, speak: Speaker) -> bytes:
    """Return the sheet as PDF; its title says nothing about anybody."""
    language, programme = figures.about.language, figures.programme
    columns = [Column(speak(title), share) for title, share in COLUMNS]
    story: list[Flowable] = [
        Text(f"{figures.name} · {figures.supporter.name}", size=14, bold=True, language=language),
        Text(speak(_when(figures)), size=10, language=language, above=3),
        Spacer(0, 8),
        Ledger(columns, _rows(figures, speak), language=language, row_height=19.0),
        *_agreed(figures, speak, language),
    ]
    if programme.span.asks_next_step(min(programme.week_on(figures.today), programme.weeks), support_rules()):
        words = say(N_("What comes next for us: ______________________________________________"))
        story.append(Text(speak(words), size=11, bold=True, language=language, above=14))
    story.append(Text(speak(A_CALL_OFF), size=9.5, language=language, above=12))
    return page.build(story, title=TITLE, about=figures.about, speak=speak, bare=True)


def _when(figures: PairFigures) -> Words:
    programme = figures.programme
    words = N_("%(weeks)s weeks from %(first)s to %(last)s. The group meets at %(at)s, %(minutes)s minutes.")
    return say(
        words,
        weeks=programme.weeks,
        first=programme.starts_on,
        last=programme.span.last_day,
        at=figures.group.starts_at,
        minutes=figures.group.minutes,
    )


def _rows(figures: PairFigures, speak: Speaker) -> list[Row]:
    """Return a line for each activity, and for each week that lies ahead the lines that wait to be filled in."""
    rows = []
    for week in figures.weeks:
        head = speak(say(N_("%(n)s: %(day)s"), n=week.number, day=week.first))
        came = speak(SAID[week.pair.who]) if week.pair else ""
        open_lines = support_rules().activities_a_week - len(week.activities) if week.last >= figures.today else 0
        lines = [(_what(one, speak), _done(one, speak)) for one in week.activities]
        lines += [("", "")] * max(open_lines, 0 if lines else 1)
        for number, (what, done) in enumerate(lines):
            rows.append(Row((head, came, what, done) if number == 0 else ("", "", what, done)))
    return rows


def _what(one: ActivityLine, speak: Speaker) -> str:
    return speak(say(N_("%(kind)s: %(what)s (%(meets)s)"), kind=one.kind, what=one.what, meets=one.meets))


def _done(one: ActivityLine, speak: Speaker) -> str:
    if one.done is None:
        return ""
    return speak(say(N_("done")) if one.done else say(N_("not done")))


def _agreed(figures: PairFigures, speak: Speaker, language: str) -> list[Flowable]:
    """Return what of doses and urine the person lets their supporter see; nothing where they agreed to nothing."""
    said: list[Words] = []
    if figures.doses is not None:
        words = N_("Doses had on %(had)s of %(due)s days since the first week.")
        said.append(say(words, had=figures.doses.had, due=figures.doses.due))
    if figures.urine is not None:
        words = N_(
            "Urine tests, positive of those taken and read: %(b)s of %(bn)s in the weeks before, %(d)s of %(dn)s since."
            " Not counted: %(bx)s before, %(dx)s since."
        )
        before, during = figures.urine.before, figures.urine.during
        counts = {"b": before.positive, "bn": before.tests, "d": during.positive, "dn": during.tests}
        said.append(say(words, **counts, bx=before.uncounted, dx=during.uncounted))
        said.append(figures.urine.words)
    return [Text(speak(words), size=10.5, language=language, above=8) for words in said]
