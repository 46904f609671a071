"""Random histories of treatment, written as bare facts: whatever the tables allow, likely or not."""

from datetime import timedelta

from hypothesis import strategies as st

import models
from models import enums
from models.enums import BottleFate, BottleState, DoseOutcome, Form, Medication
from models.units import mg
from tests import factories

A_DAY = timedelta(days=1)
LONGEST = 25
METHADONE, BUPRENORPHINE = Medication.METHADONE, Medication.BUPRENORPHINE_NALOXONE

ago = st.integers(min_value=0, max_value=LONGEST)
rhythms = st.sampled_from(
    [{}, {}, {"parts": 2}, {"every_n_days": 2}, {"every_n_days": 3}, {"weekdays": "135"}, {"injected": True}]
)
orders = st.fixed_dictionaries(
    {
        "ago": ago,
        "days": st.integers(min_value=1, max_value=40),
        "drug": st.sampled_from([METHADONE, METHADONE, BUPRENORPHINE]),
        "rhythm": rhythms,
        "ended_after": st.none() | st.integers(min_value=0, max_value=10),
    }
)
KINDS = [
    *["given"] * 12, "part_given", "withheld", "refused", "reversed", "came_up", "replaced",
    "incident", "incident_due", "elsewhere", "elsewhere_other_drug", "unverified", "not_verified",
    "bottle", "bottle", "bottle_empty", "bottle_full", "bottle_half", "bottle_early", "bottle_lost", "imported", "away",
]  # fmt: skip
happenings = st.tuples(
    st.sampled_from(KINDS),
    ago,
    st.integers(min_value=1, max_value=2),  # part of the day
    st.sampled_from([0, 0, 0, 0, 2, 9]),  # days until it was written down
    st.booleans(),  # under the second record, where there is one
)
lives = st.fixed_dictionaries(
    {
        "admitted": st.integers(min_value=0, max_value=LONGEST + 5),
        "transfer": st.none() | st.tuples(ago, st.sampled_from([METHADONE, BUPRENORPHINE])),
        "left": st.none() | st.none() | ago,
        "orders": st.lists(orders, max_size=3),
        "happened": st.lists(happenings, max_size=25),
        "two_records": st.booleans(),
    }
)
clinics = st.fixed_dictionaries(
    {
        "closed": st.sets(ago, max_size=3),
        "open_again": st.booleans(),
        "on_paper": st.sets(ago, max_size=2),
        "weekends": st.booleans(),
    }
)


class Clinic:
    """A site and whatever hypothesis lets happen in it."""

    def __init__(self, session, world):
        self.session, self.world = session, world
        self.taken = set()

    def add(self, model, *, after=0, of_day=None, **values):
        """Write one fact, recorded so many days after the day it is of."""
        day = of_day or self.world.day
        at = self.world.at + (day - self.world.day) * 1 + after * A_DAY
        return factories.save(self.session, model(**factories.stamp(self.world, recorded_at=at), **values))

    def day(self, before):
        return self.world.day - before * A_DAY

    def furnish(self, closed, open_again, on_paper, weekends):
        for before in sorted(closed):
            day = self.day(before)
            shut = self.add(
                models.ClosedDay,
                of_day=day,
                clinic_day=day,
                turn=1,
                kind=enums.ClosureKind.SUDDEN,
                reason="flood",
                announced_at=self.world.at,
            )
            if open_again:
                self.add(models.ClosedDayTakenBack, closed_day_id=shut.id, reason="dry again")
                open_again = False
        for before in sorted(on_paper):
            day = self.day(before)
            self.add(models.DowntimeDay, of_day=day, clinic_day=day, turn=1, reason="dark", declared_at=self.world.at)
        if weekends:
            self.add(
                models.SiteSetting,
                of_day=self.day(LONGEST),
                key=enums.SettingKey.OPENING_DAYS,
                effective_on=self.day(12),
                value="12345",
            )

    def live(self, admitted, transfer, left, orders, happened, two_records):
        who = factories.person(self.session)
        records = [who]
        if two_records:
            records.append(factories.person(self.session, root_id=who.id))
        first = self.day(admitted)
        last = {}
        if transfer is not None:
            day = min(self.day(transfer[0]), first)
            last = {"last_dose_on": day, "last_dose_mg": mg("60"), "last_dose_medication": transfer[1]}
        episode = self.episode(who, first, last)
        if left is not None and self.day(left) >= first:
            self.add(
                models.EpisodeEnd,
                of_day=self.day(left),
                episode_id=episode.id,
                ended_on=self.day(left),
                reason=enums.EpisodeEndReason.DROPPED_OUT,
            )
            episodes = [episode, self.episode(who, self.day(max(left - 2, 0)), {})]
        else:
            episodes = [episode]
        signed = [self.order(who, episodes, **one) for one in orders]
        for kind, before, part, after, second in happened:
            getattr(self, "_" + kind)(records[second and len(records) - 1], signed, self.day(before), part, after)
        return who

    def episode(self, who, admitted_on, last):
        return self.add(
            models.Episode,
            of_day=admitted_on,
            person_id=who.id,
            kind=enums.EpisodeKind.MAINTENANCE,
            admission=enums.Admission.NEW,
            admitted_on=admitted_on,
            **last,
        )

    def order(self, who, episodes, ago, days, drug, rhythm, ended_after):
        rhythm = dict(rhythm)
        injected = rhythm.pop("injected", False)
        starts_on = self.day(ago)
        of = next((e for e in reversed(episodes) if e.admitted_on <= starts_on), episodes[0])
        made = self.add(
            models.DoseOrder,
            of_day=min(starts_on, self.world.day),
            person_id=who.id,
            episode_id=of.id,
            version=1,
            medication=Medication.BUPRENORPHINE if injected else drug,
            form=Form.INJECTION if injected else Form.LIQUID,
            treatment_phase=enums.TreatmentPhase.MAINTENANCE,
            starts_on=starts_on,
            ends_on=starts_on + (days - 1) * A_DAY,
            reason="first",
            signed_by_id=self.world.prescriber.id,
            signed_at=self.world.at,
            **rhythm,
        )
        if injected:
            self.add(
                models.DepotPlan,
                of_day=starts_on,
                order_id=made.id,
                interval=enums.DepotInterval.WEEKLY,
                interval_days=7,
                early_days=2,
                late_days=2,
            )
        if ended_after is not None:
            day = starts_on + (ended_after - 1) * A_DAY
            reason = enums.OrderEndReason.STOPPED
            self.add(models.OrderEnd, of_day=starts_on, order_id=made.id, last_day=day, reason=reason)
        return made

    def slot(self, who, day, part, kind=enums.ClaimKind.OBSERVED):
        if (who.id, day, part) in self.taken:
            return None
        self.taken.add((who.id, day, part))
        made = self.add(models.Claim, of_day=day, person_id=who.id, clinic_day=day, part=part, turn=1, kind=kind)
        return made.id

    def dose(self, who, signed, day, part, after, *, claimed=True, ordered=True, outcome=DoseOutcome.GIVEN, **values):
        holding = [order for order in signed if order.starts_on <= day]
        if not holding and outcome not in (DoseOutcome.ELSEWHERE, DoseOutcome.INCIDENT) and "origin" not in values:
            return None
        of = holding[-1] if holding and ordered else None
        claim_id = self.slot(who, day, part) if claimed else None
        if claimed and claim_id is None:
            return None
        values = {
            "medication": of.medication if of else METHADONE,
            "form": of.form if of else None,
            "order_id": of.id if of else None,
            "ordered_mg": mg("80") if of else None,
            "taken_mg": mg("80"),
            "wasted_mg": mg("0"),
        } | values
        stamped = factories.stamp(self.world, recorded_at=self.at(day, after)) | {
            k: values.pop(k) for k in ("origin",) if k in values
        }
        return factories.save(
            self.session,
            models.Dose(
                person_id=who.id,
                clinic_day=day,
                part=part,
                claim_id=claim_id,
                outcome=outcome,
                taken_at=self.at(day, 0),
                **values,
                **stamped,
            ),
        )

    def at(self, day, after):
        return self.world.at + (day - self.world.day) + after * A_DAY

    def _given(self, who, signed, day, part, after):
        return self.dose(who, signed, day, part, after)

    def _part_given(self, who, signed, day, part, after):
        some = {"taken_mg": mg("50"), "wasted_mg": mg("30"), "refused_reason": enums.RefusedReason.LEFT_EARLY}
        self.dose(who, signed, day, part, after, outcome=DoseOutcome.PART_GIVEN, **some)

    def _withheld(self, who, signed, day, part, after):
        none = {"taken_mg": mg("0"), "withheld_reason": enums.WithheldReason.SEDATED}
        self.dose(who, signed, day, part, after, claimed=False, outcome=DoseOutcome.WITHHELD, **none)

    def _refused(self, who, signed, day, part, after):
        none = {"taken_mg": mg("0"), "refused_reason": enums.RefusedReason.NOT_WANTED}
        self.dose(who, signed, day, part, after, claimed=False, outcome=DoseOutcome.REFUSED, **none)

    def _reversed(self, who, signed, day, part, after):
        made = self._given(who, signed, day, part, 0)
        if made is not None:
            self.add(
                models.DoseReversal,
                of_day=day,
                after=after,
                dose_id=made.id,
                reason=enums.ReversalReason.KEYED_BY_MISTAKE,
                note="",
                poured=False,
                reversed_at=self.world.at,
                clinic_day=day,
            )

    def _came_up(self, who, signed, day, part, after):
        made = self._given(who, signed, day, part, 0)
        if made is not None:
            self.add(
                models.Vomiting,
                of_day=day,
                after=after,
                dose_id=made.id,
                person_id=who.id,
                clinic_day=day,
                vomited_at=self.world.at,
                minutes_after=3,
                witnessed=True,
                profile="any",
                band=1,
            )
        return made

    def _replaced(self, who, signed, day, part, after):
        made = self._came_up(who, signed, day, part, 0)
        if made is not None:
            again = {"replaces_id": made.id, "replaces_turn": 1, "outcome": DoseOutcome.REPLACEMENT}
            self.dose(who, signed, day, part, after, claimed=False, **again)

    def _incident(self, who, signed, day, part, after):
        self.dose(who, signed, day, part, after, claimed=False, ordered=False, outcome=DoseOutcome.INCIDENT)

    def _incident_due(self, who, signed, day, part, after):
        self.dose(who, signed, day, part, after, outcome=DoseOutcome.INCIDENT, taken_mg=mg("160"))

    def _elsewhere(self, who, signed, day, part, after):
        self.dose(who, signed, day, part, after, ordered=False, outcome=DoseOutcome.ELSEWHERE)

    def _elsewhere_other_drug(self, who, signed, day, part, after):
        other = {"medication": BUPRENORPHINE, "outcome": DoseOutcome.ELSEWHERE}
        self.dose(who, signed, day, part, after, ordered=False, **other)

    def _unverified(self, who, signed, day, part, after):
        return self.add(
            models.ElsewhereDose,
            of_day=day,
            after=after,
            person_id=who.id,
            clinic_day=day,
            part=part,
            source=enums.ElsewhereSource.HOSPITAL,
            source_name="Harbour Hospital",
            medication=METHADONE,
            taken_at=self.world.at,
            told_by="the person",
        )

    def _not_verified(self, who, signed, day, part, after):
        told = self._unverified(who, signed, day, part, 0)
        self.add(
            models.ElsewhereVerdict,
            of_day=day,
            after=after,
            elsewhere_dose_id=told.id,
            verified=False,
            verifier="ward",
            decided_at=self.world.at,
        )

    def _imported(self, who, signed, day, part, after):
        self.dose(who, signed, day, part, after, ordered=False, origin=enums.Origin.IMPORT)

    def _away(self, who, signed, day, part, after):
        stay = self.add(
            models.Absence,
            of_day=day,
            after=after,
            person_id=who.id,
            kind=enums.AbsenceKind.CUSTODY,
            from_on=day,
            place="county",
            told_by="family",
        )
        if part == 1:
            over = day + 3 * A_DAY
            self.add(models.AbsenceEnd, of_day=over, absence_id=stay.id, last_day=over, told_by="family")

    def _bottle(self, who, signed, day, part, after, **end):
        holding = [order for order in signed if order.starts_on <= day and order.form is Form.LIQUID]
        claim_id = self.slot(who, day, part, enums.ClaimKind.TAKE_HOME) if holding else None
        if claim_id is None:
            return
        of, handed = holding[-1], day - 2 * A_DAY
        both = {"of_day": handed, "after": after, "person_id": who.id}
        allowed = self.add(
            models.OneOffTakeHome,
            **both,
            episode_id=of.episode_id,
            reason=enums.OneOffReason.JOURNEY,
            first_on=day,
            last_on=day,
            rationale="a funeral",
            decided_at=self.world.at,
        )
        issue = self.add(
            models.TakeHomeIssue,
            **both,
            clinic_day=handed,
            one_off_id=allowed.id,
            window_id=self.world.window.id,
            issued_at=self.world.at,
        )
        made = self.add(
            models.Bottle,
            **both,
            issue_id=issue.id,
            number=1,
            of_number=1,
            covers_on=day,
            part=part,
            claim_id=claim_id,
            order_id=of.id,
            medication=of.medication,
            form=of.form,
            amount_mg=mg("80"),
        )
        if end:
            back = {} if end["fate"] is not BottleFate.RETURNED else {"seal": enums.SealState.BROKEN}
            if back:
                back["residue"] = enums.Residue.EXPECTED
            if end.get("state") in (BottleState.FULL, BottleState.PART):
                back |= {"quantity": factories.quantity("4"), "witnessed_by_id": self.world.witness.id}
            brought = day - A_DAY if end.get("early") else day + A_DAY
            self.add(
                models.BottleEnd,
                of_day=brought,
                after=after,
                bottle_id=made.id,
                clinic_day=brought,
                ended_at=self.world.at,
                **end,
                **back,
            )

    def _bottle_empty(self, *of_what):
        self._bottle(*of_what, fate=BottleFate.RETURNED, state=BottleState.EMPTY)

    def _bottle_full(self, *of_what):
        self._bottle(*of_what, fate=BottleFate.RETURNED, state=BottleState.FULL)

    def _bottle_half(self, *of_what):
        self._bottle(*of_what, fate=BottleFate.RETURNED, state=BottleState.PART)

    def _bottle_early(self, *of_what):
        self._bottle(*of_what, fate=BottleFate.RETURNED, state=BottleState.FULL, early=True)

    def _bottle_lost(self, *of_what):
        self._bottle(*of_what, fate=BottleFate.LOST)
