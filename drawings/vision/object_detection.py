"""The drawings of the chapter on object detection."""

from drawings.shapes import BLUE, GREEN, GREY, INK, ORANGE, VIOLET, Sheet


def network() -> Sheet:
    """The body's maps, and a head on each of the last two."""
    sheet = Sheet(13.7, 8.0)
    rows = (
        (7.0, "image", "$32 \\times 32$", GREY),
        (5.2, "map", "$16 \\times 16$", BLUE),
        (3.4, "map", "$8 \\times 8$", BLUE),
        (1.6, "map", "$4 \\times 4$", BLUE),
    )
    before = None
    for y, words, side, color in rows:
        box = sheet.box(3.6, y, words, width=2.6, color=color)
        sheet.text(1.1, y, side, color=color)
        if before is not None:
            sheet.arrow(before, box)
        before = box
        if y > 4:
            continue
        head = sheet.box(7.3, y, "head", width=1.9, color=ORANGE)
        sheet.arrow(box, head)
        sheet.arrow(head, (9.5, y))
        count = 128 if y > 2 else 32
        sheet.text(11.4, y + 0.35, f"{count} anchors", color=GREEN)
        size = "small objects" if y > 2 else "large objects"
        sheet.text(11.4, y - 0.45, size, color=GREY)
    sheet.text(10.6, 6.6, "of each anchor:", color=INK)
    sheet.text(10.6, 5.7, "what it is", color=GREEN)
    sheet.text(10.6, 4.9, "four offsets", color=GREEN)
    sheet.text(6.6, 6.1, "stride 2", color=BLUE)
    return sheet


def suppression() -> Sheet:
    """Four boxes with scores; two of them are kept."""
    sheet = Sheet(13.6, 6.2)
    for left, title, kept_only in ((0.5, "found", False),
                                   (7.4, "what remains", True)):  # fmt: skip
        for x, y, w, h, score, color, kept in (
            (0.5, 5.0, 2.6, 2.6, "0.9", BLUE, True),
            (0.9, 4.6, 2.6, 2.7, "0.8", VIOLET, False),
            (0.2, 4.3, 2.7, 2.5, "0.6", GREEN, False),
            (3.9, 4.4, 1.8, 2.4, "0.7", ORANGE, True),
        ):
            if kept_only and not kept:
                continue
            x += left
            sheet.path(
                [(x, y), (x + w, y), (x + w, y - h), (x, y - h), (x, y)],
                color=color, head=False,
            )  # fmt: skip
            places = {
                "0.9": (x + 0.5, y + 0.35), "0.8": (x + w - 0.1, y - h - 0.4),
                "0.6": (x + 0.5, y - h - 0.35), "0.7": (x + w / 2, y + 0.35),
            }  # fmt: skip
            sheet.text(*places[score], f"${score}$", color=color)
        sheet.text(left + 2.9, 0.5, title, color=GREY)
    sheet.arrow((6.35, 3.2), (7.25, 3.2))
    return sheet
