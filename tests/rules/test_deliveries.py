"""How a delivery differs from its order."""

from datetime import date

import pytest

from dispensary.rules.deliveries import CameBatch, OrderedLine, differences, is_complete, still_to_come
from models.enums import DeliveryDifference as D
from models.units import quantity

LITRE, HALF = quantity("1000"), quantity("500")


def ordered(count=3, size=LITRE, product=1, **values):
    return OrderedLine(product, size, count, **values)


def came(count=3, size=LITRE, product=1, lot="M1", expires_on=date(2028, 1, 31)):
    return CameBatch(product, size, count, lot, expires_on)


@pytest.mark.parametrize(
    ("lines", "before", "batches", "found"),
    [
        ([ordered()], [], [came()], []),
        ([ordered()], [], [came(1, lot="A"), came(2, lot="B")], []),
        ([ordered(1), ordered(2)], [], [came(3)], []),
        ([ordered()], [], [came(2)], [(D.FEWER, 3, 2)]),
        ([ordered()], [], [], [(D.FEWER, 3, 0)]),
        ([ordered()], [], [came(4)], [(D.MORE, 3, 4)]),
        ([ordered()], [came(2)], [came(1)], []),
        ([ordered()], [came(3)], [came(1)], [(D.MORE, 0, 1)]),
        ([ordered()], [came(5)], [], []),
        ([ordered()], [], [came(), came(1, HALF)], [(D.OTHER_SIZE, 0, 1)]),
        ([ordered()], [], [came(3, HALF)], [(D.FEWER, 3, 0), (D.OTHER_SIZE, 0, 3)]),
        ([ordered()], [], [came(), came(1, product=2)], [(D.NOT_ORDERED, 0, 1)]),
        ([ordered(lot_number="M1")], [], [came(2), came(1, lot="M2")], [(D.OTHER_LOT, 3, 1)]),
        ([ordered(2, lot_number="M1"), ordered(1)], [], [came(2), came(1, lot="M2")], []),
        ([ordered(expires_from=date(2028, 1, 31))], [], [came()], []),
        ([ordered(expires_from=date(2028, 2, 1))], [], [came()], [(D.EXPIRES_EARLIER, 3, 3)]),
    ],
)
def test_every_way_in_which_a_delivery_differs_is_named(lines, before, batches, found):
    assert [(d.kind, d.ordered, d.came) for d in differences(lines, before, batches)] == found


def test_what_is_still_to_come_is_never_less_than_nothing():
    assert still_to_come([ordered()], [came(5)]) == {(1, LITRE): 0}
    assert is_complete([ordered()], [came(5)])
    assert not is_complete([ordered()], [came(5, HALF)])
