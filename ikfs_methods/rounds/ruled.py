"""The rules of the evidence as the round's parameters set them."""

from __future__ import annotations

from ikfs_methods import evidence
from ikfs_methods.rounds.parameters import Parameters, table


def evidence_rules(parameters: Parameters) -> evidence.Rules:
    """The cut-offs in force."""
    values = {rule: getattr(parameters, name) for rule, name in evidence.PARAMETERS.items()}
    return evidence.Rules(**{**values, "content_rules": tuple(values["content_rules"])})


def sources(parameters: Parameters | None = None) -> dict[str, str]:
    """Where the value of each parameter comes from; "" where it is not the default, since no source speaks for it.

    Without parameters: where the defaults come from.
    """
    told, defaults = table()["source"], Parameters()
    values = defaults if parameters is None else parameters
    own = {name for name in Parameters.model_fields if getattr(values, name) != getattr(defaults, name)}
    return {str(name): "" if name in own else str(source) for name, source in told.items()}
