"""Makes the standard library yield to other greenlets, once, before anything else imports it.

Imported first by every module of this package that brings in gevent. Does nothing when
``LOCUST_SKIP_MONKEY_PATCH`` is set.
"""

from __future__ import annotations

import os

if not os.environ.get("LOCUST_SKIP_MONKEY_PATCH"):
    from gevent import monkey

    monkey.patch_all()

    if not os.environ.get("LOCUST_SKIP_URLLIB3_PATCH"):
        # The standard library's LIFO queue takes several locks for each get and put; under gevent each
        # of them may switch greenlets, which makes a shared connection pool slow.
        import urllib3.connectionpool
        from gevent.queue import LifoQueue

        urllib3.connectionpool.ConnectionPool.QueueCls = LifoQueue
