"""Augmentation: pixel identities, Pillow, the page's formulas."""

import itertools
from collections.abc import Callable

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageEnhance, ImageOps
from torch import Tensor
from torch.nn import functional as F

from book.formula import formula
from d2lcode import data
from d2lcode.vision.image_augmentation import (
    blend,
    color_jitter,
    gray,
    mixup,
    random_crop,
    random_flip,
)


def images(*shape: int, seed: int = 0) -> Tensor:
    generator = torch.Generator().manual_seed(seed)
    return torch.rand(shape, dtype=torch.float64, generator=generator)


def one_based(x: Tensor) -> dict[tuple[int, ...], float]:
    """The entries of a tensor, counted from 1."""
    return {
        tuple(i + 1 for i in place): float(value)
        for place, value in np.ndenumerate(x.numpy())
    }


# The loss


@pytest.mark.equation("eq:aug-loss")
@pytest.mark.parametrize("n, K", [(1, 2), (4, 3)])
def test_a_random_change_has_the_mean_loss(n: int, K: int) -> None:
    x, y = images(n), images(n, seed=1)

    def stretch(k: int) -> Callable[[float], float]:
        return lambda v: v * (k + 1) - 0.3 * k

    changes = [stretch(k) for k in range(K)]

    def f(v: float) -> float:
        return 3 * v * v

    def loss(z: float, target: float) -> float:
        return (z - target) ** 2

    total = sum(
        loss(f(change(float(v))), float(target))
        for v, target in zip(x, y, strict=True)
        for change in changes
    )
    formula("eq:aug-loss").check(
        {
            r"\L": total / (n * K),
            "n": n,
            "K": K,
            r"\ell": loss,
            "f": f,
            "T": changes,
            "x": {i + 1: float(v) for i, v in enumerate(x)},
            "y": {i + 1: float(v) for i, v in enumerate(y)},
        }
    )


# Flip


@pytest.mark.equation("eq:aug-flip")
def test_a_flip_mirrors_the_columns() -> None:
    x = images(1, 2, 3, 4)
    flipped = random_flip(x, p=1.0)
    for c, i, j in ((1, 1, 1), (2, 3, 2), (1, 2, 4)):
        formula("eq:aug-flip").check(
            {
                r"\tilde x_{c,i,j}": flipped[0, c - 1, i - 1, j - 1],
                "x": one_based(x[0]),
                "c": c,
                "i": i,
                "j": j,
                "w": 4,
            }
        )
    assert torch.equal(random_flip(flipped, p=1.0), x)
    assert torch.equal(random_flip(x, p=0.0), x)


@pytest.mark.parametrize("p", [0.5, 0.2])
def test_each_image_is_flipped_on_its_own(p: float) -> None:
    torch.manual_seed(0)
    x = images(1, 1, 2, 3).expand(4000, -1, -1, -1)
    flipped = (random_flip(x, p) == x.flip(-1)).flatten(1).all(1)
    kept = (random_flip(x, p) == x).flatten(1).all(1)
    assert flipped.double().mean().item() == pytest.approx(p, abs=0.03)
    assert kept.double().mean().item() == pytest.approx(1 - p, abs=0.03)


# Crop


@settings(deadline=None, max_examples=30)
@given(
    h=st.integers(2, 5),
    w=st.integers(2, 5),
    size=st.integers(1, 5),
    padding=st.integers(0, 2),
    seed=st.integers(0, 9),
)
def test_a_crop_is_a_slice_of_the_framed_image(
    h: int, w: int, size: int, padding: int, seed: int
) -> None:
    size = min(size, min(h, w) + 2 * padding)
    x = 0.1 + images(3, 2, h, w, seed=seed)
    torch.manual_seed(seed)
    cuts = random_crop(x, size, padding)
    torch.manual_seed(seed)
    tops = torch.randint(h + 2 * padding - size + 1, (3,)).tolist()
    lefts = torch.randint(w + 2 * padding - size + 1, (3,)).tolist()
    framed = F.pad(x, (padding,) * 4)
    for cut, image, u, v in zip(cuts, framed, tops, lefts, strict=True):
        assert torch.equal(cut, image[:, u : u + size, v : v + size])


@pytest.mark.equation("eq:aug-crop")
def test_rows_and_columns_of_a_crop() -> None:
    x = 0.1 + images(1, 2, 4, 5)
    torch.manual_seed(1)
    cut = random_crop(x, 3, padding=1)
    torch.manual_seed(1)
    u, v = (torch.randint(n, (1, 1)).item() for n in (4, 5))
    assert u > 0 and v > 0 and u != v
    framed = one_based(F.pad(x, (1, 1, 1, 1))[0])
    places = itertools.product((1, 2), range(-9, 16), range(-9, 16))
    table = {place: 9.0 + k for k, place in enumerate(places)} | framed
    for c, i, j in ((1, 1, 1), (2, 3, 2), (1, 2, 3)):
        formula("eq:aug-crop").check(
            {
                r"\tilde x_{c,i,j}": cut[0, c - 1, i - 1, j - 1],
                r"\bar x": table,
                "c": c,
                "i": i,
                "j": j,
                "u": u,
                "v": v,
            }
        )


@pytest.mark.equation("eq:aug-count")
@pytest.mark.parametrize(
    "h, w, size, padding", [(3, 3, 3, 1), (2, 4, 2, 0), (2, 3, 4, 1)]
)
def test_every_window_is_drawn_equally_often(
    h: int, w: int, size: int, padding: int
) -> None:
    torch.manual_seed(0)
    x = 1 + torch.arange(float(h * w)).reshape(1, 1, h, w)
    cuts = random_crop(x.expand(6000, -1, -1, -1), size, padding)
    _, counts = cuts.flatten(1).unique(dim=0, return_counts=True)
    formula("eq:aug-count").check(
        {
            "N": len(counts),
            "h": h,
            "w": w,
            "h'": size,
            "w'": size,
            "p": padding,
        }
    )
    shares = counts / counts.sum() * len(counts)
    assert ((shares > 0.85) & (shares < 1.15)).all()


# Light and colour


@pytest.mark.equation("eq:aug-blend")
@pytest.mark.parametrize(
    "x, r, a",
    [(1.0, 0.0, 3.0), (0.3, 0.6, 0.5), (0.1, 0.6, 1.8), (0.9, 0.6, 0.0)],
)
def test_blend(x: float, r: float, a: float) -> None:
    ours = blend(torch.tensor(x, dtype=torch.float64), r, a)
    formula("eq:aug-blend").check({r"\tilde x": ours, "x": x, "r": r, "a": a})


@pytest.mark.equation("eq:aug-gray")
def test_gray() -> None:
    x = images(1, 3, 2, 3)
    for i, j in ((1, 1), (2, 3)):
        formula("eq:aug-gray").check(
            {
                "g_{i,j}": gray(x)[0, 0, i - 1, j - 1],
                "x": one_based(x[0]),
                "i": i,
                "j": j,
            }
        )


@pytest.mark.parametrize("a", [0.0, 0.4, 1.0, 1.7])
@pytest.mark.parametrize("name", ["Brightness", "Contrast", "Color"])
def test_light_and_colour_are_pillows(name: str, a: float) -> None:
    photo = data.load_photo("flower")[None, :, 100:140, 300:360].double()
    levels = (255 * photo[0]).round().byte().permute(1, 2, 0)
    enhanced = getattr(ImageEnhance, name)(Image.fromarray(levels.numpy()))
    theirs = torch.tensor(np.array(enhanced.enhance(a))).permute(2, 0, 1)
    reference = {
        "Brightness": torch.tensor(0.0),
        "Contrast": gray(photo).mean(dim=(2, 3), keepdim=True),
        "Color": gray(photo),
    }[name]
    ours = 255 * blend(photo, reference, a)[0]
    rounded = 1 + 0.5 * abs(1 - a)  # the result, and the reference
    assert (ours - theirs).abs().max() < rounded
    mirror = ImageOps.mirror(Image.fromarray(levels.numpy()))
    flipped = 255 * random_flip(photo, p=1.0)[0].permute(1, 2, 0)
    assert (flipped - torch.tensor(np.array(mirror))).abs().max() < 1e-3


@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("kind", ["brightness", "contrast", "saturation"])
def test_one_factor_for_each_image(kind: str, channels: int) -> None:
    x = 0.4 + 0.2 * images(500, channels, 3, 3)  # nothing is cut
    light = gray(x) if channels == 3 else x
    reference = {
        "brightness": torch.zeros(()).double(),
        "contrast": light.mean(dim=(2, 3), keepdim=True),
        "saturation": light,
    }[kind]
    torch.manual_seed(0)
    changed = color_jitter(x, **{kind: 0.4})
    if channels == 1 and kind == "saturation":
        torch.testing.assert_close(changed, x)
        return
    away = (x - reference).flatten(1)
    factors = (changed - reference).flatten(1) / away
    factors = torch.where(away.abs() > 1e-3, factors, torch.nan)
    low = factors.nan_to_num(9).amin(1)
    high = factors.nan_to_num(0).amax(1)
    torch.testing.assert_close(low, high)
    assert 0.6 <= low.min() < 0.62 and 1.38 < low.max() <= 1.4
    assert low.mean().item() == pytest.approx(1, abs=0.03)


def test_saturation_and_contrast_keep_the_light() -> None:
    x = 0.4 + 0.2 * images(2, 3, 4, 4)
    torch.manual_seed(0)
    pale = color_jitter(x, saturation=0.9)
    torch.testing.assert_close(gray(pale), gray(x))
    flat = color_jitter(x, contrast=0.9)
    torch.testing.assert_close(gray(flat).mean((2, 3)), gray(x).mean((2, 3)))
    assert (pale - x).abs().max() > 0.01 and (flat - x).abs().max() > 0.01
    bright = color_jitter(images(50, 3, 4, 4), 1.0, 1.0, 1.0)
    assert bright.min() >= 0 and bright.max() <= 1


# Mixing


@pytest.mark.equation("eq:aug-mix")
def test_mixup_mixes_image_and_label_alike() -> None:
    x, y = images(5, 2, 2, 3), torch.eye(5).double()
    torch.manual_seed(0)
    mixed, labels = mixup(x, y, alpha=1.0)
    torch.manual_seed(0)
    share = torch.distributions.Beta(1.0, 1.0).sample((5, 1)).double()
    other = torch.randperm(5)
    for b in range(2):
        formula("eq:aug-mix").check(
            {
                r"\tilde x": mixed[b].flatten(),
                "x": x[b].flatten(),
                "x'": x[other[b]].flatten(),
                r"\tilde y": labels[b],
                "y": y[b],
                "y'": y[other[b]],
                r"\lambda": share[b].item(),
            }
        )
    assert len(share.unique()) == 5
    torch.testing.assert_close(labels.sum(1), torch.ones(5).double())


@pytest.mark.parametrize("alpha", [0.2, 1.0, 4.0])
def test_shares_are_drawn_from_beta(alpha: float) -> None:
    torch.manual_seed(0)
    x = torch.zeros(4000, 1, 1, 1).double()
    y = F.one_hot(torch.arange(4000) % 2).double()
    _, labels = mixup(x, y, alpha)
    share = labels[(labels > 0).all(1)].flatten()
    variance = 1 / (4 * (2 * alpha + 1))
    assert share.var().item() == pytest.approx(variance, rel=0.1)


@pytest.mark.equation("eq:aug-mixloss")
@pytest.mark.parametrize("share", [0.0, 0.3, 1.0])
def test_cross_entropy_is_linear_in_the_label(share: float) -> None:
    z = images(4)[None] * 3
    y, other = torch.eye(4).double()[:1], torch.eye(4).double()[2:3]

    def loss(z: object, target: object) -> float:
        z, target = torch.as_tensor(z), torch.as_tensor(target)
        return F.cross_entropy(z.reshape(1, 4), target.reshape(1, 4)).item()

    mixed = share * y + (1 - share) * other
    formula("eq:aug-mixloss").check(
        {
            r"\ell": loss,
            "z": z[0],
            r"\tilde y": mixed[0],
            "y": y[0],
            "y'": other[0],
            r"\lambda": share,
        }
    )


# What the page says


def test_numbers_of_the_page() -> None:
    pixel = torch.tensor([0.8, 0.4, 0.2]).double().reshape(1, 3, 1, 1)
    half = blend(pixel, gray(pixel), 0.5)
    assert gray(pixel).item() == pytest.approx(0.4968)
    assert half.flatten().tolist() == pytest.approx([0.6484, 0.4484, 0.3484])
    assert gray(half).item() == pytest.approx(0.4968)
    bright = blend(pixel, 0.0, 1.5).flatten().tolist()
    assert bright == pytest.approx([1, 0.6, 0.3])
    # the question on the way: 81 crops, each also mirrored
    assert (32 + 8 - 32 + 1) ** 2 * 2 == 162
    # exercise 2
    grays = torch.tensor([0.2, 0.4, 0.6, 0.8]).double()
    flat = blend(grays, grays.mean(), 0.5).tolist()
    assert flat == pytest.approx([0.35, 0.45, 0.55, 0.65])
    strong = blend(grays, grays.mean(), 2.0).tolist()
    assert strong == pytest.approx([0, 0.3, 0.7, 1])
    # exercise 1
    framed = F.pad(torch.tensor([[1, 2], [3, 4]]), (1, 1, 1, 1))
    assert framed[2:4, 1:3].tolist() == [[3, 4], [0, 0]]


def test_flips_keep_a_linear_model_symmetric() -> None:
    """The second reading: equal weights for mirrored pixels stay equal."""
    torch.manual_seed(0)
    x, y = images(20, 1, 3, 4), torch.randint(3, (20,))
    x, y = torch.cat([x, x.flip(-1)]), torch.cat([y, y])
    w = torch.randn(12, 3).double()
    w = (w.reshape(3, 4, 3) + w.reshape(3, 4, 3).flip(1)).reshape(12, 3)
    w.requires_grad_()
    start = w.detach().clone()
    for _ in range(5):
        loss = F.cross_entropy(x.flatten(1) @ w, y)
        (slope,) = torch.autograd.grad(loss, w)
        w = w - 0.5 * slope
    end = w.detach().reshape(3, 4, 3)
    assert (end - start.reshape(3, 4, 3)).abs().max() > 0.01
    torch.testing.assert_close(end, end.flip(1))


def test_types_are_kept() -> None:
    for dtype in (torch.float64, torch.bfloat16):
        x = torch.rand(2, 3, 4, 4).to(dtype)
        mixed, labels = mixup(x, torch.eye(2).to(dtype), 1.0)
        for made in (
            random_flip(x), random_crop(x, 4, 1), mixed, labels,
            color_jitter(x, 0.5, 0.5, 0.5),
        ):  # fmt: skip
            assert made.dtype == dtype


# Errors


@pytest.mark.parametrize("shape", [(3, 4, 4), (4, 4), (1, 2, 3, 4, 4)])
def test_images_must_be_a_batch(shape: tuple[int, ...]) -> None:
    x, message = torch.zeros(shape), r"x must be \(B, C, h, w\), got \("
    for change in (
        lambda: random_flip(x),
        lambda: random_crop(x, 2),
        lambda: color_jitter(x),
        lambda: mixup(x, torch.eye(len(x)), 1.0),
    ):
        with pytest.raises(ValueError, match=message):
            change()
    with pytest.raises(ValueError, match=r"x must be \(B, 3, h, w\), got"):
        gray(x)


def test_values_must_fit() -> None:
    x = torch.zeros(2, 2, 3, 4)
    with pytest.raises(ValueError, match=r"p must be in 0 .. 1, got 1.5"):
        random_flip(x, p=1.5)
    with pytest.raises(ValueError, match="padding must be at least 0, got -1"):
        random_crop(x, 2, padding=-1)
    for size in (0, 6):
        with pytest.raises(
            ValueError, match=rf"size must be in 1 .. 5, got {size}"
        ):
            random_crop(x, size, padding=1)
    with pytest.raises(ValueError, match="x must have 1 or 3 channels, got 2"):
        color_jitter(x)
    with pytest.raises(ValueError, match=r"x must be \(B, 3, h, w\), got"):
        gray(x)
    for name in ("brightness", "contrast", "saturation"):
        with pytest.raises(
            ValueError, match=rf"{name} must be in 0 .. 1, got 1.2"
        ):
            color_jitter(x[:, :1], **{name: 1.2})
    with pytest.raises(ValueError, match="alpha must be above 0, got 0"):
        mixup(x, torch.eye(2), 0)
    for y in (torch.zeros(2), torch.eye(3)):
        with pytest.raises(ValueError, match=r"y must be \(2, classes\), got"):
            mixup(x, y, 1.0)
