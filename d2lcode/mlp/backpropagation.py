"""Backpropagation of an MLP by hand, checkpointing, memory meters."""

import weakref
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.autograd.graph import saved_tensors_hooks
from torch.nn.functional import one_hot
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils._pytree import tree_leaves

from d2lcode.linear.softmax_regression import cross_entropy, softmax

Layers = Sequence[tuple[Tensor, Tensor]]  # one (W, b) for each layer


def _check_layers(X: Tensor, layers: Layers) -> None:
    """Raise ValueError unless X and the layers fit together."""
    if X.ndim != 2 or 0 in X.shape or not X.is_floating_point():
        raise ValueError(
            "X must be (B, D) floating point and not empty, "
            f"got {tuple(X.shape)} {X.dtype}"
        )
    if len(layers) == 0:
        raise ValueError("layers must hold at least one (W, b), got none")
    D = X.shape[1]
    for k, (W, b) in enumerate(layers):
        if W.ndim != 2 or len(W) != D or b.shape != W.shape[1:]:
            raise ValueError(
                f"layers[{k}] must be W ({D}, H) and b (H,), "
                f"got {tuple(W.shape)} and {tuple(b.shape)}"
            )
        D = W.shape[1]


def mlp_forward(X: Tensor, layers: Layers) -> tuple[list[Tensor], Tensor]:
    """Return the input of every layer and the output of the last one.

    ReLU between the layers, none after the last.
    Shapes: X (B, D_0), layers [(W_k (D_{k-1}, D_k), b_k (D_k,))]
        -> [A_0 (B, D_0), ..., A_{K-1} (B, D_{K-1})], Z_K (B, D_K).
    Raises: ValueError if X or layers is not as it must be.
    """
    A = layer_inputs(X, layers)
    W, b = layers[-1]
    return A, A[-1] @ W + b  # eq:backprop-forward


def layer_inputs(X: Tensor, layers: Layers) -> list[Tensor]:
    """Return A_0, ..., A_{K-1}, without the product of the last layer.

    Shapes: as in mlp_forward.
    Raises: ValueError if X or layers is not as it must be.
    """
    _check_layers(X, layers)
    A = [X]
    for W, b in layers[:-1]:
        A.append(torch.relu(A[-1] @ W + b))  # eq:backprop-forward
    return A


def mlp_backward(
    A: Sequence[Tensor], layers: Layers, Z_bar: Tensor
) -> tuple[Tensor, list[tuple[Tensor, Tensor]]]:
    """Return the gradients by the input and by every (W, b).

    Shapes: A as from mlp_forward, Z_bar (B, D_K), the gradient by the
        output Z_K -> A_bar (B, D_0), [(W_bar like W, b_bar like b)].
    Raises: ValueError if A, layers or Z_bar is not as it must be.
    """
    _check_inputs(A, layers, Z_bar)
    gradients = []
    for k in reversed(range(len(layers))):
        W = layers[k][0]
        W_bar = A[k].T @ Z_bar  # eq:backprop-layer, like W
        b_bar = Z_bar.sum(dim=0)  # eq:backprop-layer, like b
        A_bar = Z_bar @ W.T  # eq:backprop-layer, like A[k]
        gradients.append((W_bar, b_bar))
        if k > 0:
            Z_bar = A_bar * (A[k] > 0)  # eq:backprop-activation
    return A_bar, gradients[::-1]  # first layer first


def _check_inputs(A: Sequence[Tensor], layers: Layers, Z_bar: Tensor) -> None:
    """Raise ValueError unless A and Z_bar have the shapes of the layers."""
    if len(A) != len(layers) or len(A) == 0:
        raise ValueError(
            "A must hold the input of each layer, "
            f"got {len(A)} tensors for {len(layers)} layers"
        )
    _check_layers(A[0], layers)
    B = len(A[0])
    for k, (W, _) in enumerate(layers):
        if A[k].shape != (B, len(W)):
            raise ValueError(
                f"A[{k}] must be ({B}, {len(W)}), got {tuple(A[k].shape)}"
            )
    if Z_bar.shape != (B, len(layers[-1][1])):
        raise ValueError(
            f"Z_bar must be ({B}, {len(layers[-1][1])}), "
            f"got {tuple(Z_bar.shape)}"
        )


def loss_gradient(Z: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
    """Return the mean cross-entropy and its gradient by the logits Z.

    Shapes: Z (B, C), y (B,) int64 in 0 .. C - 1 -> (), (B, C).
    Raises: ValueError as cross_entropy.
    """
    loss = cross_entropy(Z, y)
    Y = one_hot(y, Z.shape[1])  # (B, C)
    return loss, (softmax(Z) - Y) / len(Z)  # eq:backprop-start


def checkpointed_gradients(
    X: Tensor, y: Tensor, layers: Layers, every: int
) -> tuple[Tensor, list[tuple[Tensor, Tensor]]]:
    """Return the cross-entropy and its gradients by every (W, b).

    Keeps the input of each `every`-th layer, computes the others again.
    Shapes: X (B, D_0), y (B,), layers as in mlp_forward -> (), like layers.
    Raises: ValueError if X, y or layers is not as it must be, every < 1.
    Source: Chen et al. 2016, arXiv:1604.06174.
    """
    if every < 1:
        raise ValueError(f"every must be at least 1, got {every}")
    _check_layers(X, layers)
    starts = range(0, len(layers), every)
    checkpoints, A = [], X
    for k in starts:
        checkpoints.append(A)
        Z = mlp_forward(A, layers[k : k + every])[1]  # keeps the output only
        A = torch.relu(Z)
    loss, Z_bar = loss_gradient(Z, y)
    del Z, A  # free their memory
    gradients: list[tuple[Tensor, Tensor]] = []
    for k in reversed(starts):
        part, start = layers[k : k + every], checkpoints.pop()
        A_bar, new = mlp_backward(layer_inputs(start, part), part, Z_bar)
        gradients = new + gradients
        if k > 0:
            Z_bar = A_bar * (start > 0)  # eq:backprop-activation
    return loss, gradients


def saved_bytes(model: nn.Module, X: Tensor) -> int:
    """Return how many bytes model(X) saves for the backward pass.

    Each piece of memory counts once, the parameters not at all.
    """
    own = {p.untyped_storage().data_ptr() for p in model.parameters()}
    saved = {}

    def look(t: Tensor) -> Tensor:
        storage = t.untyped_storage()
        if storage.data_ptr() not in own:
            saved[storage.data_ptr()] = storage.nbytes()
        return t

    with saved_tensors_hooks(look, lambda t: t):
        output = model(X)
    del output  # alive until we have counted
    return sum(saved.values())


class MemoryMeter(TorchDispatchMode):
    """Count the bytes of the tensors that are made inside `with`.

    alive, peak: bytes now and at most. A view adds nothing; memory
        counts until it is freed. What an operation allocates and frees
        inside itself is not seen.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.alive = self.peak = 0

    def __torch_dispatch__(
        self, operation: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:
        result = operation(*args, **(kwargs or {}))
        given = {key(t) for t in tree_leaves((args, kwargs)) if key(t)}
        for t in tree_leaves(result):
            if key(t) and key(t) not in given:
                storage = t.untyped_storage()
                self.change(storage.nbytes())
                weakref.finalize(storage, self.change, -storage.nbytes())
        return result

    def change(self, count: int) -> None:
        self.alive += count
        self.peak = max(self.peak, self.alive)


def key(t: Any) -> int | None:
    """Return what tells memory apart: its address, None if t has none."""
    return t.untyped_storage()._cdata if isinstance(t, Tensor) else None
