"""cryptofeed on a local venue behind TLS: its locked environment and its flow."""
