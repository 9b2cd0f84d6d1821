"""The LSTM against PyTorch, the page's formulas, and against itself."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.nn import functional as F

from book.formula import formula
from d2lcode.recurrent.gru import GRU
from d2lcode.recurrent.lstm import LSTM, LSTMCell, open_forget_gate_

SIZES = st.tuples(*[st.integers(1, 5)] * 4)  # B, T, D, H
SHAPES = [(2, 3, 4), (3, 5, 2)]  # B, D, H


def draw(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64)


def random_cell(D: int, H: int) -> LSTMCell:
    """A float64 cell whose biases are not zero."""
    cell = LSTMCell(D, H).double()
    nn.init.normal_(cell.b)
    return cell


def random_lstm(D: int, H: int) -> LSTM:
    lstm = LSTM(D, H)
    lstm.cell = random_cell(D, H)
    return lstm


def watch(
    cell: LSTMCell, x: Tensor, h: Tensor, c: Tensor
) -> dict[str, Tensor]:
    """What a step makes inside, and its results."""
    seen = []

    class Watch(torch.overrides.TorchFunctionMode):
        def __torch_function__(self, function, types, args=(), kwargs=None):
            result = function(*args, **(kwargs or {}))
            if function in (torch.sigmoid, torch.tanh):
                seen.append(result.detach())
            return result

    with Watch():
        new_h, new_c = cell(x, h, c)
    return dict(zip("ifgo", seen[:4], strict=True)) | {"h": new_h, "c": new_c}


def weights(cell: LSTMCell, gate: str) -> dict[str, Tensor]:
    """A gate's block of each parameter, by its name on the page."""
    k = "ifgo".index(gate)
    return {
        f"{name}_{gate}": getattr(cell, name).detach().chunk(4, dim=-1)[k]
        for name in "WUb"
    }


def load(lstm: LSTM, oracle: nn.LSTM) -> None:
    with torch.no_grad():
        lstm.cell.W.copy_(oracle.weight_ih_l0.T)
        lstm.cell.U.copy_(oracle.weight_hh_l0.T)
        lstm.cell.b.copy_(oracle.bias_ih_l0 + oracle.bias_hh_l0)


def pin(cell: LSTMCell, **gates: float) -> None:
    """Hold gates at 0 or 1: nothing but the bias counts any more."""
    H = len(cell.U)
    for name, value in gates.items():
        k = "ifgo".index(name)
        block = slice(k * H, (k + 1) * H)
        with torch.no_grad():
            cell.W[:, block] = 0
            cell.U[:, block] = 0
            cell.b[block] = 100.0 if value else -100.0


# The oracle


@settings(max_examples=12, deadline=None)
@given(SIZES, st.booleans())
def test_forward_and_backward_are_those_of_nn_lstm(sizes, with_state):
    B, T, D, H = sizes
    oracle = nn.LSTM(D, H, batch_first=True).double()
    lstm = random_lstm(D, H)
    load(lstm, oracle)
    inputs = [draw(B, T, D).requires_grad_()]
    state = state_ = None
    if with_state:
        h, c = draw(B, H).requires_grad_(), draw(B, H).requires_grad_()
        inputs += [h, c]
        state, state_ = (h, c), (h[None], c[None])
    states, (h, c) = lstm(inputs[0], state)
    states_, (h_, c_) = oracle(inputs[0], state_)
    assert states.shape == (B, T, H) and h.shape == c.shape == (B, H)
    torch.testing.assert_close(states, states_)
    torch.testing.assert_close(h, h_[0])
    torch.testing.assert_close(c, c_[0])

    weight = draw(B, T, H)
    cell = lstm.cell
    ours = torch.autograd.grad(
        (weight * states).sum() + h.sin().sum() + c.cos().sum(),
        [*inputs, cell.W, cell.U, cell.b],
    )
    theirs = torch.autograd.grad(
        (weight * states_).sum() + h_.sin().sum() + c_.cos().sum(),
        [*inputs, *oracle.parameters()],
    )
    n = len(inputs)
    for mine, other in zip(ours[:n], theirs[:n], strict=True):
        torch.testing.assert_close(mine, other)
    torch.testing.assert_close(ours[n], theirs[n].T)
    torch.testing.assert_close(ours[n + 1], theirs[n + 1].T)
    for other in theirs[n + 2 :]:  # both biases get the same gradient
        torch.testing.assert_close(ours[n + 2], other)


@settings(max_examples=12, deadline=None)
@given(SIZES)
def test_one_step_is_that_of_nn_lstm_cell(sizes):
    B, _, D, H = sizes
    oracle, cell = nn.LSTMCell(D, H).double(), random_cell(D, H)
    with torch.no_grad():
        oracle.weight_ih.copy_(cell.W.T)
        oracle.weight_hh.copy_(cell.U.T)
        oracle.bias_ih.copy_(cell.b)
        oracle.bias_hh.zero_()
    x, h, c = draw(B, D), draw(B, H), draw(B, H)
    torch.testing.assert_close(cell(x, h, c), oracle(x, (h, c)))


def test_the_sequence_is_the_cell_again_and_again():
    lstm, x = random_lstm(3, 4), draw(2, 5, 3)
    h, c = draw(2, 4), draw(2, 4)
    states, last = lstm(x, (h, c))
    for t in range(5):
        h, c = lstm.cell(x[:, t], h, c)
        torch.testing.assert_close(states[:, t], h)
    torch.testing.assert_close(last, (h, c))


def test_a_sequence_can_be_cut_if_both_states_are_carried():
    lstm, x = random_lstm(3, 4), draw(2, 7, 3)
    whole, last = lstm(x)
    first, (h, c) = lstm(x[:, :3])
    second, state = lstm(x[:, 3:], (h, c))
    torch.testing.assert_close(torch.cat([first, second], 1), whole)
    torch.testing.assert_close(state, last)
    wrong, _ = lstm(x[:, 3:], (h, 0 * c))
    assert (wrong - whole[:, 3:]).abs().max() > 1e-3


# A case by hand


def test_a_case_by_hand():
    """The page's numbers, 2.5 to 1.7, by biases alone."""
    cell = LSTMCell(1, 1).double()
    logit = [math.log(p / (1 - p)) for p in (0.5, 0.8, 0.9)]
    with torch.no_grad():
        cell.W.zero_()
        cell.U.zero_()
        cell.b[:] = torch.tensor(
            [logit[0], logit[1], math.atanh(-0.6), logit[2]]
        )
    h, c = cell(draw(1, 1), draw(1, 1), draw(1, 1) * 0 + 2.5)
    assert c.item() == pytest.approx(1.7)
    assert h.item() == pytest.approx(0.9 * math.tanh(1.7))
    assert round(h.item(), 2) == 0.84


def test_exercise_one():
    cell = LSTMCell(1, 1).double()
    with torch.no_grad():
        cell.W.zero_()
        cell.U.zero_()
        cell.b[:] = torch.tensor([0.0, math.log(3), 50.0, -math.log(3)])
    h, c = cell(draw(1, 1), draw(1, 1), draw(1, 1) * 0 - 2)
    assert c.item() == pytest.approx(-1)
    assert h.item() == pytest.approx(-0.19, abs=0.005)


# The equations of the page


def sigmoid(a: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-a))


@pytest.mark.equation("eq:lstm-cell")
@pytest.mark.equation("eq:lstm-state")
@pytest.mark.equation("eq:lstm-forget")
@pytest.mark.equation("eq:lstm-input")
@pytest.mark.equation("eq:lstm-output")
@pytest.mark.equation("eq:lstm-candidate")
@pytest.mark.parametrize("B, D, H", SHAPES)
def test_a_step(B, D, H):
    """What the cell holds inside is seen by watching its activations."""
    cell = random_cell(D, H)
    x, h, c = draw(B, D), draw(B, H), draw(B, H)
    step = watch(cell, x, h, c)
    inputs = {"x_t": x, "h_{t-1}": h}
    gates = {"f": "forget", "i": "input", "o": "output"}
    for gate, label in gates.items():
        formula(f"eq:lstm-{label}").check(
            {f"{gate}_t": step[gate], r"\sigma": sigmoid}
            | inputs
            | weights(cell, gate)
        )
    formula("eq:lstm-candidate").check(
        {"g_t": step["g"]} | inputs | weights(cell, "g")
    )
    formula("eq:lstm-cell").check(
        {
            "c_t": step["c"],
            "f_t": step["f"],
            "c_{t-1}": c,
            "i_t": step["i"],
            "g_t": step["g"],
        }
    )
    formula("eq:lstm-state").check(
        {"h_t": step["h"], "o_t": step["o"], "c_t": step["c"]}
    )


@pytest.mark.equation("eq:lstm-path")
@pytest.mark.parametrize("t, T", [(0, 4), (2, 6), (5, 6)])
def test_the_straight_path_is_the_product_of_forget_gates(t, T):
    """With h detached, only the straight path is left."""
    cell, x, h = random_cell(3, 4), draw(T, 1, 3), draw(1, 4)
    c = draw(1, 4).requires_grad_()
    cells, gates = [c], []
    for x_t in x:
        step = watch(cell, x_t, h, c)
        h, c = step["h"].detach(), step["c"]
        cells.append(c)
        gates.append(step["f"][0])
    share = torch.autograd.grad(c.sum(), cells[t])[0][0]
    formula("eq:lstm-path").check(
        {
            "p_t": share,
            "f": torch.stack(gates),
            "t": t,
            "T": T,
        }
    )


@pytest.mark.equation("eq:lstm-jacobian")
@pytest.mark.parametrize("D, H", [(3, 4), (5, 2)])
def test_jacobian_has_the_four_terms(D, H):
    cell, x = random_cell(D, H), draw(1, D)
    o, c = torch.sigmoid(draw(H)), draw(H)

    def new(old: Tensor) -> Tensor:
        return cell(x, (o * torch.tanh(old))[None], old[None])[1][0]

    J = torch.autograd.functional.jacobian(new, c).T
    step = watch(cell, x, (o * torch.tanh(c))[None], c[None])
    formula("eq:lstm-jacobian").check(
        {
            r"\frac{\partial c_t}{\partial c_{t-1}}": J,
            "m": o * (1 - torch.tanh(c) ** 2),
            "c_{t-1}": c,
            **{gate: step[gate][0] for gate in "ifg"},
            **{f"U_{k}": weights(cell, k)[f"U_{k}"] for k in "ifg"},
        }
    )


@pytest.mark.equation("eq:lstm-forget-bias")
@pytest.mark.parametrize("tau", [1.5, 2, 40])
def test_the_biases_open_the_forget_gate_and_close_the_input_gate(tau):
    cell = random_cell(3, 4)
    before = {k: v.clone() for k, v in cell.state_dict().items()}
    open_forget_gate_(cell, tau)
    formula("eq:lstm-forget-bias").check(
        {
            "b_f": weights(cell, "f")["b_f"],
            "b_i": weights(cell, "i")["b_i"],
            r"\tau": tau,
        }
    )
    f = torch.sigmoid(weights(cell, "f")["b_f"])
    i = torch.sigmoid(weights(cell, "i")["b_i"])
    torch.testing.assert_close(f, torch.full_like(f, 1 - 1 / tau))
    torch.testing.assert_close(i, 1 - f)
    for k in "WU":
        assert torch.equal(before[k], cell.state_dict()[k])
    assert torch.equal(before["b"][8:], cell.b[8:])
    assert cell.b.requires_grad


# What the chapter claims


def test_a_cell_that_keeps_all_and_writes_nothing_passes_everything():
    cell, x, h, c = random_cell(3, 4), draw(1, 3), draw(1, 4), draw(1, 4)
    pin(cell, f=1, i=0)
    torch.testing.assert_close(cell(x, h, c)[1], c)
    J = torch.autograd.functional.jacobian(lambda old: cell(x, h, old)[1], c)
    torch.testing.assert_close(J[0, :, 0], torch.eye(4).double())


def counter() -> LSTM:
    lstm = LSTM(2, 1).double()
    with torch.no_grad():
        lstm.cell.W.zero_()
        lstm.cell.U.zero_()
        lstm.cell.W[:, 2] = torch.tensor([40.0, -40.0])
        lstm.cell.b[:] = torch.tensor([40.0, 40.0, 0.0, 40.0])
    return lstm


@pytest.mark.parametrize("a, b", [(3, 2), (3, 3), (300, 299), (1, 5)])
def test_one_unit_counts_exactly(a, b):
    x = F.one_hot(torch.tensor([0] * a + [1] * b), 2).double()[None]
    _, (h, c) = counter()(x)
    assert c.item() == a - b
    assert (h.item() == 0) == (a == b)


@settings(max_examples=10, deadline=None)
@given(SIZES)
def test_the_hidden_state_is_bounded_and_the_gru_with_it(sizes):
    B, T, D, H = sizes
    x = 10 * draw(B, T, D)
    assert random_lstm(D, H)(x)[0].abs().max() <= 1
    assert GRU(D, H).double()(x)[0].abs().max() <= 1


@pytest.mark.parametrize("tau", [3.0, 20.0])
def test_a_tied_cell_stays_within_1(tau):
    """|c| <= i / (1 - f) = 1, whatever the candidates."""
    lstm = LSTM(1, 1).double()
    open_forget_gate_(lstm.cell, tau)
    with torch.no_grad():
        lstm.cell.U.zero_()
        lstm.cell.W[:] = torch.tensor([[0.0, 0.0, 100.0, 0.0]])
    x = torch.ones(1, 400, 1).double()
    c = lstm(x)[1][1].item()
    assert c == pytest.approx(1, abs=1e-5) and c <= 1 + 1e-12
    with torch.no_grad():
        lstm.cell.b[0] = 0  # i = 1/2
    assert lstm(x)[1][1].item() == pytest.approx(tau / 2, rel=1e-5)


def test_answers_of_the_questions_on_the_way():
    """Ten times 0.5 is 5; from c_1 to c_21 there are twenty gates."""
    cell, c = LSTMCell(1, 1).double(), draw(1, 1) * 0
    with torch.no_grad():
        cell.W.zero_()
        cell.U.zero_()
        cell.b[:] = torch.tensor([100.0, 100.0, math.atanh(0.5), 0.0])
    for _ in range(10):
        c = cell(draw(1, 1), draw(1, 1), c)[1]
    assert c.item() == pytest.approx(5)
    with torch.no_grad():
        cell.b[1] = math.log(9)  # f = 0.9
    first = c.detach().requires_grad_()
    c = first
    for _ in range(2, 22):
        c = cell(draw(1, 1), draw(1, 1), c)[1]
    share = torch.autograd.grad(c.sum(), first)[0].item()
    assert share == pytest.approx(0.9**20) and round(share, 2) == 0.12


def test_a_forget_bias_of_1_is_a_gate_of_073():
    f = 1 / (1 + math.exp(-1))
    assert round(f, 2) == 0.73 and round(1 / (1 - f), 1) == 3.7


def test_parameters_are_counted_by_the_formula():
    for D, H in [(1, 1), (3, 5), (16, 32)]:
        count = sum(p.numel() for p in LSTM(D, H).parameters())
        assert count == 4 * (D * H + H * H + H)
        theirs = sum(p.numel() for p in nn.LSTM(D, H).parameters())
        assert theirs == 4 * (D * H + H * H + 2 * H)


def test_weights_start_with_variance_one_over_their_inputs():
    cell = LSTMCell(100, 400)
    assert cell.W.std().item() == pytest.approx(0.1, rel=0.02)
    assert cell.U.std().item() == pytest.approx(0.05, rel=0.02)
    assert not cell.b.any()


def test_vectorized_and_in_half_precision():
    lstm, x = random_lstm(3, 4), draw(6, 5, 3)
    one = torch.func.vmap(lambda x: lstm(x[None])[0][0])
    torch.testing.assert_close(one(x), lstm(x)[0])
    states, (h, c) = lstm.bfloat16()(x.bfloat16())
    assert states.dtype == h.dtype == c.dtype == torch.bfloat16


# Errors


@pytest.mark.parametrize("D, H", [(0, 3), (3, 0), (-1, 2)])
def test_sizes_must_be_positive(D, H):
    message = f"D and H must be at least 1, got {D} and {H}"
    with pytest.raises(ValueError, match=message):
        LSTMCell(D, H)
    with pytest.raises(ValueError, match=message):
        LSTM(D, H)


@pytest.mark.parametrize("shape", [(3,), (2, 4), (2, 1, 3)])
def test_input_of_the_cell_must_fit(shape):
    state = torch.zeros(2, 4), torch.zeros(2, 4)
    with pytest.raises(ValueError, match=r"x must be \(B, 3\), got \("):
        LSTMCell(3, 4)(torch.zeros(shape), *state)


@pytest.mark.parametrize("name", ["h", "c"])
@pytest.mark.parametrize("shape", [(4,), (2, 3), (1, 4), (1, 2, 4)])
def test_states_must_fit(name, shape):
    state = {"h": torch.zeros(2, 4), "c": torch.zeros(2, 4)}
    state[name] = torch.zeros(shape)
    message = rf"{name} must be \(2, 4\), got \("
    with pytest.raises(ValueError, match=message):
        LSTMCell(3, 4)(torch.zeros(2, 3), state["h"], state["c"])
    with pytest.raises(ValueError, match=message):
        LSTM(3, 4)(torch.zeros(2, 5, 3), (state["h"], state["c"]))


@pytest.mark.parametrize("shape", [(5, 3), (2, 0, 3), (2, 5, 4)])
def test_input_of_the_sequence_must_fit(shape):
    message = r"x must be \(B, T, 3\), T at least 1, got \("
    with pytest.raises(ValueError, match=message):
        LSTM(3, 4)(torch.zeros(shape))


def test_the_forget_gate_is_that_of_a_cell():
    with pytest.raises(ValueError, match="must be an LSTMCell, got LSTM$"):
        open_forget_gate_(LSTM(3, 4), 20)


@pytest.mark.parametrize("steps", [1, 0.5, -3, float("nan"), math.inf])
def test_memory_must_be_longer_than_a_step(steps):
    message = "steps must be greater than 1 and finite, got"
    with pytest.raises(ValueError, match=message):
        open_forget_gate_(LSTMCell(3, 4), steps)
