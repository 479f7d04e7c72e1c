"""Logistic regression for calibration: a few hundred weights, fitted by Newton's method."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

_STEPS = 25
_UNPENALISED = 1e-3


def fit_logistic(x: np.ndarray, y: np.ndarray, ridge: float) -> np.ndarray:
    """Fit a ridge-regularised logistic regression in which both classes weigh the same.

    Args:
        x: samples by features.
        y: 1 for samples of the class, 0 for the others; both must occur.
        ridge: the penalty on squared weights, the bias excepted.

    Returns:
        a weight for each feature, and the bias last.
    """
    import numpy as np

    rows = np.hstack([x, np.ones((len(x), 1))]).astype(np.float64)
    weights = np.zeros(rows.shape[1])
    penalty = np.full(rows.shape[1], ridge)
    penalty[-1] = _UNPENALISED
    sizes = np.where(y == 1, 0.5 / y.mean(), 0.5 / (1 - y.mean()))
    for _ in range(_STEPS):
        p = 1 / (1 + np.exp(-np.clip(rows @ weights, -30, 30)))
        gradient = rows.T @ (sizes * (p - y)) + penalty * weights
        hessian = (rows.T * (sizes * p * (1 - p))) @ rows + np.diag(penalty)
        step = np.linalg.solve(hessian, gradient)
        weights -= step
        if float(np.abs(step).max()) < 1e-6:
            break
    return weights
