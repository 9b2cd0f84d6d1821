"""The drawings of the chapter on beam search."""

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, VIOLET, Shape, Sheet


def _node(
    sheet: Sheet, x: float, y: float, word: str, number: str, color: str
) -> Shape:
    """A word in a box, and the probability of all up to it."""
    made = sheet.box(x, y, width=2.5, height=1.5, color=color)
    sheet.text(x, y + 0.32, word, color=color)
    sheet.text(x, y - 0.34, number, color=color)
    return made


def tree() -> Sheet:
    """The steps of a beam of width 2: what is kept, and what is cut."""
    sheet = Sheet(13.7, 8.9)
    begin = sheet.box(1.05, 4.5, "<bos>", width=1.9, color=BLUE)
    steps = {
        "": (4.4, (("a", "0.36", 7.0), ("the", "0.32", 4.2),
                   ("he", "0.30", 2.55), ("<eos>", "0.02", 0.85))),
        "a": (8.3, (("teacher", "0.198", 8.0), ("doctor", "0.162", 6.3))),
        "the": (8.3, (("teacher", "0.288", 4.2), ("doctor", "0.032", 2.55))),
        "a teacher": (12.3, (("rested", "0.158", 8.0),
                             ("<eos>", "0.040", 6.3))),
        "the teacher": (12.3, (("rested", "0.230", 4.2),
                               ("<eos>", "0.058", 2.55))),
    }  # fmt: skip
    kept = {"a", "the", "a teacher", "the teacher", "a teacher rested",
            "the teacher rested"}  # fmt: skip
    nodes = {"": begin}
    for before, (x, children) in steps.items():
        for word, number, y in children:
            name = f"{before} {word}".strip()
            color = GREEN if name in kept else GREY
            nodes[name] = _node(sheet, x, y, word, number, color)
            sheet.arrow(
                nodes[before].right, nodes[name].left, color=color,
                dashed=name not in kept,
            )  # fmt: skip
    return sheet


def cost() -> Sheet:
    """The cost of two sentences, token by token, and its mean."""
    sheet = Sheet(13.0, 5.2)
    rows = (
        ("2 + 1", (("he", 1.204, BLUE), ("rested", 0.105, VIOLET)),
         "1.31 : 3 = 0.44"),
        ("3 + 1", (("the", 1.139, BLUE), ("teacher", 0.105, ORANGE),
                   ("rested", 0.223, VIOLET)), "1.47 : 4 = 0.37"),
    )  # fmt: skip
    for k, (_, parts, mean) in enumerate(rows):
        y, left = 4.4 - 2.5 * k, 0.3
        for word, size, color in parts:
            width = 5.6 * size
            sheet.box(left + width / 2, y, width=width, color=color)
            low = -1.5 if word == "teacher" else -0.95
            sheet.text(left + width / 2, y + low, word, color=color)
            left += width
        sheet.text(left + 0.25, y, mean, align="left")
    return sheet
