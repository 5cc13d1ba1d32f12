"""The certificate of a document: what it holds, and what verifying it says of a change and of a broken file."""

from __future__ import annotations

import io
import json
import socket
import zipfile

import pytest
import yaml
from bs4 import BeautifulSoup

from analysis.cli import main
from analysis.errors import CallError
from analysis.files import sha256
from analysis.site.certificate import write_certificate
from analysis.site.certificate_check import verify_certificate

DOCUMENT = "gemeentenu-2024-03"


@pytest.fixture(scope="module")
def certificate(published, tmp_path_factory):
    path = tmp_path_factory.mktemp("certificate") / "made.zip"
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(socket.socket, "connect", lambda *_: pytest.fail("a certificate asks nothing of the network"))
        write_certificate(DOCUMENT, published, path)
    return path


@pytest.fixture(scope="module")
def files(certificate):
    with zipfile.ZipFile(certificate) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def rewritten(path, files: dict[str, bytes]):
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    path.write_bytes(stream.getvalue())
    return path


def test_it_is_an_ro_crate_of_all_that_the_verdicts_rest_on(files, published):
    graph = {each["@id"]: each for each in json.loads(files["ro-crate-metadata.json"])["@graph"]}
    listed = {name for name, each in graph.items() if each["@type"] == "File"}
    assert listed == set(files) - {"ro-crate-metadata.json"}
    assert {graph[name]["sha256"] for name in listed} == {sha256(files[name]) for name in listed}
    assert {each["@id"] for each in graph["#check"]["result"]} >= {"verdicts.csv", "verdicts.json"}
    about = json.loads(files["certificate.json"])
    assert about["snapshot"] == {"name": "published", "kind": "published", "digest": published.digest}
    assert len(json.loads(files["verdicts.json"])) == 15  # rows of the document


def test_codecheck_names_the_document_and_no_fact_that_was_inferred(files):
    content = yaml.safe_load(files["codecheck.yml"])
    assert content["paper"]["title"] == "Jongeren komen vaker terecht in de bijstand (title inferred, not verified)"
    assert all(each["file"] in files for each in content["manifest"])


@pytest.mark.parametrize("lang", ["nl", "en"])
def test_its_pages_lead_to_each_other_and_nowhere_else_but_to_the_document(files, lang):
    for name in (name for name in files if name.startswith(f"{lang}/")):
        for link in BeautifulSoup(files[name], "html.parser").find_all("a", href=True):
            target = link["href"].partition("#")[0]
            known = {f"{lang}/{target}", target.removeprefix("../"), "" if not target else None}
            assert target.startswith("https://www.gemeente.nu/") or known & {*files, ""}, (name, target)
    assert BeautifulSoup(files[f"{lang}/index.html"], "html.parser").html["lang"] == lang


def test_nothing_changed_where_nothing_did(certificate, capsys):
    assert main(["certificate", "verify", str(certificate)]) == 0
    assert capsys.readouterr().out == f"{certificate}: 15 numbers recomputed; nothing changed\n"


def test_what_changed_is_said(certificate, home, capsys):
    own = home / "data" / "findings" / f"{DOCUMENT}.csv"
    own.write_text(own.read_text(encoding="utf-8").replace(",401000,", ",402000,", 1), encoding="utf-8")
    assert main(["certificate", "verify", str(certificate)]) == 1
    assert "register: gn2403-n: value '401000', now '402000'" in capsys.readouterr().out


def test_a_verdict_and_a_digest_that_differ_are_said(files, tmp_path):
    changed = {**files, "verdicts.json": files["verdicts.json"].replace(b'"reproduced"', b'"differs"', 1)}
    about = json.loads(files["certificate.json"])
    about["sha256"]["verdicts.json"] = sha256(changed["verdicts.json"])
    about["snapshot"]["digest"] = "0" * 64
    about["versions"]["python"] = "2.7"
    verified = verify_certificate(rewritten(tmp_path / "c.zip", {**changed, "certificate.json": json.dumps(about)}))
    assert verified.changes[0].startswith("snapshot published: digest 0000000000000000 in the certificate, ")
    assert verified.changes[1:] == ("gn2403-n: verdict differs, now reproduced",)
    assert verified.notes[0].startswith("python: 2.7 in the certificate, 3.")


def test_a_snapshot_that_is_not_here_is_a_change(files, tmp_path):
    about = json.loads(files["certificate.json"])
    about["snapshot"]["name"] = "2031-01-01"
    verified = verify_certificate(rewritten(tmp_path / "c.zip", {**files, "certificate.json": json.dumps(about)}))
    assert verified.numbers == 0
    assert verified.changes[0].startswith("nothing could be recomputed: ")


BROKEN = {
    "no zip": lambda files: b"nothing",
    "cut": lambda files: None,
    "no certificate": lambda files: {"a.txt": b"a"},
    "changed": lambda files: {**files, "verdicts.csv": b"x"},
    "more": lambda files: {**files, "register/extra.csv": b"x"},
    "less": lambda files: {name: data for name, data in files.items() if name != "verdicts.csv"},
    "no json": lambda files: {**files, "certificate.json": b"{"},
    "a list": lambda files: {**files, "certificate.json": b"[]"},
    "later format": lambda files: {**files, "certificate.json": b'{"format": 99, "sha256": {}}'},
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_file_is_a_wrong_call(case, certificate, files, tmp_path, capsys):
    path, made = tmp_path / "broken.zip", BROKEN[case](files)
    if isinstance(made, dict):
        rewritten(path, made)
    else:
        path.write_bytes(made or certificate.read_bytes()[:-300])
    assert main(["certificate", "verify", str(path)]) == 2
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith(f"bijstand: {path}: ")


def test_wrong_calls_are_told_in_a_line_and_leave_nothing(certificate, published, tmp_path, capsys):
    with pytest.raises(CallError, match="exists already and is never overwritten"):
        write_certificate(DOCUMENT, published, certificate)
    calls = (["nowhere"], ["verify"], [DOCUMENT, "more"], ["verify", "gone.zip"])
    for call in calls:
        assert main(["certificate", *call]) == 2
        assert len(capsys.readouterr().err.splitlines()) == 1
    assert list(tmp_path.iterdir()) == []
