"""The habits of the code that no linter knows."""

import ast
import re

from tests.house.source import ROOT, Source, name_of, sources

QUANTITIES = ("models", "dispensary", "reports")


def test_no_quantity_passes_through_a_binary_float():
    found = []
    for source in sources(*QUANTITIES):
        if source.path.startswith("dispensary/analytics/"):
            continue
        for call in source.calls():
            of_float = name_of(call.func).endswith("Decimal") and any(
                isinstance(a, ast.Constant) and isinstance(a.value, float) for a in call.args
            )
            if of_float or name_of(call.func) == "float":
                found.append(source.at(call))

    assert found == []


CLOCKS = re.compile(
    r"(^|\.)(datetime|date|dt)\.(now|utcnow|today)$|^time\.(time|time_ns|localtime|gmtime)$|^func\.now$"
)


def test_the_time_is_read_in_one_place():
    found = [
        source.at(call)
        for source in sources()
        for call in source.calls()
        if source.path != "dispensary/clock.py" and CLOCKS.search(name_of(call.func))
    ]

    assert found == []


EDGES = ("app.py", "dispensary/web/", "dispensary/cli/", "dispensary/jobs/")


def test_only_the_edges_ask_what_time_it_is():
    found = [
        source.at(node)
        for source in sources()
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and name_of(node) == "clock.now" and not source.path.startswith(EDGES)
    ]

    assert found == []


def test_only_the_edges_end_a_transaction():
    may = ("dispensary/web/", "dispensary/cli/", "dispensary/jobs/")
    found = [
        source.at(call)
        for source in sources()
        for call in source.calls()
        if name_of(call.func).endswith(("session.commit", "session.rollback")) and not source.path.startswith(may)
    ]

    assert found == []


def test_every_module_class_and_public_function_says_what_it_is_for():
    missing = []
    for source in sources():
        classes = [n for n in source.tree.body if isinstance(n, ast.ClassDef) and not n.name.startswith("_")]
        named = [*classes, *(f for place in [source.tree, *classes] for f in _functions(place))]
        missing += [] if ast.get_docstring(source.tree) else [source.path]
        missing += [
            f"{source.at(n)} {n.name}" for n in named if not n.name.startswith("_") and not ast.get_docstring(n)
        ]

    assert missing == []


def _functions(place: ast.Module | ast.ClassDef) -> list[ast.FunctionDef]:
    return [node for node in place.body if isinstance(node, ast.FunctionDef) and not _only_declares(node)]


def _only_declares(function: ast.FunctionDef) -> bool:
    body = function.body[0]
    return isinstance(body, ast.Expr) and isinstance(body.value, ast.Constant) and body.value.value is Ellipsis


VAGUE = {"utils", "util", "helpers", "helper", "common", "misc", "manager", "managers", "lib", "tools", "handlers"}


def test_no_module_or_folder_has_a_vague_name():
    parts = {part for source in sources(*QUANTITIES, "tests", "bench") for part in source.path[:-3].split("/")}

    assert parts & VAGUE == set()


VAGUE_VERBS = ("process_", "handle_", "manage_", "update_", "do_")


def test_services_are_named_by_what_the_clinic_does():
    found = [
        f"{source.at(f)} {f.name}"
        for source in sources("dispensary/services")
        for f in source.functions()
        if f.name.startswith(VAGUE_VERBS)
    ]

    assert found == []


SPOKEN = {"Refused", "Conflict", "NotFound", "NotPermitted", "Unavailable", "DomainError", "Reason"}


def test_what_is_said_to_people_is_never_a_plain_literal():
    found = []
    for source in sources("dispensary", "reports"):
        for call in source.calls():
            name = name_of(call.func).split(".")[-1]
            if name in SPOKEN:
                spoken = call.args[1:] if name == "Reason" else call.args[:1]
                spoken = [*spoken, *(k.value for k in call.keywords if k.arg in ("words", "message", "next_step"))]
                found += [source.at(call) for value in spoken if _is_literal(value)]
            if name in ("say", "Words") and call.args and _is_literal(call.args[0]):
                found.append(source.at(call))

    assert found == []


def _is_literal(value: ast.AST) -> bool:
    """Return whether this is text with words in it; marks around a gap, such as quotes, need no translator."""
    if isinstance(value, ast.JoinedStr):
        return True
    text = value.value if isinstance(value, ast.Constant) and isinstance(value.value, str) else ""
    return any(letter.isalpha() for letter in re.sub(r"%\(\w+\)s", "", text))


GETTEXT = {"_", "gettext", "lazy_gettext", "_l", "N_", "ngettext"}


def test_sentences_for_translators_are_whole_literals():
    """An f-string or a sum of strings would never be found by the translators."""
    found = [
        source.at(call)
        for source in sources("dispensary", "reports")
        for call in source.calls()
        if name_of(call.func) in GETTEXT and call.args and isinstance(call.args[0], ast.JoinedStr | ast.BinOp)
    ]

    assert found == []


ASKED_BY_ADDRESS = {
    "page", "day", "from", "until", "month", "as_of", "least", "of", "sort", "back", "lang", "paper", "asked",
    "who", "by", "gap", "ci", "cohort", "landmark", "days", "follow_up", "medication", "dose_day", "group", "way",
    "layout",
    "kind", "place",
}  # fmt: skip
"""What may stand in an address: page number, days, least days, which part of a list, order, where to go back, language,
size of paper, the number of a request or of an account, whether for all of the clinic; and by which rule retention is counted:
groups, days, the scale of an interval, a medicine, which group and way out; in whose columns the register stands; which kind
of count, and of which window. Never text about a person."""


def test_nothing_typed_about_a_person_travels_in_an_address():
    found = []
    for source in sources("dispensary/web"):
        for node in ast.walk(source.tree):
            if isinstance(node, ast.Attribute) and name_of(node) in ("request.args", "request.values"):
                asked = _asked_for(source, node)
                if asked not in ASKED_BY_ADDRESS:
                    found.append(f"{source.at(node)} {asked}")

    assert found == []


def _asked_for(source: Source, args: ast.Attribute) -> str | None:
    """Return the name that is read from the address, if it is a plain one."""
    for node in ast.walk(source.tree):
        match node:
            case ast.Call(func=ast.Attribute(value=value), args=[ast.Constant(value=str() as name), *_]) if (
                value is args
            ):
                return name
            case ast.Subscript(value=value, slice=ast.Constant(value=str() as name)) if value is args:
                return name
    return None


def test_views_hold_no_select_and_are_short():
    longest = 30
    found = []
    for source in sources("dispensary/web"):
        if not source.path.endswith("views.py"):
            continue
        found += [source.at(call) for call in source.calls() if name_of(call.func).split(".")[-1] == "select"]
        found += [
            f"{source.at(f)} {f.name} has {length} lines"
            for f in source.functions()
            if (length := (f.end_lineno or 0) - f.lineno + 1 - _docstring_lines(f)) > longest
        ]

    assert found == []


def _docstring_lines(function: ast.FunctionDef) -> int:
    first = function.body[0]
    return (first.end_lineno or 0) - first.lineno + 1 if ast.get_docstring(function) else 0


def test_nothing_is_left_to_do_or_commented_out():
    marks = re.compile(r"#\s*(TODO|FIXME|XXX|HACK)\b|^\s*#\s*(def|class|return|import|from \w+ import)\s", re.M)

    assert [s.path for s in sources(*QUANTITIES, "tests") if marks.search(s.text)] == []


def test_templates_hold_no_script_style_or_unescaped_text():
    forbidden = re.compile(
        r"<script(?![^>]*\ssrc=)|<style|\sstyle=|\son[a-z]+\s*=|\|\s*safe\b|autoescape\s+false|javascript:"
    )
    templates = sorted((ROOT / "templates").rglob("*.html"))

    assert templates
    assert [str(t) for t in templates if forbidden.search(t.read_text(encoding="utf-8"))] == []


def test_no_page_hides_who_is_signed_in_behind_a_name_of_its_own():
    """An imported macro named `who` once took the signed-in person's place in the head of the page."""
    hiding = re.compile(r"{%-?\s*(?:set\s+|macro\s+|from .* import [^%]*)\b(who|menu|endpoints)\b")
    pages = {str(path): path.read_text(encoding="utf-8") for path in (ROOT / "templates").rglob("*.html")}

    assert [name for name, text in pages.items() if "{% extends" in text and hiding.search(text)] == []


def test_the_frame_of_every_page_keeps_its_names_to_itself():
    """Its word for a missing backup once took the place of a page's own: the call for the emergency number was not shown."""
    frame = (ROOT / "templates" / "base.html").read_text(encoding="utf-8")

    assert re.findall(r"{%-?\s*set\s", frame) == []


def test_names_of_days_and_months_come_in_the_language_of_the_page():
    english = re.compile(r"strftime\([^)]*%[aAbB]")
    pages = [
        *(ROOT / "templates").rglob("*.html"),
        *(ROOT / "dispensary").rglob("*.py"),
        *(ROOT / "reports").rglob("*.py"),
    ]

    assert [str(p) for p in pages if english.search(p.read_text(encoding="utf-8"))] == []
