"""Users for particular clients and protocols."""
