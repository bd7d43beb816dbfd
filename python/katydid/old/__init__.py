"""What Locust had before version 2 and has no longer, on top of what it became; each says once what to write today.

Users and hooks are loaded only when a locustfile asks for an old name.
"""
