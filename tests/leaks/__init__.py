"""What keeps clients on this machine: their settings, the guard, and the doctor."""
