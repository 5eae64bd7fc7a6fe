"""How a page reaches a visitor: what is refused, headers, compression, errors, health."""
