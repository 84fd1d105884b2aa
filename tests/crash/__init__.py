"""kill -9 under load: nothing that was told is lost, and nothing is there twice."""
