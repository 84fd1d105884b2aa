"""What the venue costs: requests, commands, durable orders, starts; `make bench` prints it."""
