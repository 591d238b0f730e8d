"""From findings to output, stocks and what comes next; the door is `forecast`.

`fit` gives the posterior behind a forecast, `summary` turns one into a forecast, `scenario`, `updated` and `pulls`
start from it. Names load when first used, so that a command that forecasts nothing does not import NumPy.
"""

from __future__ import annotations

import os
from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stocktake.forecasting.hindcast import Backtest as Backtest
    from stocktake.forecasting.hindcast import backtest as backtest
    from stocktake.forecasting.inference import Posterior as Posterior
    from stocktake.forecasting.layout import Design as Design
    from stocktake.forecasting.layout import design as design
    from stocktake.forecasting.observations import Series as Series
    from stocktake.forecasting.observations import nonsense as nonsense
    from stocktake.forecasting.observations import observations_from as observations_from
    from stocktake.forecasting.observations import read_series as read_series
    from stocktake.forecasting.observations import remapped as remapped
    from stocktake.forecasting.observations import series_observations as series_observations
    from stocktake.forecasting.outlook import fit as fit
    from stocktake.forecasting.outlook import fit_all as fit_all
    from stocktake.forecasting.outlook import forecast as forecast
    from stocktake.forecasting.outlook import pack as pack
    from stocktake.forecasting.outlook import summary as summary
    from stocktake.forecasting.outlook import unpack as unpack
    from stocktake.forecasting.programme import ProgrammeError as ProgrammeError
    from stocktake.forecasting.programme import check_programme as check_programme
    from stocktake.forecasting.programme import parse_programme as parse_programme
    from stocktake.forecasting.programme import path_names as path_names
    from stocktake.forecasting.programme import read_programme as read_programme
    from stocktake.forecasting.programme import write_programme as write_programme
    from stocktake.forecasting.pull import Pull as Pull
    from stocktake.forecasting.pull import Worth as Worth
    from stocktake.forecasting.pull import pulls as pulls
    from stocktake.forecasting.pull import worths as worths
    from stocktake.forecasting.scenarios import Lever as Lever
    from stocktake.forecasting.scenarios import levers as levers
    from stocktake.forecasting.scenarios import scenario as scenario
    from stocktake.forecasting.scenarios import updated as updated
    from stocktake.forecasting.scenarios import with_settings as with_settings
    from stocktake.forecasting.trust import Untrusted as Untrusted
    from stocktake.forecasting.trust import verdict as verdict

# Matrices here are small: more threads for linear algebra only get into one another's way. It is read when NumPy
# is first imported, and whoever has set it keeps it.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

_ROOMS = {
    "forecast": "outlook",
    "fit": "outlook",
    "fit_all": "outlook",
    "summary": "outlook",
    "pack": "outlook",
    "unpack": "outlook",
    "Posterior": "inference",
    "Untrusted": "trust",
    "verdict": "trust",
    "design": "layout",
    "Design": "layout",
    "Backtest": "hindcast",
    "backtest": "hindcast",
    "Lever": "scenarios",
    "levers": "scenarios",
    "scenario": "scenarios",
    "updated": "scenarios",
    "with_settings": "scenarios",
    "Series": "observations",
    "nonsense": "observations",
    "observations_from": "observations",
    "read_series": "observations",
    "remapped": "observations",
    "series_observations": "observations",
    "pulls": "pull",
    "worths": "pull",
    "Pull": "pull",
    "Worth": "pull",
    "ProgrammeError": "programme",
    "parse_programme": "programme",
    "read_programme": "programme",
    "write_programme": "programme",
    "check_programme": "programme",
    "path_names": "programme",
}


def __getattr__(name: str) -> Any:
    if name not in _ROOMS:
        raise AttributeError(name)
    return getattr(import_module(f"stocktake.forecasting.{_ROOMS[name]}"), name)
