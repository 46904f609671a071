import random

import pytest

from models import Base
from tests.properties.tampering import *
from tests.properties.test_tampering import HELD, NOT_LAID, _columns, said, tamper_often


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_x(session, laid):
    out = []
    for name, column in _columns():
        done = tamper_column(session, random.Random(f"{name}.{column}"), name, column)
        found = said(session, laid)
        if done is None:
            print("REFUSED", name, column)
        elif not any(mark in line for line in found for mark in done.marks):
            print("UNNAMED", done, found)
        session.rollback()
    for name in sorted(HELD - NOT_LAID):
        for way in (remove, make_up):
            try:
                done = way(session, random.Random(name), Base.metadata.tables[name], ())
                found = said(session, laid)
                if not any(mark in line for line in found for mark in done.marks):
                    print("UNNAMED", done, found)
            except Exception as e:
                print("ERR", name, way, str(e)[:100])
            session.rollback()
    print(tamper_often(session, laid, (1160, 1199)))
    print(tamper_often(session, laid, range(1000, 1160)))
