"""What must hold whatever anybody does: generated commands, and oracles to compare with."""
