"""The drawings of the chapter on dropout."""

from drawings.shapes import BLUE, GREEN, GREY, Sheet


def thinned() -> Sheet:
    """The whole network, and what one mask leaves of it."""
    sheet = Sheet(13.6, 7.9)
    names = [f"$x_{j}$" for j in range(1, 6)]
    _network(sheet, 0.9, names, ())
    _network(sheet, 8.1, [f"$2{name[1:]}" for name in names], (1, 4))
    sheet.text(3.1, 0.7, "all units: evaluation")
    sheet.text(10.3, 0.7, "one mask: training")
    sheet.arrow((6.0, 4.4), (7.3, 4.4))
    return sheet


def _network(
    sheet: Sheet, left: float, names: list[str], dropped: tuple[int, ...]
) -> None:
    inputs = sheet.layer(left, 4.4, 3, gap=1.3, radius=0.35)
    hidden = sheet.layer(
        left + 2.2, 4.4, names, color=BLUE, gap=1.35, radius=0.56,
        dropped=dropped,
    )  # fmt: skip
    outputs = sheet.layer(
        left + 4.4, 4.4, 2, color=GREEN, gap=1.3, radius=0.35
    )
    gone = [hidden[i] for i in dropped]
    sheet.connect(inputs, hidden, color=GREY, without=gone)
    sheet.connect(hidden, outputs, color=GREY, without=gone)
