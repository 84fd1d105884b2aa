"""A second, independent model of how money moves over time on a perpetual-futures venue."""
