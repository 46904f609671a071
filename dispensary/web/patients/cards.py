"""The card of one person: issued, reported lost, revoked."""

from flask_babel import gettext as _
from werkzeug.wrappers import Response as BaseResponse

from dispensary.permissions import Permission
from dispensary.services import people
from dispensary.web import gate
from dispensary.web.changes import carried_out
from dispensary.web.once import Work
from dispensary.web.patients.forms import Press
from dispensary.web.patients.pages import address_of, bp, show_person
from models.enums import CardEnd

Answer = tuple[str, int] | BaseResponse


@bp.post("/<int:person_id>/card")
@gate.requires(Permission.CARD_ISSUE)
def issue_card(person_id: int) -> Answer:
    """Issue a new card; the one before holds no longer."""
    said = _("A new card is issued. Print it; the one before holds no longer.")
    return _issue(person_id, CardEnd.REPLACED, said)


@bp.post("/<int:person_id>/card/lost")
@gate.requires(Permission.CARD_ISSUE)
def lose_card(person_id: int) -> Answer:
    """Report the card lost and issue a new one, in one step."""
    said = _("The lost card opens nothing any more. A new one is issued: print it.")
    return _issue(person_id, CardEnd.LOST, said)


def _issue(person_id: int, because: CardEnd, said: str) -> Answer:
    form = Press()

    def change(work: Work) -> str:
        people.issue_card(work.session, person_id=person_id, because=because, act=work.act)
        return address_of(person_id)

    return carried_out(form, change, said=said) or show_person(person_id, form)


@bp.post("/<int:person_id>/card/revoke")
@gate.requires(Permission.CARD_ISSUE)
def revoke_card(person_id: int) -> Answer:
    """Revoke a lost card, without a new one."""
    form = Press()

    def change(work: Work) -> str:
        people.revoke_card(work.session, person_id=person_id, because=CardEnd.LOST, act=work.act)
        return address_of(person_id)

    return carried_out(form, change, said=_("The card is revoked.")) or show_person(person_id, form)
