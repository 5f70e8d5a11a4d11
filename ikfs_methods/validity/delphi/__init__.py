"""Rounds of ratings with feedback between them: consensus, stability, movement, and whether to stop."""

from __future__ import annotations

from ikfs_methods.validity.delphi.result import DelphiResult
from ikfs_methods.validity.delphi.rounds import delphi
from ikfs_methods.validity.delphi.rule import ConsensusRule

__all__ = ["ConsensusRule", "DelphiResult", "delphi"]
