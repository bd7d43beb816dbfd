"""`python -m tests.cluster.wire NEAR FAR --delay 0.2 --loss 0.05`: two network devices, joined by a bad cable.

Makes both devices, says so, and carries every frame from one to the other until it is killed. Needs `/dev/net/tun`, and
nothing that a kernel may lack (`tc netem` often is not there).
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import heapq
import os
import random
import select
import struct
import time
from itertools import count

MAKE_DEVICE = 0x400454CA  # TUNSETIFF
ETHERNET, WITHOUT_HEADER = 0x0002, 0x1000  # IFF_TAP, IFF_NO_PI
LARGEST_FRAME = 65_536


def make_device(name: str) -> int:
    """A network device whose cable is the returned file."""
    device = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
    fcntl.ioctl(device, MAKE_DEVICE, struct.pack("16sH22x", name.encode(), ETHERNET | WITHOUT_HEADER))
    return device


def carry(near: int, far: int, delay: float, loss: float) -> None:
    """Carries frames both ways, for ever; each is lost or comes later, and none overtakes another."""
    other_end = {near: far, far: near}
    chance, numbers = random.Random(1), count()
    on_the_way: list[tuple[float, int, int, bytes]] = []
    while True:
        wait = max(0.0, on_the_way[0][0] - time.monotonic()) if on_the_way else None
        for end in select.select([near, far], [], [], wait)[0]:
            frame = os.read(end, LARGEST_FRAME)
            if chance.random() >= loss:
                heapq.heappush(on_the_way, (time.monotonic() + delay, next(numbers), other_end[end], frame))
        while on_the_way and on_the_way[0][0] <= time.monotonic():
            _, _, end, frame = heapq.heappop(on_the_way)
            # That end may not be up yet.
            with contextlib.suppress(OSError):
                os.write(end, frame)


def main() -> None:
    parser = argparse.ArgumentParser(prog="tests.cluster.wire", description=__doc__)
    parser.add_argument("near")
    parser.add_argument("far")
    parser.add_argument("--delay", type=float, default=0.0, help="seconds, each way")
    parser.add_argument("--loss", type=float, default=0.0, help="share of the frames that is lost, each way")
    options = parser.parse_args()
    ends = make_device(options.near), make_device(options.far)
    print("ready", flush=True)
    carry(*ends, options.delay, options.loss)


if __name__ == "__main__":
    main()
