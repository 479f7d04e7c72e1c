"""The logistic regression: it tells classes apart, weighs both alike, and its ridge holds back."""

from __future__ import annotations

import numpy as np
import pytest

from assistant.regression import fit_logistic


def column(*values: float) -> np.ndarray:
    return np.array(values)[:, None]


def log_odds(weights: np.ndarray, x: np.ndarray) -> np.ndarray:
    return x @ weights[:-1] + weights[-1]


def drawn(seed: int, count: int = 4000) -> tuple[np.ndarray, np.ndarray]:
    """Samples whose log-odds are twice the first feature less the second; the third is noise."""
    random = np.random.default_rng(seed)
    x = random.normal(size=(count, 3))
    chance = 1 / (1 + np.exp(-(2 * x[:, 0] - x[:, 1])))
    return x, (random.random(count) < chance).astype(np.float64)


def test_there_is_a_weight_for_each_feature_and_the_bias_comes_last() -> None:
    weights = fit_logistic(column(1.0, 3.0), np.array([0.0, 1.0]), ridge=0.1)
    assert weights.shape == (2,)
    assert weights[0] > 0 > weights[1]
    assert log_odds(weights, column(2.0)) == pytest.approx([0.0], abs=0.05)


def test_weights_that_made_the_samples_are_found_again() -> None:
    weights = fit_logistic(*drawn(seed=1), ridge=1e-3)
    assert weights == pytest.approx([2.0, -1.0, 0.0, 0.0], abs=0.25)


def test_one_feature_alone_does_not_need_to_tell_the_classes_apart() -> None:
    x = np.array([[0.0, 0.0], [0.0, 1.0], [1.0, 0.0], [1.0, 1.0]])
    both = np.array([0.0, 0.0, 0.0, 1.0])
    assert list(log_odds(fit_logistic(x, both, ridge=0.01), x) > 0) == [False, False, False, True]


def test_samples_that_can_be_told_apart_get_finite_weights() -> None:
    x, y = column(-2.0, -1.0, 1.0, 2.0), np.array([0.0, 0.0, 1.0, 1.0])
    weights = fit_logistic(x, y, ridge=1e-3)
    assert np.isfinite(weights).all()
    assert list(log_odds(weights, x) > 0) == [False, False, True, True]


def test_class_of_few_samples_weighs_as_much_as_the_other() -> None:
    x = column(*[0.0] * 98, 1.0, 1.0)
    y = np.array([0.0] * 98 + [1.0, 1.0])
    weights = fit_logistic(x, y, ridge=0.01)
    assert log_odds(weights, column(0.5)) == pytest.approx([0.0], abs=0.1)


@pytest.mark.parametrize("positives", [1, 5, 9])
def test_nothing_to_tell_them_by_leaves_even_odds(positives: int) -> None:
    y = np.array([1.0] * positives + [0.0] * (10 - positives))
    assert fit_logistic(np.zeros((10, 2)), y, ridge=1.0) == pytest.approx([0, 0, 0], abs=1e-6)


def test_more_ridge_shrinks_the_weights_but_not_the_bias() -> None:
    # Both classes stand far to the right: only a free bias can put the boundary between them.
    x, y = column(9.0, 10.0, 12.0, 13.0), np.array([0.0, 0.0, 1.0, 1.0])
    fitted = [fit_logistic(x, y, ridge) for ridge in (0.01, 1.0, 100.0)]
    assert fitted[0][0] > fitted[1][0] > fitted[2][0] > 0
    for weights in fitted:
        assert list(log_odds(weights, x) > 0) == list(y == 1)


def test_turned_classes_turn_the_weights() -> None:
    x, y = drawn(seed=2, count=200)
    assert fit_logistic(x, 1 - y, 1.0) == pytest.approx(-fit_logistic(x, y, 1.0), abs=1e-5)


def test_order_of_the_samples_does_not_matter_and_a_fit_is_repeatable() -> None:
    x, y = drawn(seed=3, count=200)
    weights = fit_logistic(x, y, 1.0)
    assert np.array_equal(fit_logistic(x, y, 1.0), weights)
    assert fit_logistic(x[::-1], y[::-1], 1.0) == pytest.approx(weights, abs=1e-6)


def test_given_arrays_are_left_as_they_were() -> None:
    x, y = drawn(seed=4, count=50)
    before = x.copy(), y.copy()
    fit_logistic(x, y, 1.0)
    assert np.array_equal(x, before[0])
    assert np.array_equal(y, before[1])
