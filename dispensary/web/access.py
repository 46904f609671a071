"""The door to a person's record: whoever opens it is noted first, in a short transaction of its own."""

from collections.abc import Collection

from dispensary.services import access
from dispensary.web import edge
from dispensary.web.database import unit_of_work


def note_access(person_id: int, page: str) -> None:
    """Note that whoever is signed in opens a person's page; call before reading anything of the person.

    Args:
        page: the name of the page, such as `person` or `history`, never its address; each has its label in
            dispensary/labels/pages.py.

    Raises:
        NotFound: there is no such person; answered with a 404 page.
    """
    act = edge.act()
    with unit_of_work() as session:
        access.note_opened(session, person_id=person_id, page=page, act=act)


def note_listed(person_ids: Collection[int], page: str) -> None:
    """Note that whoever is signed in reads a list about these people; call before it is answered.

    Args:
        page: the name of the list; it has its label in dispensary/labels/pages.py.
    """
    act = edge.act()
    with unit_of_work() as session:
        access.note_listed(session, person_ids=person_ids, page=page, act=act)
