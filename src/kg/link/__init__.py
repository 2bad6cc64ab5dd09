"""Linking from and to partner knowledge bases: reconciliation, link suggestion, review, notifications."""
