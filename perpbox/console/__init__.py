"""Verbs that ask a venue which is running: what-if, explain and their likes."""
