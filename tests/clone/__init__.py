"""Clones of accounts."""
