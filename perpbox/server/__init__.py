"""The process: settings, composition, and the shell that carries requests and answers."""
