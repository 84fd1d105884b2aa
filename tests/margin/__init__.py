"""The margin arithmetic, function by function and against published and recorded figures."""
