"""How far the index rests on single choices."""

from ikfs_methods.robustness.omission import LeaveOneOutResult, leave_one_out

__all__ = ["LeaveOneOutResult", "leave_one_out"]
