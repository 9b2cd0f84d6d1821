"""Encoder and decoder: shapes, loss, teacher forcing, greedy decoding."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F
from torch.nn.utils.rnn import pack_padded_sequence

from book.formula import entries, formula
from d2lcode import data
from d2lcode.attention.machine_translation import (
    BOS,
    PAD,
    ParallelText,
    valid_mask,
)
from d2lcode.attention.seq2seq import (
    Decoder,
    Encoder,
    Seq2Seq,
    greedy,
    masked_cross_entropy,
    shift,
    translate,
)
from tests.attention.library import library_gru

PAIRS = data.make_translations(40, seed=0)
TEXT = ParallelText(PAIRS)
SIZES = st.tuples(st.integers(1, 4), st.integers(1, 5), st.integers(2, 6))


def draw(*shape: int) -> Tensor:
    return torch.randn(*shape, dtype=torch.double)


def random_model(D: int = 3, H: int = 4) -> Seq2Seq:
    torch.manual_seed(0)
    return Seq2Seq(len(TEXT.source), len(TEXT.target), D, H).double()


# The loss


@settings(max_examples=10, deadline=None)
@given(SIZES, st.integers(0, 10**6))
def test_the_loss_agrees_with_pytorch(
    sizes: tuple[int, int, int], seed: int
) -> None:
    B, T, V = sizes
    torch.manual_seed(seed)
    logits = draw(B, T, V).requires_grad_()
    target = torch.randint(V, (B, T))
    valid_len = torch.randint(T + 1, (B,))
    valid_len[0] = T
    ignored = target.masked_fill(~valid_mask(valid_len, T), -100)
    ours = masked_cross_entropy(logits, target, valid_len)
    theirs = F.cross_entropy(logits.transpose(1, 2), ignored)
    torch.testing.assert_close(ours, theirs)
    gradients = [
        torch.autograd.grad(loss, logits)[0] for loss in (ours, theirs)
    ]
    torch.testing.assert_close(*gradients)
    assert not gradients[0][~valid_mask(valid_len, T)].any()


@pytest.mark.equation("eq:s2s-loss")
@pytest.mark.equation("eq:s2s-cells")
@pytest.mark.equation("eq:s2s-shrunk")
def test_the_loss_over_words_and_over_cells() -> None:
    B, T, V = 3, 5, 4
    logits = draw(B, T, V).requires_grad_()
    target = torch.randint(V, (B, T))
    valid_len = torch.tensor([2, 5, 3])
    mask = valid_mask(valid_len, T)
    p = torch.softmax(logits, dim=2)
    chosen = torch.stack(
        [
            torch.stack([p[b, t, target[b, t]] for t in range(T)])
            for b in range(B)
        ]
    )
    over_words = masked_cross_entropy(logits, target, valid_len)
    losses = F.cross_entropy(logits.transpose(1, 2), target, reduction="none")
    over_cells = (losses * mask).mean()
    known = {
        "m_{b,t}": entries("b t", mask.int()),
        "p_{b,t}": entries("b t", chosen),
        "B": B,
        "T": T,
    }
    formula("eq:s2s-loss").check({r"\L": over_words} | known)
    cells = r"\L_{\text{cells}}"
    formula("eq:s2s-cells").check({cells: over_cells} | known)
    nabla = [
        torch.autograd.grad(loss, logits, retain_graph=True)[0].flatten()
        for loss in (over_cells, over_words)
    ]
    share = (~mask).double().mean()
    formula("eq:s2s-shrunk").check(
        {r"\nabla " + cells: nabla[0], r"\nabla \L": nabla[1], "s": share}
    )


def loss_of(p: list[list[float]]) -> tuple[Tensor, Tensor]:
    """The loss over words and over cells, of given probabilities."""
    lengths = [len(row) for row in p]
    logits = torch.zeros(len(p), max(lengths), 2).double()
    for b, row in enumerate(p):
        for t, chance in enumerate(row):
            logits[b, t, 0] = math.log(chance)
            logits[b, t, 1] = math.log(1 - chance)
    target = torch.zeros(len(p), max(lengths), dtype=torch.long)
    valid_len = torch.tensor(lengths)
    over_words = masked_cross_entropy(logits, target, valid_len)
    share = valid_len.sum() / target.numel()
    return over_words, over_words * share


def test_losses_by_hand() -> None:
    assert loss_of([[1 / 2, 1 / 8]])[0].item() == pytest.approx(math.log(4))
    words, cells = loss_of([[1 / 2] * 4, [1 / 16]])  # exercise 1
    assert words.item() == pytest.approx(8 * math.log(2) / 5)
    assert cells.item() == pytest.approx(math.log(2))
    for columns, value in ((4, 0.69), (6, 0.46)):
        assert math.log(4) * 2 / columns == pytest.approx(value, abs=5e-3)


# Encoder and decoder


@pytest.mark.equation("eq:s2s-context", fixed=r"c_b = e_{b,\ell_b}")
def test_the_context_is_the_state_after_the_last_word() -> None:
    model = random_model()
    batch = TEXT.batch(PAIRS[:5])
    states, context = model.encoder(batch.source, batch.source_len)
    B = len(states)
    for h in range(states.shape[2]):
        formula("eq:s2s-context").check(
            {
                "c_b": entries("b", context[:, h]),
                "e": states[:, :, h],
                r"\ell_b": entries("b", batch.source_len),
                "b": range(1, B + 1),
            }
        )
    gru = library_gru(model.encoder.gru)
    packed = pack_padded_sequence(
        model.encoder.embedding(batch.source),
        batch.source_len,
        batch_first=True,
        enforce_sorted=False,
    )
    torch.testing.assert_close(gru(packed)[1][0], context)


@pytest.mark.equation(
    "eq:s2s-state",
    fixed=r"d_t = \operatorname{GRU}([x_t, c], d_{t-1})"
    r" \quad\text{with}\quad d_0 = c",
    chinese=r"d_t = \operatorname{GRU}([x_t, c], d_{t-1})"
    r" \quad\text{其中}\quad d_0 = c",
)
@pytest.mark.equation("eq:s2s-logits")
def test_the_decoder_reads_the_word_and_the_context() -> None:
    model = random_model()
    batch = TEXT.batch(PAIRS[:5])
    inputs = shift(batch.target, TEXT.target[BOS])
    _, c = model.encoder(batch.source, batch.source_len)
    x = model.decoder.embedding(inputs)
    again = c[:, None] + torch.zeros(x.shape[1], 1).double()
    states, _ = library_gru(model.decoder.gru)(
        torch.cat([x, again], dim=2), c[None].contiguous()
    )
    logits = model(batch.source, batch.source_len, inputs)
    out = model.decoder.out
    for t in range(inputs.shape[1]):
        formula("eq:s2s-logits").check(
            {
                "o_t": logits[:, t],
                "d_t": states[:, t],
                "W_o": out.weight.T,
                "b_o": out.bias,
            }
        )


def test_gradients_reach_every_parameter() -> None:
    model = random_model()
    batch = TEXT.batch(PAIRS[:8])
    inputs = shift(batch.target, TEXT.target[BOS])
    logits = model(batch.source, batch.source_len, inputs)
    masked_cross_entropy(logits, batch.target, batch.target_len).backward()
    for name, parameter in model.named_parameters():
        assert parameter.grad is not None and parameter.grad.any(), name
    for embedding, vocab in (
        (model.encoder.embedding, TEXT.source),
        (model.decoder.embedding, TEXT.target),
    ):
        gradient = embedding.weight.grad
        assert gradient is not None and not gradient[vocab[PAD]].any()


def test_padding_changes_nothing() -> None:
    """Neither a wider batch nor other rows touch a sentence."""
    model = random_model()
    batch = TEXT.batch(PAIRS[:8])
    inputs = shift(batch.target, TEXT.target[BOS])
    logits = model(batch.source, batch.source_len, inputs)
    wider = F.pad(batch.source, (0, 9), value=TEXT.source[PAD])
    torch.testing.assert_close(model(wider, batch.source_len, inputs), logits)
    one = TEXT.batch(PAIRS[3:4])
    T = one.target.shape[1]
    alone = model(
        one.source, one.source_len, shift(one.target, TEXT.target[BOS])
    )
    torch.testing.assert_close(alone[0], logits[3, :T])


@pytest.mark.equation("eq:s2s-shift")
def test_inputs_are_the_targets_a_step_later() -> None:
    target = torch.tensor([[5, 3, 8, 2], [7, 2, 0, 0]])
    inputs = shift(target, 9)
    assert inputs.tolist() == [[9, 5, 3, 8], [9, 7, 2, 0]]
    formula("eq:s2s-shift").check(
        {
            "z_{b,t}": entries("b t", inputs),
            r"\beta": 9,
            "y": target,
            "b": range(1, 3),
            "t": range(1, 5),
        }
    )


def test_the_decoder_sees_no_later_word() -> None:
    model = random_model()
    batch = TEXT.batch(PAIRS[:4])
    inputs = shift(batch.target, TEXT.target[BOS])
    other = inputs.clone()
    other[:, 4:] = 1
    before, after = (
        model(batch.source, batch.source_len, given)
        for given in (inputs, other)
    )
    torch.testing.assert_close(before[:, :4], after[:, :4])
    assert not torch.allclose(before[:, 4], after[:, 4])


# Decoding


@pytest.mark.equation("eq:s2s-greedy", fixed=r"\hat y_t = \argmax_v o_t[v]")
def test_greedy_words_are_the_likeliest_of_their_own_past() -> None:
    """Teacher forcing on what greedy wrote gives the same words."""
    model = random_model()
    batch = TEXT.batch(PAIRS[:6])
    bos = TEXT.target[BOS]
    written = greedy(model, batch.source, batch.source_len, bos, 12)
    assert written.shape == (6, 12)
    logits = model(batch.source, batch.source_len, shift(written, bos))
    assert torch.equal(logits.argmax(dim=2), written)
    assert len(set(map(tuple, written.tolist()))) > 1


def test_first_mistakes_are_the_same_forced_and_alone() -> None:
    model = random_model(D=8, H=16)
    batch = TEXT.batch(PAIRS)
    bos, T = TEXT.target[BOS], batch.target.shape[1]
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    for _ in range(12):
        inputs = shift(batch.target, bos)
        logits = model(batch.source, batch.source_len, inputs)
        loss = masked_cross_entropy(logits, batch.target, batch.target_len)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    with torch.no_grad():
        forced = model(batch.source, batch.source_len, inputs).argmax(dim=2)
    alone = greedy(model, batch.source, batch.source_len, bos, T)
    mask = valid_mask(batch.target_len, T)
    first = [
        ((w != batch.target) & mask).int().argmax(dim=1)
        for w in (forced, alone)
    ]
    assert torch.equal(*first)
    assert first[0].max() > 2 and loss < math.log(len(TEXT.target)) - 1


def test_translations_are_words_up_to_the_end() -> None:
    model = random_model()
    nn.init.zeros_(model.decoder.out.weight)
    names = TEXT.target
    with torch.no_grad():
        model.decoder.out.bias.copy_(torch.zeros(len(names)))
        model.decoder.out.bias[names["猫"]] = 1
    longest = max(len(zh.split()) for _, zh in PAIRS[:3])
    made = translate(model, TEXT, PAIRS[:3])
    assert made == [" ".join(["猫"] * (longest + 11))] * 3
    with torch.no_grad():
        model.decoder.out.bias[names["<eos>"]] = 2
    assert translate(model, TEXT, PAIRS[:3]) == [""] * 3


def test_answers_of_the_page() -> None:
    """Parameters of exercise 2, and the gradient at 60 % padding."""
    count = sum(p.numel() for p in Seq2Seq(84, 70, 32, 128).parameters())
    D, H = 32, 128
    gru = [3 * (n * H + H * H + 2 * H) for n in (D, D + H)]
    assert gru == [62_208, 111_360]
    assert count == 4_928 + sum(gru) + 9_030 == 187_526
    logits = draw(1, 10, 3).requires_grad_()
    target, valid_len = torch.zeros(1, 10).long(), torch.tensor([4])
    mask = valid_mask(valid_len, 10)
    losses = F.cross_entropy(logits.transpose(1, 2), target, reduction="none")
    cells = torch.autograd.grad((losses * mask).mean(), logits)[0]
    words = torch.autograd.grad(
        masked_cross_entropy(logits, target, valid_len), logits
    )[0]
    torch.testing.assert_close(cells, 0.4 * words)


# Errors


def test_shapes_of_the_loss_must_fit() -> None:
    target = torch.zeros(2, 3).long()
    valid_len = torch.tensor([3, 1])
    for shape in ((2, 4, 5), (2, 3), (3, 3, 5)):
        with pytest.raises(ValueError, match=r"logits must be \(2, 3, 'V'\)"):
            masked_cross_entropy(torch.zeros(shape), target, valid_len)
    with pytest.raises(ValueError, match="valid_len must be in"):
        masked_cross_entropy(
            torch.zeros(2, 3, 5), target, torch.tensor([4, 1])
        )
    with pytest.raises(ValueError, match="mask must leave a word"):
        masked_cross_entropy(
            torch.zeros(2, 3, 5), target, torch.tensor([0, 0])
        )


@pytest.mark.parametrize("lengths", [[0, 1], [4, 1], [1], [[1, 1]]])
def test_source_lengths_must_fit(lengths: list[int]) -> None:
    message = r"source_len must be \(2,\), each in 1 \.\. 3, got"
    with pytest.raises(ValueError, match=message):
        Encoder(5, 2, 2)(torch.zeros(2, 3).long(), torch.tensor(lengths))


def test_decoder_shapes() -> None:
    logits, h = Decoder(7, 2, 3)(
        torch.zeros(4, 5).long(), torch.zeros(4, 3), torch.zeros(4, 3)
    )
    assert logits.shape == (4, 5, 7) and h.shape == (4, 3)
    assert np.isfinite(logits.detach().numpy()).all()
