"""Turns the published dosing histories of 873 people into a folder of our import files: names and calendar invented.

Day 0 of each person becomes a day between the first of January and the end of June 2024, staggered by their order in the
file, so that a calendar day sees many people at different points of their treatment.
"""

import csv
import gzip
import io
from collections import defaultdict
from datetime import date, timedelta
from pathlib import Path

SOURCE = Path(__file__).parents[2].parent / "shared" / "data" / "ctn0027-replay"
FIRST_DAY = date(2024, 1, 1)
STAGGER_DAYS = 180
FOLLOW_UP_DAYS = 168
MEDICATION = {"methadone": ("methadone", "liquid"), "buprenorphine": ("buprenorphine_naloxone", "tablet")}
FAMILY = [
    "Nguyễn", "Trần", "Lê", "Phạm", "Smith", "Jones", "García", "Lopez", "王", "李", "張",
    "佐藤", "鈴木", "高橋", "Kowalska", "Шевченко", "Коваль", "Rahman", "Tan", "Okafor",
]  # fmt: skip
GIVEN = [
    "Hường", "Hướng", "An", "Bình", "Anna", "James", "María", "José", "芳", "偉", "明",
    "花子", "太郎", "健", "Ewa", "Олена", "Тарас", "Siti", "Wei", "Chidi",
]  # fmt: skip


def convert(target: Path) -> dict[str, int]:
    """Write patients, episodes, doses and urine into a folder; return how many rows of each."""
    target.mkdir(parents=True, exist_ok=True)
    people = list(csv.DictReader((SOURCE / "patients.csv").read_text(encoding="utf-8").splitlines()))
    day_0 = {p["patient_id"]: FIRST_DAY + timedelta(days=n * 7 % STAGGER_DAYS) for n, p in enumerate(people)}
    last: dict[str, int] = defaultdict(int)
    doses = []
    with gzip.open(SOURCE / "doses.csv.gz", "rt", encoding="utf-8") as file:
        for row in csv.DictReader(file):
            who, day = row["patient_id"], int(row["day"])
            last[who] = max(last[who], day)
            doses.append((who, day_0[who] + timedelta(days=day), row["dose_mg"], *MEDICATION[row["medication"]]))
    with gzip.open(SOURCE / "urine.csv.gz", "rt", encoding="utf-8") as file:
        urine = [_urine(row, day_0) for row in csv.DictReader(file)]
    ends = [_end(p["patient_id"], last[p["patient_id"]]) for p in people]
    return {
        "patients": _write(
            target / "patients.csv",
            ["person", "family_name", "given_name", "number", "birth_date", "sex"],
            [_person(n, p, day_0[p["patient_id"]]) for n, p in enumerate(people)],
        ),
        "episodes": _write(
            target / "episodes.csv",
            ["person", "admitted_on", "ended_on", "end_reason"],
            [
                (p["patient_id"], day_0[p["patient_id"]], day_0[p["patient_id"]] + timedelta(days=days), reason)
                for p, (days, reason) in zip(people, ends, strict=True)
            ],
        ),
        "doses": _write(target / "doses.csv.gz", ["person", "day", "mg", "medication", "form"], doses),
        "urine": _write(target / "urine.csv.gz", ["person", "day", "substance", "result"], urine),
    }


def _person(n: int, row: dict[str, str], day_0: date) -> tuple[object, ...]:
    family, given = FAMILY[n % len(FAMILY)], GIVEN[n // len(FAMILY) % len(GIVEN)]
    age = int(row["age"].split(".")[0]) if row["age"] else 40
    born = date(day_0.year - age, 1 + n % 12, 1 + n % 28)
    sex = row["sex"] if row["sex"] in ("male", "female") else "unknown"
    return (row["patient_id"], family, given, f"R{int(row['patient_id']):05}", born, sex)


def _end(who: str, last: int) -> tuple[int, str]:
    """Return the day and reason of the end: dropped out, or, at the end of the study, on to other care."""
    return (last + 14, "dropped_out") if last < FOLLOW_UP_DAYS - 14 else (max(last, FOLLOW_UP_DAYS), "transferred_out")


def _urine(row: dict[str, str], day_0: dict[str, date]) -> tuple[object, ...]:
    day = day_0[row["patient_id"]] + timedelta(days=int(row["day"]))
    collected = row["what"] == "(collected)"
    return (row["patient_id"], day, "" if collected else row["what"], "" if collected else row["result"])


def _write(path: Path, header: list[str], rows: list[tuple[object, ...]]) -> int:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow(header)
    writer.writerows(rows)
    data = text.getvalue().encode()
    path.write_bytes(gzip.compress(data, compresslevel=1) if path.suffix == ".gz" else data)
    return len(rows)
