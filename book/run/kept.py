"""What the file of a figure keeps beside the drawing: see figures.py."""

import re

KEPT = re.compile(r"\s*<metadata>(.*?)</metadata>", re.DOTALL)


def bare(svg: str) -> str:
    """The drawing alone, as a reader gets it."""
    return KEPT.sub("", svg)
