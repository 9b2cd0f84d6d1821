"""The drawings of the chapter on encoder and decoder."""

import itertools
from collections.abc import Sequence

from drawings.shapes import BLUE, GREEN, GREY, INK, ORANGE, VIOLET, Sheet

SOURCE = ("the", "boy", "laughed", "<eos>")
INPUTS = ("<bos>", "nánhái", "xiào", "le")
OUTPUTS = ("nánhái", "xiào", "le", "<eos>")


def network() -> Sheet:
    """The encoder reads, the context goes over, the decoder writes."""
    sheet = Sheet(13.8, 6.0)
    encoder, decoder = [], []
    for s, word in enumerate(SOURCE):
        x = 0.65 + 1.72 * s
        state = sheet.box(x, 2.8, f"$e_{s + 1}$", width=1.1, color=BLUE)
        read = sheet.text(x, 0.7, word, color=BLUE)
        sheet.arrow(read, state, color=BLUE)
        encoder.append(state)
    for t, (word, written) in enumerate(zip(INPUTS, OUTPUTS, strict=True)):
        x = 8.35 + 1.58 * t
        state = sheet.box(x, 2.8, f"$d_{t + 1}$", width=1.1, color=GREEN)
        read = sheet.text(x, 0.7, word, color=GREEN)
        out = sheet.text(x, 5.1, written, color=VIOLET)
        sheet.arrow(read, state, color=GREEN)
        sheet.arrow(state, out, color=VIOLET)
        decoder.append(state)
    for states in (encoder, decoder):
        for before, after in itertools.pairwise(states):
            sheet.arrow(before, after)
    context = sheet.gate(7.1, 2.8, "$c$", color=ORANGE)
    sheet.arrow(encoder[-1], context, color=ORANGE)
    sheet.arrow(context, decoder[0], color=ORANGE)
    sheet.text(3.2, 4.3, "encoder", color=BLUE, size=11)
    sheet.text(6.95, 4.3, "context", color=ORANGE, size=11)
    return sheet


def forcing() -> Sheet:
    """Above, the right words are read; below, what was written."""
    sheet = Sheet(13.6, 9.4)

    def row(
        y: float, name: str, inputs: Sequence[str], outputs: Sequence[str],
        wrong: Sequence[int], fed: bool,
    ) -> None:  # fmt: skip
        sheet.text(0.1, y, name, align="left")
        states, outs, reads = [], [], []
        for t, (word, written) in enumerate(zip(inputs, outputs, strict=True)):
            x = 4.3 + 2.6 * t
            bad_in = fed and t - 1 in wrong
            state = sheet.box(x, y, f"$d_{t + 1}$", width=1.2, color=GREEN)
            reads.append(
                sheet.text(x, y - 1.5, word, color=ORANGE if bad_in else INK)
            )
            outs.append(
                sheet.text(
                    x, y + 1.5, written,
                    color=ORANGE if t in wrong else VIOLET,
                )
            )  # fmt: skip
            sheet.arrow(reads[-1], state, color=GREY)
            sheet.arrow(state, outs[-1], color=GREY)
            states.append(state)
        for before, after in itertools.pairwise(states):
            sheet.arrow(before, after)
        if fed:
            for t in range(len(outs) - 1):
                x, high = 4.3 + 2.6 * t, y + 1.5
                color = ORANGE if t in wrong else GREY
                sheet.path(
                    [(x + 1.0, high), (x + 1.3, high), (x + 1.3, y - 1.5),
                     (x + 1.7, y - 1.5)],
                    color=color, dashed=True,
                )  # fmt: skip

    right = ("<bos>", "nánhái", "zuótiān", "mǎi")
    row(7.3, "teacher forcing", right,
        ("nánhái", "mǎi", "mǎi", "le"), (1,), fed=False)  # fmt: skip
    row(2.2, "on its own", ("<bos>", "nánhái", "mǎi", "le"),
        ("nánhái", "mǎi", "le", "yì"), (1, 2, 3), fed=True)  # fmt: skip
    return sheet
