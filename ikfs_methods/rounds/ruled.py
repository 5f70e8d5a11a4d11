"""The rules of the evidence as the round's parameters set them."""

from __future__ import annotations

from ikfs_methods import evidence
from ikfs_methods.rounds.parameters import Parameters, table


def evidence_rules(parameters: Parameters) -> evidence.Rules:
    """The cut-offs in force."""
    values = {rule: getattr(parameters, name) for rule, name in evidence.PARAMETERS.items()}
    return evidence.Rules(**{**values, "content_rules": tuple(values["content_rules"])})


def sources() -> dict[str, str]:
    """Where the default of each parameter comes from."""
    return {str(name): str(source) for name, source in table()["source"].items()}
