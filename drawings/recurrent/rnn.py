"""The drawings of the chapter on recurrent networks."""

import itertools
import math

from drawings.shapes import BLUE, GREEN, GREY, INK, ORANGE, VIOLET, Sheet

ALPHABET = "abcd"
ROWS = ("bad", "cab")


def batch() -> Sheet:
    """A batch of two rows of three letters, as three one-hot matrices."""
    sheet = Sheet(13.6, 5.4)
    size = 0.72
    sheet.grid(1.5, 2.3, [list(row) for row in ROWS], color=GREY, cell=size)
    sheet.text(1.5, 3.4, "$(B, T)$", color=GREY)
    sheet.arrow((2.8, 2.3), (3.5, 2.3), color=GREY)
    for t in range(3):
        x = 5.2 + 3.45 * t
        ones = [
            [1 if letter == row[t] else 0 for letter in ALPHABET]
            for row in ROWS
        ]
        sheet.grid(
            x, 2.3, [[str(one) for one in row] for row in ones],
            color=BLUE, cell=size,
            shades=[[0.6 * one for one in row] for row in ones],
        )  # fmt: skip
        for i, letter in enumerate(ALPHABET):
            sheet.text(x + (i - 1.5) * size, 3.4, letter, color=GREY)
        sheet.text(x, 4.5, f"$x_{t + 1}$", color=BLUE, size=12)
        sheet.text(x, 0.9, "$(B, V)$", color=GREY)
    return sheet


def unrolled() -> Sheet:
    """Three steps: the same W, U and W_o in each."""
    sheet = Sheet(13.0, 6.6)
    places = (2.9, 6.6, 10.3)
    states = []
    for t, x in enumerate(places, start=1):
        state = sheet.box(x, 3.3, f"$h_{t}$", width=1.6, color=BLUE)
        read = sheet.text(x, 0.6, f"$x_{t}$", color=VIOLET, size=12)
        out = sheet.text(x, 6.0, f"$o_{t}$", color=ORANGE, size=12)
        sheet.arrow(read, state, color=VIOLET)
        sheet.arrow(state, out, color=ORANGE)
        sheet.text(x + 0.5, 1.8, "$W$", color=VIOLET)
        sheet.text(x + 0.6, 4.7, "$W_o$", color=ORANGE)
        states.append(state)
    start = sheet.text(0.5, 3.3, "$h_0$", size=12)
    for before, after in itertools.pairwise([start, *states]):
        sheet.arrow(before, after, "$U$", color=GREEN)
    end = sheet.text(12.5, 3.3, "…", size=12)
    sheet.arrow(states[-1], end, color=GREEN)
    return sheet


def kinds() -> Sheet:
    """Which steps have an input, and which an output."""
    sheet = Sheet(13.4, 10.0)
    step = 1.15

    def network(
        left: float, y: float, inputs: str, outputs: str, words: str
    ) -> None:
        places = [left + i * step for i in range(len(inputs))]
        states = [
            sheet.box(x, y, width=0.72, height=0.72, color=BLUE)
            for x in places
        ]
        for before, after in itertools.pairwise(states):
            sheet.arrow(before, after)
        for x, state, has_in, has_out in zip(
            places, states, inputs, outputs, strict=True
        ):
            if has_in == "x":
                read = sheet.gate(x, y - 1.35, "", radius=0.26, color=VIOLET)
                sheet.arrow(read, state, color=VIOLET)
            if has_out == "x":
                out = sheet.gate(x, y + 1.35, "", radius=0.26, color=ORANGE)
                sheet.arrow(state, out, color=ORANGE)
        middle = (places[0] + places[-1]) / 2
        for line, said in enumerate(words.split("\n")):
            sheet.text(middle, y - 2.1 - 0.65 * line, said)

    network(1.6, 7.9, "x", "x", "one to one")
    network(5.2, 7.9, "x..", "xxx", "one to many")
    network(9.9, 7.9, "xxx", "..x", "many to one")
    network(1.6, 3.2, "xxx", "xxx", "many to many,\nstep by step")
    network(
        7.0, 3.2, "xxx..", "..xxx", "many to many,\nfirst read, then write"
    )
    return sheet


def clip() -> Sheet:
    """A long gradient is pulled back onto the circle; a short one stays."""
    sheet = Sheet(12.0, 7.0)
    x, y, radius = 4.2, 2.9, 2.2
    turn = [2 * math.pi * i / 90 for i in range(91)]
    circle = [
        (x + radius * math.cos(a), y + radius * math.sin(a)) for a in turn
    ]
    sheet.curve(circle, color=GREY, dashed=True)
    sheet.arrow((x, y), (x - radius, y), color=GREY)
    sheet.text(x - 1.1, y - 0.45, r"$\theta$", color=GREY, size=12)
    tip = (x + 4.8, y + 3.6)
    on_circle = (x + 0.8 * radius, y + 0.6 * radius)
    sheet.path([on_circle, tip], color=ORANGE, dashed=True)
    sheet.arrow((x, y), on_circle, color=BLUE)
    sheet.text(tip[0] + 0.6, tip[1], "$g$", color=ORANGE, size=12)
    sheet.text(x + 2.4, y + 0.9, r"$\tilde g$", color=BLUE, size=12)
    sheet.arrow((x, y), (x + 0.9, y - 1.2), color=INK)
    sheet.text(x + 3.0, y - 1.6, "short: stays as it is", align="left")
    return sheet
