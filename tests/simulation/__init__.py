"""Whole worlds let loose, and a second opinion on what becomes of their money."""
