"""What is pushed: user data, market streams, and the connections that listen to them."""
