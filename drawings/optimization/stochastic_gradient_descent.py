"""The drawings of optimization/stochastic_gradient_descent."""

import numpy as np

from drawings.shapes import BLUE, GREEN, GREY, ORANGE, Sheet

MEAN = np.array([3.2, 3.1])


def poll() -> Sheet:
    """Gradients of samples, and the means of batches of four."""
    sheet = Sheet(13.4, 6.8)
    random = np.random.default_rng(3)
    cloud = random.normal(size=(80, 2))
    cloud = cloud[np.linalg.norm(cloud, axis=1) < 2.2][:48]
    cloud = 1.15 * (cloud - cloud.mean(axis=0))
    batches = cloud.reshape(12, 4, 2).mean(axis=1)
    for left, points, color, words in (
        (0.0, cloud, BLUE, "one sample each"),
        (6.9, batches, GREEN, "batches of four"),
    ):
        zero = (left + 0.5, 0.7)
        middle = MEAN + np.array([left, 0.0])
        for x, y in middle + points:
            sheet.gate(x, y, "", color=color, radius=0.11)
        sheet.arrow(zero, tuple(middle), color=ORANGE)
        sheet.gate(*zero, "", color=GREY, radius=0.08)
        sheet.axes.plot(*middle, "o", color=ORANGE, markersize=7)
        sheet.text(left + 1.35, 1.9, "$g$", color=ORANGE)
        sheet.text(left + 3.2, 6.35, words, color=color)
    sheet.text(4.9, 0.8, "$g_i$", color=BLUE)
    sheet.text(11.3, 1.7, r"$\hat{g}$", color=GREEN)
    return sheet


def step() -> Sheet:
    """On a parabola: the pull towards the minimum, and the push."""
    sheet = Sheet(12.8, 7.0)
    zero, height = 3.4, 1.5

    def place(theta: float, up: float = 0.0) -> tuple[float, float]:
        return zero + 3.6 * theta, height + 0.75 * theta**2 + up

    sheet.arrow((0.4, 0.9), (12.0, 0.9), color=GREY)
    sheet.text(12.4, 0.9, r"$\theta$", color=GREY)
    sheet.curve([place(t) for t in np.linspace(-0.75, 2.35, 90)], color=GREY)
    sheet.path([(zero, 0.75), (zero, 1.05)], color=GREY, head=False)
    sheet.text(zero, 0.35, "0", color=GREY)
    here, mean = place(2.0), place(1.0)
    sheet.axes.plot(*here, "o", color=BLUE, markersize=7)
    sheet.text(here[0] + 0.65, here[1] - 0.3, r"$\theta_t$", color=BLUE)
    for point in (here, mean):
        sheet.path(
            [(point[0], 0.75), (point[0], 1.05)], color=GREY, head=False
        )
    sheet.text(here[0], 0.35, r"$\theta_t$", color=BLUE)
    sheet.text(mean[0], 0.35, r"$(1-\eta\lambda)\,\theta_t$", color=BLUE)
    sheet.arrow(
        (here[0], 5.4), (mean[0], 5.4), "pull", color=BLUE, side=(0.0, 0.45)
    )
    sheet.path([here, (here[0], 5.4)], color=BLUE, head=False, dashed=True)
    sheet.path([mean, (mean[0], 5.4)], color=BLUE, head=False, dashed=True)
    for sign in (-1, 1):
        sheet.arrow((mean[0], 3.6), (mean[0] + sign * 1.8, 3.6), color=ORANGE)
        sheet.axes.plot(
            *place(1.0 + sign * 0.5), "o", color=ORANGE, markersize=6
        )
    sheet.text(mean[0] - 1.2, 4.1, "push", color=ORANGE)
    sheet.text(mean[0] + 1.1, 4.1, r"$\eta s$", color=ORANGE)
    return sheet
