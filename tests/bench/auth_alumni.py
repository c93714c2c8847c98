# SPDX-License-Identifier: MIT
"""Logins with the alumni password of people who are not in the directory.

The hash is the same on both sides (SHA512-CRYPT), and so is the round trip of
5 ms to the directory. Beside stock Dovecot with `passdb ldap`, then `passdb
sql` over SQLite, as it is documented and with blocking = yes.
"""

from bench import logins

PEOPLE = 200
# Otherwise the first login of each would make a hash of another scheme.
NO_REHASH = "rehash = no"


def run():
    with logins.world() as world:
        people = world.add_alumni(PEOPLE)
        uri = world.start_proxy()
        world.use_directory(uri, NO_REHASH)
        world.let_in_once(world.socket, people)
        sql = world.stock_sql(people)

        ours, plain, tuned = [], [], []

        def measure_ours():
            ours.append(world.load(world.socket, people))

        def measure_stock(name, blocking, results):
            with world.stock(name, [world.stock_ldap(uri, blocking),
                                    sql]) as path:
                results.append(world.load(path, people))

        logins.rounds([
            measure_ours,
            lambda: measure_stock("plain", "no", plain),
            lambda: measure_stock("tuned", "yes", tuned)])
    for name, peer in (("auth-alumni", plain), ("auth-alumni-tuned", tuned)):
        yield logins.compared(name, ours, peer, "per_second", "logins/s",
                              wanted=("at least", 1))
        yield logins.compared(f"{name}-p99", ours, peer, "p99_msecs", "ms",
                              wanted=("at most", 1))
