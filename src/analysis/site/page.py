"""What all pages of a run share: templates, style, words, and how a page names the run it is of."""

import base64
import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import pandas as pd
from jinja2 import Environment, FileSystemLoader, Template
from markupsafe import Markup
from pygments.formatters import HtmlFormatter

from analysis.language.translator import Translator

TEMPLATES = Path(__file__).parent / "templates"
_TERMS = (
    "bijstand", "aow", "stand", "instroom", "herinstroom", "uitstroomratio", "evenwichtsratio", "langdurig",
    "voorziening", "momentopname",
)  # fmt: skip
"""What the glossary of the front page explains, in its order."""

_MONTH = re.compile(r"\d{4}-\d\d")


@cache
def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, trim_blocks=True, lstrip_blocks=True)


def load_template(name: str) -> Template:
    """Return a template; each is compiled once for all pages."""
    return _environment().get_template(name)


@dataclass(frozen=True)
class Site:
    """The pages of one run.

    Attributes
    ----------
    folder : Path
        The folder of the run, in which the notebooks left tables and figures.
    record : dict
        What ``run.json`` holds.
    translator : Translator
    until : Period, optional
        The period of the newest figure.
    """

    folder: Path
    record: dict[str, Any]
    translator: Translator
    until: pd.Period | None = None

    def word(self, key: str, **fields: Any) -> str:
        """Return an entry of the section of the pages."""
        return self.translator.word("page", key, **fields)

    @property
    def title(self) -> str:
        """What the report is about, and until when its figures go."""
        title = self.word("title")
        return f"{title}, {self.word('until', period=self.period(self.until))}" if self.until is not None else title

    @property
    def simulated(self) -> bool:
        """Whether figures are of a simulated population."""
        return any(snapshot["kind"] == "simulated" for snapshot in self.record["snapshots"])

    @property
    def day(self) -> date:
        """The day on which the run began."""
        return datetime.fromisoformat(self.record["begun"]).date()

    def period(self, period: pd.Period) -> str:
        """Return a period in the language of the pages."""
        return self.translator.period(str(period))

    def date(self, day: date | str) -> str:
        """Return a day, or a month, in the language of the pages; a text that is neither stands for itself."""
        try:
            found = date.fromisoformat(str(day)[:10])
        except ValueError:
            return self.translator.period(str(day)) if _MONTH.fullmatch(str(day)) else str(day)
        return f"{found.day} {self.translator.period(f'{found:%Y-%m}')}"

    def terms(self) -> list[tuple[str, str]]:
        """Return the terms that a reader needs, each with its meaning."""
        texts = (self.translator.word("terms", key).partition(": ") for key in _TERMS)
        return [(term, meaning) for term, _, meaning in texts]

    @property
    def as_of(self) -> str:
        """The newest day of which the figures of CBS are, in the language of the pages; empty where it is not known."""
        return self.date(max((each.get("as_of") or "" for each in self.record["snapshots"]), default=""))

    def snapshot_names(self) -> str:
        """Return the snapshots with their date and the first part of their digest."""
        return "; ".join(
            f"{each['name']} ({self.date(each['created'])}, {each['digest'][:16]})" for each in self.record["snapshots"]
        )

    def render(self, template: str, *styles: str, **context: Any) -> str:
        """Return a page made of a template, in the style of all pages and in more of its own."""
        css = [(TEMPLATES / name).read_text(encoding="utf-8") for name in ("page.css", *styles)]
        return load_template(template).render(
            lang=self.translator.code,
            word=self.word,
            number=self.translator.number,
            css=Markup("".join(css)),
            site_title=self.title,
            description=self.word("subtitle"),
            record=self.record,
            simulated=self.simulated,
            **context,
        )


def json_in_page(content: Any, **layout: Any) -> Markup:
    """Return content as JSON for a script element, which nothing within it can end."""
    return Markup(json.dumps(content, ensure_ascii=False, **layout).replace("<", "\\u003c"))


def policy_hash(text: str) -> str:
    """Return what the content security policy calls this inline text, the only one of its kind it lets through."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode('utf-8')).digest()).decode('ascii')}'"


def code_css() -> Markup:
    """Return the colours of code, on a light and on a dark page."""
    light, dark = (HtmlFormatter(style=name).get_style_defs(".highlight") for name in ("xcode", "github-dark"))
    return Markup(f"{light}\n@media screen and (prefers-color-scheme: dark) {{ {dark} }}")
