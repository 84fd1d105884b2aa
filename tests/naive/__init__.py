"""A second, deliberately naive model of an account, written from the specification alone."""
