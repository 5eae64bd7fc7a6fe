"""How a response is made: middleware, headers, compression, errors, health."""
