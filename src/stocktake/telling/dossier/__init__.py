"""A dossier: one self-contained document of what a casebook found, every number linked to its sentences."""

from stocktake.telling.dossier.building import Dossier, build
from stocktake.telling.dossier.writing import FORMATS, write

__all__ = ["FORMATS", "Dossier", "build", "write"]
