"""The shape of what is entered about tapers, endings, contests, custody and pregnancy."""

from datetime import datetime, timedelta

from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, RadioField, SelectField, SubmitField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than its stubs

from dispensary.errors import Refused
from dispensary.policy.turns import turn_rules
from dispensary.queries.contests import Contestable
from dispensary.queries.custody import CustodyFacts
from dispensary.queries.pregnancies import CareFacts
from dispensary.rules.endings import WAYS
from dispensary.services.custody import Known
from dispensary.services.endings import Proposal
from dispensary.services.pregnancies import Care
from dispensary.web import edge
from dispensary.web.agencies.pages import agency_choices, sensible_day
from dispensary.web.disclosures.forms import one_line
from dispensary.web.forms import DayField, Form, ParagraphsField, Required, TextField, choices, id_in
from dispensary.web.station.told import ClockField, moment_of
from dispensary.wording import N_, say
from models.enums import AskedBy, Channel, ContestAbout, ContestResult, EndingReason, ReleaseKind, TaperWish

DAY = [Required(), sensible_day]
CHOOSE = [Required(_l("Choose one."))]
LONG = 2000
NOTICE_WITHIN = timedelta(days=2)


class TaperForm(Form):
    """A wish about a taper."""

    wish = RadioField(_l("What is wished of a smaller dose?"), CHOOSE, choices=choices(TaperWish))
    asked_by = RadioField(_l("Whose wish is it?"), CHOOSE, choices=choices(AskedBy))
    words = TextField(
        _l("In the person's own words"), [Required()], longest=500, description=_l("How much, how fast, and why.")
    )
    said_on = DayField(_l("Said on"), DAY)
    submit = SubmitField(_l("Pass it on to the prescriber"))


class TaperAnswerForm(Form):
    """What a prescriber answers to it."""

    followed = RadioField(
        _l("Is it done as the person wishes?"),
        CHOOSE,
        choices=[SelectChoice("yes", _l("yes")), SelectChoice("no", _l("no, or otherwise"))],
    )
    words = TextField(_l("What the person is told"), [Required()], longest=500, description=_l("The pace, and why."))
    submit = SubmitField(_l("Answer"))


class EndingForm(Form):
    """An ending is proposed."""

    reason = RadioField(
        _l("For what?"),
        CHOOSE,
        choices=choices(EndingReason),
        description=_l("Never for a urine result or missed counselling."),
    )
    account = ParagraphsField(
        _l("What happened"), [Required()], longest=LONG, description=_l("It stands on the notice that the person gets.")
    )
    offered_instead = ParagraphsField(
        _l("What was offered instead"),
        [Required()],
        longest=LONG,
        description=_l("Another window, other hours, another clinic; and what the person said to it."),
    )
    notice_on = DayField(_l("Notice in the person's hand by"), DAY)
    contest_by = DayField(_l("To be contested until"), DAY)
    last_day = DayField(_l("Last day, with its dose"), DAY)
    submit = SubmitField(_l("Propose the ending"))

    def suggest(self) -> None:
        """Fill in the shortest days that the house rules leave, on a page that nobody has sent yet."""
        rules = turn_rules()
        if self.notice_on.data is None and not self.is_submitted():
            self.notice_on.data = edge.act().clinic_day + NOTICE_WITHIN
            self.contest_by.data = self.notice_on.data + rules.contest_within
            self.last_day.data = self.contest_by.data + rules.contest_answered_within

    @property
    def proposal(self) -> Proposal:
        """What was entered, as the service wants it."""
        return Proposal(
            reason=EndingReason(self.reason.data),
            account=one_line(self.account.data),
            offered_instead=one_line(self.offered_instead.data),
            notice_on=self.notice_on.data,
            contest_by=self.contest_by.data,
            last_day=self.last_day.data,
        )


class AgreeForm(Form):
    """The second hand."""

    submit = SubmitField(_l("I agree to this ending"))


class HandedForm(Form):
    """The notice was handed over."""

    way = RadioField(
        _l("How did it come into the person's hand?"),
        CHOOSE,
        choices=choices(Channel, but=frozenset(Channel) - set(WAYS)),
    )
    submit = SubmitField(_l("It is in the person's hand"))


class TakeBackForm(Form):
    """A proposed ending is taken back."""

    reason = TextField(_l("Why it is taken back"), [Required()], longest=500, render_kw={"autofocus": True})
    submit = SubmitField(_l("Treatment goes on"))


class CarryOutForm(Form):
    """An ending is carried out."""

    note = TextField(
        _l("How it ends"), [Required()], description=_l("Where the person goes now; naloxone and letter given.")
    )
    calls = BooleanField(_l("The person agrees to be called afterwards"))
    submit = SubmitField(_l("Treatment ends today"))


class ContestForm(Form):
    """Somebody contests a decision."""

    subject = RadioField(_l("Which decision?"), CHOOSE, choices=[])
    words = ParagraphsField(_l("In the person's own words"), [Required()], longest=LONG)
    said_on = DayField(_l("Said on"), DAY)
    submit = SubmitField(_l("Take it down"))

    def offer(self, found: list[Contestable]) -> None:
        """Fill in what may be contested; nothing is asked to be chosen where there is nothing to choose from."""
        if not found:
            del self.subject
            return
        speak = edge.speaker()
        self.subject.choices = [
            SelectChoice(f"{one.about}-{one.subject_id}", f"{speak(one.words)} ({one.by}, {one.on.isoformat()})")
            for one in found
        ]

    @property
    def about(self) -> tuple[ContestAbout, int]:
        """What is contested."""
        word, _, number = str(self.subject.data).rpartition("-")
        return ContestAbout(word), id_in(number)


class ContestAnswerForm(Form):
    """What somebody else decides."""

    result = RadioField(_l("What do you decide?"), CHOOSE, choices=choices(ContestResult))
    reason = ParagraphsField(
        _l("Why"), [Required()], longest=LONG, description=_l("It stands on the paper that the person gets.")
    )
    submit = SubmitField(_l("Answer"))


class CustodyForm(Form):
    """What is known of a custody."""

    contact = TextField(
        _l("Who doses there, and how they are reached"),
        [Required()],
        longest=500,
        description=_l("Name, telephone, medicine and amount as told; or that nobody doses there."),
    )
    last_dose_told = BooleanField(_l("They know the last dose here"))
    release_on = DayField(_l("Day of release, if it is known"), [sensible_day])
    release_kind = RadioField(_l("How it is expected to end"), CHOOSE, choices=choices(ReleaseKind))
    slot_time = ClockField(_l("Expected at the window at (hours and minutes)"))
    submit = SubmitField(_l("Write it down"))

    def fill_in(self, plan: CustodyFacts | None) -> None:
        """Show what is known already, on a page that nobody has sent yet."""
        if plan is None or self.is_submitted():
            return
        self.contact.data, self.last_dose_told.data = plan.contact, plan.last_dose_told
        self.release_on.data, self.release_kind.data = plan.release_on, plan.release_kind
        if plan.slot_at is not None:
            self.slot_time.data = plan.slot_at.astimezone(edge.settings().zone).time()

    @property
    def known(self) -> Known:
        """What was entered, as the service wants it.

        Raises:
            Refused: a time without its day.
        """
        slot: datetime | None = None
        if self.slot_time.data is not None:
            if self.release_on.data is None:
                words = say(N_("A slot is on the day of release. Enter that day first."))
                raise Refused(words, code="slot_without_day", field="release_on")
            slot = moment_of(self.release_on.data, self.slot_time.data)
        return Known(
            release_on=self.release_on.data,
            release_kind=ReleaseKind(self.release_kind.data),
            contact=self.contact.data or "",
            slot_at=slot,
            last_dose_told=bool(self.last_dose_told.data),
        )


class ReleasedForm(Form):
    """A custody is over."""

    last_day = DayField(
        _l("Last day there"), DAY, description=_l("The day before the release, where the person comes on that day.")
    )
    told_by = TextField(_l("Who said so"), [Required()])
    release_kind = RadioField(_l("How it ended"), CHOOSE, choices=choices(ReleaseKind))
    calls = BooleanField(_l("The person agrees to be called afterwards"))
    submit = SubmitField(_l("The custody is over"))


class CareForm(Form):
    """Who cares for a pregnancy."""

    agency_id = SelectField(_l("Where"), choices=[], default="")
    contact = TextField(_l("Who there"), longest=500, description=_l("Midwife or doctor, and how they are reached."))
    born_on = DayField(_l("Born on"), [sensible_day])
    newborn_follow_up_on = DayField(_l("Newborn seen next on"), [sensible_day])
    note = TextField(_l("What to know"), longest=500)
    submit = SubmitField(_l("Write it down"))

    def offer(self, care: CareFacts | None) -> None:
        """Fill in what is chosen from, and what is known already."""
        self.agency_id.choices = agency_choices()
        if care is None or self.is_submitted():
            return
        self.agency_id.data = str(care.agency_id or "")
        self.contact.data, self.born_on.data, self.note.data = care.contact, care.born_on, care.note
        self.newborn_follow_up_on.data = care.newborn_follow_up_on

    @property
    def care(self) -> Care:
        """What was entered, as the service wants it."""
        return Care(
            agency_id=id_in(self.agency_id.data) or None,
            contact=self.contact.data or "",
            born_on=self.born_on.data,
            newborn_follow_up_on=self.newborn_follow_up_on.data,
            note=self.note.data or "",
        )
