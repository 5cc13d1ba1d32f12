"""A figure drawn as pixels and as SVG in one pass: matplotlib would walk through all its parts once for each."""

import io
import re
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import RendererAgg
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.figure import Figure

_POINTS = 72
"""Points of an inch; also the pixels of an inch in SVG, and the size of a hatching there."""
_SIZE = re.compile(r'width="[^"]*" height="[^"]*"')
_HATCHING = 'patternUnits="userSpaceOnUse"'


def draw_twice(figure: Figure, **about: str) -> tuple[np.ndarray, bytes]:
    """Draw a figure that was laid out; ``about`` is metadata of the SVG.

    Returns
    -------
    pixels : ndarray, shape (height, width, 4)
        At the resolution of the figure: red, green, blue, opacity, 0-255.
    svg : bytes
        Of the size that the figure has on paper.
    """
    width, height = figure.bbox.size
    file, unit = io.StringIO(), figure.dpi / _POINTS
    # whatever is not in pixels grows with them: lines, letters, and below what SVG knows by a fixed size
    renderer = _TwoRenderers(width, height, figure.dpi, RendererSVG(width, height, file, metadata=about))
    figure.draw(renderer)
    renderer.svg.finalize()
    text = _SIZE.sub(f'width="{width / unit:g}pt" height="{height / unit:g}pt"', file.getvalue(), count=1)
    text = text.replace(_HATCHING, f'{_HATCHING} patternTransform="scale({unit:g})"')
    return np.asarray(renderer.buffer_rgba()), text.encode("utf-8")


class _TwoRenderers(RendererAgg):
    """Draws pixels, and hands all that it draws to a renderer of SVG, which takes its pixels for points."""

    def __init__(self, width: float, height: float, dpi: float, svg: RendererSVG) -> None:
        self.svg, self.unit = svg, dpi / _POINTS
        super().__init__(width, height, dpi)

    def _update_methods(self) -> None:
        super()._update_methods()  # sets them as attributes of the object
        for name in ("draw_markers", "draw_image", "draw_quad_mesh", "draw_gouraud_triangles"):
            setattr(self, name, self._both(getattr(self, name), getattr(self.svg, name)))
        self.draw_path_collection = self._both_of_many(self.draw_path_collection, self.svg.draw_path_collection)

    def open_group(self, s: str, gid: str | None = None) -> None:
        self.svg.open_group(s, gid)

    def close_group(self, s: str) -> None:
        self.svg.close_group(s)

    def draw_path(self, gc: Any, path: Any, transform: Any, rgbFace: Any = None) -> None:
        super().draw_path(gc, path, transform, rgbFace)
        self.svg.draw_path(self._grown(gc), path, transform, rgbFace)

    def draw_text(
        self, gc: Any, x: float, y: float, s: str, prop: Any, angle: float, ismath: Any = False, mtext: Any = None
    ) -> None:
        super().draw_text(gc, x, y, s, prop, angle, ismath, mtext)
        larger = prop.copy()
        larger.set_size(prop.get_size_in_points() * self.unit)
        self.svg.draw_text(gc, x, y, s, larger, angle, ismath, mtext)

    def _both(self, pixels: Any, svg: Any) -> Any:
        def draw(gc: Any, *what: Any, **more: Any) -> None:
            pixels(gc, *what, **more)
            svg(self._grown(gc), *what, **more)

        return draw

    def _both_of_many(self, pixels: Any, svg: Any) -> Any:
        def draw(gc: Any, *what: Any, **more: Any) -> None:
            pixels(gc, *what, **more)
            *before, widths, styles, smooth, urls, position = what
            dashed = [self._dashes(*style) for style in styles]
            svg(gc, *before, np.multiply(widths, self.unit), dashed, smooth, urls, position, **more)

        return draw

    def _grown(self, gc: Any) -> Any:
        grown = self.svg.new_gc()
        grown.copy_properties(gc)
        grown.set_linewidth(gc.get_linewidth() * self.unit)
        grown.set_dashes(*self._dashes(*gc.get_dashes()))
        return grown

    def _dashes(self, shift: float, lengths: Any) -> tuple[float, Any]:
        return (shift or 0) * self.unit, None if lengths is None else [length * self.unit for length in lengths]
