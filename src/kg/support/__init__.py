"""Guided decision support: a conversation whose questions are data, and the plan that it ends with."""
