"""Words, permissions and audit kinds: each is known to everything that has to know it."""

import ast
import inspect
import re
from enum import StrEnum
from functools import cache

import models
from dispensary.labels import LABELS
from dispensary.labels.pages import PAGES
from dispensary.permissions import DESCRIPTIONS, ROLES, Permission
from dispensary.services import conflicts
from dispensary.wording import label
from models import Base, card_tables, enums, fact_tables
from models.enums import AuditKind, Role
from tests.house.source import Source, name_of, sources


def vocabularies() -> list[type[StrEnum]]:
    kinds = [kind for _, kind in inspect.getmembers(enums, inspect.isclass) if issubclass(kind, StrEnum)]
    return [kind for kind in kinds if kind is not StrEnum]


def test_every_word_has_a_label_that_people_can_read():
    missing = {
        f"{kind.__name__}.{word.name}"
        for kind in vocabularies()
        if kind is not AuditKind
        for word in kind
        if not LABELS.get(kind, {}).get(word, "").strip()
    }

    assert missing == set()


def noted_pages() -> dict[str, str]:
    """Return each name under which a page of a record is noted as opened, with a place that notes it; "" if not plain."""
    return {
        str(getattr(name, "value", "")): source.at(call)
        for source in sources("dispensary")
        if source.path != "dispensary/web/access.py"
        for call in source.calls()
        if name_of(call.func).endswith(("note_access", "access.note_opened"))
        for name in [*call.args[1:2], *(keyword.value for keyword in call.keywords if keyword.arg == "page")]
    }


def test_every_page_that_is_noted_as_opened_has_a_label_that_the_person_can_read():
    unlabelled = {name: at for name, at in noted_pages().items() if not PAGES.get(name, "").strip()}

    assert "person" in noted_pages()
    assert unlabelled == {}


def test_equal_words_of_two_vocabularies_keep_their_own_labels():
    assert label(Role.NURSE) == "nurse"
    assert label(enums.Desk.NURSE) == "nurses"


def test_every_permission_belongs_to_a_role():
    assert set(Permission) - frozenset().union(*ROLES.values()) == set()


def test_every_role_has_its_permissions_and_a_sentence():
    assert set(ROLES) == set(Role) == set(DESCRIPTIONS)


def test_inspector_writes_nothing_a_peer_outreach_alone_and_the_administrator_reads_no_record():
    reads = {p for p in Permission if p.endswith((".view", ".print"))}

    assert ROLES[Role.INSPECTOR] <= reads
    assert ROLES[Role.PEER] == {Permission.OUTREACH_RECORD}
    clinical = {Permission.PERSON_VIEW, Permission.HISTORY_VIEW, Permission.ORDER_VIEW, Permission.STATION_USE}
    assert not ROLES[Role.ADMINISTRATOR] & clinical


def test_every_table_is_a_fact_or_a_card():
    assert sorted([*fact_tables(), *card_tables()]) == sorted(Base.metadata.tables)


def test_every_table_is_exported_by_the_package():
    assert {m.class_.__name__ for m in Base.registry.mappers} <= set(models.__all__)


def test_every_rule_with_words_exists_in_the_schema():
    rules = {str(r.name) for t in Base.metadata.tables.values() for r in [*t.constraints, *t.indexes]}

    assert set(conflicts.MEANING) - rules == set()


NOT_WRITTEN_YET: dict[AuditKind, str] = {}
"""Kinds that no code writes yet, each with the reason why the word is there already."""

WRITERS = ("dispensary/services", "dispensary/exchange", "dispensary/demo", "dispensary/safekeeping", "dispensary/jobs")


def test_every_audit_kind_is_written_by_some_verb():
    written = {
        name_of(node).split(".")[-1]
        for source in sources(*WRITERS)
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and name_of(node).startswith(("AuditKind.", "enums.AuditKind."))
    }
    unwritten = {kind for kind in AuditKind if kind.name not in written}

    assert unwritten == set(NOT_WRITTEN_YET)


NEEDS_NO_AUDIT_ROW = {
    "access": "it is a log of its own, of who opened which record",
    "register": "the entry is chained; the verb that moved the stock writes the audit row",
    "stock": "the parts that stock verbs share; each verb writes the audit row for the whole",
    "submissions": "a token, not a change of the clinic's records",
    "tasks.note": "a consequence of the stop, order or dose that opens it, which is audited",
}
"""Services, or one verb of a service, that are given an act and write no audit row, with the reason."""


WRITES = {
    "session.add", "session.add_all", "session.delete", "session.flush", "insert", "update", "delete",
    "connection.execute",
}  # fmt: skip


def silent_verbs() -> set[str]:
    """Return the verbs that write something themselves, and no audit row by any way."""
    return {
        verb
        for verb in verbs()
        if WRITES & {name_of(node.func) for node in ast.walk(_functions()[verb][1]) if isinstance(node, ast.Call)}
        and not reaches_the_audit(verb, frozenset())
    }


def test_every_verb_writes_an_audit_row():
    unexplained = {v for v in silent_verbs() if not {v, v.split(".")[0]} & set(NEEDS_NO_AUDIT_ROW)}

    assert unexplained == set()


def test_list_of_verbs_without_an_audit_row_is_no_longer_than_needed():
    silent = silent_verbs()

    assert set(NEEDS_NO_AUDIT_ROW) - silent - {verb.split(".")[0] for verb in silent} == set()


PRIVATE = re.compile(r"name|phone|address|note|birth|identity_number|photo|jpeg|text")


def test_no_verb_tells_the_audit_who_somebody_is():
    told = [
        f"{source.at(call)} {keyword.arg}={ast.unparse(keyword.value)}"
        for source in sources(*WRITERS)
        for call in source.calls()
        if name_of(call.func).endswith("audit.record")
        for keyword in call.keywords
        if PRIVATE.search(f"{keyword.arg}={name_of(keyword.value).split('.')[-1]}")
    ]

    assert told == []


@cache
def _functions() -> dict[str, tuple[Source, ast.FunctionDef]]:
    """Return every function of the services by `module.name`."""
    return {
        f"{source.path.split('/')[-1][:-3]}.{function.name}": (source, function)
        for source in sources("dispensary/services")
        for function in source.functions()
    }


def verbs() -> set[str]:
    """Return the public functions that are given a session and an act: those that may write."""
    return {
        name
        for name, (_, f) in _functions().items()
        if not f.name.startswith("_") and {"session", "act"} <= {a.arg for a in [*f.args.args, *f.args.kwonlyargs]}
    }


def reaches_the_audit(verb: str, seen: frozenset[str]) -> bool:
    """Return whether a function calls audit.record, itself or through another function of the services."""
    if verb == "audit.record":
        return True
    if verb in seen or verb not in _functions():
        return False
    source, function = _functions()[verb]
    own = source.path.split("/")[-1][:-3]
    called = {name_of(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)}
    whole = {name if "." in name else f"{own}.{name}" for name in called} | _imported(source, called)
    return any(reaches_the_audit(name, seen | {verb}) for name in whole)


def _imported(source: Source, called: set[str]) -> set[str]:
    """Return what calls mean that were imported by their own name from another service."""
    return {
        f"{(node.module or '').split('.')[-1]}.{alias.name}"
        for node in ast.walk(source.tree)
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("dispensary.services.")
        for alias in node.names
        if (alias.asname or alias.name) in called
    }
