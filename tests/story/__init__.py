"""Every kind of event is told, and as much of a journal as is wanted."""
