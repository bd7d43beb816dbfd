"""A server with known behaviour: what it answers to a path never changes, faults included.

Only the standard library. It measures nothing and knows no load-testing tool.
"""
