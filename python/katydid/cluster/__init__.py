"""Runs over several processes or machines: the runners of master and worker, and what their nodes tell them."""
