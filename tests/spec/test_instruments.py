"""What questionnaires add up to. One line a case: the questionnaire, what was entered, its total and what that means.

Answers are written as `item=value`, `all=value` for every item not named. A missing answer is refused rather than counted
as nothing; a value that a sign cannot have (COWS 3 for the pulse) is refused too. Question 3 of DAST-10 counts the other
way round. ASSIST has a total for each substance and none over all; alcohol has bands of its own, and who has not used
lately is not asked questions 3 to 5. Source: clinical-rules §9.
"""

import pytest

from dispensary.policy.instruments import definition
from dispensary.rules.instruments import asks_for_safety, faults_of, score_of
from models.enums import Instrument, Substance

TOTALS = """
questionnaire   | answers          | total | means
phq_9           | all=0            | 0     | minimal
phq_9           | all=0 1=3 2=1    | 4     | minimal
phq_9           | all=0 1=3 2=2    | 5     | mild
phq_9           | all=1            | 9     | mild
phq_9           | all=1 1=2        | 10    | moderate
phq_9           | all=1 1=3 2=3 3=3 | 15   | moderately severe
phq_9           | all=2 1=3 2=3    | 20    | severe
phq_9           | all=3            | 27    | severe
gad_7           | all=1            | 7     | mild
gad_7           | all=2            | 14    | moderate
gad_7           | all=2 7=3        | 15    | severe
gad_7           | all=3            | 21    | severe
cows            | all=0 1=4        | 4     | no withdrawal
cows            | all=0 11=5       | 5     | mild
cows            | all=0 1=4 3=5 11=3 | 12  | mild
cows            | all=0 1=4 3=5 4=5 | 14   | moderate
cows            | all=1 3=5 4=5 7=5 11=3 | 25 | moderately severe
cows            | all=4 3=5 4=5 7=5 11=5 | 48 | severe
dast_10         | all=0            | 1     | low
dast_10         | all=0 3=1        | 0     | none
dast_10         | all=1            | 9     | severe
dast_10         | all=1 3=0        | 10    | severe
dast_10         | all=0 1=1 2=1    | 3     | moderate
dast_10         | all=1 1=0 2=0 4=0 | 6    | substantial
sows_handelsman | all=2            | 32    | -
sows_gossop     | all=3            | 30    | -
"""

SUBSTANCES = """
substance            | Q1 to Q7      | total | means
opioids              | 3 6 6 7 8 6 6 | 39    | high
opioids              | 3 6 6 7 8 0 0 | 27    | high
opioids              | 3 6 6 7 7 0 0 | 26    | moderate
opioids              | 3 4 0 0 0 0 0 | 4     | moderate
opioids              | 3 3 0 0 0 0 0 | 3     | low
opioids              | 3 0 - - - 3 3 | 6     | moderate
opioids              | 0 - - - - - - | 0     | low
alcohol              | 3 4 6 0 0 0 0 | 10    | low
alcohol              | 3 2 3 0 0 3 3 | 11    | moderate
alcohol              | 3 6 6 7 8 0 0 | 27    | high
tobacco              | 3 6 6 7 - 6 6 | 31    | high
prescribed_medicines | 3 2 3 0 0 0 0 | 5     | moderate
shop_medicines       | 3 2 0 0 0 0 0 | 2     | low
"""

REFUSED = """
questionnaire   | answers                        | item      | because
phq_9           | 1=1 2=1                        | 3         | Answer this.
phq_9           | all=0 4=4                      | 4         | Only one of these: 0, 1, 2, 3.
phq_9           | all=0 10=1                     | 10        | This questionnaire has no such item.
cows            | all=0 1=3                      | 1         | Only one of these: 0, 1, 2, 4.
cows            | all=0 11=4                     | 11        | Only one of these: 0, 3, 5.
top             | alcohol=29                     | alcohol   | From 0 to 28.
top             | quality_of_life=21             | quality_of_life | From 0 to 20.
top             | -                              | alcohol   | Answer at least one question.
assist          | 8=0                            | 1.tobacco | Ask of one substance at least.
assist          | 1.opioids=3                    | 2.opioids | Answer this.
assist          | 1.opioids=3 2.opioids=2 6.opioids=0 7.opioids=0 4.opioids=0 5.opioids=0 | 3.opioids | Answer this.
assist          | 1.opioids=0 2.opioids=2        | 2.opioids | Never used: leave it empty.
assist          | 1.opioids=3 2.opioids=0 3.opioids=3 6.opioids=0 7.opioids=0 | 3.opioids | Not used lately: leave it empty.
assist          | 2.opioids=2                    | 1.opioids | Answer this.
assist          | 5.tobacco=5                    | 5.tobacco | This questionnaire has no such item.
"""


def rows(table):
    lines = [[cell.strip() for cell in line.split("|")] for line in table.strip().splitlines()]
    return [pytest.param(*line, id=" ".join(line)) for line in lines[1:]]


def answered(questionnaire, answers):
    given = dict(part.split("=") for part in answers.split()) if answers != "-" else {}
    every = given.pop("all", None)
    values = {item.key: int(every) for item in questionnaire.items} if every is not None else {}
    return values | {key: int(value) for key, value in given.items()}


@pytest.mark.parametrize(("name", "answers", "total", "means"), rows(TOTALS))
def test_what_answers_add_up_to(name, answers, total, means):
    questionnaire = definition(Instrument(name))
    values = answered(questionnaire, answers)

    found = score_of(questionnaire, values)

    assert faults_of(questionnaire, values) == []
    assert (found.total, found.band or "-") == (int(total), means)


@pytest.mark.parametrize(("substance", "answers", "total", "means"), rows(SUBSTANCES))
def test_what_the_answers_about_one_substance_add_up_to(substance, answers, total, means):
    questionnaire = definition(Instrument.ASSIST)
    given = enumerate(answers.split(), start=1)
    values = {f"{number}.{substance}": int(value) for number, value in given if value != "-"}

    found = score_of(questionnaire, values)

    assert faults_of(questionnaire, values) == []
    assert found.total is None
    assert [(part.substance, part.total, part.band) for part in found.parts] == [
        (Substance(substance), int(total), means)
    ]


@pytest.mark.parametrize(("name", "answers", "item", "because"), rows(REFUSED))
def test_what_cannot_be_scored(name, answers, item, because):
    questionnaire = definition(Instrument(name))

    first = {fault.item: fault for fault in reversed(faults_of(questionnaire, answered(questionnaire, answers)))}[item]

    assert first.message.msgid % first.message.values == because


@pytest.mark.parametrize(("answer", "asks"), [(0, False), (1, True), (2, True), (3, True)])
def test_any_thought_of_self_harm_asks_for_a_safety_step(answer, asks):
    questionnaire = definition(Instrument.PHQ_9)
    values = {item.key: 0 for item in questionnaire.items} | {"9": answer}

    assert asks_for_safety(questionnaire, values) is asks


def test_no_other_questionnaire_asks_for_a_safety_step():
    assert [i for i in Instrument if definition(i).safety] == [Instrument.PHQ_9]
