"""The drawings of the chapter on text preprocessing."""

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, VIOLET, Shape, Sheet


def pipeline() -> Sheet:
    """Tokens, the list of them by falling count, and their numbers."""
    sheet = Sheet(13.4, 8.0)
    sentence = ("the", "cat", "sat", "on", "the", "dog")
    tokens = ("<unk>", "the", "cat", "mat", "on", "sat")
    counts = ("", "2", "1", "1", "1", "1")
    places = [3.6 + 1.8 * i for i in range(6)]
    sheet.text(0.1, 7.0, "tokens", color=GREY, align="left")
    sheet.text(0.1, 4.7, "vocabulary", color=GREY, align="left")
    sheet.text(0.1, 3.5, "number", color=GREY, align="left")
    sheet.text(0.1, 5.75, "count", color=GREY, align="left")
    sheet.text(0.1, 0.9, "as numbers", color=GREY, align="left")
    table = []
    for i, x in enumerate(places):
        color = ORANGE if i == 0 else BLUE
        table.append(sheet.box(x, 4.7, tokens[i], width=1.6, color=color))
        sheet.text(x, 3.5, str(i), color=color)
        if counts[i]:
            sheet.text(x, 5.75, counts[i], color=GREY)
    for word, x in zip(sentence, places, strict=True):
        number = tokens.index(word) if word in tokens else 0
        color = ORANGE if number == 0 else VIOLET
        sheet.box(x, 7.0, word, width=1.6, color=color)
        end = sheet.box(x, 0.9, str(number), width=1.6, color=color)
        start = places[number], 3.1
        sheet.arrow(start, end.top, color=color)
    return sheet


MERGES = ((), ("e", "s"), ("es", "t"), ("l", "o"), ("lo", "w"))


def merges() -> Sheet:
    """Four words, cut finely at the top, and four merges."""
    sheet = Sheet(13.6, 7.6)
    words = {"low": "5", "lower": "2", "newest": "6", "widest": "3"}
    cell, x = 0.47, 2.9
    for word, count in words.items():
        middle = x + len(word) * cell / 2
        sheet.text(middle, 7.0, count, color=GREY)
        pieces = list(word)
        for row, pair in enumerate(MERGES):
            pieces = _merged(pieces, pair)
            left = x
            for piece in pieces:
                width = len(piece) * cell
                color = GREEN if len(piece) > 1 else BLUE
                sheet.box(
                    left + width / 2, 5.9 - 1.25 * row, piece,
                    width=width, height=0.85, color=color,
                )  # fmt: skip
                left += width
        x += len(word) * cell + 0.35
    sheet.text(1.3, 7.0, "count", color=GREY)
    for row, (pair, count) in enumerate(
        zip(MERGES[1:], ("9", "9", "7", "7"), strict=True), start=1
    ):
        y = 5.9 - 1.25 * row
        sheet.text(0.3, y, " + ".join(pair), color=GREEN, align="left")
        sheet.text(2.3, y, count, color=GREY)
    return sheet


def _merged(pieces: list[str], pair: tuple[str, ...]) -> list[str]:
    done: list[str] = []
    for piece in pieces:
        if done and (done[-1], piece) == pair:
            done[-1] += piece
        else:
            done.append(piece)
    return done


def lattice() -> Sheet:
    """Places between four characters, and words as arrows between them."""
    sheet = Sheet(13.2, 5.0)
    places = [
        sheet.gate(1.4 + 2.6 * i, 2.5, str(i), color=GREY) for i in range(5)
    ]
    for i, character in enumerate(("yán", "jiū", "shēng", "mìng")):
        sheet.text(2.7 + 2.6 * i, 2.5, character)

    def word(i: int, j: int, words: str, color: str, height: float) -> None:
        up = 1 if height > 0 else -1
        start, end = _end(places[i], up, 0.16), _end(places[j], up, -0.16)
        high = 2.5 + height
        sheet.path(
            [start, (start[0] + 0.35, high), (end[0] - 0.35, high), end],
            color=color,
        )
        middle = (start[0] + end[0]) / 2
        sheet.text(middle, high + 0.42 * up, words, color=color)

    word(0, 2, "yánjiū 35029", BLUE, 1.3)
    word(2, 4, "shēngmìng 6986", BLUE, 1.3)
    word(0, 3, "yánjiūshēng 1816", ORANGE, -1.3)
    word(3, 4, "mìng 11603", ORANGE, -1.3)
    return sheet


def _end(place: Shape, up: int, side: float) -> tuple[float, float]:
    return place.x + side, place.y + 0.42 * up
