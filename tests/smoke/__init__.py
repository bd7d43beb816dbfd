"""The shortest proof that an installed Katydid works. Only the standard library, so that it runs in any environment."""
