"""Which records are a site's and which the clinic's: the one rule, asked before anything of a record is shown or written.

People are the clinic's: every site reads on a person's pages what any site recorded. A record that is opened by itself is
opened and written at the site that recorded it alone, as its desk, its prescriber and its paper are that site's. What
stands about a person wherever they come is read and ended at every site.
"""

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from dispensary.errors import NotFound
from dispensary.wording import N_, say
from models import Absence, Base, Collector, EpisodeEnd, HealthFact, Lot, Marker, Notice, PersonLink, Stop

STANDS_EVERYWHERE = frozenset(
    model.__tablename__ for model in (Absence, Collector, EpisodeEnd, HealthFact, Lot, Marker, Notice, PersonLink, Stop)
)
"""What the window goes by wherever somebody comes, or what says who they are; a wrong one must be put right there too.
A lot comes to any site: each traces what came to itself."""


def refuse_elsewhere(session: Session, record: type[Base], record_id: int | None, site_id: int) -> None:
    """Refuse to open a record that another site recorded; one that does not exist is for its own reader to miss.

    Raises:
        NotFound: it is another site's.
    """
    refuse_row_elsewhere(session, Base.metadata.tables[record.__tablename__], record_id, site_id)


def refuse_row_elsewhere(session: Session, table: Table, row_id: int | None, site_id: int) -> None:
    """Refuse as `refuse_elsewhere`, by the table: an address names no more of a record.

    Raises:
        NotFound: it is another site's.
    """
    if row_id is None or table.name in STANDS_EVERYWHERE or "site_id" not in table.c:
        return
    recorded_at = session.scalar(select(table.c.site_id).where(table.c.id == row_id))
    if recorded_at not in (None, site_id):
        words = N_(
            "There is no such record here. What another site recorded stands on the person's pages;"
            " only that site opens or changes it."
        )
        raise NotFound(say(words), code="of_another_site")
