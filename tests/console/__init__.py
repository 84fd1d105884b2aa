"""Verbs that ask a venue which is running."""
