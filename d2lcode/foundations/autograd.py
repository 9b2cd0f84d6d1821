"""Automatic differentiation of scalars, and the differences to check it."""

import itertools
import math
from collections.abc import Callable

import torch
from torch import Tensor


class Value:
    """A number that remembers which values it was computed from.

    edges: pairs (input, derivative by it), plain numbers left out.
    grad: what `backward` adds to. index: how many values came before.
    Raises: ValueError if data or an operand is no Value, int or float;
        ZeroDivisionError as numbers do.
    """

    indices = itertools.count()

    def __init__(self, data: float, *edges: tuple["Value | float", float]):
        self.data, self.grad = number(data), 0.0
        self.edges = [(v, d) for v, d in edges if isinstance(v, Value)]
        self.index = next(Value.indices)

    def __add__(self, other: "Value | float") -> "Value":
        return Value(self.data + number(other), (self, 1.0), (other, 1.0))

    def __sub__(self, other: "Value | float") -> "Value":
        return Value(self.data - number(other), (self, 1.0), (other, -1.0))

    def __mul__(self, other: "Value | float") -> "Value":
        a, b = self.data, number(other)
        return Value(a * b, (self, b), (other, a))

    def __truediv__(self, other: "Value | float") -> "Value":
        a, b = self.data, number(other)
        return Value(a / b, (self, 1 / b), (other, -a / b / b))

    def __neg__(self) -> "Value":
        return Value(-self.data, (self, -1.0))

    def __rsub__(self, other: float) -> "Value":
        return Value(other) - self

    def __rtruediv__(self, other: float) -> "Value":
        return Value(other) / self

    __radd__, __rmul__ = __add__, __mul__


def number(x: "Value | float") -> float:
    """Return x itself, or its data if it is a Value.

    Raises: ValueError if x is neither a Value nor an int or float.
    """
    if isinstance(x, Value):
        return x.data
    if not isinstance(x, (int, float)):
        raise ValueError(
            f"a Value, int or float is needed, got a {type(x).__name__}"
        )
    return float(x)


def exp(x: Value) -> Value:
    """Return e to the x. Raises: OverflowError for x.data above 709."""
    y = math.exp(x.data)
    return Value(y, (x, y))


def log(x: Value) -> Value:
    """Return log x. Raises: ValueError unless x.data is positive."""
    if not x.data > 0:
        raise ValueError(f"x must be positive, got {x.data}")
    return Value(math.log(x.data), (x, 1 / x.data))


def tanh(x: Value) -> Value:
    """Return the hyperbolic tangent of x."""
    y = math.tanh(x.data)
    return Value(y, (x, 1 - y * y))


def relu(x: Value) -> Value:
    """Return max(x, 0). Its slope at 0 is 0 by convention."""
    return Value(max(x.data, 0.0), (x, float(x.data > 0)))


def in_order(output: Value) -> list[Value]:
    """Return the values that `output` depends on, and it, oldest first.

    Raises: ValueError if output is not a Value.
    """
    if not isinstance(output, Value):
        raise ValueError(f"output must be a Value, got {output!r}")
    found, waiting = {output}, [output]
    while waiting:
        for source, _ in waiting.pop().edges:
            if source not in found:
                found.add(source)
                waiting.append(source)
    return sorted(found, key=lambda value: value.index)


def backward(output: Value) -> None:
    """Add to the grad of each value the derivative of `output` by it.

    Raises: ValueError if output is not a Value.
    Source: Linnainmaa 1976.
    """
    values = in_order(output)
    adjoint = dict.fromkeys(values, 0.0)
    adjoint[output] = 1.0
    for value in reversed(values):
        for source, slope in value.edges:
            adjoint[source] += adjoint[value] * slope  # eq:autograd-adjoint
    for value in values:
        value.grad += adjoint[value]


def forward_derivative(output: Value, start: Value) -> float:
    """Return the derivative of `output` by `start`, in one sweep.

    Raises: ValueError if output or start is not a Value.
    """
    if not isinstance(start, Value):
        raise ValueError(f"start must be a Value, got {start!r}")
    tangent = {start: 1.0}
    for value in in_order(output):
        if value is not start:
            tangent[value] = sum(  # eq:autograd-tangent
                slope * tangent[source] for source, slope in value.edges
            )
    return tangent[output]


def numerical_gradient(
    f: Callable[[Tensor], "Tensor | Value | float"],
    x: Tensor,
    h: float | None = None,
) -> Tensor:
    """Return the gradient of f at x by central differences.

    An entry moves by h * max(1, |entry|). By default h is the cube root
    of the spacing of x's dtype at 1: about 6e-6 in float64.
    Shapes: x (...) -> (...); f(x) is one number.
    Raises: ValueError if x is not floating point, if h is not between
        0 and 1, or if f(x) is more than one number.
    """
    if not x.is_floating_point():
        raise ValueError(f"x must be floating point, got {x.dtype}")
    if h is None:
        h = torch.finfo(x.dtype).eps ** (1 / 3)
    if not 0 < h < 1:
        raise ValueError(f"h must be between 0 and 1, got {h}")
    flat = x.detach().reshape(-1)
    gradient = torch.zeros_like(flat)
    for i, entry in enumerate(flat.tolist()):
        step = torch.zeros_like(flat)
        step[i] = h * max(1.0, abs(entry))
        up, down = flat + step, flat - step
        change = evaluate(f, up.view(x.shape)) - evaluate(
            f, down.view(x.shape)
        )
        gradient[i] = change / (up[i] - down[i]).item()  # eq:autograd-central
    return gradient.view(x.shape)


def evaluate(
    f: Callable[[Tensor], "Tensor | Value | float"], x: Tensor
) -> float:
    """Return f(x) as a float.

    Raises: ValueError if f(x) is not one number.
    """
    y = f(x)
    if not isinstance(y, Tensor):
        return number(y)
    if y.numel() != 1:
        raise ValueError(f"f(x) must be one number, got {tuple(y.shape)}")
    return y.item()
