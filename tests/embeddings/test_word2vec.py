"""Skip-gram, CBOW and their gradients against autograd."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F

from book.formula import entries, formula
from d2lcode.embeddings.word2vec import (
    CBOW,
    KINDS,
    SkipGram,
    cbow_bags,
    skipgram_pairs,
    softmax_gradients,
    toy_sentences,
    windows,
)

SIZES = st.tuples(*[st.integers(1, 6)] * 3)  # B, V, D


def draw(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64)


def random_bags(B: int, V: int) -> Tensor:
    return draw(B, V).softmax(dim=1)


def autograd(
    inputs: Tensor, targets: Tensor, U: Tensor, W: Tensor
) -> tuple[Tensor, Tensor]:
    """The gradients of the mean loss, by torch."""
    U, W = U.clone().requires_grad_(), W.clone().requires_grad_()
    F.cross_entropy(inputs @ U @ W.T, targets).backward()
    assert U.grad is not None and W.grad is not None
    return U.grad, W.grad


# The oracle


@settings(max_examples=10, deadline=None)
@given(SIZES)
def test_gradients_of_skip_gram_are_those_of_autograd(sizes):
    B, V, D = sizes
    model = SkipGram(V, D).double()
    centres, contexts = torch.randint(V, (2, B))
    F.cross_entropy(model(centres), contexts).backward()
    U, W = model.U.detach(), model.W.detach()
    one_hot = F.one_hot(centres, V).double()
    grad_U, grad_W = softmax_gradients(one_hot, contexts, U, W)
    torch.testing.assert_close(grad_U, model.U.grad)
    torch.testing.assert_close(grad_W, model.W.grad)


@settings(max_examples=10, deadline=None)
@given(SIZES)
def test_gradients_of_cbow_are_those_of_autograd(sizes):
    B, V, D = sizes
    model, bags = CBOW(V, D).double(), random_bags(B, V)
    targets = torch.randint(V, (B,))
    F.cross_entropy(model(bags), targets).backward()
    U, W = model.U.detach(), model.W.detach()
    grad_U, grad_W = softmax_gradients(bags, targets, U, W)
    torch.testing.assert_close(grad_U, model.U.grad)
    torch.testing.assert_close(grad_W, model.W.grad)


def test_cbow_is_an_embedding_bag_and_a_linear_layer():
    tokens = [3, 0, 4, 4, 1, 2]
    bags, targets = cbow_bags(tokens, 2, 5)
    model = CBOW(5, 3)
    for row, (centre, contexts) in enumerate(windows(tokens, 2)):
        table = nn.EmbeddingBag.from_pretrained(model.U.data, mode="mean")
        h = table(torch.tensor([contexts]))
        assert targets[row] == centre
        torch.testing.assert_close(model(bags)[row], (h @ model.W.T)[0])


def test_skip_gram_is_cbow_with_one_word_in_the_bag():
    one, other = SkipGram(6, 3), CBOW(6, 3)
    other.load_state_dict(one.state_dict())
    centres = torch.tensor([5, 0, 5])
    torch.testing.assert_close(one(centres), other(torch.eye(6)[centres]))


# The cases worked out by hand


def test_small_case_of_the_page():
    U = torch.tensor([[0.0, 0.0], [0.0, 1.0], [0.0, 0.0]]).double()
    W = torch.tensor([[1.0, 0.0], [-1.0, 0.0], [3.0, 0.0]]).double()
    grad_U, grad_W = softmax_gradients(
        torch.eye(3).double()[[1]], torch.tensor([2]), U, W
    )
    assert grad_U.tolist() == [[0, 0], [pytest.approx(-2), 0], [0, 0]]
    assert grad_W[:, 0].tolist() == [0, 0, 0]
    assert grad_W[:, 1].tolist() == pytest.approx([1 / 3, 1 / 3, -2 / 3])
    assert math.log(3) == pytest.approx(1.10, abs=0.005)
    scores = (U - 0.1 * grad_U)[1] @ (W - 0.1 * grad_W).T
    assert scores.tolist() == pytest.approx([1 / 6, -7 / 30, 2 / 3])
    p = scores.softmax(dim=0)
    assert p[2].item() == pytest.approx(0.50, abs=0.005)


def test_a_bag_of_two_shares_the_gradient():
    U = torch.tensor([[-1.0, 1.0], [0.0, 0.0], [1.0, 1.0]]).double()
    W = torch.tensor([[1.0, 0.0], [-1.0, 0.0], [3.0, 0.0]]).double()
    bag = torch.tensor([[0.5, 0.0, 0.5]]).double()
    assert (bag @ U).tolist() == [[0, 1]]
    grad_U, _ = softmax_gradients(bag, torch.tensor([2]), U, W)
    assert grad_U[[0, 2], 0].tolist() == pytest.approx([-1, -1])
    assert not grad_U[:, 1].any() and not grad_U[1].any()


def test_answers_of_the_questions_on_the_way():
    W = torch.tensor([[50.0], [-50.0]]).double()
    U = torch.tensor([[1.0], [0.0]]).double()
    grads = softmax_gradients(
        torch.eye(2).double()[[0]], torch.tensor([0]), U, W
    )
    assert max(g.abs().max() for g in grads) < 1e-12
    for animal in KINDS["animal"]["nouns"]:
        others = set(KINDS["animal"]["nouns"]) - {animal}
        for sentence in toy_sentences(150, seed=0):
            assert animal not in sentence or not others & set(sentence)


# Windows, pairs, bags


def test_windows_end_with_the_sentence():
    assert windows([7, 8, 9, 6], 2) == [
        (7, [8, 9]),
        (8, [7, 9, 6]),
        (9, [7, 8, 6]),
        (6, [8, 9]),
    ]
    assert windows([], 1) == []


@given(st.lists(st.integers(0, 4), max_size=8), st.integers(1, 4))
def test_pairs_are_all_near_places(tokens, size):
    centres, contexts = skipgram_pairs(tokens, size)
    assert centres.dtype == contexts.dtype == torch.long
    T = len(tokens)
    expected = [
        (tokens[s], tokens[t])
        for s in range(T)
        for t in range(T)
        if 0 < abs(s - t) <= size
    ]
    found = list(zip(centres.tolist(), contexts.tolist(), strict=True))
    assert sorted(found) == sorted(expected)
    if size < T:
        assert len(found) == 2 * size * T - size * (size + 1)


@given(st.lists(st.integers(0, 4), max_size=8), st.integers(1, 4))
def test_bags_are_shares_of_the_contexts(tokens, size):
    bags, targets = cbow_bags(tokens, size, 5)
    kept = [pair for pair in windows(tokens, size) if pair[1]]
    assert targets.tolist() == [centre for centre, _ in kept]
    assert bags.shape == (len(kept), 5)
    for bag, (_, contexts) in zip(bags, kept, strict=True):
        shares = [contexts.count(v) / len(contexts) for v in range(5)]
        assert bag.tolist() == pytest.approx(shares)


def test_a_word_alone_has_neither_pair_nor_bag():
    assert [len(x) for x in skipgram_pairs([2], 3)] == [0, 0]
    assert [len(x) for x in cbow_bags([2], 3, 4)] == [0, 0]


def test_the_toy_world():
    sentences = toy_sentences(300, seed=1)
    assert sentences == toy_sentences(300, seed=1)
    assert sentences != toy_sentences(300, seed=2)
    assert len({word for s in sentences for word in s}) == 43
    for _, verb, the, adjective, noun in sentences:
        kinds = [k for k in KINDS.values() if verb in k["verbs"]]
        assert the == "the" and len(kinds) == 1
        assert adjective in kinds[0]["adjectives"]
        assert noun in kinds[0]["nouns"]


# The equations of the page


@pytest.mark.equation("eq:w2v-onehot")
def test_one_hot_rows_know_only_themselves():
    V = 4
    formula("eq:w2v-onehot").check(
        {"e": torch.eye(V), "i": range(1, V + 1), "j": range(1, V + 1)}
    )


@pytest.mark.equation("eq:w2v-softmax")
def test_probabilities():
    V, D = 5, 3
    model = SkipGram(V, D).double()
    for c in range(V):
        formula("eq:w2v-softmax").check(
            {"p": model(torch.tensor([c])).softmax(dim=1)[0]}
            | {"h": model.U[c], "w": model.W}
            | {"V": V, "j": range(1, V + 1)}
        )


@pytest.mark.equation("eq:w2v-loss")
def test_loss():
    V, D = 5, 3
    model = SkipGram(V, D).double()
    for c in range(V):
        for o in range(V):
            logits = model(torch.tensor([c]))
            formula("eq:w2v-loss").check(
                {r"\ell": F.cross_entropy(logits, torch.tensor([o]))}
                | {"p": logits.softmax(dim=1)[0], "h": model.U[c]}
                | {"w": model.W, "o": o + 1, "V": V}
            )


@pytest.mark.equation("eq:w2v-outer")
def test_gradient_of_a_predicted_word():
    V, D, o = 5, 3, 2
    h, W = draw(1, D), draw(V, D)
    _, grad_W = autograd(torch.ones(1, 1).double(), torch.tensor([o]), h, W)
    formula("eq:w2v-outer").check(
        {
            r"\frac{\partial \ell}{\partial w_j}": entries(
                "j", grad_W.tolist()
            ),
            "p": (h @ W.T).softmax(dim=1)[0],
            "y": F.one_hot(torch.tensor(o), V),
            "h": h[0],
            "j": range(1, V + 1),
        }
    )


@pytest.mark.equation("eq:w2v-inner")
def test_gradient_of_what_is_given():
    V, D = 5, 3
    for o in range(V):
        h, W = draw(1, D), draw(V, D)
        one = torch.ones(1, 1).double()
        grad_h, _ = autograd(one, torch.tensor([o]), h, W)
        formula("eq:w2v-inner").check(
            {
                r"\frac{\partial \ell}{\partial h}": grad_h[0],
                "p": (h @ W.T).softmax(dim=1)[0],
                "y": F.one_hot(torch.tensor(o), V),
                "w": W,
                "o": o + 1,
                "V": V,
            }
        )


@pytest.mark.equation("eq:w2v-mean")
def test_what_cbow_is_given():
    tokens = [4, 1, 0, 2, 3, 5]
    bags, _ = cbow_bags(tokens, 2, 6)
    U = draw(6, 3)
    for bag, (_, contexts) in zip(bags, windows(tokens, 2), strict=True):
        formula("eq:w2v-mean").check(
            {
                "h": bag.double() @ U,
                "u": U,
                "c": torch.tensor(contexts) + 1,
                "M": len(contexts),
            },
            tolerance=1e-6,
        )


@pytest.mark.equation("eq:w2v-share")
def test_each_context_gets_its_share():
    V, D, contexts, o = 6, 3, [4, 0, 5], 2
    U, W = draw(V, D), draw(V, D)
    bag = torch.zeros(1, V).double()
    bag[0, contexts] = 1 / 3
    grad_U, _ = autograd(bag, torch.tensor([o]), U, W)
    one = torch.ones(1, 1).double()
    grad_h, _ = autograd(one, torch.tensor([o]), bag @ U, W)
    formula("eq:w2v-share").check(
        {
            r"\frac{\partial \ell}{\partial u_{c_m}}": entries(
                "m", grad_U[contexts].tolist()
            ),
            r"\frac{\partial \ell}{\partial h}": grad_h[0],
            "M": len(contexts),
            "m": range(1, len(contexts) + 1),
        }
    )


@pytest.mark.equation("eq:w2v-one")
def test_one_matrix_makes_words_expect_themselves():
    V = 6
    model = SkipGram(V, 3).double()
    model.W = model.U
    p = model(torch.arange(V)).softmax(dim=1)
    for c in range(V):
        for o in range(V):
            formula("eq:w2v-one").check(
                {
                    r"p(c \mid c)": p[c, c],
                    r"p(o \mid c)": p[c, o],
                    r"p(o \mid o)": p[o, o],
                    r"p(c \mid o)": p[o, c],
                    "u": model.U,
                    "c": c + 1,
                    "o": o + 1,
                }
            )
            assert p[c, c] >= p[c, o] or p[o, o] >= p[o, c]


@pytest.mark.equation("eq:w2v-floor")
def test_no_model_is_below_the_counts():
    V = 3
    n = torch.tensor([[3, 1, 2], [5, 4, 1], [2, 7, 6]])
    table = torch.cartesian_prod(torch.arange(V), torch.arange(V))
    centres, contexts = table.repeat_interleave(n.flatten(), dim=0).T
    r = n.sum(dim=1)
    share = n.double() / r[:, None]
    best = F.cross_entropy(share.log()[centres], contexts)
    formula("eq:w2v-floor").check(
        {r"\L_{\min}": best, "n": n, "r": r, "N": len(centres), "V": V}
    )
    for _ in range(20):
        model = SkipGram(V, 3).double()
        assert F.cross_entropy(model(centres), contexts) > best


# What the chapter claims


def train(model: nn.Module, x: Tensor, y: Tensor) -> float:
    optimizer = torch.optim.Adam(model.parameters(), lr=0.2)
    for _ in range(50):
        loss = F.cross_entropy(model(x), y)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return loss.item()


def test_words_of_a_kind_come_together_and_two_matrices_are_better():
    torch.manual_seed(0)
    sentences = toy_sentences(150, seed=3)
    words = sorted({word for s in sentences for word in s})
    pairs = [skipgram_pairs([words.index(w) for w in s], 2) for s in sentences]
    centres, contexts = map(torch.cat, zip(*pairs, strict=True))
    assert not (centres == contexts).any()
    two, one = SkipGram(43, 8).double(), SkipGram(43, 8).double()
    one.W = one.U
    assert train(two, centres, contexts) + 0.3 < train(one, centres, contexts)
    for model, expected in ((two, False), (one, True)):
        p = model(torch.arange(43)).softmax(dim=1)
        assert (p.diagonal().mean() > 1 / 43) == expected
    X = F.normalize(two.U.detach(), dim=1)
    nearest = (X @ X.T).fill_diagonal_(-1).argmax(dim=1)
    right = 0
    for kind in KINDS.values():
        for noun in kind["nouns"]:
            right += words[nearest[words.index(noun)]] in kind["nouns"]
    assert right >= 16


def test_from_zero_nothing_moves():
    zeros = torch.zeros(4, 3)
    for grad in softmax_gradients(
        torch.eye(4), torch.tensor([1, 2, 3, 0]), zeros, zeros
    ):
        assert not grad.any()


def test_parameters_and_their_spread():
    for cls in (SkipGram, CBOW):
        model = cls(200, 100)
        assert sum(p.numel() for p in model.parameters()) == 2 * 200 * 100
        for p in model.parameters():
            assert p.std().item() == pytest.approx(0.1, rel=0.05)


# Errors


@pytest.mark.parametrize("V, D", [(0, 3), (3, 0)])
@pytest.mark.parametrize("cls", [SkipGram, CBOW])
def test_sizes_must_be_positive(cls, V, D):
    with pytest.raises(ValueError, match=f"at least 1, got {V} and {D}"):
        cls(V, D)


def test_windows_must_have_a_size():
    for make in (windows, skipgram_pairs, lambda t, m: cbow_bags(t, m, 3)):
        with pytest.raises(ValueError, match="size must be at least 1, got 0"):
            make([0, 1], 0)


@pytest.mark.parametrize("tokens", [[-1, 0], [0, 3]])
def test_tokens_must_be_in_the_vocabulary(tokens):
    with pytest.raises(ValueError, match=r"tokens must be in 0 \.\. 2, got"):
        cbow_bags(tokens, 1, 3)


@pytest.mark.parametrize("shape", [(4,), (2, 4), (1, 2, 5)])
def test_bags_must_fit(shape):
    with pytest.raises(ValueError, match=r"bags must be \(B, 5\), got \("):
        CBOW(5, 2)(torch.zeros(shape))


@pytest.mark.parametrize(
    "inputs, targets", [((2, 4), (2,)), ((2, 5), (3,)), ((2, 5), (2, 1))]
)
def test_inputs_and_targets_must_fit(inputs, targets):
    with pytest.raises(ValueError, match=r"inputs must be \(B, 5\) and"):
        softmax_gradients(
            torch.zeros(inputs),
            torch.zeros(targets, dtype=torch.long),
            torch.zeros(5, 2),
            torch.zeros(5, 2),
        )


def test_there_must_be_a_sentence():
    with pytest.raises(ValueError, match="count must be at least 1, got 0"):
        toy_sentences(0, seed=0)
