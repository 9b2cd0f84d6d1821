"""Formulas about networks, bound as in bindings.py."""

import itertools
import math

import numpy as np

from book.formula import Random, columns, each, entries
from tests.book.formula.bindings import case, random, sigmoid, softmax


def tanh_slope(z):
    return 1 - np.tanh(z) ** 2


@case("eq:house-mean")
def _():
    nodes, weights = np.polynomial.hermite_e.hermegauss(40)
    y = Random(np.exp(0.4 + 0.6 * nodes))
    mean = weights / weights.sum()
    return {"y": y, r"\E": mean, r"\mu": 0.4, r"\sigma": 0.6}, {}


@case("eq:init-jacobian")
def _():
    W = [random(size=(3, 3)), random(size=(3, 3))]
    z = [random(size=3), random(size=3)]
    slopes, g = [tanh_slope(a) for a in z], {2: random(size=3)}
    for k in (2, 1):
        g[k - 1] = (g[k] * slopes[k - 1]) @ W[k - 1].T
    J = W[0] * slopes[0] @ (W[1] * slopes[1])
    names = {"L": 2, "l": range(1, 3), r"\phi'": tanh_slope}
    derivative = {r"\frac{\partial h_L}{\partial h_0}": J}
    return {"g": g, "z": z, "W": W, **derivative, **names}, {}


@case("eq:normalize-hessian")
def _():
    X = random(size=(6, 2))
    mu = X.mean(0, keepdims=True)
    A = np.hstack([X, np.ones((6, 1))])
    Sigma = np.cov(X.T, bias=True)
    a = np.append(mu, 1)[None]
    return {"H": A.T @ A / 6, r"\Sigma": Sigma, r"\mu": mu, "a": a}, {}


@case("eq:normalize-scale")
def _():
    C = np.corrcoef(random(size=(2, 6)))
    eigenvalues = sorted([*np.linalg.eigvalsh(C), 1.0], reverse=True)
    return {r"\lambda": eigenvalues, "D": 2}, {}


@case("eq:selection-optimism")
def _():
    errors = np.array([[0.2, 0.6], [0.5, 0.3], [0.8, 0.4]])
    models = [lambda: 0, lambda: 1]
    return {
        "R_S": Random([lambda f, e=e: e[f()] for e in errors]),
        "R": lambda f: errors.mean(0)[f()],
        "f_S": Random([models[i] for i in errors.argmin(1)]),
        "f": each(models),
        r"\mathcal{F}": models,
    }, {}


@case("eq:selection-none")
def _():
    result = math.comb(7, 2) / math.comb(10, 2)
    return {"n": 10, "n_c": 3, "K": 5}, {"results": [result]}


@case("eq:selection-kfold")
def _():
    x, y = random(size=2), random(size=2)
    models = [lambda a: 2 * a, lambda a: 3 * a]
    total = (2 * x[0] - y[0]) ** 2 + (3 * x[1] - y[1]) ** 2
    values = {r"R_{\text{CV}}": total / 2, "x": x, "y": y, "n": 2}
    values["f_{-i}"] = entries("i", models)
    return {**values, r"\ell": lambda a, b: (a - b) ** 2}, {}


@case("eq:mlp-collapse")
def _():
    x = random(size=2)
    W = [random(size=s) for s in [(2, 3), (3, 4), (4, 2)]]
    b = [random(size=n) for n in (3, 4, 2)]
    weight = W[0] @ W[1] @ W[2]
    bias = b[0] @ W[1] @ W[2] + b[1] @ W[2] + b[2]
    values = {"x": x, "W": weight, "W_{}": W, "b": bias, "b_{}": b, "L": 3}
    return values, {"results": [x @ weight + bias]}


@case("eq:mlp-tent")
def _():
    return {
        r"\tau": lambda x: 1 - abs(2 * x - 1),
        r"\operatorname{ReLU}": lambda a: max(a, 0),
        "x": each([0.0, 0.2, 0.5, 0.9, 1.0]),
    }, {}


@case("eq:decay-update")
def _():
    w, g = random(size=2), random(size=2)
    new = w - 0.1 * (g + 0.3 * w)
    names = {r"\eta": 0.1, r"\lambda": 0.3}
    return {"w": w, r"w \leftarrow": new, r"\nabla \L": g, **names}, {}


@case("eq:gru-state")
def _():
    z, n, old = (random(size=(2, 3)) for _ in range(3))
    new = z * old + (1 - z) * n
    return {"h_t": new, "z_t": z, "h_{t-1}": old, "n_t": n}, {}


@case("eq:gru-unrolled")
def _():
    z, n = random(size=(3, 4)), random(size=(3, 4))
    start = h = random(size=4)
    for gate, candidate in zip(z, n, strict=True):
        h = gate * h + (1 - gate) * candidate
    return {"h_t": h, "h_0": start, "z": z, "n": n, "t": 3}, {}


@case("eq:gru-time-constant")
def _():
    values = {"z": 0.98, r"\tau": -1 / np.log(0.98), "k": each([1, 2, 5])}
    return values, {"approximately": 0.02}


@case("eq:gru-jacobian")
def _():
    x, h = random(size=3), random(size=4)
    W = {gate: random(size=(3, 4)) for gate in "rzn"}
    U = {gate: random(size=(4, 4)) for gate in "rzn"}
    c = random(size=4)

    def step(h):
        r, z = (sigmoid(x @ W[g] + h @ U[g]) for g in "rz")
        n = np.tanh(x @ W["n"] + r * (h @ U["n"] + c))
        return r, z, n, z * h + (1 - z) * n

    J = [(step(h + e)[3] - step(h - e)[3]) / 2e-5 for e in 1e-5 * np.eye(4)]
    r, z, n, _ = step(h)
    values = {r"\frac{\partial h_t}{\partial h_{t-1}}": np.array(J), "r": r}
    weights = {"U_z": U["z"], "U_n": U["n"], "U_r": U["r"], "c_n": c}
    return {**values, **weights, "z": z, "n": n, "h_{t-1}": h}, {
        "tolerance": 1e-7
    }


@case("eq:perceptron-hidden")
def _():
    def sign(a):
        return 1.0 if a > 0 else -1.0

    inputs = list(itertools.product([0, 1], repeat=2))
    sums = [sum(x) for x in inputs]
    return {
        r"\operatorname{sign}": sign,
        "x_1": Random([x[0] for x in inputs]),
        "x_2": Random([x[1] for x in inputs]),
        "h_1": Random([sign(s - 0.5) for s in sums]),
        "h_2": Random([sign(s - 1.5) for s in sums]),
        r"\hat y": Random([-1, 1, 1, -1]),
    }, {}


@case("eq:dropout-geometric")
def _():
    masks = list(itertools.product([0, 1], repeat=2))
    shares = [0.3 ** (2 - sum(m)) * 0.7 ** sum(m) for m in masks]
    x, W, b = random(size=2), random(size=(2, 3)), random(size=3)
    z = [(x * m / 0.7) @ W + b for m in masks]
    powers = [softmax(a) ** s for a, s in zip(z, shares, strict=True)]
    return {
        "x": x,
        "W": W,
        "b": b,
        "z": z,
        "Z": np.prod(powers, 0).sum(),
        "P": lambda m: shares[int(m) - 1],
        "m": range(1, 5),
        "c": range(1, 4),
    }, {}


@case("eq:early-share")
def _():
    h = np.array([0.3, 1.2])
    V = np.linalg.qr(random(size=(2, 2)))[0]
    s, w = 1 - (1 - 0.1 * h) ** 4, random(size=2)
    names = {r"\eta": 0.1, "t": 4, "i": range(1, 3)}
    now = V @ (s * (V.T @ w))
    vectors = {"v": columns(V), "w_t": now, r"\hat w": w}
    return {**vectors, "s": s, "h": h, **names}, {}
