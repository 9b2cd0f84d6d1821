"""How fast the teaching code is: what was measured, for its page."""

from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

from book.page import blocks
from book.run import bench
from book.run.bench import Row, Run
from book.words.site import words

PAGE = "speed.md"


def stage_speed(root: Path, language: str, folder: Path) -> None:
    """Add what was measured to the page on it, a table a machine."""
    page = folder / PAGE
    if page.is_file():
        with page.open("a", encoding="utf-8") as file:
            file.write("\n" + "\n".join(tables(root, language)))


def tables(root: Path, language: str) -> Iterator[str]:
    """Yield Markdown: a heading, a table and its reasons, a machine each."""
    said = words("speed", language)
    for device, runs in bench.load(root).items():
        machines: dict[tuple[str, ...], dict[str, Run]] = defaultdict(dict)
        for name, run in runs.items():
            machines[run.machine, run.python, run.torch][name] = run
        for number, ((machine, python, torch), those) in enumerate(
            machines.items(), 1
        ):
            yield f"## {machine} {{#{device}-{number}}}\n"
            rows = [(n, row) for n, run in those.items() for row in run.rows]
            dates = sorted(run.date for run in those.values())
            yield said["measured"].format(
                first=dates[0],
                last="" if dates[0] == dates[-1] else said["to"] + dates[-1],
                python=python,
                torch=torch,
                rows=len(rows),
                slow=sum(row.both > bench.GOAL for _, row in rows),
                goal=bench.GOAL,
            )
            yield ""
            yield from _table(root, language, rows)
            yield ""
            yield from _reasons(language, rows)


def _table(
    root: Path, language: str, rows: list[tuple[str, Row]]
) -> Iterator[str]:
    said = words("speed", language)
    heads = ("chapter", "own", "library", "sizes", "forwards", "both")
    yield "| " + " | ".join(said[head] for head in heads) + " |"
    yield "| --- | --- | --- | --- | --: | --: |"
    for name, row in rows:
        page = blocks.read(root / "docs" / language / f"{name}.md")
        sizes = ", ".join(f"{k} {v}" for k, v in row.sizes.items())
        cells = (
            f"[{page.blocks[0].text}]({name}.md)",
            f"`{row.own}`",
            f"`{row.library}`",
            sizes,
            *(_ratio(value) for value in (row.forwards, row.both)),
        )
        yield "| " + " | ".join(cells) + " |"


def _ratio(value: float) -> str:
    shown = f"{value:.2f}"
    return f"**{shown}**" if value > bench.GOAL else shown


def _reasons(language: str, rows: list[tuple[str, Row]]) -> Iterator[str]:
    """Why rows take longer, each reason once, with all that it is of."""
    reasons: dict[str, dict[str, None]] = defaultdict(dict)
    for _, row in rows:
        if row.why and max(row.forwards, row.both) > bench.GOAL:
            reasons[row.why[language]][f"`{row.own}`"] = None
    said = words("speed", language)
    for reason, names in reasons.items():
        yield f"- {said['between'].join(names)}{said['colon']}{reason}"
    yield ""
