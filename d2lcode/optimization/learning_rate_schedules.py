"""Learning-rate schedules: the rate as a function of the step."""

import math
from collections.abc import Callable


def _check_step(t: int) -> None:
    if t < 0:
        raise ValueError(f"t must be at least 0, got {t}")


def _check_positive(**values: float) -> None:
    for name, value in values.items():
        if not 0 < value < math.inf:
            raise ValueError(
                f"{name} must be positive and finite, got {value}"
            )


def step_decay(t: int, peak: float, every: int, factor: float) -> float:
    """Return the rate of step t: times factor after every `every` steps.

    Raises: ValueError for t < 0, or a value that is not positive.
    """
    _check_step(t)
    _check_positive(peak=peak, every=every, factor=factor)
    return peak * factor ** (t // every)  # eq:schedule-step


def exponential_decay(t: int, peak: float, factor: float) -> float:
    """Return the rate of step t: times factor in every step.

    Raises: ValueError for t < 0, or a value that is not positive.
    """
    _check_step(t)
    _check_positive(peak=peak, factor=factor)
    return peak * factor**t  # eq:schedule-exponential


def inverse_decay(t: int, peak: float, half_life: float) -> float:
    """Return the rate of step t: half the peak after half_life steps.

    Raises: ValueError for t < 0, or a value that is not positive.
    """
    _check_step(t)
    _check_positive(peak=peak, half_life=half_life)
    return peak / (1 + t / half_life)  # eq:schedule-inverse


def best_decay(
    curvature: float, noise: float, start: float
) -> Callable[[int], float]:
    """Return the schedule that lowers the mean square most in each step.

    For the loss curvature / 2 * theta**2, with gradients of variance
    `noise` that does not depend on theta, and theta**2 = start at t = 0.
    Raises: ValueError for a value that is not positive.
    """
    _check_positive(curvature=curvature, noise=noise, start=start)
    tau = noise / (curvature**2 * start)
    peak = 1 / (curvature * (1 + tau))
    return lambda t: inverse_decay(t, peak, 1 + tau)  # eq:schedule-best


def cosine_decay(t: int, peak: float, steps: int, end: float = 0.0) -> float:
    """Return the rate of step t: half a cosine, from peak to end.

    From t = steps on it stays at end.
    Raises: ValueError for t < 0, end < 0, or a value not positive.
    """
    _check_step(t)
    _check_positive(peak=peak, steps=steps)
    if not 0 <= end <= peak:
        raise ValueError(f"end must be in 0 .. peak, got {end}")
    share = min(t / steps, 1)
    falling = (1 + math.cos(math.pi * share)) / 2  # from 1 to 0
    return end + (peak - end) * falling  # eq:schedule-cosine


def warm_up(
    schedule: Callable[[int], float], steps: int
) -> Callable[[int], float]:
    """Return a schedule that rises in `steps` steps, then is `schedule`.

    It rises linearly to schedule(0), which it has at t = steps.
    Raises: ValueError if steps is below 1; the result, for t < 0.
    """
    if steps < 1:
        raise ValueError(f"steps must be at least 1, got {steps}")

    def warmed(t: int) -> float:
        _check_step(t)
        if t < steps:
            return schedule(0) * (t + 1) / (steps + 1)  # eq:schedule-warm
        return schedule(t - steps)

    return warmed
