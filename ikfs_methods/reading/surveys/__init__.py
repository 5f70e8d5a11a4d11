"""Exports of survey tools and the forms behind them, made plain tables; no reader of a file needs them."""
