"""Negative sampling against autograd, exact tables and the formulas."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn import functional as F

from book.formula import formula
from d2lcode.embeddings.negative_sampling import (
    HierarchicalSoftmax,
    NegativeSampler,
    huffman_codes,
    keep_probability,
    optimal_scores,
    sgns_loss,
    sgns_step,
)

SIZES = st.tuples(*[st.integers(1, 4)] * 4)  # B, S, R, D
V = 7


def draw(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64)


def sigmoid(a: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-a))


def problem(B: int, S: int, R: int, D: int) -> tuple[Tensor, ...]:
    """Words occur twice and more; the weights are no whole numbers."""
    centres, others = torch.randint(V, (B, S)), torch.randint(V, (B, R))
    Y = torch.randint(2, (B, S, R)).double()
    return draw(V, D), draw(V, D), centres, others, Y, draw(B, S, R).abs()


# The oracle


@settings(max_examples=15, deadline=None)
@given(SIZES)
def test_a_step_is_gradient_descent_by_autograd(
    sizes: tuple[int, int, int, int],
) -> None:
    U, W, centres, others, Y, M = problem(*sizes)
    a, b = U.clone().requires_grad_(), W.clone().requires_grad_()
    scores = a[centres] @ b[others].mT
    loss = F.binary_cross_entropy_with_logits(
        scores, Y, weight=M, reduction="sum"
    )
    torch.testing.assert_close(sgns_loss(scores, Y, M), loss)
    grad_U, grad_W = torch.autograd.grad(loss, [a, b])
    after_U, after_W = U.clone(), W.clone()
    sgns_step(after_U, after_W, centres, others, Y, M, lr=0.3)
    torch.testing.assert_close(after_U, U - 0.3 * grad_U)
    torch.testing.assert_close(after_W, W - 0.3 * grad_W)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_a_step_is_made_in_place_and_in_the_dtype(dtype: torch.dtype) -> None:
    U, W, centres, others, Y, M = problem(2, 3, 4, 5)
    U, W = U.to(dtype), W.to(dtype)
    before = U.clone(), W.clone()
    sgns_step(U, W, centres, others, Y.to(dtype), M.to(dtype), 0.1)
    assert U.dtype == W.dtype == dtype
    for new, old, used in zip((U, W), before, (centres, others), strict=True):
        moved = (new != old).any(dim=1).nonzero().flatten().tolist()
        assert moved == used.unique().tolist()


def test_loss_of_large_scores_is_finite() -> None:
    scores = torch.tensor([1000.0, -1000.0])
    right, wrong = torch.tensor([1.0, 0.0]), torch.tensor([0.0, 1.0])
    ones = torch.ones(2)
    assert sgns_loss(scores, right, ones).item() == 0
    assert sgns_loss(scores, wrong, ones).item() == 2000


def test_the_small_case_of_the_page() -> None:
    scores = torch.tensor([2.0, -1.0, 0.0])
    loss = sgns_loss(scores, torch.tensor([1.0, 0, 0]), torch.ones(3))
    assert loss.item() == pytest.approx(1.13, abs=5e-3)


# The equations of the page


@pytest.mark.equation("eq:ns-loss")
@pytest.mark.parametrize("k", [1, 4])
def test_loss(k: int) -> None:
    s, m = 2 * draw(1 + k), draw(1 + k).abs()
    y = torch.zeros(1 + k).double()
    y[0] = 1
    formula("eq:ns-loss").check(
        {r"\ell": sgns_loss(s, y, m), "s": s, "y": y, "m": m, "k": k}
        | {r"\sigma": sigmoid}
    )


@pytest.mark.equation("eq:ns-error")
@pytest.mark.equation("eq:ns-rows")
@pytest.mark.parametrize("S, R, D", [(1, 3, 2), (3, 2, 4), (4, 5, 3)])
def test_gradients(S: int, R: int, D: int) -> None:
    """By autograd, of the errors and of the rows."""
    C, E = draw(S, D), draw(R, D)
    Y, M = torch.randint(2, (S, R)).double(), draw(S, R).abs()
    scores = (C @ E.T).requires_grad_()
    (G,) = torch.autograd.grad(sgns_loss(scores, Y, M), scores)
    formula("eq:ns-error").check(
        {"G": G, "C": C, "E": E, "Y": Y, "M": M, r"\sigma": sigmoid}
    )
    U, W = C.clone(), E.clone()
    sgns_step(
        U, W, torch.arange(S)[None], torch.arange(R)[None], Y[None], M[None],
        lr=1.0,
    )  # fmt: skip
    formula("eq:ns-rows").check(
        {r"\nabla_C": C - U, r"\nabla_E": E - W, "G": G, "C": C, "E": E}
    )


@pytest.mark.equation("eq:ns-noise")
def test_noise() -> None:
    n = torch.tensor([81, 16, 1, 40])
    q = NegativeSampler(n).q
    formula("eq:ns-noise").check(
        {"q": q, "n": n.double(), "V": 4, "j": range(1, 5)}
    )
    shares = NegativeSampler(n[:3]).q * 36
    torch.testing.assert_close(shares, torch.tensor([27.0, 8, 1]).double())


@pytest.mark.equation("eq:ns-keep")
@pytest.mark.parametrize("t", [1e-4, 0.01, 0.2])
def test_keep(t: float) -> None:
    counts = torch.tensor([500, 300, 150, 49, 1]).double()
    keep = keep_probability(counts, t)
    row = formula("eq:ns-keep")
    for a, f in zip(keep, counts / counts.sum(), strict=True):
        row.check({"a_w": a, "f_w": f, "t": t})


def test_keep_by_hand() -> None:
    counts = torch.tensor([16.0, 1.0, 83.0, 0.0])
    found = keep_probability(counts, 0.01)
    assert found[0].item() == pytest.approx(0.3125)
    assert found[1].item() == found[3].item() == 1
    whole = keep_probability(counts.long(), 0.01)
    torch.testing.assert_close(whole, found)


def table(seed: int = 0) -> tuple[Tensor, Tensor, float]:
    """Counts of pairs, all of them seen; q; k."""
    rng = np.random.default_rng(seed)
    N = torch.tensor(rng.integers(1, 30, (4, 4))).double()
    return N, NegativeSampler(N.sum(dim=0)).q, 3.0


@pytest.mark.equation("eq:ns-optimum")
def test_optimum() -> None:
    """Where autograd finds no slope, and more anywhere else."""
    N, q, k = table()
    s = optimal_scores(N, q, k)
    drawn = k * N.sum(dim=1, keepdim=True) * q

    def loss(scores: Tensor) -> Tensor:
        ones = torch.ones_like(scores)
        yes = sgns_loss(scores, ones, N)
        return yes + sgns_loss(scores, 0 * ones, drawn)

    free = s.clone().requires_grad_()
    (slope,) = torch.autograd.grad(loss(free), free)
    torch.testing.assert_close(slope, torch.zeros_like(slope))
    for _ in range(5):
        assert loss(s + 0.1 * draw(4, 4)) > loss(s)
    row = formula("eq:ns-optimum")
    for c in range(4):
        for j in range(4):
            row.check(
                {"s_{cj}": s[c, j], "N_{cj}": N[c, j], "N_c": N[c].sum()}
                | {"k": k, "q_j": q[j]}
            )


@pytest.mark.equation("eq:ns-pmi")
def test_pmi() -> None:
    """With the contexts' own shares, from the joint distribution."""
    N, _, k = table(1)
    joint = N / N.sum()
    s = optimal_scores(N, N.sum(dim=0) / N.sum(), k)
    row = formula("eq:ns-pmi")
    for c in range(4):
        for j in range(4):
            row.check(
                {
                    "s_{cj}": s[c, j],
                    r"P(j \mid c)": joint[c, j] / joint[c].sum(),
                }
                | {"P(j)": joint[:, j].sum(), "k": k}
            )
    independent = joint.sum(dim=1, keepdim=True) * joint.sum(dim=0)
    torch.testing.assert_close(s, (joint / independent).log() - math.log(k))


@pytest.mark.equation("eq:ns-sum")
def test_the_scores_hold_probabilities() -> None:
    N, q, k = table(2)
    s = optimal_scores(N, q, k)
    for c in range(4):
        formula("eq:ns-sum").check(
            {"s": s, "q": q, "k": k, "V": 4, "c": c + 1}
        )
    torch.testing.assert_close(k * q * s.exp(), N / N.sum(dim=1, keepdim=True))


def test_a_pair_never_seen_has_no_lowest_score() -> None:
    N = torch.tensor([[2.0, 0.0], [1.0, 1.0]])
    s = optimal_scores(N, torch.tensor([0.5, 0.5]), 1)
    assert s[0, 1].item() == -math.inf and s[1, 1].item() == 0


@pytest.mark.equation("eq:ns-tree")
@pytest.mark.parametrize("counts", [[5, 1], [3, 9, 4, 4, 1], [1] * 6])
def test_tree(counts: list[int]) -> None:
    torch.manual_seed(0)
    tree = HierarchicalSoftmax(counts, 3).double()
    u = draw(1, 3)
    every = torch.arange(len(counts))
    p = tree(u.expand(len(counts), 3), every).exp()
    assert p.sum().item() == pytest.approx(1)
    row = formula("eq:ns-tree")
    for j, code in enumerate(huffman_codes(counts)):
        nodes, turns = zip(*code, strict=True)
        row.check(
            {
                r"p(j \mid c)": p[j],
                "t": np.array(turns, dtype=float),
                "u": u[0],
                "a": list(tree.A.detach()),
                "n": np.array(nodes) + 1,
                "L": len(code),
                r"\sigma": sigmoid,
            }
        )


# The tree


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(1, 50), min_size=2, max_size=12))
def test_huffman_is_a_tree_near_the_entropy(counts: list[int]) -> None:
    codes = huffman_codes(counts)
    root = len(counts) - 2
    assert all(code[0][0] == root for code in codes)
    assert sum(2.0 ** -len(code) for code in codes) == 1  # no leaf is missing
    assert len({tuple(code) for code in codes}) == len(counts)
    share = np.array(counts) / sum(counts)
    mean = (share * [len(code) for code in codes]).sum()
    entropy = -(share * np.log2(share)).sum()
    assert entropy - 1e-9 <= mean < entropy + 1


def test_huffman_by_hand() -> None:
    """1 and 2 make node 0 (3), that and 4 node 1 (7), with 8 the root."""
    codes = huffman_codes([8, 4, 2, 1])
    assert [len(code) for code in codes] == [1, 2, 3, 3]
    assert [node for node, _ in codes[3]] == [2, 1, 0]
    assert codes[2][:2] == codes[3][:2]
    assert codes[2][2][1] == -codes[3][2][1]


def test_the_tree_learns_a_distribution() -> None:
    """Maximum likelihood finds the counts, as the full softmax does."""
    torch.manual_seed(0)
    counts = torch.tensor([8.0, 4.0, 2.0, 6.0]).double()
    tree = HierarchicalSoftmax([8, 4, 2, 6], 4).double()
    u, every = torch.ones(4, 4).double(), torch.arange(4)
    optimizer = torch.optim.LBFGS(
        tree.parameters(), max_iter=40, line_search_fn="strong_wolfe"
    )

    def closure() -> Tensor:
        optimizer.zero_grad()
        loss = -(counts * tree(u, every)).sum()
        loss.backward()
        return loss

    optimizer.step(closure)
    p = tree(u, every).exp().detach()
    torch.testing.assert_close(p, counts / 20, rtol=1e-4, atol=1e-5)


def test_the_tree_survives_its_state() -> None:
    tree = HierarchicalSoftmax([3, 1, 2], 4)
    other = HierarchicalSoftmax([3, 1, 2], 4)
    other.load_state_dict(tree.state_dict())
    u, words = torch.randn(3, 4), torch.arange(3)
    assert torch.equal(tree(u, words), other(u, words))
    assert (tree(u, words) <= 0).all()


# The draws


def test_draws_follow_q() -> None:
    noise = NegativeSampler(torch.tensor([10, 0, 100, 1]))
    rng = torch.Generator().manual_seed(0)
    drawn = noise.draw(200, 500, generator=rng)
    assert drawn.shape == (200, 500)
    found = torch.bincount(drawn.flatten(), minlength=4) / 100_000
    assert found[1].item() == 0
    np.testing.assert_allclose(found, noise.q, atol=0.005)


@pytest.mark.parametrize("power", [0.0, 0.75, 1.0])
def test_a_word_that_does_not_occur_is_not_drawn(power: float) -> None:
    q = NegativeSampler(torch.tensor([0, 3, 0, 3]), power).q
    assert q.tolist() == [0, 0.5, 0, 0.5]


def test_a_generator_decides_the_draws() -> None:
    noise = NegativeSampler(torch.ones(50))
    first, second = (
        noise.draw(20, generator=torch.Generator().manual_seed(3))
        for _ in range(2)
    )
    assert torch.equal(first, second)


# What the page claims


def test_hits_left_out_have_their_own_optimum() -> None:
    """Exercise 3, by autograd: no slope at log N / (k (N_c - N) q)."""
    N_cj, N_c, q, k = 8.0, 20.0, 0.1, 2.0
    s = torch.tensor(
        math.log(N_cj / (k * (N_c - N_cj) * q)), dtype=torch.float64
    ).requires_grad_()
    loss = -N_cj * F.logsigmoid(s) - k * (N_c - N_cj) * q * F.logsigmoid(-s)
    (slope,) = torch.autograd.grad(loss, s)
    assert slope.item() == pytest.approx(0, abs=1e-12)


def test_answers_of_check_yourself() -> None:
    N = torch.outer(torch.tensor([2.0, 3.0]), torch.tensor([1.0, 4.0]))
    q = N.sum(dim=0) / N.sum()
    torch.testing.assert_close(optimal_scores(N, q, 1), torch.zeros(2, 2))
    fall = optimal_scores(N, q, 5) - optimal_scores(N, q, 10)
    torch.testing.assert_close(fall, torch.full((2, 2), math.log(2)))


# Errors


def test_errors() -> None:
    ones = torch.ones(3)
    for bad in (torch.zeros(3), torch.tensor([1, -1]), torch.ones(2, 2)):
        with pytest.raises(ValueError, match=r"counts must be \(V,\), none"):
            NegativeSampler(bad)
        with pytest.raises(ValueError, match=r"counts must be \(V,\), none"):
            keep_probability(bad, 0.1)
    with pytest.raises(ValueError, match="t must be above 0, got 0"):
        keep_probability(ones, 0)
    with pytest.raises(ValueError, match="must have one shape, got"):
        sgns_loss(ones, ones, torch.ones(1, 3))
    U, W, centres, others, Y, M = problem(2, 3, 4, 5)
    with pytest.raises(ValueError, match=r"Y and M must be \(2, 3, 4\), got"):
        sgns_step(U, W, centres, others, Y, M[:1], 0.1)
    with pytest.raises(ValueError, match=r"N must be \(3, 3\), got \(3, 2\)"):
        optimal_scores(torch.ones(3, 2), ones, 1)
    with pytest.raises(ValueError, match="k must be above 0, got 0"):
        optimal_scores(torch.ones(3, 3), ones, 0)
    with pytest.raises(ValueError, match="counts must be at least two"):
        huffman_codes([3])
    tree = HierarchicalSoftmax([1, 2], 4)
    with pytest.raises(ValueError, match=r"words must be \(2,\), got \(3,\)"):
        tree(torch.ones(2, 4), torch.zeros(3, dtype=torch.long))
