"""How consistently a set of items measures: alpha with its interval, and the item covariances behind it."""

from __future__ import annotations

from ikfs_methods.reliability.alpha import AlphaResult, cronbach_alpha
from ikfs_methods.reliability.covariance import ItemCovariance, item_covariance

__all__ = ["AlphaResult", "ItemCovariance", "cronbach_alpha", "item_covariance"]
