"""Which Lao text says what which English text says."""
