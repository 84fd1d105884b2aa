"""Verbs that ask a venue which is running: what-if and its likes."""
