"""The glossary: entries of all rooms together, one that is missing, one that nothing uses."""

from __future__ import annotations

import ast
import json
import re
from itertools import chain

import pytest

from analysis.errors import DataError
from analysis.language import glossary as module
from analysis.language.glossary import LANGUAGES, glossary, glossary_entry
from analysis.language.translator import Message, Translator


def entries(node=None, path=()):
    node = glossary() if node is None else node
    if set(LANGUAGES) <= set(node):
        yield path
        return
    for key, below in node.items():
        yield from entries(below, (*path, key))


def test_an_entry_that_is_missing_is_named_with_the_file_that_should_have_it():
    with pytest.raises(
        DataError, match=r"^register/words\.toml: section \[register\] has no entry 'give'; did you mean"
    ):
        glossary_entry("register", "give")
    with pytest.raises(DataError, match=r"^chapters/flows/words\.toml: section \[figures\.flow_ratio\] has no entry"):
        Translator("nl").word("figures.flow_ratio", "caption")
    with pytest.raises(DataError, match=r"^words\.toml of any room: section \[weather\] has no entry 'rain'"):
        Translator("nl").render(Message("weather", "rain"))


def test_the_same_entry_in_two_files_is_refused(tmp_path, monkeypatch):
    for room in ("one", "two"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "words.toml").write_text('[page]\nhello = { nl = "dag", en = "hello" }\n')
    monkeypatch.setattr(module, "files", lambda _: tmp_path)
    module._read.cache_clear()
    with pytest.raises(DataError, match=r"two/words\.toml: entry 'page\.hello' stands in one/words\.toml already"):
        glossary()
    module._read.cache_clear()


def test_a_message_is_rendered_with_the_messages_in_it():
    inner = Message("register", "contradicted", {"count": 2})
    outer = Message("register", "wrong_itself", {"why": inner})
    assert (
        Translator("en").render(outer) == "The printed figure itself is wrong: 2 independent relations contradict it."
    )
    assert Translator("nl").render(Message(text="As it was entered.")) == "As it was entered."


@pytest.fixture(scope="module")
def used(root):
    """Every text in code, tables and templates, the patterns of texts that code puts together, and the data."""
    source = root / "src" / "analysis"
    notebooks = [json.loads(path.read_text(encoding="utf-8")) for path in (root / "notebooks").glob("*.ipynb")]
    code = [path.read_text(encoding="utf-8") for path in source.rglob("*.py")]
    code += ["".join(cell["source"]) for each in notebooks for cell in each["cells"] if cell["cell_type"] == "code"]
    templates = [path.read_text(encoding="utf-8") for path in source.rglob("*.j2")]
    tables = [path.read_text(encoding="utf-8") for path in source.rglob("*.toml") if path.name != "words.toml"]
    texts = {text for each in tables for text in re.findall(r'"([^"]+)"', each)}
    texts |= {word for each in (*tables, *templates) for word in re.findall(r"[\w-]+", each)}
    patterns = {f"{start}(.+)" for each in templates for start in re.findall(r'"(\w+_)" ~', each)}
    for node in chain.from_iterable(ast.walk(ast.parse(each)) for each in code):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            texts.add(node.value)
        elif isinstance(node, ast.JoinedStr) and len(node.values) > 1:
            parts = (re.escape(part.value) if isinstance(part, ast.Constant) else "(.+)" for part in node.values)
            patterns.add("".join(parts))
    folders = (root / "data" / name for name in ("snapshots/published", "findings", "sources"))
    data = (path for folder in folders for path in folder.rglob("*") if path.suffix in (".csv", ".json", ".toml"))
    return texts, [re.compile(each) for each in patterns], "\n".join(path.read_text(encoding="utf-8") for path in data)


def test_every_entry_is_used(used):
    """By its key in code, a table or a template, or put together of parts; names of values come from the data too."""
    texts, patterns, data = used

    def known(text, section):
        return text in texts or (section in ("values", "series") and text in data)

    def is_used(key, section):
        matches = filter(None, (pattern.fullmatch(key) for pattern in patterns))
        return known(key, section) or any(all(known(part, section) for part in match.groups()) for match in matches)

    idle = []
    for section, *rest in entries():
        key = rest[-2] if section == "figures" and rest[-1] in ("title", "alt") else rest[-1]
        if not is_used(key, section):
            idle.append(".".join((section, *rest)))
    assert idle == []
