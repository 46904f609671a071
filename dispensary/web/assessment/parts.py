"""The forms about one part of a life, and about how somebody lives."""

from flask_babel import gettext as _

from dispensary.permissions import Permission
from dispensary.queries import assessments as records
from dispensary.queries import people
from dispensary.services import assessments
from dispensary.web import edge, gate
from dispensary.web.access import note_access
from dispensary.web.assessment.blueprint import Answer, address_of, bp, form_page, word
from dispensary.web.assessment.forms import LifeForm, PartForm
from dispensary.web.changes import carried_out
from dispensary.web.database import db
from dispensary.web.once import Work
from dispensary.wording import label
from models.enums import AssessmentDomain, Education, FamilyTies, Housing, Need
from models.enums import Work as Employment


@bp.route("/people/<int:person_id>/assessment/<domain>", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def part(person_id: int, domain: str) -> Answer:
    """Record one part of a life, whole or half done."""
    asked_about = word(AssessmentDomain, domain)
    note_access(person_id, "assessment")
    form = _begun(person_id, asked_about)

    def change(work: Work) -> str:
        assessments.assess(
            work.session,
            person_id=person_id,
            domain=asked_about,
            need=Need(form.need.data),
            findings=form.findings.data or "",
            complete=form.complete.data,
            family_took_part=form.family_took_part.data,
            assessed_on=form.assessed_on.data,
            act=work.act,
        )
        return address_of(person_id)

    title = _("Assessment: %(part)s", part=_(label(asked_about)))
    hint = _("Ask, do not tick off. What is not known yet stays open; nothing of it delays a dose.")
    return carried_out(form, change, said=_("Saved.")) or form_page(person_id, form, title, hint=hint)


def _begun(person_id: int, domain: AssessmentDomain) -> PartForm:
    """Return the form with what was found before, so that it can be taken up again."""
    session, act = db.session(), edge.act()
    episode_id = people.episode_on(session, person_id, act.site_id)
    before = records.standing(records.findings_of(session, person_id), episode_id).get(domain)
    if before is None:
        return PartForm(assessed_on=act.clinic_day)
    return PartForm(
        assessed_on=act.clinic_day,
        need=before.need,
        findings=before.findings,
        family_took_part=before.family_took_part,
        complete=before.complete,
    )


@bp.route("/people/<int:person_id>/life-situation", methods=["GET", "POST"])
@gate.requires(Permission.CASEWORK_RECORD)
def life(person_id: int) -> Answer:
    """Record how somebody lives now."""
    note_access(person_id, "life situation")
    before = next(iter(records.situations_of(db.session(), person_id)), None)
    form = LifeForm(seen_on=edge.act().clinic_day, **(_as_before(before) if before else {}))

    def change(work: Work) -> str:
        assessments.record_life_situation(
            work.session,
            person_id=person_id,
            seen_on=form.seen_on.data,
            housing=Housing(form.housing.data),
            work=Employment(form.work.data),
            education=Education(form.education.data),
            family=FamilyTies(form.family.data),
            children_under_6=form.children_under_6.number,
            act=work.act,
        )
        return address_of(person_id)

    hint = _("As it is on this day. The entries before it stay, so that the way can be seen.")
    return carried_out(form, change, said=_("Saved.")) or form_page(person_id, form, _("How somebody lives"), hint=hint)


def _as_before(before: records.Situation) -> dict[str, object]:
    return {
        "housing": before.housing,
        "work": before.work,
        "education": before.education,
        "family": before.family,
        "children_under_6": "" if before.children_under_6 is None else str(before.children_under_6),
    }
