"""How fast the teaching code is beside the library's, on this machine.

A chapter's file tests/PART/bench_CHAPTER.py lists its cases:

    CASES = [Case("GRU", "nn.GRU", gru, {"B": 32, "T": 64, "H": 256})]

`gru(B, T, H)` makes the two, and what both are given. They are timed by
turns in one process with one thread, so that whatever else the machine
does falls on both, and in seconds of the processor, unless a GPU computes;
a ratio is the median of the ratios of many turns.
"""

import importlib.util
import json
import platform
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from importlib.metadata import version
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.benchmark import Timer, timer

from book import files, layout
from book.errors import BookError

RESULTS = Path("docs", "speed.json")
"""Where the results lie below the book's root: by kind of device."""

GOAL = 1.25
"""How many times the library's time ours takes at most, on a CPU."""

TURNS = 41
LEAST = 3e-3
"""How often each is timed, and the seconds that one time is made of."""

Made = tuple[Callable[..., Any], Callable[..., Any], Sequence[Tensor]]


@dataclass(frozen=True)
class Case:
    """Ours and the library's, for one set of sizes.

    `make` takes the sizes and returns both, and the arguments of both.
    `why` tells readers, in both languages, what costs more than GOAL.
    `random`: each draws for itself, so that results are not compared.
    """

    own: str
    library: str
    make: Callable[..., Made]
    sizes: dict[str, int]
    why: dict[str, str] = field(default_factory=dict)
    random: bool = False


@dataclass(frozen=True)
class Row:
    """Times of ours over the library's: forwards alone, and with backwards."""

    own: str
    library: str
    sizes: dict[str, int]
    forwards: float
    both: float
    why: dict[str, str]


@dataclass(frozen=True)
class Run:
    """The rows of a chapter, with the machine on which they came about."""

    machine: str
    python: str
    torch: str
    date: str
    rows: list[Row]


def cases(path: Path) -> list[Case]:
    """The cases of a bench file.

    Raises: BookError if it has none.
    """
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec and spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    found = getattr(module, "CASES", None)
    if not found or not all(isinstance(case, Case) for case in found):
        raise BookError(path, 1, "it needs CASES, a list of Case")
    return list(found)


def measure(path: Path, case: Case, device: torch.device) -> Row:
    """Time a case.

    Raises: BookError if the two do not compute the same.
    """
    torch.manual_seed(0)
    own, library, given = case.make(**case.sizes)
    given = [x.detach().to(device) for x in given]
    for x in given:
        x.requires_grad_(x.is_floating_point())
    sides = [_on(side, device) for side in (own, library)]
    results = [_first(side(*given)) for side in sides]
    if not case.random:
        try:
            _compare(results, given[0])
        except AssertionError as error:
            wrong = f"{case.own} is not {case.library}: {error}"
            raise BookError(path, 1, wrong) from error
    up = torch.ones_like(results[0])
    clock = timer if device.type == "cuda" else time.process_time

    def forwards(side: Callable[..., Any]) -> Callable[[], object]:
        def run() -> None:
            with torch.no_grad():
                side(*given)

        return run

    def both(side: Callable[..., Any]) -> Callable[[], object]:
        return lambda: _first(side(*given)).backward(up)

    return Row(
        case.own,
        case.library,
        case.sizes,
        ratio(forwards(sides[0]), forwards(sides[1]), clock),
        ratio(both(sides[0]), both(sides[1]), clock),
        case.why,
    )


def ratio(
    own: Callable[[], object],
    library: Callable[[], object],
    clock: Callable[[], float],
) -> float:
    """How many times the library's time ours takes."""
    timers = [
        Timer("run()", timer=clock, globals={"run": side}, num_threads=1)
        for side in (own, library)
    ]
    slower = max(timer.timeit(2).median for timer in timers)
    number = max(1, round(LEAST / slower))
    found = []
    for turn in range(TURNS):
        order = timers if turn % 2 else timers[::-1]
        times = {timer: timer.timeit(number).median for timer in order}
        found.append(times[timers[0]] / times[timers[1]])
    return round(statistics.median(found), 3)


def run(
    root: Path, paths: Sequence[Path], device: torch.device
) -> Iterator[str]:
    """Measure the bench files at `paths`; yield each row as it comes.

    The results replace those of these chapters on this kind of device.
    """
    results = load(root)
    there = results.setdefault(device.type, {})
    for path in paths:
        rows = []
        for case in cases(path):
            row = measure(path, case, device)
            rows.append(row)
            sizes = ", ".join(f"{k} {v}" for k, v in row.sizes.items())
            yield (
                f"{row.own:20} {row.library:32} {sizes:32} "
                f"{row.forwards:6.2f} {row.both:6.2f}"
            )
        there[chapter(root, path)] = Run(
            _machine(device),
            platform.python_version(),
            version("torch"),
            datetime.now(timezone.utc).date().isoformat(),
            rows,
        )
        _write(root, results)


def find(root: Path) -> list[Path]:
    """The bench files of all chapters, in reading order."""
    paths = (layout.bench(root, n) for n in layout.navigation(root, "en"))
    return [path for path in paths if path.is_file()]


def chapter(root: Path, path: Path) -> str:
    part, last = path.relative_to(root / "tests").with_suffix("").parts
    return f"{part}/{last.removeprefix('bench_')}"


def load(root: Path) -> dict[str, dict[str, Run]]:
    """All results: by kind of device and chapter."""
    path = root / RESULTS
    if not path.is_file():
        return {}
    found = json.loads(files.text(path))
    return {
        device: {
            name: Run(**kept | {"rows": [Row(**r) for r in kept["rows"]]})
            for name, kept in runs.items()
        }
        for device, runs in found.items()
    }


def _write(root: Path, results: dict[str, dict[str, Run]]) -> None:
    order = layout.navigation(root, "en")
    text = {
        device: {n: asdict(runs[n]) for n in order if n in runs}
        for device, runs in sorted(results.items())
    }
    written = json.dumps(text, indent=1, ensure_ascii=False) + "\n"
    files.write({root / RESULTS: written})


def _on(side: Callable[..., Any], device: torch.device) -> Callable[..., Any]:
    return side.to(device) if isinstance(side, nn.Module) else side


def _first(result: Any) -> Tensor:
    """The tensor, or the first of several."""
    return result if isinstance(result, Tensor) else _first(result[0])


def _compare(results: Sequence[Tensor], x: Tensor) -> None:
    """Hold results, and what they say of x, against each other."""
    own, library = results
    torch.testing.assert_close(own, library, rtol=1e-3, atol=1e-4)
    gradients = [torch.autograd.grad(r.sum(), x)[0] for r in results]
    torch.testing.assert_close(*gradients, rtol=1e-3, atol=1e-4)


def _machine(device: torch.device) -> str:
    """The name of the GPU, or of the processor."""
    if device.type == "cuda":
        return str(torch.cuda.get_device_name(device))
    path = Path("/proc/cpuinfo")
    lines = files.text(path).splitlines() if path.is_file() else []
    names = [s.partition(":")[2] for s in lines if s.startswith("model name")]
    return names[0].strip() if names else platform.machine()
