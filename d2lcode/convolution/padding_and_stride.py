"""Padding and stride: how large an output is, and which pixels it sees."""

from torch import Tensor


def output_size(n: int, k: int, padding: int = 0, stride: int = 1) -> int:
    """Count the windows of k cells in a row of n, padded at both ends.

    Raises: ValueError if n, k or stride is below 1, if padding is
        negative, or if not a single window fits.
    """
    _check_sizes(n, k, padding, stride)
    return (n + 2 * padding - k) // stride + 1  # eq:pad-output


def pad(X: Tensor, padding: int) -> Tensor:
    """Put a frame of zeros around an image, `padding` cells wide.

    Shapes: X (h, w) -> (h + 2 padding, w + 2 padding).
    Raises: ValueError if X is not (h, w) or padding is negative.
    """
    if X.ndim != 2:
        raise ValueError(f"X must be (h, w), got {tuple(X.shape)}")
    if padding < 0:
        raise ValueError(f"padding must be at least 0, got {padding}")
    h, w = X.shape
    framed = X.new_zeros(h + 2 * padding, w + 2 * padding)
    framed[padding : padding + h, padding : padding + w] = X  # eq:pad-frame
    return framed


def conv2d(X: Tensor, K: Tensor, padding: int = 0, stride: int = 1) -> Tensor:
    """Cross-correlate one image with one kernel.

    Shapes: X (h, w), K (k_h, k_w) -> one entry for each window.
    Raises: ValueError if X or K is not a matrix, if padding is negative
        or stride below 1, or if the kernel does not fit.
    """
    if K.ndim != 2:
        raise ValueError(f"K must be (k_h, k_w), got {tuple(K.shape)}")
    framed = pad(X, padding)
    h = output_size(X.shape[0], K.shape[0], padding, stride)
    w = output_size(X.shape[1], K.shape[1], padding, stride)
    Y = X.new_zeros(h, w)
    for a in range(K.shape[0]):
        for b in range(K.shape[1]):
            rows = slice(a, a + stride * (h - 1) + 1, stride)
            columns = slice(b, b + stride * (w - 1) + 1, stride)
            Y = Y + K[a, b] * framed[rows, columns]  # eq:pad-conv
    return Y


def never_seen(n: int, k: int, padding: int, stride: int) -> int:
    """Count the cells at the end of a row that no window covers.

    Zeros of the padding do not count; stride is at most k.

    Raises: ValueError as output_size, or if stride is above k.
    """
    _check_sizes(n, k, padding, stride)
    if stride > k:
        raise ValueError(
            f"stride must be at most k = {k}, or windows leave gaps, "
            f"got {stride}"
        )
    rest = (n + 2 * padding - k) % stride  # eq:pad-rest
    return max(0, rest - padding)  # eq:pad-unseen


def _check_sizes(n: int, k: int, padding: int, stride: int) -> None:
    for name, value in (("n", n), ("k", k), ("stride", stride)):
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    if padding < 0:
        raise ValueError(f"padding must be at least 0, got {padding}")
    if k > n + 2 * padding:
        raise ValueError(
            f"k must be at most n + 2 padding = {n + 2 * padding}, got {k}"
        )
