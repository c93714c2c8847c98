# SPDX-License-Identifier: MIT
"""Logins with the directory's password, 32 at a time, 5 ms from the directory.

Beside stock Dovecot with `passdb ldap` and auth_bind as it is documented, and
beside the same with blocking = yes and as many workers as ours.
"""

from bench import logins

PEOPLE = 1000
# As many as Dovecot has without being told otherwise, which ours is not.
WORKERS = 30


def run():
    with logins.world() as world:
        people = world.add_people(PEOPLE)
        uri = world.start_proxy()
        world.use_directory(uri)
        world.let_in_once(world.socket, people)
        ours, plain, tuned = [], [], []

        def measure_ours():
            ours.append(world.load(world.socket, people))

        def measure_stock(name, blocking, workers, results):
            with world.stock(name, [world.stock_ldap(uri, blocking)],
                             workers) as path:
                results.append(world.load(path, people))

        logins.rounds([
            measure_ours,
            lambda: measure_stock("plain", "no", WORKERS, plain),
            lambda: measure_stock("tuned", "yes", WORKERS, tuned)])
    for name, peer, wanted in (("auth-directory", plain, 10),
                               ("auth-directory-tuned", tuned, 1)):
        yield logins.compared(
            name, ours, peer, "per_second", "logins/s",
            wanted=("at least", wanted),
            ours_p50_msecs=logins.median(ours, "p50_msecs"),
            ours_p99_msecs=logins.median(ours, "p99_msecs"),
            peer_p50_msecs=logins.median(peer, "p50_msecs"),
            peer_p99_msecs=logins.median(peer, "p99_msecs"))
