"""What formulas of the book were bound to, to try the package on them."""

import itertools
import math
from collections.abc import Callable
from typing import Any

import numpy as np

from book.formula import Random, columns, each, entries, rows

Case = tuple[dict[str, Any], dict[str, Any]]
CASES: dict[str, Callable[[], Case]] = {}
"""Values and options of check(), by label."""

random = np.random.default_rng(0).normal


def case(label: str) -> Callable[[Callable[[], Case]], Callable[[], Case]]:
    def add(make: Callable[[], Case]) -> Callable[[], Case]:
        CASES[label] = make
        return make

    return add


def sigmoid(a):
    return 1 / (1 + np.exp(-a))


def softmax(a):
    weights = np.exp(a)
    return weights / weights.sum(-1, keepdims=True)


@case("eq:attention-pooling")
def _():
    a, v = softmax(random(size=4)), random(size=(4, 2))
    names = {"T_k": 4, "i": range(1, 5)}
    return {"o": a @ v, r"\alpha": a, "v": v, **names}, {}


@case("eq:attention-softmax")
def _():
    a = random(size=4)
    names = {"T_k": 4, "i": range(1, 5)}
    return {"a": a, r"\alpha": softmax(a), **names}, {}


@case("eq:attention-scaled")
def _():
    Q, K, V = random(size=(2, 3)), random(size=(4, 3)), random(size=(4, 5))
    O = softmax(Q @ K.T / math.sqrt(3)) @ V  # noqa: E741
    return {"O": O, "Q": Q, "K": K, "V": V, "d": 3}, {}


@case("eq:attention-variance")
def _():
    signs = list(itertools.product([-1, 1], repeat=4))
    q, k = (Random([s[i : i + 2] for s in signs]) for i in (0, 2))
    return {"q": q, "k": k, "d": 2}, {}


@case("eq:attention-jacobian")
def _():
    a = softmax(random(size=4))
    J = np.diag(a) - np.outer(a, a)
    derivative = r"\frac{\partial \alpha_i}{\partial a_j}"
    names = {"i": range(1, 5), "j": range(1, 5)}
    return {
        derivative: entries("i j", J),
        "J": J,
        r"\alpha": a[None],
        **names,
    }, {}


@case("eq:attention-mask")
def _():
    a, allowed = random(size=4), np.array([1, 1, 0, 1])
    return {
        r"\tilde a": np.where(allowed, a, -np.inf),
        "a": a,
        r"\text{if key } i \text{ is allowed}": entries("i", allowed),
        r"\text{第 } i \text{ 个键可读}": entries("i", allowed),
        "i": range(1, 5),
    }, {}


@case("eq:autograd-step")
def _():
    M, delta = 3.0, 0.1
    h = (3 * delta / M) ** (1 / 3)
    return {"h^*": h, "M": M, r"\delta": delta}, {
        "results": [delta / h + M * h**2 / 6],
        "asides": [r"\text{}"],
    }


EDGES = {(1, 2): 0.5, (1, 3): -2.0, (2, 3): 3.0, (3, 4): 1.5, (2, 4): 0.7}


@case("eq:autograd-adjoint")
def _():
    v = {4: 1.0}
    for j in (3, 2, 1):
        v[j] = sum(d * v[i] for (k, i), d in EDGES.items() if k == j)
    return {
        r"\bar v": v,
        "d": {(i, j): d for (j, i), d in EDGES.items()},
        r"\to": lambda j, i: (j, i) in EDGES,
        "i": range(1, 5),
        "j": range(1, 5),
        "N": 4,
    }, {}


@case("eq:autograd-matmul")
def _():
    X, W, Y = random(size=(2, 3)), random(size=(3, 4)), random(size=(2, 4))
    bars = {r"\bar X": Y @ W.T, r"\bar W": X.T @ Y, r"\bar Y": Y}
    return {**bars, "X": X, "W": W}, {}


@case("eq:preprocessing-standardize")
def _():
    x = random(size=(5, 2))
    m, s = x.mean(0), x.std(0)
    names = {"n": 5, "i": range(1, 6), "j": range(1, 3)}
    return {
        "z": (x - m) / s,
        "x": x,
        r"\mu": m,
        r"\sigma": s,
        **names,
    }, {}


@case("eq:preprocessing-one-hot")
def _():
    k = [0, 2, 1]
    E = {(i + 1, c): float(k[i] == c) for i in range(3) for c in range(4)}
    return {"E": E, "k": k, "i": range(1, 4), "c": range(4), "C": 3}, {}


@case("eq:tensor-matmul")
def _():
    A, W = random(size=(2, 3)), random(size=(3, 4))
    names = {"D": 3, "i": range(1, 3), "j": range(1, 5)}
    asides = [r"C \text{} (B, H)"]
    return {"C": A @ W, "A": A, "W": W, **names}, {"asides": asides}


@case("eq:tensor-contiguous")
def _():
    names = {"d": 4, "k": range(1, 5)}
    return {"s": [3, 1, 1, 1], "n": [2, 3, 1, 0], **names}, {}


@case("eq:tensor-slice")
def _():
    prime = {"o'": 13, "n_k'": 2, "s_k'": 12}
    return {**prime, "o": 5, "a": 2, "b": 8, "c": 3, "s_k": 4}, {}


@case("eq:tensor-view")
def _():
    names = {"r": 2, "j": range(1, 3)}
    return {"m": [2, 3, 4], "G": [[1, 2], [3]], "N": [6, 4], **names}, {}


@case("eq:tensor-broadcast")
def _():
    a, b, c = [3, 1, 5, 1], [1, 4, 5, 1], [3, 4, 5, 1]
    return {"a": a, "b": b, "c": c, "k": range(1, 5)}, {}


@case("eq:linreg-sampling")
def _():
    g = random(size=(4, 2))
    subsets = list(itertools.combinations(range(1, 5), 2))
    means = [np.mean([g[i - 1] for i in S], 0) for S in subsets]
    return {
        "g_S": Random([mean[:, None] for mean in means]),
        "S": Random(subsets),
        "g": columns(g.T),
        r"\nabla\L": g.mean(0)[:, None],
        r"\Sigma": np.cov(g.T, bias=True),
        "n": 4,
        "B": 2,
    }, {}


@case("eq:linreg-contraction")
def _():
    H = np.array([[2.0, 0.3], [0.3, 1.0]])
    start, star = random(size=2), random(size=2)
    now = start
    for _ in range(3):
        now = now - 0.1 * H @ (now - star)
    thetas = {r"\theta_t": now, r"\theta_0": start, r"\theta^*": star}
    return {**thetas, "I": np.eye(2), r"\eta": 0.1, "H": H, "t": 3}, {}


@case("eq:perceptron-rule")
def _():
    w, x = np.array([0.2, -0.4]), np.array([1.0, 2.0])
    return {
        "y_i": -1.0,
        "s_i": 0.6,
        "w": w,
        r"w \leftarrow": w - 0.5 * x,
        "x_i": x,
        r"\eta": 0.5,
        "b": 0.25,
        r"b \leftarrow": -0.25,
    }, {}


@case("eq:perceptron-hull")
def _():
    z = np.array([[2.0, 0.0], [2.0, 4.0], [4.0, 2.0]])
    turns = np.linspace(0, 6, 30)
    circle = [np.array([np.cos(a), np.sin(a)]) for a in turns]
    weights = [[1, 0, 0], [0.5, 0.5, 0], [0.1, 0.1, 0.1], [1.5, -0.5, 0]]
    return {
        r"\gamma": 2.0,
        r"\theta": each([z[0] / 2, *(r * c for c in circle for r in (1, 2))]),
        r"\alpha": each(map(np.array, weights)),
        "i": range(1, 4),
        "z": z,
        "n": 3,
        "p": z[0],
    }, {}


@case("eq:perceptron-xor")
def _():
    z = np.array([[0, 0, -1], [0, 1, 1], [1, 0, 1], [-1, -1, -1]])
    return {"z": z}, {}


@case("eq:softmax-information")
def _():
    q, p = softmax(random(size=3)), softmax(random(size=3))
    return {
        "H": lambda q, p=None: -q @ np.log(q if p is None else p),
        r"\operatorname{KL}": lambda q, p: q @ np.log(q / p),
        "q": q,
        "p": p,
        "C": 3,
    }, {}


@case("eq:softmax-jacobian")
def _():
    p, v = softmax(random(size=3)), random(size=3)
    J = np.diag(p) - np.outer(p, p)
    names = {"C": 3, "k": range(1, 4), "j": range(1, 4)}
    derivative = {r"\frac{\partial p_k}{\partial o_j}": entries("k j", J)}
    vectors = {"p": p[:, None], "v": v[:, None]}
    return {"J": J, **derivative, **vectors, **names}, {}


@case("eq:act-sigmoid")
def _():
    def slope(x):
        return sigmoid(x) * sigmoid(-x)

    x = each([-2, 0.0, 0.7])
    return {r"\sigma": sigmoid, r"\sigma'": slope, "x": x}, {}


@case("eq:act-maxout")
def _():
    z = random(size=(3, 2))
    best = z.argmax(0) + 1
    slope = entries("k j", lambda k, j: best[j - 1] == k)
    names = {"k": range(1, 4), "i": range(1, 4), "j": range(1, 3)}
    derivative = {r"\frac{\partial h_j}{\partial z_{kj}}": slope}
    return {"h": z.max(0), "z": z, **derivative, **names}, {}


@case("eq:act-kill")
def _():
    x, delta, z = random(size=(3, 2)), random(size=3), random(size=3)
    new = z - 0.3 / 3 * (x @ x.T + 1) @ delta
    names = {r"\eta": 0.3, "N": 3, "m": range(1, 4)}
    values = {r"\tilde z": new, "z": z, r"\delta": delta}
    return {**values, "x": rows(x), **names}, {}
