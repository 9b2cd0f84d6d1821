"""The GRU against PyTorch, the page's formulas, and against itself."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from book.formula import entries, formula
from d2lcode.recurrent.gru import GRU, GRUCell, chrono_

SIZES = st.tuples(*[st.integers(1, 5)] * 4)  # B, T, D, H
ALWAYS = 100.0  # a bias that holds a gate at 1 (and minus it: at 0)


def random_cell(D: int, H: int) -> GRUCell:
    """A float64 cell whose biases are not zero."""
    cell = GRUCell(D, H).double()
    for bias in (cell.b, cell.c):
        nn.init.normal_(bias)
    return cell


def random_gru(D: int, H: int) -> GRU:
    gru = GRU(D, H)
    gru.cell = random_cell(D, H)
    return gru


def draw(*shape: int) -> Tensor:
    return torch.randn(shape, dtype=torch.float64)


def pin(cell: GRUCell, r: float | None = None, z: float | None = None) -> None:
    """Hold gates at 0 or 1: nothing but the bias counts any more."""
    H = len(cell.U)
    for k, gate in enumerate((r, z)):
        if gate is not None:
            block = slice(k * H, (k + 1) * H)
            with torch.no_grad():
                for part in (cell.W, cell.U, cell.c):
                    part[..., block] = 0
                cell.b[block] = ALWAYS if gate else -ALWAYS


def watch(module: nn.Module, x: Tensor, h: Tensor) -> dict[str, list]:
    """What a module's steps make inside: r, z, n and the new h of each."""
    seen = {"r": [], "z": [], "n": []}

    class Watch(torch.overrides.TorchFunctionMode):
        def __torch_function__(self, function, types, args=(), kwargs=None):
            result = function(*args, **(kwargs or {}))
            if function is torch.sigmoid:  # r before z, in every step
                gate = "r" if len(seen["r"]) == len(seen["z"]) else "z"
                seen[gate].append(result.detach())
            if function is torch.tanh:
                seen["n"].append(result.detach())
            return result

    with Watch():
        new = module(x, h)
    return seen | {"h": [new] if isinstance(new, Tensor) else [new[1]]}


def weights(cell: GRUCell, gate: str) -> dict[str, Tensor]:
    """A gate's block of each parameter, by its name on the page."""
    k = "rzn".index(gate)
    return {
        f"{name}_{gate}": getattr(cell, name).detach().chunk(3, dim=-1)[k]
        for name in "WUbc"
    }


def jacobian(cell: GRUCell, x: Tensor, h: Tensor) -> Tensor:
    """J[i, j], the derivative of the new h[j] by the old h[i]."""
    J = torch.autograd.functional.jacobian(lambda old: cell(x, old)[0], h)
    return J[:, 0].T


def load(gru: GRU, oracle: nn.GRU) -> None:
    cell = gru.cell
    with torch.no_grad():
        cell.W.copy_(oracle.weight_ih_l0.T)
        cell.U.copy_(oracle.weight_hh_l0.T)
        cell.b.copy_(oracle.bias_ih_l0)
        cell.c.copy_(oracle.bias_hh_l0)


# The oracle


@settings(max_examples=20, deadline=None)
@given(SIZES, st.booleans())
def test_forward_and_backward_are_those_of_nn_gru(sizes, with_state):
    B, T, D, H = sizes
    oracle = nn.GRU(D, H, batch_first=True).double()
    gru = random_gru(D, H)
    load(gru, oracle)
    x = draw(B, T, D).requires_grad_()
    h = draw(B, H).requires_grad_() if with_state else None
    states, last = gru(x, h)
    states_, last_ = oracle(x, None if h is None else h[None])
    assert states.shape == (B, T, H) and last.shape == (B, H)
    torch.testing.assert_close(states, states_)
    torch.testing.assert_close(last, last_[0])

    weight = draw(B, T, H)
    inputs = [x] if h is None else [x, h]
    ours = torch.autograd.grad(
        (weight * states).sum() + last.sin().sum(),
        [*inputs, gru.cell.W, gru.cell.U, gru.cell.b, gru.cell.c],
    )
    theirs = torch.autograd.grad(
        (weight * states_).sum() + last_.sin().sum(),
        [*inputs, *oracle.parameters()],
    )
    n = len(inputs)
    for mine, other in zip(ours[:n], theirs[:n], strict=True):
        torch.testing.assert_close(mine, other)
    for mine, other in zip(ours[n : n + 2], theirs[n : n + 2], strict=True):
        torch.testing.assert_close(mine, other.T)
    for mine, other in zip(ours[n + 2 :], theirs[n + 2 :], strict=True):
        torch.testing.assert_close(mine, other)


@settings(max_examples=20, deadline=None)
@given(SIZES)
def test_one_step_is_that_of_nn_gru_cell(sizes):
    B, _, D, H = sizes
    oracle, cell = nn.GRUCell(D, H).double(), random_cell(D, H)
    with torch.no_grad():
        oracle.weight_ih.copy_(cell.W.T)
        oracle.weight_hh.copy_(cell.U.T)
        oracle.bias_ih.copy_(cell.b)
        oracle.bias_hh.copy_(cell.c)
    x, h = draw(B, D), draw(B, H)
    torch.testing.assert_close(cell(x, h), oracle(x, h))


def test_the_sequence_is_the_cell_again_and_again():
    gru, x, h = random_gru(3, 4), draw(2, 5, 3), draw(2, 4)
    states, last = gru(x, h)
    for t in range(5):
        h = gru.cell(x[:, t], h)
        torch.testing.assert_close(states[:, t], h)
    torch.testing.assert_close(last, h)


def test_a_sequence_can_be_cut_and_the_state_carried_over():
    gru, x = random_gru(3, 4), draw(2, 7, 3)
    whole, last = gru(x)
    first, h = gru(x[:, :3])
    second, h = gru(x[:, 3:], h)
    torch.testing.assert_close(torch.cat([first, second], 1), whole)
    torch.testing.assert_close(h, last)


# A case by hand


def test_a_case_by_hand():
    """x = 2, h = 0.5; the pre-activations are 0, ln 3 and 0.5."""
    cell = GRUCell(1, 1).double()
    with torch.no_grad():
        cell.W[0] = torch.tensor([1.0, 0.0, 0.25])
        cell.U[0] = torch.tensor([-4.0, 0.0, 2.0])
        cell.b[:] = torch.tensor([0.0, math.log(3), -0.5])
        cell.c[:] = torch.tensor([0.0, 0.0, 0.0])
    # r = sigmoid(2 - 2) = 1/2, z = sigmoid(ln 3) = 3/4,
    # n = tanh(0.5 - 0.5 + 1/2 * 2 * 0.5) = tanh(0.5)
    new = cell(draw(1, 1) * 0 + 2, draw(1, 1) * 0 + 0.5).item()
    assert new == pytest.approx(0.375 + 0.25 * math.tanh(0.5))


# The equations of the page


SHAPES = [(2, 3, 4), (3, 5, 2)]  # B, D, H


@pytest.mark.equation("eq:gru-rnn")
@pytest.mark.parametrize("B, D, H", SHAPES)
def test_with_r_at_1_and_z_at_0_the_cell_is_a_plain_rnn(B, D, H):
    cell, x, h = random_cell(D, H), draw(B, D), draw(B, H)
    pin(cell, r=1, z=0)
    n = weights(cell, "n")
    rnn = nn.RNNCell(D, H).double()
    with torch.no_grad():
        for parameter, name in zip(rnn.parameters(), "WUbc", strict=True):
            parameter.copy_(n[f"{name}_n"].t())
    torch.testing.assert_close(cell(x, h), rnn(x, h))
    formula("eq:gru-rnn").check(
        {
            "h_t": cell(x, h),
            "x_t": x,
            "W": n["W_n"],
            "h_{t-1}": h,
            "U": n["U_n"],
            "b": n["b_n"] + n["c_n"],
        }
    )


@pytest.mark.equation("eq:gru-rnn-jacobian")
@pytest.mark.parametrize("D, H", [(3, 4), (5, 2)])
def test_jacobian_of_the_plain_rnn(D, H):
    cell, x, h = random_cell(D, H), draw(1, D), draw(1, H)
    pin(cell, r=1, z=0)
    formula("eq:gru-rnn-jacobian").check(
        {
            r"\frac{\partial h_t}{\partial h_{t-1}}": jacobian(cell, x, h),
            "U": weights(cell, "n")["U_n"],
            "h_t": cell(x, h)[0],
        }
    )


@pytest.mark.equation("eq:gru-reset")
@pytest.mark.equation("eq:gru-update")
@pytest.mark.equation("eq:gru-candidate")
@pytest.mark.equation("eq:gru-state")
@pytest.mark.parametrize("B, D, H", SHAPES)
def test_a_step(B, D, H):
    """What the cell holds inside is seen by watching its activations."""
    cell, x, h = random_cell(D, H), draw(B, D), draw(B, H)
    step = {name: values[0] for name, values in watch(cell, x, h).items()}
    inputs = {"x_t": x, "h_{t-1}": h}
    for gate, label in (("r", "eq:gru-reset"), ("z", "eq:gru-update")):
        formula(label).check(
            {f"{gate}_t": step[gate], r"\sigma": sigmoid}
            | inputs
            | weights(cell, gate)
        )
    formula("eq:gru-candidate").check(
        {"n_t": step["n"], "r_t": step["r"]} | inputs | weights(cell, "n")
    )
    formula("eq:gru-state").check(
        {"h_t": step["h"], "z_t": step["z"], "h_{t-1}": h, "n_t": step["n"]}
    )


def sigmoid(a: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-a))


@pytest.mark.equation("eq:gru-unrolled")
def test_the_state_is_a_weighted_mean_of_candidates():
    gru, x, h = random_gru(3, 4), draw(1, 6, 3), draw(1, 4)
    seen = watch(gru, x, h)
    z, n = (torch.cat(seen[name]) for name in "zn")  # (6, 4)
    formula("eq:gru-unrolled").check(
        {"h_t": seen["h"][0][0], "h_0": h[0], "z": z, "n": n, "t": 6}
    )
    later = torch.cat([z, torch.ones(1, 4)]).flip(0).cumprod(0).flip(0)
    total = later[0] + ((1 - z) * later[1:]).sum(dim=0)
    torch.testing.assert_close(total, torch.ones(4).double())


@pytest.mark.equation("eq:gru-time-constant")
@pytest.mark.parametrize("z", [0.9, 0.97, 0.995])
def test_a_constant_gate_forgets_exponentially(z):
    """With n = 0 the state after k steps is z^k of the first."""
    gru = GRU(1, 1).double()
    with torch.no_grad():
        gru.cell.W.zero_()
        gru.cell.U.zero_()
        gru.cell.b[1] = math.log(z / (1 - z))
    states, _ = gru(draw(1, 30, 1), draw(1, 1) * 0 + 1)
    formula("eq:gru-time-constant").check(
        {
            "z^k": entries("k", states[0, :, 0]),
            "z": z,
            r"\tau": -1 / math.log(z),
            "k": range(1, 31),
        },
        approximately=0.6 * (1 - z),
    )


@pytest.mark.equation("eq:gru-jacobian")
@pytest.mark.parametrize("D, H", [(3, 4), (5, 2)])
def test_jacobian_has_the_four_terms(D, H):
    cell, x, h = random_cell(D, H), draw(1, D), draw(1, H)
    seen, n = watch(cell, x, h), weights(cell, "n")
    formula("eq:gru-jacobian").check(
        {
            r"\frac{\partial h_t}{\partial h_{t-1}}": jacobian(cell, x, h),
            **{name: seen[name][0][0] for name in "rzn"},
            "h_{t-1}": h[0],
            "U_r": weights(cell, "r")["U_r"],
            "U_z": weights(cell, "z")["U_z"],
            "U_n": n["U_n"],
            "c_n": n["c_n"],
        }
    )


@pytest.mark.equation("eq:gru-chrono")
def test_chrono_starts_each_unit_at_its_own_memory():
    """With no input the state shrinks by 1 - 1/T_j; T_j in 2 .. T_max."""
    gru = random_gru(2, 400)
    chrono_(gru.cell, T_max=50)
    with torch.no_grad():
        gru.cell.W.zero_()
        gru.cell.U.zero_()
        gru.cell.b[800:] = 0
        gru.cell.c[800:] = 0
    h = gru.cell(draw(1, 2), torch.ones(1, 400).double())[0]
    T = 1 / (1 - h.detach())
    formula("eq:gru-chrono").check(
        {"b_z": weights(gru.cell, "z")["b_z"], "T": T, "j": range(1, 401)},
        asides=[r"T_j \text{} [2, T_{\max}]"],
    )
    assert 2 <= T.min() < 3.5 and 48.5 < T.max() <= 50
    assert T.mean().item() == pytest.approx(
        26, abs=2.5
    )  # uniform: 5 sigma is 3.5


def test_chrono_leaves_everything_else_alone():
    cell = random_cell(3, 4)
    before = {k: v.clone() for k, v in cell.state_dict().items()}
    chrono_(cell, 20)
    after = cell.state_dict()
    for k in "WU":
        assert torch.equal(before[k], after[k])
    for k in "bc":
        for block in (slice(0, 4), slice(8, 12)):
            assert torch.equal(before[k][block], after[k][block])
    assert torch.equal(after["c"][4:8], torch.zeros(4).double())
    assert all(p.requires_grad for p in cell.parameters())


# What the chapter claims


def test_an_open_update_gate_freezes_the_state_and_passes_the_gradient():
    cell, x, h = random_cell(3, 4), draw(1, 3), draw(1, 4)
    pin(cell, z=1)
    torch.testing.assert_close(cell(x, h), h)
    np.testing.assert_allclose(jacobian(cell, x, h), np.eye(4), atol=1e-12)


def test_with_the_reset_gate_at_0_the_candidate_ignores_the_state():
    cell, x = random_cell(3, 4), draw(2, 3)
    pin(cell, r=0, z=0)
    torch.testing.assert_close(cell(x, draw(2, 4)), cell(x, draw(2, 4)))


@settings(max_examples=20, deadline=None)
@given(SIZES)
def test_the_state_stays_within_minus_1_and_1(sizes):
    B, T, D, H = sizes
    states, _ = random_gru(D, H)(10 * draw(B, T, D))
    assert states.abs().max() <= 1


def test_the_published_order_differs_unless_r_is_1():
    cell, x, h = random_cell(3, 4), draw(2, 3), draw(2, 4)

    def gap():
        seen, weight = watch(cell, x, h), weights(cell, "n")
        from_x = x @ weight["W_n"] + weight["b_n"]
        from_h = (seen["r"][0] * h) @ weight["U_n"] + weight["c_n"]
        z, n = seen["z"][0], torch.tanh(from_x + from_h)
        return (cell(x, h) - (z * h + (1 - z) * n)).abs().max().item()

    assert gap() > 1e-3
    pin(cell, r=1)
    assert gap() < 1e-12


def test_one_unit_can_hold_a_number_by_hand():
    """The page's unit that holds: write at a mark, keep otherwise."""
    gru = GRU(2, 1).double()
    with torch.no_grad():
        gru.cell.W[:] = torch.tensor([[0.0, 0.0, 0.1], [0.0, -40.0, 0.0]])
        gru.cell.U.zero_()
        gru.cell.b[1] = 20.0
    x = draw(1, 20, 2).clamp(-1, 1)
    x[..., 1] = 0
    x[0, [0, 7], 1] = 1
    states, _ = gru(x)
    expected = torch.tensor([x[0, 0, 0]] * 7 + [x[0, 7, 0]] * 13)
    torch.testing.assert_close(
        10 * states[0, :, 0], expected.double(), atol=4e-3, rtol=0
    )


def test_one_unit_can_sum_since_the_mark_by_hand():
    """The page's other unit: its reset gate falls to 0 at a mark."""
    gru = GRU(2, 1).double()
    with torch.no_grad():
        gru.cell.W[:] = torch.tensor([[0.0, 0.0, 0.01], [-40.0, 0.0, 0.0]])
        gru.cell.U[:] = torch.tensor([[0.0, 0.0, 1.0]])
        gru.cell.b[:2] = torch.tensor([20.0, -20.0])
    x = draw(1, 9, 2).clamp(-1, 1)
    x[..., 1] = 0
    x[0, [0, 4], 1] = 1
    states, _ = gru(x)
    v = x[0, :, 0]
    expected = torch.cat([v[:4].cumsum(0), v[4:].cumsum(0)])
    torch.testing.assert_close(
        100 * states[0, :, 0], expected, atol=1e-2, rtol=0
    )


def test_answers_of_the_questions_on_the_way():
    """A third is left after ten steps; z = r = 0 sees the input alone."""
    assert 0.3 < 0.9**10 < 0.4 < 0.9**3 and 0.9**90 < 1e-4
    cell, x = random_cell(3, 4), draw(2, 3)
    for r, z, free in ((0, 0, True), (1, 0, False), (0, 1, False)):
        pin(cell, r=r, z=z)
        same = torch.allclose(cell(x, draw(2, 4)), cell(x, draw(2, 4)))
        assert same == free
        cell = random_cell(3, 4)


def test_parameters_are_counted_by_the_formula():
    for D, H in [(1, 1), (3, 5), (16, 32)]:
        count = sum(p.numel() for p in GRU(D, H).parameters())
        assert count == 3 * (D * H + H * H + 2 * H)
        assert count == sum(p.numel() for p in nn.GRU(D, H).parameters())


def test_weights_start_with_variance_one_over_their_inputs():
    """So that x W and h U start near the scale of x and of h."""
    cell = GRUCell(100, 400)
    assert cell.W.std().item() == pytest.approx(0.1, rel=0.02)
    assert cell.U.std().item() == pytest.approx(0.05, rel=0.02)
    assert not cell.b.any() and not cell.c.any()


def test_exported_with_a_batch_of_any_size():
    gru, x, h = random_gru(3, 4), draw(7, 5, 3), draw(7, 4)
    batch = torch.export.Dim("batch")
    for inputs in [(x,), (x, h)]:
        program = torch.export.export(
            gru,
            tuple(part[:3] for part in inputs),
            dynamic_shapes=[{0: batch}] * len(inputs),
        ).module()
        for B in (2, 7):
            some = [part[:B] for part in inputs]
            torch.testing.assert_close(program(*some), gru(*some))


def test_vectorized_and_compiled_without_a_break():
    gru, x, h = random_gru(3, 4), draw(6, 5, 3), draw(6, 4)
    one = torch.func.vmap(lambda x, h: gru(x[None], h[None])[1][0])
    torch.testing.assert_close(one(x, h), gru(x, h)[1])
    compiled = torch.compile(gru, fullgraph=True, backend="eager")
    torch.testing.assert_close(compiled(x, h), gru(x, h))


# Errors


@pytest.mark.parametrize("D, H", [(0, 3), (3, 0), (-1, 2)])
def test_sizes_must_be_positive(D, H):
    message = f"D and H must be at least 1, got {D} and {H}"
    with pytest.raises(ValueError, match=message):
        GRUCell(D, H)
    with pytest.raises(ValueError, match=message):
        GRU(D, H)


@pytest.mark.parametrize("shape", [(3,), (2, 4), (2, 1, 3)])
def test_input_of_the_cell_must_fit(shape):
    with pytest.raises(ValueError, match=r"x must be \(B, 3\), got \("):
        GRUCell(3, 4)(torch.zeros(shape), torch.zeros(2, 4))


@pytest.mark.parametrize("shape", [(4,), (2, 3), (1, 4), (2, 1, 4)])
def test_state_must_fit(shape):
    with pytest.raises(ValueError, match=r"h must be \(2, 4\), got \("):
        GRUCell(3, 4)(torch.zeros(2, 3), torch.zeros(shape))
    with pytest.raises(ValueError, match=r"h must be \(2, 4\), got \("):
        GRU(3, 4)(torch.zeros(2, 5, 3), torch.zeros(shape))


@pytest.mark.parametrize("shape", [(5, 3), (2, 0, 3), (2, 5, 4)])
def test_input_of_the_sequence_must_fit(shape):
    message = r"x must be \(B, T, 3\), T at least 1, got \("
    with pytest.raises(ValueError, match=message):
        GRU(3, 4)(torch.zeros(shape))


def test_chrono_takes_a_cell():
    with pytest.raises(ValueError, match="must be a GRUCell, got GRU$"):
        chrono_(GRU(3, 4), 20)


@pytest.mark.parametrize("T_max", [2, 1.5, -3, float("nan"), math.inf])
def test_memory_must_be_longer_than_two_steps(T_max):
    with pytest.raises(ValueError, match="T_max must be greater than 2 and"):
        chrono_(GRUCell(3, 4), T_max)
