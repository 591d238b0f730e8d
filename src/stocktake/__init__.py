"""Stocktake takes stock of an arms programme from public reports."""

__version__ = "0.1.0"
