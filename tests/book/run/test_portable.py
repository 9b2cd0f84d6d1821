"""Pages on the machines that are not here."""

from collections.abc import Sequence
from pathlib import Path
from subprocess import CompletedProcess
from typing import Any

import pytest
import torch

from book.run import portable


def names() -> list[str]:
    return [machine.name for machine in portable.machines()]


def test_all_kinds_of_machines(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        torch.backends.cpu, "get_cpu_capability", lambda: "AVX512"
    )
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    assert names() == [
        "noise 1", "noise 2", "noise 3",
        "kernels default", "kernels avx2", "kernels avx512",
        "1 thread(s)", "2 thread(s)", "CUDA", "CUDA, noise 1",
    ]  # fmt: skip


def test_no_kernels_that_the_processor_lacks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(
        torch.backends.cpu, "get_cpu_capability", lambda: "AVX2"
    )
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    assert "kernels avx2" in names()
    assert "kernels avx512" not in names() and "CUDA" not in names()


def test_kernels_have_matching_names() -> None:
    assert portable.kernels("avx2").environment == {
        "ATEN_CPU_CAPABILITY": "avx2",
        "ONEDNN_MAX_CPU_ISA": "AVX2",
        "MKL_ENABLE_INSTRUCTIONS": "AVX2",
        "OPENBLAS_CORETYPE": "Haswell",
    }


def test_what_fails_is_named_and_printed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    calls: list[tuple[Sequence[str], dict[str, str]]] = []

    def ran(command: Sequence[str], **known: Any) -> CompletedProcess[str]:
        calls.append((command, known["env"]))
        failed = "avx" in known["env"].get("ATEN_CPU_CAPABILITY", "")
        return CompletedProcess(command, int(failed), "page.md:7: no\n", "")

    monkeypatch.setattr(portable.subprocess, "run", ran)
    monkeypatch.setattr(
        portable, "machines",
        lambda: [
            portable.Machine("noise 2", ("--noise", "2")),
            portable.kernels("avx2"),
        ],
    )  # fmt: skip
    root, pages = Path("/book"), [Path("docs/en/a.md")]
    assert portable.run(root, pages) == ["kernels avx2"]
    printed = capsys.readouterr().out
    assert "kernels avx2    FAILED" in printed and "page.md:7: no" in printed
    assert [*calls[0][0][-3:]] == ["--noise", "2", "docs/en/a.md"]
    assert portable.run(root, pages, ["noise 2"]) == []
    assert len(calls) == 3
