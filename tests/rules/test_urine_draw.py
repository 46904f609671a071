"""The random draw: anybody can do it again with SHA-256 alone, and a file that was touched does not hold."""

import csv
import hashlib
from io import StringIO

from dispensary.rules import urine_draw
from dispensary.rules.urine_draw import COLUMNS, METHOD, check, draw, list_digest, rank

PEOPLE = [5, 7, 9, 11, 13]
SEED = "00112233445566778899aabbccddeeff"


def file(people=PEOPLE, wanted=2, **changes):
    digest = list_digest(people)
    out = StringIO()
    writer = csv.DictWriter(out, COLUMNS)
    writer.writeheader()
    for one in draw(people, SEED, wanted):
        row = {
            "drawn_on": "2026-03-02",
            "turn": 1,
            "wanted": wanted,
            "method": METHOD,
            "seed": SEED,
            "list_digest": digest,
            "place": one.number,
            "record": one.person_id,
            "rank": one.rank,
            "drawn": "yes" if one.drawn else "no",
        }
        writer.writerow(row | changes)
    return out.getvalue()


def faults(content):
    return [fault.msgid % fault.values for fault in check(content).faults]


def test_digest_of_a_list_and_rank_of_a_place_are_plain_sha_256():
    by_hand = hashlib.sha256(b"1,5\n2,7\n3,9\n4,11\n5,13\n").hexdigest()

    assert list_digest(PEOPLE) == by_hand
    assert rank(SEED, by_hand, 3) == hashlib.sha256(f"{SEED}:{by_hand}:3".encode()).hexdigest()


def test_the_lowest_ranks_are_drawn():
    places = draw(PEOPLE, SEED, 2)

    by_rank = sorted(places, key=lambda one: one.rank)
    assert [one.drawn for one in by_rank] == [True, True, False, False, False]


def test_a_draw_is_the_same_each_time_and_another_with_another_seed():
    seeds = [f"{n:032x}" for n in range(20)]
    chosen = {tuple(one.person_id for one in draw(PEOPLE, seed, 2) if one.drawn) for seed in seeds}

    assert draw(PEOPLE, SEED, 2) == draw(PEOPLE, SEED, 2)
    assert len(chosen) > 1


def test_every_place_is_drawn_about_as_often_as_any_other():
    counts = [0] * len(PEOPLE)
    for n in range(1000):
        for one in draw(PEOPLE, f"{n:032x}", 1):
            counts[one.number - 1] += one.drawn

    assert all(150 < count < 250 for count in counts), counts


def test_everybody_can_be_drawn():
    assert all(one.drawn for one in draw(PEOPLE, SEED, len(PEOPLE)))


def test_a_file_as_it_was_written_holds():
    found = check(file())

    assert found.faults == ()
    assert (found.listed, found.wanted, len(found.drawn)) == (5, 2, 2)


def test_a_file_with_a_byte_order_mark_holds():
    assert check("\ufeff" + file()).faults == ()


def test_somebody_left_off_the_list_is_found():
    without = "\r\n".join(line for line in file().splitlines() if f",{PEOPLE[1]}," not in line)

    assert "The list is not the one that was frozen: its digest is another." in faults(without)


def test_somebody_marked_as_drawn_who_was_not_is_found():
    drawn_last = file(drawn="yes")

    assert sum("says that it was drawn, and was not" in fault for fault in faults(drawn_last)) == 3


def test_somebody_spared_is_found():
    spared = file(drawn="no")

    assert sum("was drawn, and does not say so" in fault for fault in faults(spared)) == 2


def test_another_seed_is_found():
    assert any("rank of place" in fault for fault in faults(file(seed="ff" * 16)))


def test_another_way_of_drawing_is_not_known():
    assert faults(file(method="dice")) == ["This program does not know the way of drawing dice."]


def test_what_is_no_file_of_a_draw_is_said_so():
    assert faults("") == ["This is no file of a draw: its columns are missing."]
    assert faults("a,b\n1,2\n") == ["This is no file of a draw: its columns are missing."]
    assert faults(file() + "1,2,3\n") == ["A row has too many cells, or too few."]
    assert faults(file(place="x")) == ["A place, a record or the number wanted is not a whole number."]
    assert faults(file() + file(wanted=3).split("\r\n", 1)[1]) == ["The rows are of more than one draw."]


def test_yes_and_no_are_the_words_of_the_file():
    assert (urine_draw.YES, urine_draw.NO) == ("yes", "no")
