"""Proofs about the journal: what was acknowledged is there, and nothing else is."""
