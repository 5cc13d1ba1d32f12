"""HTML of an executed notebook by nbconvert, without its last step: it reads the page once more, which takes as long.

That step gives every picture an alternative text and lets cells of JupyterLab's template have the focus. The template
here has no such cells, and pictures without a text get one here, in the language of the page.
"""

import re
from functools import cache
from typing import Any

from nbconvert import HTMLExporter
from nbconvert.exporters.templateexporter import TemplateExporter
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.widgetsdatatypefilter import WidgetsDataTypeFilter

from analysis.site.page import TEMPLATES, Site

_OPTIONS = dict.fromkeys(("exclude_input_prompt", "exclude_output_prompt", "exclude_anchor_links"), True)
_OPTIONS |= {"template_file": str(TEMPLATES / "notebook.html.j2")}
_PRINTED = re.compile(r"<pre>(?!<span></span>)")
"""What a cell printed; code is coloured and begins with a span."""
_BARE_IMAGE = re.compile(r"<img(?=\s)(?![^>]*\salt=)")


class _Exporter(HTMLExporter):
    """What makes HTML of notebooks."""

    def from_notebook_node(self, nb: Any, resources: Any = None, **options: Any) -> tuple[str, dict[str, Any]]:
        """Return the HTML of a notebook, and what else it is made of."""
        language = nb.metadata.get("language_info", {})
        lexer = language.get("pygments_lexer", language.get("name"))
        resources = self._init_resources(resources)
        widgets = WidgetsDataTypeFilter(notebook_metadata=self._nb_metadata, parent=self, resources=resources)
        self.register_filter("highlight_code", Highlight2HTML(pygments_lexer=lexer, parent=self))
        self.register_filter("filter_data_type", widgets)
        return TemplateExporter.from_notebook_node(self, nb, resources, **options)


def html_of(site: Site, notebook: Any) -> str:
    """Return the HTML of an executed notebook; pictures have a text, and what is printed scrolls with the keyboard."""
    body, _ = _exporter().from_notebook_node(notebook)
    body = _PRINTED.sub('<pre tabindex="0">', body)
    return _BARE_IMAGE.sub(f'<img alt="{site.word("no_description")}"', body)


@cache
def _exporter() -> _Exporter:
    """Return what makes HTML of notebooks: one for all chapters, because each compiles its templates anew."""
    return _Exporter(**_OPTIONS)
