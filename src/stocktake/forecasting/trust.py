"""Whether draws are trusted, in words: what diagnostics must reach, why a forecast is refused, and the verdict on one.

Nested R-hat compares superchains (Margossian and others, 2024): 1 when they agree. An effective size is the number
of independent draws that the draws are worth. k-hat tells whether weights are too uneven to be used (Vehtari and
others, 2024). This module needs no NumPy, so that a kept forecast is printed at once.
"""

from __future__ import annotations

from stocktake.vocabulary import Diagnostics

GOOD_R_HAT = 1.01  # chains run on until they agree so well
LARGEST_R_HAT, LARGEST_QUICK_R_HAT = 1.03, 1.2  # of a forecast, and of a what-if from restarted chains
LEAST_SIZE, LARGEST_K_HAT, LEAST_WEIGHTED, LEAST_ACCEPTED = 400.0, 0.7, 400.0, 0.3


class Untrusted(RuntimeError):
    """Draws whose diagnostics fail; the message says which, and what that means."""


def check(found: Diagnostics) -> None:
    """Refuse what fails, in a sentence."""
    why = ""
    if not found.r_hat <= LARGEST_R_HAT:
        why = f"the chains disagree (nested R-hat {found.r_hat:.3f}, at most {LARGEST_R_HAT} is accepted)"
    elif found.ess < LEAST_SIZE:
        why = f"there are too few independent draws ({found.ess:.0f}, at least {LEAST_SIZE:.0f} are needed)"
    if why:
        raise Untrusted(
            f"no forecast is given: {why}. Usually observations contradict each other, or a prior is far too wide: "
            "look through `stocktake observations`, leave out what is wrong, or narrow a prior in the programme."
        )


def check_quick(found: Diagnostics) -> None:
    """Refuse a what-if whose restarted chains have not arrived."""
    if found.acceptance < LEAST_ACCEPTED or found.r_hat > LARGEST_QUICK_R_HAT:
        raise Untrusted(
            f"no quick answer is given: this change moves the picture too far (k-hat {found.k_hat or 0:.2f}, "
            f"acceptance {found.acceptance:.2f}, nested R-hat {found.r_hat:.2f}); run it as a forecast of its own"
        )


def verdict(found: Diagnostics) -> str:
    """What the diagnostics of a forecast come to, in words, beside what was wanted."""
    size = f"{found.draws:,} draws, worth at least {found.ess:,.0f} independent ones ({LEAST_SIZE:.0f} wanted)"
    if found.method == "prior":
        return f"{found.draws:,} independent draws from the priors"
    if found.method == "re-weighted":
        return f"weights are even enough (k-hat {found.k_hat or 0:.2f}, at most {LARGEST_K_HAT} wanted): {size}"
    if found.method == "restarted":
        agree = "agree" if found.r_hat <= GOOD_R_HAT else "agree roughly, as a quick answer may"
        return f"chains restarted from the forecast {agree} (R-hat {found.r_hat:.3f}): {size}"
    if found.r_hat <= GOOD_R_HAT:
        return f"chains agree (R-hat {found.r_hat:.3f}, at most {GOOD_R_HAT} wanted): {size}"
    return (
        f"chains agree only roughly (R-hat {found.r_hat:.3f}, at most {GOOD_R_HAT} wanted, above {LARGEST_R_HAT} "
        f"nothing is shown): {size}; another --seed shows how far that matters"
    )
