"""What may happen: commands are checked, events follow, and `apply` alone changes the state."""
