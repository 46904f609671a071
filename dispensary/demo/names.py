"""Made-up people: names of several countries in their own letters, birth dates, telephone numbers. Nobody is real."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from dispensary.demo.dice import chance
from models.enums import Sex


@dataclass(frozen=True)
class Country:
    """Names as they are usual in one country, and how often they are met at this clinic."""

    weight: int
    family: tuple[str, ...]
    women: tuple[str, ...]
    men: tuple[str, ...]


def _country(weight: int, family: str, women: str, men: str) -> Country:
    return Country(weight, tuple(family.split("|")), tuple(women.split("|")), tuple(men.split("|")))


COUNTRIES = (
    _country(
        22,
        "Nguyễn|Trần|Lê|Phạm|Hoàng|Huỳnh|Phan|Vũ|Võ|Đặng|Bùi|Đỗ|Hồ|Ngô|Dương",
        "Thị Hường|Thị Hương|Thị Lan|Thu Hà|Ngọc Ánh|Mỹ Linh|Kim Oanh|Bích Thủy|Thanh Tâm|Phương Thảo|Thị Yến",
        "Văn Hưởng|Văn Hùng|Minh Tuấn|Quốc Bảo|Đức Thắng|Hữu Nghĩa|Anh Dũng|Xuân Trường|Thành Đạt|Văn Sỹ",
    ),
    _country(
        24,
        "Ames|Barlow|Carver|Dunn|Ellery|Fenwick|Garrity|Holt|Ingram|Jessop|Kerr|Lowry|Marsh|Nolan|Orme|Pryce|Quill|Rowe",
        "Alice|Brenda|Carol|Dawn|Ellen|Fiona|Gail|Hazel|Irene|Joan|Karen|Lorna|Maeve|Nora|Paula",
        "Aaron|Brian|Colin|Derek|Ewan|Frank|Gareth|Hugh|Ian|Jack|Keith|Liam|Martin|Neil|Owen",
    ),
    _country(
        12,
        "García|Muñoz|Peña|Núñez|Rodríguez|López|Castañeda|Ibáñez|Ortiz|Quiñones",
        "María José|Lucía|Ángela|Begoña|Inés|Rocío|Soledad",
        "José Ángel|Andrés|Iñaki|Joaquín|Raúl|Tomás|Sebastián",
    ),
    _country(
        10,
        "王|李|張|劉|陳|楊|趙|黃|周|吳|徐|孫|歐陽|司馬",
        "秀英|麗華|美玲|雅婷|淑芬|玉蘭|小燕|曉雯",
        "偉|志明|建國|家豪|俊傑|文龍|國強|宇軒",
    ),
    _country(
        8,
        "佐藤|鈴木|高橋|田中|渡辺|伊藤|山本|中村|髙木|斎藤",
        "花子|陽子|恵子|美咲|さくら|由美",
        "太郎|健|誠|大輔|翔太|浩",
    ),
    _country(
        9,
        "Шевченко|Коваленко|Бондаренко|Ткаченко|Кравчук|Мельник|Ґалаґан|Їжакевич",
        "Олена|Ірина|Наталія|Оксана|Катерина|Євгенія",
        "Тарас|Андрій|Богдан|Іван|Олексій|Ярослав",
    ),
    _country(
        8,
        "bin Abdullah|Rahman|Ismail|Hassan|Othman|Yusof|binti Ahmad|Tan|Lim",
        "Siti Aminah|Nurul Huda|Farah|Aisyah|Rosnah",
        "Muhammad Faiz|Azlan|Hafiz|Zulkifli|Khairul",
    ),
    _country(
        7,
        "Kowalski|Wiśniewska|Dąbrowski|Łukasik|Żurek|Świątek",
        "Agnieszka|Małgorzata|Zofia|Łucja",
        "Paweł|Grzegorz|Łukasz|Stanisław",
    ),
)  # fmt: skip


@dataclass(frozen=True)
class MadeUp:
    """Who somebody is said to be."""

    family_name: str
    given_name: str
    sex: Sex
    birth_date: date
    phone: str
    address: str


def people(rng: Random, count: int, today: date) -> list[MadeUp]:
    """Return people of whom no two share both names; about seven in ten are men."""
    made: dict[tuple[str, str], MadeUp] = {}
    while len(made) < count:
        country = rng.choices(COUNTRIES, [c.weight for c in COUNTRIES])[0]
        sex = Sex.MALE if chance(rng, 0.7) else Sex.FEMALE
        family, given = rng.choice(country.family), rng.choice(country.men if sex is Sex.MALE else country.women)
        number = len(made) + 1
        if (family, given) in made:
            given = f"{given} {rng.choice('ABCDEFGHKLMNPRSTVW')}." if chance(rng, 0.5) else given
        if (family, given) in made:
            continue
        made[family, given] = MadeUp(
            family,
            given,
            sex,
            today - timedelta(days=rng.randint(21 * 365, 63 * 365)),
            f"555-{number:04}",
            f"{rng.randint(1, 180)} Example Street",
        )
    return list(made.values())
