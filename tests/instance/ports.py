# SPDX-License-Identifier: MIT
"""Ports on 127.0.0.1, each for one alone of all the instances and tests that
run side by side on this machine.
"""

import random
import socket

from .errors import InstanceError

# Below the kernel's usual range for outgoing connections (32768 and up), so
# that no connection takes a port while its server is being restarted.
PORTS = range(20000, 32000)
CANDIDATES = 200


def reserve(port):
    """Returns sockets that hold the port while they are open, or None when it
    is taken."""
    held = socket.socket()
    # For other instances, and free at once when it is closed: what is bound
    # with SO_REUSEADDR, others may bind so too, and without it, connections
    # of an earlier server in TIME_WAIT would be in the way.
    mark = socket.socket(socket.AF_UNIX)
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        mark.bind(f"\0alumnimail-instance-port-{port}")
        held.bind(("127.0.0.1", port))
        return held, mark
    except OSError:
        held.close()
        mark.close()
        return None


def reserve_one(wanted=None):
    """Reserves a port, the wanted one if it is free; (held, mark)."""
    candidates = random.sample(PORTS, CANDIDATES)
    if wanted is not None:
        candidates.insert(0, wanted)
    held = next(filter(None, map(reserve, candidates)), None)
    if held is None:
        raise InstanceError(f"no free port in {PORTS}")
    return held


# Open until this process ends.
_kept = []


def free_port():
    """A port that nobody listens on, for a server of this process. Nobody else
    is given it while this process lives."""
    held, mark = reserve_one()
    port = held.getsockname()[1]
    held.close()
    _kept.append(mark)
    return port


def closed_port():
    """A port that nobody will listen on while this process lives."""
    held, mark = reserve_one()
    _kept.extend((held, mark))
    return held.getsockname()[1]
