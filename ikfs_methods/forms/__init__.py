"""Forms for the experts in the room: XLSX out, one for each, and back into the tables of the round."""

from ikfs_methods.forms.collecting import collect
from ikfs_methods.forms.making import FormsResult, make_forms
from ikfs_methods.forms.result import CollectResult

__all__ = ["CollectResult", "FormsResult", "collect", "make_forms"]
