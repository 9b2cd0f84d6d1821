"""Transposed convolution and DCGAN: oracle, counts, shapes, the page."""

import copy
import math
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F

from book.formula import Random, formula
from d2lcode.convolution.convolution import as_matrix
from d2lcode.generative.dcgan import (
    Discriminator,
    Generator,
    conv_transpose2d,
    down,
    overlaps,
    stages,
    up,
)


def normal(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.randn(shape, dtype=torch.float64, generator=generator)


def matrix(K: Tensor, side: int, padding: int, stride: int) -> Tensor:
    """The convolution x -> x M, from the answers to single pixels."""
    pixels = torch.eye(side**2, dtype=K.dtype).view(-1, 1, side, side)
    maps = F.conv2d(pixels, K[None, None], stride=stride, padding=padding)
    return maps.flatten(1)


# The transposed convolution


@given(
    h=st.integers(1, 4),
    w=st.integers(1, 4),
    k_h=st.integers(1, 5),
    k_w=st.integers(1, 5),
    padding=st.integers(0, 2),
    stride=st.integers(1, 3),
)
@settings(max_examples=12, deadline=None)
def test_is_pytorchs(
    h: int, w: int, k_h: int, k_w: int, padding: int, stride: int
) -> None:
    X = normal(2, 3, h, w).requires_grad_()
    K = normal(3, 2, k_h, k_w, seed=1).requires_grad_()
    sides = [stride * (h - 1) + k_h, stride * (w - 1) + k_w]
    if min(sides) <= 2 * padding:
        with pytest.raises(ValueError, match="padding must leave an output"):
            conv_transpose2d(X, K, padding, stride)
        return
    ours = conv_transpose2d(X, K, padding, stride)
    theirs = F.conv_transpose2d(X, K, stride=stride, padding=padding)
    torch.testing.assert_close(ours, theirs)
    torch.testing.assert_close(
        *(
            torch.autograd.grad(Y.square().sum(), [X, K])
            for Y in (ours, theirs)
        )
    )


@pytest.mark.equation("eq:dcgan-stamp")
@pytest.mark.parametrize("s", [1, 2, 3])
def test_stamps(s: int) -> None:
    h, w, k = 2, 3, 3
    X, K = normal(h, w, seed=2), normal(k, k, seed=3)
    Y = conv_transpose2d(X[None, None], K[None, None], stride=s)[0, 0]

    def from_zero(M: Tensor, room: int = 0) -> dict[tuple[int, int], float]:
        """Entries by their indices, with zeros all around."""
        wide = F.pad(M, [room] * 4)
        return {
            (a - room, b - room): wide[a, b].item()
            for a in range(wide.shape[0])
            for b in range(wide.shape[1])
        }

    last = Y.shape[0] - 1, Y.shape[1] - 1
    for u, v in ((0, 0), (1, 3), (s + 1, 2 * s), last):
        formula("eq:dcgan-stamp").check(
            {
                "Y": from_zero(Y),
                "X": from_zero(X),
                "K": from_zero(K, room=9),
                "u": u,
                "v": v,
                "s": s,
                "h": h,
                "w": w,
            }
        )


@pytest.mark.equation("eq:dcgan-size")
@pytest.mark.parametrize(
    "n, k, s, p", [(4, 4, 2, 1), (3, 5, 3, 0), (5, 3, 1, 2)]
)
def test_size(n: int, k: int, s: int, p: int) -> None:
    X, K = torch.zeros(1, 1, n, 2), torch.zeros(1, 1, k, 5)
    Y = conv_transpose2d(X, K, padding=p, stride=s)
    formula("eq:dcgan-size").check(
        {"n'": Y.shape[2], "n": n, "k": k, "s": s, "p": p}
    )


@pytest.mark.equation("eq:dcgan-matrix")
@pytest.mark.parametrize("side, k, p, s", [(6, 4, 1, 2), (5, 3, 0, 1)])
def test_transposes_the_matrix(side: int, k: int, p: int, s: int) -> None:
    K = normal(k, k, seed=4)
    M = matrix(K, side, p, s)
    if (p, s) == (0, 1):
        torch.testing.assert_close(M, as_matrix(K, side, side))
    small = math.isqrt(M.shape[1])
    x = normal(1, 1, small, small, seed=5).requires_grad_()
    y = conv_transpose2d(x, K[None, None], padding=p, stride=s)
    g = normal(*y.shape, seed=6)
    (gradient,) = torch.autograd.grad(y, x, g)
    formula("eq:dcgan-matrix").check(
        {
            "y": y.flatten(1),
            "x": x.flatten(1),
            "M": M,
            "g": g.flatten(1),
            r"\frac{\partial \L}{\partial x}": gradient.flatten(1),
        }
    )
    product = M.T @ M  # the shapes of an inverse, not its values
    assert (product - torch.eye(M.shape[1], dtype=M.dtype)).abs().max() > 0.1


# Overlaps


@pytest.mark.equation("eq:dcgan-overlap")
@pytest.mark.parametrize("k, s", [(3, 2), (4, 2), (5, 2), (5, 3), (6, 2)])
def test_overlaps(k: int, s: int) -> None:
    n = 6
    hits = overlaps(n, k, s)
    counted = [0] * (s * (n - 1) + k)
    for i in range(n):
        for place in range(s * i, s * i + k):
            counted[place] += 1
    assert hits.tolist() == counted
    inner = range(k - 1, s * (n - 1) + 1)  # away from the ends
    formula("eq:dcgan-overlap").check(
        {
            "c": {u: counted[u] for u in inner},
            "u": inner,
            "s": s,
            "k": k,
        }
    )
    even = len({counted[u] for u in inner}) == 1
    assert even == (k % s == 0)


@pytest.mark.equation("eq:dcgan-variance")
@pytest.mark.parametrize("k, s", [(3, 2), (5, 2)])
def test_variance_of_a_fresh_layer(k: int, s: int) -> None:
    """A weight enters a place once; independent weights add variances."""
    C, n, sigma = 3, 4, 0.7
    weights = torch.full((C, 1, k, k), sigma**2, dtype=torch.float64)
    ones = torch.ones(1, C, n, n, dtype=torch.float64)
    spread = conv_transpose2d(ones, weights, stride=s)[0, 0]
    c = overlaps(n, k, s)
    for u, v in ((k, k), (k, k + 1), (k + 1, k + 1)):
        formula("eq:dcgan-variance").check(
            {
                r"\Var(Y_{uv})": spread[u, v],
                "C": C,
                "c_u": c[u].item(),
                "c_v": c[v].item(),
                r"\sigma": sigma,
            }
        )
    torch.manual_seed(0)
    drawn = sigma * torch.randn(C, 4000, k, k, dtype=torch.float64)
    maps = conv_transpose2d(ones, drawn, stride=s)[0]
    torch.testing.assert_close(maps.var(dim=0), spread, rtol=0.12, atol=0)


# Walks


def outcomes() -> tuple[Tensor, Tensor]:
    """Two independent signs: mean 0, variance 1."""
    signs = torch.tensor(
        [[a, b] for a in (-1.0, 1.0) for b in (-1.0, 1.0)]
    ).double()
    return signs[:, 0], signs[:, 1]


@pytest.mark.equation("eq:dcgan-line")
@pytest.mark.parametrize("t", [0.0, 0.3, 0.5])
def test_variance_on_the_line(t: float) -> None:
    a, b = outcomes()
    z = (1 - t) * a + t * b
    formula("eq:dcgan-line").check({"z": Random(z.tolist()), "t": t})


@pytest.mark.equation("eq:dcgan-walk")
@pytest.mark.parametrize("phi", [0.0, 0.4, 1.2])
def test_variance_on_the_arc(phi: float) -> None:
    a, b = outcomes()
    z = math.cos(phi) * a + math.sin(phi) * b
    formula("eq:dcgan-walk").check(
        {
            "z": Random(z.tolist()),
            "z_0": Random(a.tolist()),
            "z_1": Random(b.tolist()),
            r"\varphi": phi,
        }
    )


# The networks


def parameters(model: nn.Module) -> int:
    return sum(p.numel() for p in model.parameters())


@pytest.mark.parametrize("size", [8, 10, 12, 14, 28, 64, 96])
@pytest.mark.parametrize("C", [1, 3])
def test_shapes(size: int, C: int) -> None:
    G, D = Generator(5, C, size, 2), Discriminator(C, size, 2)
    x = G(torch.randn(2, 5))
    assert x.shape == (2, C, size, size)
    assert x.abs().max() <= 1
    logits = D(x)
    assert logits.shape == (2, 1)
    logits.sum().backward()
    for p in (*G.parameters(), *D.parameters()):
        assert p.grad is not None
    twin = copy.deepcopy(G).eval()
    assert torch.equal(twin(torch.ones(1, 5)), G.eval()(torch.ones(1, 5)))


def test_the_papers_sizes() -> None:
    assert stages(64, 64) == (4, [64, 128, 256, 512])
    assert stages(28, 64) == (7, [64, 128])
    assert stages(96, 1) == (6, [1, 2, 4, 8])
    G, D = Generator(), Discriminator()
    assert (parameters(G), parameters(D)) == (3_576_707, 2_765_633)
    kinds = {type(layer) for layer in G.modules()}
    assert kinds == {
        Generator, nn.Sequential, nn.ConvTranspose2d, nn.BatchNorm2d,
        nn.ReLU, nn.Tanh,
    }  # fmt: skip
    slopes = {
        layer.negative_slope
        for layer in D.modules()
        if isinstance(layer, nn.LeakyReLU)
    }
    assert slopes == {0.2}
    norms = [sum(isinstance(m, nn.BatchNorm2d) for m in net.modules())
             for net in (G, D)]  # fmt: skip
    assert norms == [4, 3]  # none at the image, on either side


def test_weights_are_small() -> None:
    torch.manual_seed(0)
    for net in (Generator(32, 1, 16, 16), Discriminator(1, 16, 32)):
        for layer in net.modules():
            if isinstance(layer, nn.Conv2d | nn.ConvTranspose2d):
                assert layer.weight.std().item() == pytest.approx(
                    0.02, rel=0.15
                )
            if isinstance(layer, nn.BatchNorm2d):
                gamma = layer.weight
                assert gamma.mean().item() == pytest.approx(1, abs=0.02)
                assert 0 < gamma.std() < 0.04


def test_types_are_kept() -> None:
    for dtype in (torch.float64, torch.bfloat16):
        G = Generator(3, 1, 8, 2).to(dtype)
        assert G(torch.randn(2, 3).to(dtype)).dtype == dtype
        X = torch.ones(1, 2, 2, 2, dtype=dtype)
        K = torch.ones(2, 1, 3, 3, dtype=dtype)
        assert conv_transpose2d(X, K).dtype == dtype


# Numbers in the text


def row(x: list[float], K: list[float], padding: int = 0) -> list[float]:
    """A row, with stride 2; the padding cuts along the row alone."""
    Y = conv_transpose2d(
        torch.tensor([[[x]]]), torch.tensor([[[K]]]), stride=2
    ).flatten()
    return Y[padding : len(Y) - padding].tolist()


def test_numbers_of_the_page() -> None:
    assert row([1.0, 2], [1.0, 3, 2]) == [1, 3, 4, 6, 4]
    assert row([2.0, 0, 1], [1.0, 2, 3]) == [2, 4, 6, 0, 1, 2, 3]
    assert row([2.0, 0, 1], [1.0, 2, 3], 1) == [4, 6, 0, 1, 2]
    assert overlaps(6, 5, 2)[4:8].tolist() == [3, 2, 3, 2]
    # output_padding: 7 and 8 places give 4, and 4 give 7 or 8
    K = torch.ones(1, 1, 3, 3)
    sides = [
        F.conv2d(torch.ones(1, 1, n, n), K, stride=2, padding=1).shape[-1]
        for n in (7, 8)
    ]
    back = [
        F.conv_transpose2d(
            torch.ones(1, 1, 4, 4), K, stride=2, padding=1, output_padding=more
        ).shape[-1]
        for more in (0, 1)
    ]
    assert (sides, back) == ([4, 4], [7, 8])


@pytest.mark.parametrize("stride", [1, 2])
def test_is_a_convolution_of_a_spread_input(stride: int) -> None:
    """Zeros between the pixels, a frame, the kernel turned round."""
    X, K = normal(1, 2, 3, 3, seed=7), normal(2, 3, 4, 4, seed=8)
    side = stride * 2 + 1
    spread = X.new_zeros(1, 2, side, side)
    spread[:, :, ::stride, ::stride] = X
    turned = K.flip(2, 3).transpose(0, 1)
    torch.testing.assert_close(
        conv_transpose2d(X, K, stride=stride),
        F.conv2d(spread, turned, padding=3),
    )


def test_repeating_and_convolving_hits_all_places_alike() -> None:
    h = torch.ones(1, 1, 4, 4).repeat_interleave(2, 2).repeat_interleave(2, 3)
    hits = F.conv2d(h, torch.ones(1, 1, 3, 3), padding=1)[0, 0]
    assert set(hits[1:-1, 1:-1].flatten().tolist()) == {9.0}


def test_answers_of_the_questions_on_the_way() -> None:
    K = torch.zeros(1, 1, 4, 4)
    sides = [
        conv_transpose2d(torch.zeros(1, 1, 7, 7), K, p, 2).shape[-1]
        for p in (0, 1, 2)
    ]
    assert sides == [16, 14, 12]
    middle = 0.5 * normal(2, 50_000, 16, seed=9).sum(dim=0)
    length = middle.norm(dim=1).square().mean().sqrt().item()
    assert length == pytest.approx(2.83, abs=0.01)


# Errors


def test_stamps_must_fit() -> None:
    X, K = torch.zeros(1, 2, 3, 3), torch.zeros(2, 1, 2, 2)
    with pytest.raises(ValueError, match=r"X must be \(B, C, h, w\), got"):
        conv_transpose2d(X[0], K)
    with pytest.raises(ValueError, match=r"K must be \(2, C_out, k_h, k_w\)"):
        conv_transpose2d(X, K[0])
    with pytest.raises(ValueError, match=r"got \(1, 2, 2, 2\)"):
        conv_transpose2d(X, K.transpose(0, 1))
    with pytest.raises(ValueError, match="padding must be at least 0, got -1"):
        conv_transpose2d(X, K, padding=-1)
    with pytest.raises(ValueError, match="stride must be at least 1, got 0"):
        conv_transpose2d(X, K, stride=0)


@pytest.mark.parametrize("name", ["n", "k", "stride"])
def test_overlaps_need_sizes(name: str) -> None:
    sizes = {"n": 2, "k": 2, "stride": 2, name: 0}
    with pytest.raises(ValueError, match=f"{name} must be at least 1, got 0"):
        overlaps(**sizes)


@pytest.mark.parametrize("layer", [up, down])
def test_layers_need_channels(layer: Any) -> None:
    with pytest.raises(ValueError, match="C_in must be at least 1, got 0"):
        layer(0, 2)
    with pytest.raises(ValueError, match="C_out must be at least 1, got -1"):
        layer(2, -1)


@pytest.mark.parametrize("size", [1, 7, 9, 30, 18])
def test_sizes_must_be_doubled(size: int) -> None:
    for network in (
        lambda: Generator(size=size),
        lambda: Discriminator(1, size),
    ):
        with pytest.raises(ValueError, match=f"at least once, got {size}"):
            network()


def test_networks_need_sizes() -> None:
    for make, name in (
        (lambda: Generator(D=0), "D"),
        (lambda: Generator(C=0), "C"),
        (lambda: Discriminator(C=0), "C"),
        (lambda: Generator(size=0), "size"),
        (lambda: Discriminator(width=0), "width"),
    ):
        with pytest.raises(ValueError, match=f"{name} must be at least 1"):
            make()


def test_inputs_must_fit() -> None:
    G, D = Generator(3, 1, 8, 2), Discriminator(1, 8, 2)
    for z in (torch.zeros(2, 4), torch.zeros(3), torch.zeros(2, 3, 1, 1)):
        with pytest.raises(ValueError, match=r"z must be \(B, 3\), got \("):
            G(z)
    for shape in ((1, 3, 8, 8), (1, 8, 8), (2, 1, 8, 16)):
        with pytest.raises(ValueError, match=r"x must be \(B, 1, 8, 8\), got"):
            D(torch.zeros(shape))
