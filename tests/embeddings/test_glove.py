"""GloVe against brute-force counts, dense solves and the page's formulas."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from book.formula import formula, rows
from d2lcode.data import load_wikipedia_counts
from d2lcode.embeddings.glove import (
    GloVe,
    alternate,
    cooccurrence,
    count_weight,
    log_counts,
    solve_rows,
)

SIZES = st.tuples(st.integers(4, 8), st.integers(1, 3))  # V, D


def draw(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64)


def some_counts(V: int, zeros: bool = True) -> Tensor:
    """Symmetric counts, some of them 0, some above 10."""
    X = 20 * torch.rand(V, V, dtype=torch.float64) ** 3 + 0.1
    X = X + X.T
    if zeros:
        X[0, V - 1] = X[V - 1, 0] = 0
    return X


def some_model(V: int, D: int) -> GloVe:
    model = GloVe(V, D).double()
    for bias in (model.b, model.b_context):
        torch.nn.init.normal_(bias)
    return model


def on_the_page(model: GloVe) -> dict[str, Tensor]:
    return {
        "w": rows(model.w.detach()),
        r"\tilde w": rows(model.w_context.detach()),
        "b": model.b.detach(),
        r"\tilde b": model.b_context.detach(),
    }


# Counts


def brute_force(sentences: list[list[int]], V: int, m: int) -> np.ndarray:
    X = np.zeros((V, V))
    for u in sentences:
        for s in range(len(u)):
            for t in range(len(u)):
                if 0 < abs(s - t) <= m and min(u[s], u[t]) >= 0:
                    X[u[s], u[t]] += 1 / abs(s - t)
    return X


@pytest.mark.equation(
    "eq:glove-count",
    fixed=r"X_{ij} = \sum_{u_s = i,\; u_t = j,\; 0 < |s - t| \le m}"
    r" \frac{1}{|s - t|}",
)
@settings(max_examples=30)
@given(
    st.lists(st.lists(st.integers(-1, 4), max_size=9), max_size=4),
    st.integers(1, 4),
)
def test_counts_are_those_of_all_pairs_of_places(sentences, m):
    X = cooccurrence([torch.tensor(u).long() for u in sentences], 5, m)
    np.testing.assert_allclose(X, brute_force(sentences, 5, m), atol=1e-12)


def test_a_sentence_by_hand():
    """Ice is cold and solid: cold next to is, and two from ice."""
    ice, is_, cold, and_, solid = range(5)
    X = cooccurrence([torch.arange(5)], 5, window=2)
    assert X[cold].tolist() == [0.5, 1, 0, 1, 0.5]
    assert X[ice, and_] == X[is_, solid] == 0
    X += cooccurrence([torch.tensor([cold, ice])], 5, window=2)
    assert X[cold, ice] == X[ice, cold] == 1.5


def test_a_word_beside_itself_is_counted_from_both_places():
    assert cooccurrence([torch.tensor([0, 0])], 1).item() == 2


def test_an_unknown_word_keeps_its_place():
    X = cooccurrence([torch.tensor([0, -1, 1])], 2)
    assert X.tolist() == [[0, 0.5], [0.5, 0]]


def test_sentences_do_not_see_each_other():
    X = cooccurrence([torch.tensor([0]), torch.tensor([1])], 2)
    assert not X.any()


@pytest.mark.equation("eq:glove-probability")
def test_probabilities_of_a_neighbour():
    X = some_counts(5)
    P = X / X.sum(dim=1, keepdim=True)
    formula("eq:glove-probability").check(
        {
            "P_{ik}": P[2, 3],
            "X_{ik}": X[2, 3],
            "X_i": X[2].sum(),
        },
        asides=[r"X_i = \sum_{k=1}^{V} X_{ik}"],
    )


# The model


@pytest.mark.equation("eq:glove-model")
@pytest.mark.equation("eq:glove-ratio")
def test_a_perfect_model_holds_ratios():
    """With D = V vectors can hold all counts, and then all ratios."""
    model, X = some_model(6, 6), some_counts(6, zeros=False)
    P = X / X.sum(dim=1, keepdim=True)
    with torch.no_grad():
        shifted = P.log() - model.b_context
        model.w.copy_(shifted @ torch.linalg.inv(model.w_context).T)
        model.b.copy_(X.sum(dim=1).log())
    torch.testing.assert_close(model().detach().exp(), X)
    i, j, k = 1, 4, 2
    values = on_the_page(model)
    formula("eq:glove-model").check(
        {
            "w_i": values["w"][i],
            r"\tilde w_k": values[r"\tilde w"][k],
            "b_i": values["b"][i],
            r"\tilde b_k": values[r"\tilde b"][k],
            "X_{ik}": model()[i, k].exp(),
        }
    )
    formula("eq:glove-ratio").check(
        {
            "w_i": values["w"][i],
            "w_j": values["w"][j],
            r"\tilde w_k": values[r"\tilde w"][k],
            "P_{ik}": P[i, k],
            "P_{jk}": P[j, k],
        }
    )


@pytest.mark.equation("eq:glove-weight")
@pytest.mark.parametrize("x", [0.0, 0.3, 5.0, 10.0, 400.0])
@pytest.mark.parametrize("x_max, alpha", [(10, 0.75), (100, 0.75), (2, 1.5)])
def test_weight_of_a_count(x, x_max, alpha):
    formula("eq:glove-weight").check(
        {
            "f(x)": count_weight(
                torch.tensor(x, dtype=torch.float64), x_max, alpha
            ),
            "x": x,
            r"x_{\max}": x_max,
            r"\alpha": alpha,
        }
    )


def test_weights_that_the_page_names():
    x = torch.tensor([0.0, 1.0, 10.0, 99.0]).double()
    np.testing.assert_allclose(
        count_weight(x, x_max=10), [0, 0.178, 1, 1], atol=5e-4
    )
    assert count_weight(torch.tensor(100.0)) == 1  # the default of the paper
    assert count_weight(torch.tensor(50.0)).item() == pytest.approx(0.5**0.75)


@pytest.mark.equation("eq:glove-loss")
@pytest.mark.parametrize("V, D", [(4, 1), (6, 3)])
def test_loss(V, D):
    model, X = some_model(V, D), 20 * torch.rand(V, V).double()
    loss = model.loss(log_counts(X), count_weight(X, 10))

    def f(x: np.ndarray) -> np.ndarray:
        return np.minimum(1, x / 10) ** 0.75

    formula("eq:glove-loss").check(
        {"J": loss, "X": X, "V": V, "f": f} | on_the_page(model)
    )


def test_zeros_cost_nothing_and_pull_nowhere():
    model, X = some_model(5, 2), some_counts(5)
    loss = model.loss(log_counts(X), count_weight(X, 10))
    loss.backward()
    dense = model.w.grad.clone()
    i, j = X.nonzero(as_tuple=True)
    model.zero_grad()
    error = model()[i, j] - X[i, j].log()
    seen = (count_weight(X[i, j], 10) * error**2).sum()
    seen.backward()
    torch.testing.assert_close(loss, seen)
    torch.testing.assert_close(dense, model.w.grad)


def test_log_of_zero_spoils_loss_and_gradient():
    model, X = some_model(5, 2), some_counts(5)
    f = count_weight(X, 10)
    assert model.loss(X.log(), f).isnan()
    squares = f * (model() - X.log()) ** 2
    loss = torch.where(X > 0, squares, 0.0).sum()
    loss.backward()
    assert loss.isfinite()
    bad = model.w.grad.isnan().any(dim=1)
    assert torch.equal(bad, (X == 0).any(dim=1))


# One side at a time


def lstsq(contexts, b_context, target, f):
    """Each row by the library: both sides times the root of f."""
    ones = torch.ones(len(contexts), 1).double()
    A = torch.cat([contexts, ones], dim=1)
    return torch.stack(
        [
            torch.linalg.lstsq(
                f[i].sqrt()[:, None] * A,
                (f[i].sqrt() * (target[i] - b_context))[:, None],
                driver="gelsd",
            ).solution[:, 0]
            for i in range(len(target))
        ]
    )


@settings(max_examples=20)
@given(SIZES, st.booleans())
def test_rows_are_those_of_a_dense_solve(sizes, zeros):
    V, D = sizes
    zeros = zeros and V > D + 2
    N = V + 1  # as many contexts as there are words is not required
    X = some_counts(N, zeros)[:V]
    contexts, b_context = draw(N, D), draw(N)
    target, f = log_counts(X), count_weight(X, 10)
    w, b = solve_rows(contexts, b_context, target, f)
    expected = lstsq(contexts, b_context, target, f)
    torch.testing.assert_close(
        torch.cat([w, b[:, None]], dim=1), expected, rtol=1e-5, atol=1e-6
    )


@pytest.mark.equation("eq:glove-normal")
@pytest.mark.parametrize("V, D", [(5, 1), (7, 3)])
def test_normal_equation(V, D):
    X = 20 * torch.rand(V, V).double()  # not symmetric: rows, not columns
    contexts, b_context = draw(V, D), draw(V)
    w, b = solve_rows(contexts, b_context, log_counts(X), count_weight(X, 10))
    a = torch.cat([contexts, torch.ones(V, 1).double()], dim=1)

    def f(x: np.ndarray) -> np.ndarray:
        return np.minimum(1, x / 10) ** 0.75

    for i in range(1, V + 1):
        formula("eq:glove-normal").check(
            {
                "z_i": torch.cat([w[i - 1], b[i - 1 : i]])[None],
                "f": f,
                "X": X,
                "a": rows(a),
                r"\tilde b": b_context,
                "i": i,
                "V": V,
            }
        )


def test_no_step_from_the_solution_lowers_the_loss():
    model, X = some_model(6, 2), some_counts(6)
    target, f = log_counts(X), count_weight(X, 10)
    w, b = solve_rows(
        model.w_context.detach(), model.b_context.detach(), target, f
    )
    with torch.no_grad():
        model.w.copy_(w)
        model.b.copy_(b)
    model.loss(target, f).backward()
    assert model.w.grad.abs().max() < 1e-8
    assert model.b.grad.abs().max() < 1e-8
    assert model.w_context.grad.abs().max() > 1e-3


def test_gradient_descent_reaches_the_loss_of_the_solution():
    model, X = some_model(6, 2), some_counts(6)
    target, f = log_counts(X), count_weight(X, 10)
    w, b = solve_rows(
        model.w_context.detach(), model.b_context.detach(), target, f
    )
    optimizer = torch.optim.LBFGS(
        [model.w, model.b], max_iter=300, line_search_fn="strong_wolfe"
    )

    def closure():
        optimizer.zero_grad()
        loss = model.loss(target, f)
        loss.backward()
        return loss

    optimizer.step(closure)
    torch.testing.assert_close(model.w.detach(), w, rtol=1e-3, atol=1e-4)
    torch.testing.assert_close(model.b.detach(), b, rtol=1e-3, atol=1e-4)


def test_alternating_never_raises_the_loss_and_ends_at_a_minimum():
    model, X = some_model(9, 2), some_counts(9)
    target, f = log_counts(X), count_weight(X, 10)
    start = model.loss(target, f).item()
    losses = alternate(model, target, f, sweeps=200)
    assert len(losses) == 200
    assert all(
        after <= before * (1 + 1e-9)
        for before, after in zip([start, *losses], losses, strict=False)
    )
    assert model.loss(target, f).item() == pytest.approx(losses[-1])
    model.loss(target, f).backward()
    for parameter in model.parameters():
        assert parameter.grad.abs().max() < 0.05
        assert parameter.requires_grad


def test_vectors_come_back_from_counts_made_of_vectors():
    """With D as large as it was, the loss falls to zero."""
    X = some_model(12, 2)().detach().exp()
    torch.manual_seed(1)
    model = some_model(12, 2)
    losses = alternate(model, log_counts(X), count_weight(X, 1), sweeps=300)
    assert losses[-1] < 1e-3 < losses[0]


# What the chapter claims


def test_maps_and_shifts_that_the_loss_does_not_see():
    model = some_model(6, 2)
    M, v, before = draw(2, 2), draw(2), model().detach()
    with torch.no_grad():
        model.b_context -= model.w_context @ v
        model.w.copy_((model.w + v) @ M)
        model.w_context.copy_(model.w_context @ torch.linalg.inv(M).T)
    torch.testing.assert_close(model().detach(), before)


@pytest.mark.equation("eq:glove-pmi")
def test_with_fixed_biases_the_products_are_the_pmi():
    X = some_counts(5, zeros=False)
    total, N = X.sum(dim=1), X.sum()
    half = total.log() - N.log() / 2
    pmi = X.log() - half[:, None] - half
    formula("eq:glove-pmi").check(
        {
            r"\mathrm{PMI}_{ij}": pmi[1, 3],
            "X_{ij}": X[1, 3],
            "X_i": total[1],
            "X_j": total[3],
            "N": N,
        }
    )


def test_ratios_of_france_and_germany():
    """The numbers of the small case are near those of the counts."""
    words, X = load_wikipedia_counts()
    P = X / X.sum(dim=1, keepdim=True)
    one, other = P[words.index("france")], P[words.index("germany")]
    product = {
        word: 2 * first
        for word, first in (("paris", 1.7), ("berlin", -2.1), ("war", 0.0))
    }
    for word, value in product.items():
        k = words.index(word)
        assert math.log(one[k] / other[k]) == pytest.approx(value, abs=0.2)


def test_more_numbers_keep_more_of_a_ratio():
    _, X = load_wikipedia_counts()
    X = X[:200, :200]  # the most frequent
    target, f = log_counts(X), count_weight(X, 10)
    losses = []
    for D in (2, 8):
        torch.manual_seed(0)
        model = GloVe(200, D).double()
        losses.append(alternate(model, target, f, sweeps=4)[-1])
    assert losses[1] < 0.8 * losses[0]


def test_answers_of_the_questions_on_the_way():
    assert math.log(0.02 / 0.02) == 0


def test_parameters_are_counted():
    count = sum(p.numel() for p in GloVe(800, 16).parameters())
    assert count == 2 * 800 * (16 + 1)


def test_vectors_start_with_length_about_1():
    model = GloVe(2000, 25)
    for w in (model.w, model.w_context):
        assert w.pow(2).sum(dim=1).mean().item() == pytest.approx(1, rel=0.03)
    assert not model.b.any() and not model.b_context.any()


# Errors


@pytest.mark.parametrize("V, window", [(0, 5), (3, 0)])
def test_sizes_of_counting(V, window):
    message = f"V and window must be at least 1, got {V} and {window}"
    with pytest.raises(ValueError, match=message):
        cooccurrence([], V, window)


@pytest.mark.parametrize("words", [[3], [-2], [0, 7, 1]])
def test_words_must_be_known(words):
    with pytest.raises(ValueError, match="words must be from -1 to 2, got"):
        cooccurrence([torch.tensor(words)], 3)


@pytest.mark.parametrize("words", [[[0, 1]], [0.0, 1.0]])
def test_sentences_must_be_numbers(words):
    with pytest.raises(ValueError, match=r"each sentence must be \(T,\) int"):
        cooccurrence([torch.tensor(words)], 3)


@pytest.mark.parametrize("x_max, alpha", [(0, 1), (1, 0), (math.nan, 1)])
def test_weights_need_positive_numbers(x_max, alpha):
    with pytest.raises(ValueError, match="x_max and alpha must be positive"):
        count_weight(torch.ones(2), x_max, alpha)


@pytest.mark.parametrize("count", [-1.0, math.nan])
def test_counts_must_not_be_negative(count):
    with pytest.raises(ValueError, match="counts must be 0 or more"):
        log_counts(torch.tensor([1.0, count]))


@pytest.mark.parametrize("V, D", [(0, 2), (2, 0)])
def test_sizes_of_the_model(V, D):
    message = f"V and D must be at least 1, got {V} and {D}"
    with pytest.raises(ValueError, match=message):
        GloVe(V, D)


def test_a_row_needs_as_many_counts_as_unknowns():
    X = some_counts(6)
    X[2, :4] = 0  # two left, three unknowns
    with pytest.raises(ValueError, match="at least 3 positive entries"):
        solve_rows(draw(6, 2), draw(6), log_counts(X), count_weight(X))
