"""Batch normalization against PyTorch's and the page's formulas."""

import copy
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F

from book.formula import entries, formula
from d2lcode.convolution.batch_norm import (
    BatchNorm,
    batch_norm,
    batch_norm_backward,
    batch_statistics,
)


def normal(*shape: int, seed: int = 0) -> Tensor:
    """Random float64 numbers with a mean of 1."""
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, dtype=torch.float64, generator=generator) + 1


def random_layer(C: int) -> BatchNorm:
    layer = BatchNorm(C, alpha=0.3, eps=0.05).double()
    with torch.no_grad():
        layer.gamma.copy_(normal(C, seed=5))
        layer.beta.copy_(normal(C, seed=6))
    return layer


# The layer


@pytest.mark.equation("eq:bn-statistics")
@pytest.mark.parametrize("N", [1, 4, 7])
def test_statistics(N: int) -> None:
    x = normal(N, 3)
    mu, var = batch_statistics(x)
    for c in range(3):
        formula("eq:bn-statistics").check(
            {"x": x[:, c], r"\mu": mu[c], r"\sigma": var[c].sqrt(), "N": N}
        )


@pytest.mark.equation("eq:bn-output")
@pytest.mark.parametrize("eps", [0.1, 0.7])
def test_output(eps: float) -> None:
    x, gamma, beta = normal(5, 2), normal(2, seed=1), normal(2, seed=2)
    mu, var = batch_statistics(x)
    one, zero = torch.ones(2), torch.zeros(2)
    x_hat = batch_norm(x, mu, var, one, zero, eps)
    y = batch_norm(x, mu, var, gamma, beta, eps)
    for c in range(2):
        formula("eq:bn-output").check(
            {
                "x": x[:, c],
                r"\hat x": x_hat[:, c],
                "y": y[:, c],
                r"\mu": mu[c],
                r"\sigma": x[:, c].std(correction=0),
                "s": math.sqrt(x[:, c].var(correction=0).item() + eps),
                r"\epsilon": eps,
                r"\gamma": gamma[c],
                r"\beta": beta[c],
                "i": range(1, 6),
            }
        )


@pytest.mark.equation("eq:bn-running")
def test_running_statistics() -> None:
    layer = random_layer(2)
    layer(normal(4, 2, seed=3))
    before = layer.mean.clone(), layer.var.clone()
    x = normal(5, 2, seed=4) * 3
    layer(x)
    for c in range(2):
        formula("eq:bn-running").check(
            {
                "m": before[0][c],
                r"m \leftarrow": layer.mean[c],
                "v": before[1][c],
                r"v \leftarrow": layer.var[c],
                r"\alpha": 0.3,
                r"\mu": x[:, c].mean(),
                r"\sigma": x[:, c].std(correction=0),
                "N": 5,
            }
        )


@settings(max_examples=8, deadline=None)
@given(
    shape=st.lists(st.integers(1, 4), min_size=1, max_size=3),
    B=st.integers(2, 5),
    seed=st.integers(0, 99),
)
def test_is_pytorchs(shape: list[int], B: int, seed: int) -> None:
    """Outputs, gradients and buffers, in training and after it."""
    C = shape[0]
    ours = random_layer(C)
    theirs = [nn.BatchNorm1d, nn.BatchNorm1d, nn.BatchNorm2d][len(shape) - 1](
        C, momentum=0.3, eps=0.05, dtype=torch.float64
    )
    with torch.no_grad():
        theirs.weight.copy_(ours.gamma)
        theirs.bias.copy_(ours.beta)
    for step in range(3):
        ours.train(step < 2)
        theirs.train(step < 2)
        results = []
        for layer in (ours, theirs):
            x = normal(B, *shape, seed=seed + step).requires_grad_()
            y = layer(x)
            layer.zero_grad()
            y.backward(normal(B, *shape, seed=seed + 50))
            gradients = [p.grad for p in layer.parameters()]
            buffers = [layer.mean, layer.var] if layer is ours else [
                theirs.running_mean, theirs.running_var
            ]  # fmt: skip
            results.append([y, x.grad, *gradients, *buffers])
        torch.testing.assert_close(*results)


def test_function_is_pytorchs_with_given_statistics() -> None:
    x, mean, var = normal(4, 3), normal(3, seed=1), normal(3, seed=2).abs()
    gamma, beta = normal(3, seed=3), normal(3, seed=4)
    torch.testing.assert_close(
        batch_norm(x, mean, var, gamma, beta),
        F.batch_norm(x, mean, var, gamma, beta),
    )


# The way back


@pytest.mark.equation("eq:bn-jacobian")
@pytest.mark.parametrize("eps", [0.0, 0.4])
def test_jacobian(eps: float) -> None:
    x = normal(4)
    one, zero = torch.ones(1).double(), torch.zeros(1).double()

    def normalized(column: Tensor) -> Tensor:
        rows = column[:, None]
        return batch_norm(rows, *batch_statistics(rows), one, zero, eps)[:, 0]

    jacobian = torch.autograd.functional.jacobian(normalized, x)
    s = math.sqrt(x.var(correction=0).item() + eps)
    formula("eq:bn-jacobian").check(
        {
            r"\frac{\partial \hat x_i}{\partial x_j}": entries(
                "i j", jacobian.numpy()
            ),
            r"\hat x": normalized(x),
            "x": x,
            r"\mu": x.mean(),
            "s": s,
            "N": 4,
            "i": range(1, 5),
            "j": range(1, 5),
        },
        absolute=1e-12,
    )


@pytest.mark.equation("eq:bn-backward")
@pytest.mark.equation("eq:bn-parameters")
@pytest.mark.parametrize("N, eps", [(3, 0.2), (6, 1e-5)])
def test_backward(N: int, eps: float) -> None:
    x, g, gamma = normal(N, 2), normal(N, 2, seed=1), normal(2, seed=2)
    leaves = [x.clone(), gamma.clone(), torch.zeros(2).double()]
    for leaf in leaves:
        leaf.requires_grad_()
    mu, var = batch_statistics(leaves[0])
    y = batch_norm(leaves[0], mu, var, leaves[1], leaves[2], eps)
    y.backward(g)
    by_hand = batch_norm_backward(g, x, gamma, eps)
    torch.testing.assert_close(by_hand, tuple(leaf.grad for leaf in leaves))
    s = (x.var(dim=0, correction=0) + eps).sqrt()
    x_hat = (x - x.mean(dim=0)) / s
    for c in range(2):
        formula("eq:bn-backward").check(
            {
                r"\frac{\partial \L}{\partial x_j}": entries(
                    "j", by_hand[0][:, c].numpy()
                ),
                "g": g[:, c],
                r"\hat x": x_hat[:, c],
                r"\gamma": gamma[c],
                "s": s[c],
                "N": N,
                "j": range(1, N + 1),
            }
        )
        formula("eq:bn-parameters").check(
            {
                r"\frac{\partial \L}{\partial \gamma}": by_hand[1][c],
                r"\frac{\partial \L}{\partial \beta}": by_hand[2][c],
                "g": g[:, c],
                r"\hat x": x_hat[:, c],
                "N": N,
            }
        )


def test_backward_has_no_mean_and_no_part_along_the_input() -> None:
    x, g = normal(6, 3), normal(6, 3, seed=1)
    back, _, _ = batch_norm_backward(g, x, normal(3, seed=2), eps=0)
    zero = torch.zeros(3).double()
    torch.testing.assert_close(back.sum(dim=0), zero)
    torch.testing.assert_close((back * x).sum(dim=0), zero)


# The scale of the weights


def loss_of(w: Tensor) -> Tensor:
    """Some loss of one unit that is normalized, without eps."""
    h = normal(7, 4, seed=8)
    z = (h @ w)[:, None]
    gamma, beta = torch.tensor([1.7]).double(), torch.tensor([0.4]).double()
    y = batch_norm(z, *batch_statistics(z), gamma, beta, 0.0)[:, 0]
    return (torch.tanh(y) - normal(7, seed=9)).square().mean()


def gradient_of(w: object) -> np.ndarray:
    leaf = torch.as_tensor(np.asarray(w)).double().requires_grad_()
    (gradient,) = torch.autograd.grad(loss_of(leaf), leaf)
    return gradient.numpy()


def value_of(w: object) -> float:
    return loss_of(torch.as_tensor(np.asarray(w)).double()).item()


@pytest.mark.equation("eq:bn-invariance")
def test_the_scale_of_the_weights_changes_only_the_gradient() -> None:
    formula("eq:bn-invariance").check(
        {
            r"\L": value_of,
            r"\nabla \L": gradient_of,
            "w": normal(4),
            "c": 2.6,
        }
    )


@pytest.mark.equation("eq:bn-effective")
def test_the_effective_learning_rate() -> None:
    w = normal(4)
    formula("eq:bn-effective").check(
        {
            r"\nabla \L": gradient_of,
            "w": w,
            "u": w / w.norm(),
            r"\eta": 0.7,
        }
    )


@pytest.mark.equation("eq:bn-growth")
def test_a_step_makes_the_weights_longer() -> None:
    w = normal(4)
    assert abs(w.numpy() @ gradient_of(w)) < 1e-12
    formula("eq:bn-growth").check(
        {r"\nabla \L": gradient_of, "w": w, r"\eta": 0.7}
    )


# What the page says


def test_numbers_of_the_page() -> None:
    x = torch.tensor([[1.0], [3.0], [3.0], [9.0]]).double()
    one, zero = torch.ones(1).double(), torch.zeros(1).double()
    mu, var = batch_statistics(x)
    assert mu.item() == 4 and var.item() == 9
    x_hat = batch_norm(x, mu, var, one, zero, 0)[:, 0]
    assert x_hat.tolist() == pytest.approx([-1, -1 / 3, -1 / 3, 5 / 3])
    ten = batch_norm(10 * x, *batch_statistics(10 * x), one, zero, 0)[:, 0]
    torch.testing.assert_close(ten, x_hat)
    y = batch_norm(x, mu, var, 2 * one, one, 0)[:, 0]
    assert y.tolist() == pytest.approx([-1, 1 / 3, 1 / 3, 13 / 3])
    g = torch.tensor([[0.0], [0.0], [0.0], [3.0]]).double()
    back = batch_norm_backward(g, x, one, 0)[0]
    assert back[3].item() == pytest.approx((3 - 0.75 - 5 / 3 * 1.25) / 3)
    # exercise 1
    x = torch.tensor([[0.0], [0.0], [6.0]]).double()
    g = torch.tensor([[1.0], [0.0], [0.0]]).double()
    back = batch_norm_backward(g, x, one, 0)[0][:, 0]
    half = 0.5 / (2 * math.sqrt(2))
    assert back.tolist() == pytest.approx([half, -half, 0])


def test_answers_of_the_questions_on_the_way() -> None:
    """A bias before the layer learns nothing; scale 10 turns 1/100."""
    x, bias = normal(5, 3), torch.zeros(3).double().requires_grad_()
    random_layer(3)(x + bias).pow(3).sum().backward()
    assert bias.grad is not None
    torch.testing.assert_close(bias.grad, torch.zeros(3).double())
    w = normal(4)
    turns = [
        np.linalg.norm(gradient_of(c * w)) / (c * w.norm().item())
        for c in (1, 10)
    ]
    assert turns[1] / turns[0] == pytest.approx(0.01)


def test_images_are_rows_of_places() -> None:
    x = normal(4, 3, 2, 5)
    y = random_layer(3)(x)
    rows = random_layer(3)(x.movedim(1, -1).reshape(40, 3))
    torch.testing.assert_close(y, rows.reshape(4, 2, 5, 3).movedim(-1, 1))


def test_evaluation_does_not_depend_on_the_batch() -> None:
    layer = random_layer(3)
    layer(normal(5, 3))
    before = layer.mean.clone()
    x = normal(4, 3, seed=7)
    out = layer.eval()(x)
    torch.testing.assert_close(layer(x[:1]), out[:1])
    assert torch.equal(layer.mean, before)


def test_state_is_saved_and_copied_and_precision_kept() -> None:
    layer = random_layer(3)
    layer(normal(5, 3))
    other = BatchNorm(3).double()
    other.load_state_dict(layer.state_dict())
    for twin in (other.eval(), copy.deepcopy(layer).eval()):
        twin.eps = layer.eps
        torch.testing.assert_close(
            twin(normal(2, 3)), layer.eval()(normal(2, 3))
        )
    half = BatchNorm(3).to(torch.bfloat16)
    assert half(normal(5, 3).to(torch.bfloat16)).dtype == torch.bfloat16
    assert half.mean.dtype == torch.bfloat16


# Errors


def test_bad_sizes_and_numbers() -> None:
    with pytest.raises(ValueError, match="C must be at least 1, got 0"):
        BatchNorm(0)
    for alpha in (-0.1, 1.5, math.nan):
        with pytest.raises(ValueError, match=r"alpha must be in 0 \.\. 1"):
            BatchNorm(2, alpha=alpha)
    x, v = normal(4, 2), normal(2)
    for eps in (-0.1, math.inf, math.nan):
        with pytest.raises(ValueError, match="eps must be at least 0 and"):
            BatchNorm(2, eps=eps)
        with pytest.raises(ValueError, match="eps must be at least 0 and"):
            batch_norm(x, v, v, v, v, eps)
        with pytest.raises(ValueError, match="eps must be at least 0 and"):
            batch_norm_backward(x, x, v, eps)


@pytest.mark.parametrize("shape", [(3,), (0, 3), (2, 3, 4)])
def test_rows_of_a_wrong_shape(shape: tuple[int, ...]) -> None:
    x, v = torch.zeros(shape), torch.zeros(3)
    message = r"x must be \(N, C\), N > 0, got \("
    with pytest.raises(ValueError, match=message):
        batch_statistics(x)
    with pytest.raises(ValueError, match=message):
        batch_norm(x, v, v, v, v)
    with pytest.raises(ValueError, match=message):
        batch_norm_backward(x, x, v)


@pytest.mark.parametrize("name", ["mean", "var", "gamma", "beta"])
def test_vectors_of_a_wrong_shape(name: str) -> None:
    v = {key: torch.ones(3) for key in ("mean", "var", "gamma", "beta")}
    v[name] = torch.ones(1)
    with pytest.raises(ValueError, match=rf"{name} must be \(3,\), got \(1,"):
        batch_norm(
            torch.zeros(2, 3), v["mean"], v["var"], v["gamma"], v["beta"]
        )
    x = torch.zeros(2, 3)
    with pytest.raises(ValueError, match=r"gamma must be \(3,\), got \(1,"):
        batch_norm_backward(x, x, torch.ones(1))
    with pytest.raises(ValueError, match=r"g must be \(2, 3\), got \(1, 3"):
        batch_norm_backward(x[:1], x, torch.ones(3))


@pytest.mark.parametrize("shape", [(3,), (2, 4), (2, 4, 3)])
def test_channels_must_fit(shape: tuple[int, ...]) -> None:
    message = r"x must be \(B, 3, \.\.\.\), got \("
    with pytest.raises(ValueError, match=message):
        BatchNorm(3)(torch.zeros(shape))


@pytest.mark.parametrize("shape", [(1, 3), (1, 3, 1, 1)])
def test_one_number_for_each_channel(shape: tuple[int, ...]) -> None:
    layer = BatchNorm(3)
    with pytest.raises(ValueError, match="at least 2 numbers for each chann"):
        layer(torch.zeros(shape))
    with pytest.raises(ValueError, match="Expected more than 1 value per ch"):
        F.batch_norm(torch.zeros(shape), None, None, training=True)
    assert layer.eval()(torch.zeros(shape)).shape == shape
