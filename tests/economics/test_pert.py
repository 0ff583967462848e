"""The PERT distribution: its moments, quantiles, draws."""

from __future__ import annotations

import math
from decimal import Decimal as D
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from governance.economics.simulation import Pert


def test_mean_and_variance_of_pert():
    # (10, 15, 30): mean 16.6667, variance (μ - a)(b - μ) / 7 = 12.6984
    pert = Pert(D(10), D(15), D(30))
    assert (round(pert.mean, 4), round(pert.variance, 4)) == (D("16.6667"), D("12.6984"))
    drawn = pert.draw(np.random.Generator(np.random.PCG64(1)), 200_000)
    assert abs(drawn.mean() - float(pert.mean)) < 4 * math.sqrt(float(pert.variance) / 200_000)
    assert abs(drawn.var() - float(pert.variance)) < 0.15
    assert (drawn.min() >= 10, drawn.max() <= 30) == (True, True)


@pytest.mark.parametrize(
    ("likely", "share", "wanted"),
    [
        # Beta(1, 5): F(x) = 1 - (1 - x)^5; Beta(5, 1): F(x) = x^5; Beta(3, 3) is symmetric, and F(x) = x³(10 - 15x + 6x²)
        ("0", 0.1, 1 - 0.9**0.2),
        ("0", 0.9, 1 - 0.1**0.2),
        ("1", 0.1, 0.1**0.2),
        ("1", 0.9, 0.9**0.2),
        ("0.5", 0.5, 0.5),
        ("0.5", 0.1, 0.2466364532884666),
    ],
)
def test_quantiles_of_pert_where_they_have_a_closed_form(likely, share, wanted):
    assert float(Pert(D(0), D(likely), D(1)).quantile(share)) == pytest.approx(wanted, abs=1e-10)


@settings(max_examples=40, deadline=None)
@given(st.integers(0, 100), st.floats(0.02, 0.98))
def test_the_quantile_divides_the_draws_as_it_says(peak, share):
    pert = Pert(D(0), D(peak), D(100))
    drawn = pert.draw(np.random.Generator(np.random.PCG64(5)), 20_000)
    assert abs((drawn <= float(pert.quantile(share))).mean() - share) < 5 * math.sqrt(share * (1 - share) / 20_000)


def test_the_copula_gives_the_distribution_that_was_stated():
    normal = np.random.Generator(np.random.PCG64(3)).standard_normal(200_000)
    pert = Pert(D(10), D(15), D(30))
    drawn = pert.of_normal(normal)
    assert abs(drawn.mean() - float(pert.mean)) < 4 * math.sqrt(float(pert.variance) / 200_000)
    for share in (0.1, 0.5, 0.9):
        exact = float(pert.quantile(share))
        assert float(pert.of_normal(np.array([NormalDist().inv_cdf(share)]))[0]) == pytest.approx(exact, abs=1e-4)
