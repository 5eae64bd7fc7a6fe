"""How a response is made: middleware, headers, errors, pagination, health."""
