# SPDX-License-Identifier: MIT
"""Logins with the alumni password of people who are not in the directory.

The hash is the same on both sides (SHA512-CRYPT), and so is the round trip of
5 ms to the directory. Beside stock Dovecot with `passdb ldap`, then `passdb
sql` over SQLite, as it is documented and with blocking = yes.
"""

from bench import logins, result, say

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
        for number in range(logins.ROUNDS):
            say(f"round {number + 1} of {logins.ROUNDS}")
            ours.append(world.load(world.socket, people))
            for name, blocking, results in (("plain", "no", plain),
                                            ("tuned", "yes", tuned)):
                passdbs = [world.stock_ldap(uri, blocking), sql]
                with world.stock(name, passdbs) as path:
                    results.append(world.load(path, people))
    for name, peer in (("auth-alumni", plain), ("auth-alumni-tuned", tuned)):
        yield result(name, logins.median(ours, "per_second"),
                     logins.median(peer, "per_second"), "logins/s",
                     wanted=("at least", 1))
        yield result(f"{name}-p99", logins.median(ours, "p99_msecs"),
                     logins.median(peer, "p99_msecs"), "ms",
                     wanted=("at most", 1))
