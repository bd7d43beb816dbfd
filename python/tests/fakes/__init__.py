"""Small stand-ins for what the package gets from elsewhere, so that its Python can be tested on its own."""
