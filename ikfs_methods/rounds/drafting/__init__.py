"""A new round from a data file: items, scales, dimensions and roles drafted, and everything doubtful asked."""

from ikfs_methods.rounds.drafting.draft import Draft, draft
from ikfs_methods.rounds.drafting.files import new_round
from ikfs_methods.rounds.drafting.questions import Question
from ikfs_methods.rounds.drafting.summary import numbered, summary

__all__ = ["Draft", "Question", "draft", "new_round", "numbered", "summary"]
