"""Run pages as other machines would: one by one, in processes of their own.

Rounding noise stands for the machines that are not here. Beside it the
kernels that PyTorch, oneDNN, MKL and OpenBLAS have for older
processors, one thread and two, and CUDA where there is one.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

SEEDS = (1, 2, 3)

_KERNELS = {
    "default": ("SSE41", "SSE4_2", "Nehalem"),
    "avx2": ("AVX2", "AVX2", "Haswell"),
    "avx512": ("AVX512_CORE", "AVX512", "SkylakeX"),
}
"""For ATEN_CPU_CAPABILITY: what oneDNN, MKL and OpenBLAS call it."""


@dataclass(frozen=True)
class Machine:
    """A way to run pages: its name, options of pytest, environment."""

    name: str
    options: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)


def machines() -> Iterator[Machine]:
    """All that this machine can stand for."""
    import torch

    for seed in SEEDS:
        yield Machine(f"noise {seed}", ("--noise", str(seed)))
    own = torch.backends.cpu.get_cpu_capability().lower()
    names = list(_KERNELS)
    known = names.index(own) + 1 if own in names else 0
    for name in names[:known]:
        yield kernels(name)
    for threads in (1, 2):
        yield Machine(f"{threads} thread(s)", ("--threads", str(threads)))
    if torch.cuda.is_available():
        yield Machine("CUDA", (), {"D2LCODE_DEVICE": "cuda"})
        yield Machine(
            "CUDA, noise 1", ("--noise", "1"), {"D2LCODE_DEVICE": "cuda"}
        )


def kernels(name: str) -> Machine:
    """The kernels for a kind of processor: default, avx2, avx512."""
    onednn, mkl, openblas = _KERNELS[name]
    return Machine(
        f"kernels {name}",
        (),
        {
            "ATEN_CPU_CAPABILITY": name,
            "ONEDNN_MAX_CPU_ISA": onednn,
            "MKL_ENABLE_INSTRUCTIONS": mkl,
            "OPENBLAS_CORETYPE": openblas,
        },
    )


def run(
    root: Path, pages: Sequence[Path], only: Sequence[str] = ()
) -> list[str]:
    """Run pages on each machine, or on those that `only` names.

    Returns: the names of the machines on which a page failed; what
        failed is printed.
    """
    failed = []
    for machine in machines():
        if only and machine.name not in only:
            continue
        start = time.monotonic()
        command = [
            sys.executable, "-m", "pytest", "-q", "--tb=short",
            "-p", "no:cacheprovider", *machine.options, *map(str, pages),
        ]  # fmt: skip
        done = subprocess.run(
            command,
            cwd=root,
            env=os.environ | machine.environment,
            capture_output=True,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        took = time.monotonic() - start
        result = "passed" if done.returncode == 0 else "FAILED"
        print(f"{machine.name:15} {result} {took:6.1f} s", flush=True)
        if done.returncode:
            failed.append(machine.name)
            print(done.stdout + done.stderr, flush=True)
    return failed
