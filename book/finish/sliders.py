"""A figure with frames: its drawing in the page, and a slider below it.

The drawing stands in the page, and not in a file beside it, because a
script may not reach into a file that is read from disk. It is made
small: what Matplotlib names, repeats or draws invisibly is left out,
and a tenth of a point is as exact as it gets.
"""

import posixpath
import re
from collections import Counter
from html import escape
from pathlib import Path
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from book.finish.built import BuiltPage
from book.run.figures import SCHEMES, size
from book.run.kept import bare

_SVG = "{http://www.w3.org/2000/svg}"
_HREF = "{http://www.w3.org/1999/xlink}href"
_NUMBER = re.compile(r"-?\d+\.\d+")
_SPACE = re.compile(r"\s*([A-Za-z]|$)\s*")


def add(page: BuiltPage) -> None:
    """Put sliders below the figures of a page that have frames."""
    folder = page.root / "docs" / page.language / posixpath.dirname(page.place)
    for image in page.all("figure img[src$='.svg']"):
        path = folder / str(image.attributes["src"])
        if not path.is_file() or " data-slider=" not in (svg := _read(path)):
            continue
        label = ElementTree.fromstring(svg).get("data-slider", "")
        drawing = small(svg, path.stem, image.attributes["alt"] or "")
        frames = [int(g.get("data-frame", 0)) for g in drawing.iter("g")]
        value = next(
            "".join(group.itertext()).strip()
            for group in drawing.iter("g")
            if group.get("class") == "value" and not group.get("display")
        )
        link = image.parent
        assert link is not None and link.parent is not None
        figure, caption = link.parent, link.next
        assert caption is not None
        figure.attrs["class"] = "slider"
        figure.inner_html = (
            ElementTree.tostring(drawing, encoding="unicode")
            + f"<label><span>{escape(label)}</span>"
            + f'<input type="range" max="{max(frames)}" '
            + f'value="{max(frames) // 2}" '
            + f'aria-valuetext="{escape(value)}"></label>{caption.html}'
        )


def _read(path: Path) -> str:
    return bare(path.read_text(encoding="utf-8"))


def small(svg: str, name: str, words: str) -> Element:
    """The drawing of an SVG of Matplotlib's, as small as it can be.

    name: of the figure, for ids and styles, as the page has others.
    words: what it shows, for who cannot see it.
    """
    root = ElementTree.fromstring(svg)
    width = str(size(svg).get("width", ""))
    ids: dict[str, str] = {}
    for element in root.iter():
        for link in (element.get("clip-path"), element.get(_HREF)):
            if link:
                ids.setdefault(_target(link), f"{name}-{len(ids)}")
    drawing = Element(
        "svg",
        {
            "class": name,
            "viewBox": root.get("viewBox", ""),
            "width": width,
            "role": "img",
            "aria-label": words,
            "font-family": "'DejaVu Sans',sans-serif",
            "stroke-linejoin": "round",
        },
    )
    for child in root:
        _copy(child, drawing, ids)
    _name_styles(drawing, name)
    return drawing


def _copy(old: Element, parent: Element, ids: dict[str, str]) -> None:
    """Put into `parent` what shows of an element."""
    tag = old.tag.removeprefix(_SVG)
    style = _style(old, tag)
    named = ids.get(old.get("id", ""))
    if tag == "style" or (style == "fill:none" and not named):
        return
    if clip := old.get("clip-path"):
        style += f";clip-path:url(#{ids[_target(clip)]})"
    new = Element(tag)
    new.text = (old.text or "").strip() or None
    new.tail = (old.tail or "").strip() or None
    if named:
        new.set("id", named)
    if style:
        new.set("style", style.lstrip(";"))
    if link := old.get(_HREF):
        new.set("href", "#" + ids[_target(link)])
    for key, value in old.attrib.items():
        if key == "d":
            new.set(key, _SPACE.sub(r"\1", _round(value)))
        elif key not in {"id", "style", "clip-path", _HREF} and not (
            key == "transform" and value.startswith("rotate(-0 ")
        ):
            new.set(key, _round(value))
    is_named = tag not in {"g", "defs"} or bool(new.attrib)
    for child in old:
        _copy(child, new if is_named or tag == "defs" else parent, ids)
    if is_named or len(new):
        parent.append(new)


def _style(old: Element, tag: str) -> str:
    """The style of an element, without what the whole drawing has."""
    rules = []
    for rule in filter(None, old.get("style", "").split(";")):
        name, _, value = (part.strip() for part in rule.partition(":"))
        if name == "font-family":
            continue
        value = _round(value, 2)
        rules.append(f"{name}:{value}")
        if name == "fill" and tag in {"text", "tspan"} and value in SCHEMES:
            rules.append("fill:light-dark({},{})".format(*SCHEMES[value]))
    return ";".join(rules)


def _name_styles(drawing: Element, name: str) -> None:
    """Say once what several elements of a drawing look like."""
    counts = Counter(element.get("style", "") for element in drawing.iter())
    names = {
        style: f"s{number}"
        for number, (style, count) in enumerate(counts.items())
        if style and count > 1
    }
    for element in drawing.iter():
        if short := names.get(element.get("style", "")):
            element.set("class", short)
            del element.attrib["style"]
    sheet = Element("style")
    rules = (f".{name} .{short}{{{s}}}" for s, short in names.items())
    sheet.text = "".join(rules)
    drawing.insert(0, sheet)


def _target(link: str) -> str:
    """The id in `#id` and in `url(#id)`."""
    return link.removeprefix("url(").strip("#)")


def _round(text: str, digits: int = 1) -> str:
    """A text whose numbers have few digits."""
    return _NUMBER.sub(
        lambda match: f"{round(float(match[0]), digits):g}", text
    )
