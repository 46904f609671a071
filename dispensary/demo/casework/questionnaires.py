"""Questionnaires over time: mood and the last four weeks of a few people, withdrawal and substances of those who are new."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from dispensary.demo.dice import chance
from dispensary.demo.patient import Patient
from dispensary.demo.scene import Scene
from dispensary.policy.instruments.definitions import Definition, When, definition
from dispensary.services import instruments
from models.enums import Instrument, SafetyAction, Substance

EVERY = 14
"""A few people are asked again after so many days."""
ONE_IN = 7
"""Of so many people one is asked over time."""
NEW_FOR = timedelta(days=3)
ASKED_OF = (Substance.TOBACCO, Substance.ALCOHOL, Substance.CANNABIS, Substance.OPIOIDS)
SAID_SO = 0.03
"""How often somebody says that they have thought of harming themselves."""
LARGEST_OF_WELLBEING = 20
"""Health and life as somebody rates them reach from 0 to this; more is better."""
DAYS_OF_28 = {"opiates": 9, "cannabis": 8, "alcohol": 5, "injected": 4}


def in_the_evening(scene: Scene, at: datetime) -> None:
    """Ask those who are new, and those whose two weeks are over."""
    for person_id, patient in scene.patients.items():
        if person_id not in scene.casework.keeper:
            continue
        if scene.day - patient.stay.begins == NEW_FOR:
            _score(scene, patient, Instrument.COWS, at)
        elif person_id % ONE_IN == 0 and (scene.day.toordinal() + person_id) % EVERY == 0:
            _score(scene, patient, Instrument.PHQ_9, at)
            _score(scene, patient, Instrument.TOP, at)
            if person_id not in scene.casework.screened:
                scene.casework.screened.add(person_id)
                _score(scene, patient, Instrument.ASSIST, at)


def _score(scene: Scene, patient: Patient, instrument: Instrument, at: datetime) -> None:
    by = "nurse3" if instrument is Instrument.COWS else scene.casework.keeper[patient.person_id]
    act, asked = scene.act(by, at), definition(instrument)
    values = dict(_answers(scene, patient, asked))
    score = instruments.score_instrument(
        scene.session, definition=asked, values=values, taken_on=scene.day, act=act, person_id=patient.person_id
    )
    if any(values.get(key) for key in asked.safety):
        done = SafetyAction.TALKED_NO_PLAN
        note = "passing thoughts, no plan; knows whom to call at night"
        instruments.take_safety_step(scene.session, score_id=score.id, action=done, note=note, act=act)


def _answers(scene: Scene, patient: Patient, asked: Definition) -> Iterator[tuple[str, int]]:
    """Yield answers that are lighter the longer somebody is in treatment."""
    rng = scene.casework.rng
    ease = max(0.25, 1 - (scene.day - patient.stay.begins).days / 150)
    if asked.instrument is Instrument.ASSIST:
        for substance in ASKED_OF:
            yield from _of_substance(scene, asked, substance)
        return
    for item in asked.items:
        if item.substance is not None:
            continue
        if item.key in asked.safety:
            yield item.key, 1 if chance(rng, SAID_SO) else 0
        elif item.is_range:
            yield item.key, _number(scene, item.key, item.values, ease)
        else:
            yield item.key, item.values[min(int(rng.random() * ease * len(item.values)), len(item.values) - 1)]


def _number(scene: Scene, key: str, values: tuple[int, ...], ease: float) -> int:
    rng = scene.casework.rng
    if values[-1] == LARGEST_OF_WELLBEING:
        return min(LARGEST_OF_WELLBEING, int(rng.uniform(9, 13) + (1 - ease) * 6))
    return int(rng.random() * ease * DAYS_OF_28.get(key, 1))


def _of_substance(scene: Scene, asked: Definition, substance: Substance) -> Iterator[tuple[str, int]]:
    """Yield what was said of one substance: ever used, lately or not, and what follows from either."""
    rng = scene.casework.rng
    ever, lately = chance(rng, 0.8), chance(rng, 0.6)
    for item in asked.of(substance):
        if item.when is When.EVER:
            yield item.key, item.most if ever else 0
        elif ever and item.when is When.RECENT:
            yield item.key, item.values[rng.randint(1, 3)] if lately else 0
        elif ever and (lately or item.when is not When.IF_RECENT):
            yield item.key, rng.choice(item.values[:3])
