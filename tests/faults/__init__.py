"""Faults on purpose: the rules alone."""
