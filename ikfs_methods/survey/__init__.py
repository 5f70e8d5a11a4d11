"""Estimates from a survey: weighted means by group, and how many rows stand behind each."""

from ikfs_methods.survey.means import WeightedMeans, aligned_weights, means_of_checked, unit_codes, weighted_means

__all__ = ["WeightedMeans", "aligned_weights", "means_of_checked", "unit_codes", "weighted_means"]
