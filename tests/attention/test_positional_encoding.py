"""Sinusoids and rotations against closed forms and complex numbers."""

import itertools
import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from book.formula import entries, formula
from d2lcode.attention.attention import attention
from d2lcode.attention.positional_encoding import (
    frequencies,
    rotary,
    sinusoidal_encoding,
)

SIZES = st.tuples(st.integers(1, 12), st.integers(1, 6), st.sampled_from([
    2.0, 50.0, 10_000.0, 500_000.0,
]))  # fmt: skip


def draw(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64)


@pytest.fixture(autouse=True)
def double():
    """The encoding comes in PyTorch's default dtype."""
    torch.set_default_dtype(torch.float64)
    yield
    torch.set_default_dtype(torch.float32)


def at(x: Tensor, t: float, base: float = 10_000.0) -> Tensor:
    """One vector, turned to one position."""
    return rotary(x[None], torch.tensor([t]), base)[0]


# The closed forms


@settings(max_examples=15, deadline=None)
@given(SIZES)
def test_encoding_is_the_closed_form(sizes):
    T, pairs, base = sizes
    d = 2 * pairs
    encoding = sinusoidal_encoding(T, d, base)
    assert encoding.shape == (T, d)
    for t, k in itertools.product(range(T), range(pairs)):
        angle = t / base ** (2 * k / d)
        sin, cos = encoding[t, 2 * k : 2 * k + 2].tolist()
        assert sin == pytest.approx(math.sin(angle), abs=1e-12)
        assert cos == pytest.approx(math.cos(angle), abs=1e-12)


@settings(max_examples=15, deadline=None)
@given(SIZES)
def test_rotary_multiplies_complex_numbers(sizes):
    """Forward, and the gradient: turned back."""
    T, pairs, base = sizes
    x = draw(3, 2, T, 2 * pairs).requires_grad_()
    speed = frequencies(2 * pairs, base)
    angle = torch.arange(T)[:, None] * speed
    numbers = torch.view_as_complex(x.detach().unflatten(-1, (pairs, 2)))
    turns = torch.polar(torch.ones_like(angle), angle)
    expected = torch.view_as_real(numbers * turns).flatten(-2)
    turned = rotary(x, base=base)
    torch.testing.assert_close(turned, expected)

    weight = draw(*x.shape)
    (gradient,) = torch.autograd.grad((weight * turned).sum(), x)
    back = rotary(weight, -torch.arange(T), base)
    torch.testing.assert_close(gradient, back)


def test_a_case_by_hand():
    """Quarter turns, as in the exercise."""
    q, k = torch.tensor([1.0, 2.0]), torch.tensor([3.0, 1.0])
    quarter = math.pi / 2
    torch.testing.assert_close(at(q, 2 * quarter), torch.tensor([-1.0, -2.0]))
    torch.testing.assert_close(at(k, quarter), torch.tensor([-1.0, 3.0]))
    torch.testing.assert_close(at(q, 3 * quarter), torch.tensor([2.0, -1.0]))
    torch.testing.assert_close(at(k, 2 * quarter), torch.tensor([-3.0, -1.0]))
    one = torch.tensor([1.0, 0.0])
    for distance, score in enumerate((1, 0.5, -0.5, -1)):
        found = at(one, distance * math.pi / 3) @ one
        assert found.item() == pytest.approx(score)


# The equations of the page


@pytest.mark.equation("eq:position-equivariance")
@pytest.mark.parametrize("seed", range(3))
def test_attention_is_permutation_equivariant(seed):
    """Every layer without positions; one with them is not."""
    torch.manual_seed(seed)
    W_q, W_k, W_v = draw(3, 4, 4)
    X, order = draw(5, 4), torch.randperm(5)
    P = torch.eye(5)[order]

    def layer(x):
        x = torch.as_tensor(x)
        return attention(x @ W_q, x @ W_k, x @ W_v)[0].numpy()

    formula("eq:position-equivariance").check({"f": layer, r"\Pi": P, "X": X})
    p = sinusoidal_encoding(5, 4)
    assert not np.allclose(layer(P @ X + p), P.numpy() @ layer(X + p))


@pytest.mark.equation("eq:position-sinusoid")
@pytest.mark.equation("eq:position-frequency")
@pytest.mark.parametrize(("d", "base"), [(2, 10_000.0), (6, 50.0)])
def test_hands_of_the_clock(d, base):
    speed, p = frequencies(d, base), sinusoidal_encoding(7, d, base)
    formula("eq:position-sinusoid").check(
        {
            **{
                f"p_t[{name}]": entries(
                    "t k", lambda t, k, j=j: p[t, 2 * k - 2 + j].item()
                )
                for j, name in enumerate(("2k - 1", "2k"))
            },
            r"\omega": speed,
            "t": range(7),
            "k": range(1, d // 2 + 1),
        }
    )
    values = {
        r"\omega": frequencies(d), "b": 10_000.0, "d": d,
        "k": range(1, d // 2 + 1),
    }  # fmt: skip
    formula("eq:position-frequency").check(values)


def test_base_is_the_one_of_the_formula():
    torch.testing.assert_close(
        frequencies(6, 50.0), 50.0 ** (-torch.tensor([0.0, 2.0, 4.0]) / 6)
    )
    assert frequencies(8)[0] == 1


def rotation(angle: float) -> np.ndarray:
    """The matrix that rotary multiplies a pair by."""
    return at(torch.eye(2), 0).numpy() if angle == 0 else np.stack([
        at(row, angle).numpy() for row in torch.eye(2)
    ])  # fmt: skip


@pytest.mark.equation("eq:position-rotation")
@pytest.mark.parametrize("angle", [0.3, 2.0, -1.1])
def test_a_pair_is_turned_by_a_rotation(angle):
    formula("eq:position-rotation").check({"R": rotation, r"\theta": angle})
    turned = rotation(angle)
    np.testing.assert_allclose(turned @ turned.T, np.eye(2), atol=1e-12)
    assert np.linalg.det(turned) == pytest.approx(1)


@pytest.mark.equation("eq:position-shift")
@pytest.mark.parametrize(("k", "t", "s"), [(1, 3, 2), (2, 7, 5), (3, 4, 1)])
def test_a_shift_is_a_rotation(k, t, s):
    p, speed = sinusoidal_encoding(20, 6, 7.0), frequencies(6, 7.0)
    pair = slice(2 * k - 2, 2 * k)
    formula("eq:position-shift").check(
        {"R": rotation, r"\omega": speed[k - 1], "t": t, "s": s}
    )
    np.testing.assert_allclose(
        p[t, pair].numpy() @ rotation(-speed[k - 1].item() * s),
        p[t + s, pair].numpy(),
        atol=1e-12,
    )


@pytest.mark.equation("eq:position-dot")
def test_dot_products_of_encodings_know_the_distance():
    p = sinusoidal_encoding(9, 6, 20.0)
    formula("eq:position-dot").check(
        {
            "p": {t: p[t] for t in range(9)},
            "d": 6,
            r"\omega": frequencies(6, 20.0),
            "t": range(2, 9),
            "u": range(4),
        }
    )


@pytest.mark.equation("eq:position-rotary")
@pytest.mark.equation("eq:position-relative")
@pytest.mark.parametrize(("pair", "t", "u"), [(0, 5, 2), (1, 3, 11)])
def test_scores_know_contents_and_distance(pair, t, u):
    d, base = 4, 30.0
    speed = frequencies(d, base)[pair].item()
    q, k = draw(d), draw(d)
    part = slice(2 * pair, 2 * pair + 2)
    turned_q, turned_k = at(q, t, base)[part], at(k, u, base)[part]
    formula("eq:position-rotary").check(
        {
            r"\tilde q_t": turned_q, r"\tilde k_u": turned_k,
            "q": q[part], "k": k[part], "R": rotation,
            r"\omega": speed, "t": t, "u": u,
        }
    )  # fmt: skip
    formula("eq:position-relative").check(
        {
            r"\tilde q_t": turned_q[None], r"\tilde k_u": turned_k[None],
            "q": q[part][None], "k": k[part][None], "R": rotation,
            r"\omega": speed, "t": t, "u": u,
        }
    )  # fmt: skip


@pytest.mark.equation("eq:position-terms")
def test_the_score_of_sinusoids_has_four_terms():
    """The left side by the layer's own products."""
    x, p = draw(5, 4), sinusoidal_encoding(5, 4)
    W_q, W_k = draw(2, 4, 4)
    scores = ((x + p) @ W_q) @ ((x + p) @ W_k).T
    formula("eq:position-terms").check(
        {
            "(x_t + p_t) W (x_u + p_u)^\\T": entries("t u", scores),
            "x": [row[None] for row in x],
            "p": [row[None] for row in p],
            "W": W_q @ W_k.T,
            "t": range(1, 6),
            "u": range(1, 6),
        }
    )


# What the chapter claims


@settings(max_examples=15, deadline=None)
@given(SIZES, st.integers(0, 1000))
def test_moving_both_changes_no_score(sizes, shift):
    T, pairs, base = sizes
    q, k = draw(T, 2 * pairs), draw(T, 2 * pairs)
    position = torch.arange(T)
    scores = rotary(q, base=base) @ rotary(k, base=base).T
    moved = position + shift
    later = rotary(q, moved, base) @ rotary(k, moved, base).T
    torch.testing.assert_close(scores, later)


@settings(max_examples=20, deadline=None)
@given(SIZES)
def test_lengths(sizes):
    T, pairs, base = sizes
    p, x = sinusoidal_encoding(T, 2 * pairs, base), draw(T, 2 * pairs)
    torch.testing.assert_close(
        p.norm(dim=1), torch.full((T,), math.sqrt(pairs))
    )
    torch.testing.assert_close(rotary(x, base=base).norm(dim=1), x.norm(dim=1))


def test_position_0_is_not_turned_and_any_number_is_a_position():
    x = draw(3, 4)
    torch.testing.assert_close(rotary(x)[0], x[0])
    half = rotary(rotary(x, torch.full((3,), 0.5)), torch.full((3,), 0.5))
    torch.testing.assert_close(half, rotary(x, torch.ones(3)))
    torch.testing.assert_close(
        rotary(rotary(x, torch.tensor([4, 9, 2])), torch.tensor([-4, -9, -2])),
        x,
    )


def test_answer_of_the_question_on_the_way():
    """Two words in front: RoPE's scores stay, those of sinusoids change."""
    q, k, p = draw(4, 6), draw(4, 6), sinusoidal_encoding(6, 6)
    early, late = torch.arange(4), torch.arange(2, 6)
    torch.testing.assert_close(
        rotary(q, early) @ rotary(k, early).T,
        rotary(q, late) @ rotary(k, late).T,
    )
    W = draw(6, 6)
    added = [(q + p[i]) @ W @ (k + p[i]).T for i in (early, late)]
    assert not torch.allclose(*added, rtol=0.01)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_keeps_far_positions_apart(dtype):
    """The angles are double; only the result is rounded."""
    x = draw(2, 8)
    far = torch.tensor([30_000, 30_001])
    exact, half = rotary(x, far), rotary(x.to(dtype), far)
    assert half.dtype == dtype
    torch.testing.assert_close(half.double(), exact, atol=0.06, rtol=0)
    assert sinusoidal_encoding(3, 4).dtype == torch.float64
    torch.set_default_dtype(torch.float32)
    assert sinusoidal_encoding(3, 4).dtype == torch.float32


def test_gradients_and_transforms():
    x = draw(2, 3, 4).requires_grad_()
    assert torch.autograd.gradcheck(rotary, (x,))
    one = torch.func.vmap(rotary)
    torch.testing.assert_close(one(x), rotary(x))


# Errors


@pytest.mark.parametrize("d", [0, 1, 3, -2])
def test_width_must_be_even(d):
    message = f"d must be even and at least 2, got {d}"
    with pytest.raises(ValueError, match=message):
        frequencies(d)
    with pytest.raises(ValueError, match=message):
        sinusoidal_encoding(4, d)
    if d > 0:
        with pytest.raises(ValueError, match=message):
            rotary(draw(2, d))


@pytest.mark.parametrize("base", [1.0, 0.0, -3.0, math.nan])
def test_base_must_slow_the_hands_down(base):
    with pytest.raises(ValueError, match="base must be greater than 1, got"):
        frequencies(4, base)


def test_there_must_be_a_position():
    with pytest.raises(ValueError, match="T must be at least 1, got 0"):
        sinusoidal_encoding(0, 4)


@pytest.mark.parametrize("shape", [(2,), (4,), (3, 1)])
def test_one_position_a_row(shape):
    with pytest.raises(ValueError, match=r"position must be \(3,\), got \("):
        rotary(draw(2, 3, 4), torch.zeros(shape))


def test_queries_have_two_axes():
    with pytest.raises(ValueError, match=r"x must be \(..., T, d\), got \(4,"):
        rotary(draw(4))
