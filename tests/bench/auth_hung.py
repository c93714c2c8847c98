# SPDX-License-Identifier: MIT
"""Logins with the alumni password while the directory hangs (SIGSTOP).

Of people who were in the directory, so that it is their first tier, and of
people who never were. Beside the same without any directory, and beside stock
Dovecot with `passdb ldap`, then `passdb sql`.
"""

from bench import logins, result, say
from bench.auth_alumni import NO_REHASH, PEOPLE

# The first login finds out that the directory hangs.
WARM_UP_SECONDS = 3
# As fast as without a directory, but for what two runs differ by anyway.
P50_FACTOR = 1.2
P99_FACTOR = 1.5


def measure(pinned, with_stock):
    """Results without a directory, with one that hangs, and of stock."""
    without, hung, stock = [], [], []
    with logins.world() as world:
        people = world.add_alumni(PEOPLE, pinned)
        uri = world.start_proxy()
        chain = [world.stock_ldap(uri, "no"), world.stock_sql(people)]
        for number in range(logins.ROUNDS):
            say(f"round {number + 1} of {logins.ROUNDS}")
            world.use_no_directory(NO_REHASH)
            without.append(world.load(world.socket, people,
                                      warm_up=WARM_UP_SECONDS))
            world.use_directory(uri, NO_REHASH)
            with world.hung_directory():
                hung.append(world.load(world.socket, people,
                                       warm_up=WARM_UP_SECONDS))
        if with_stock:
            say("stock Dovecot")
            with world.stock("chain", chain) as path:
                world.load(path, people)
                with world.hung_directory():
                    stock.append(world.load(path, people,
                                            warm_up=WARM_UP_SECONDS,
                                            just_started=False))
    return without, hung, stock


def run():
    for name, pinned in (("auth-hung", True), ("auth-hung-unpinned", False)):
        without, hung, stock = measure(pinned, with_stock=pinned)
        for key, factor in (("p50", P50_FACTOR), ("p99", P99_FACTOR)):
            yield result(f"{name}-{key}-without-directory",
                         logins.median(hung, f"{key}_msecs"),
                         logins.median(without, f"{key}_msecs"), "ms",
                         wanted=("at most", factor))
        if stock:
            yield result(f"{name}-stock", logins.median(hung, "per_second"),
                         stock[0]["per_second"], "logins/s",
                         peer_accepted=stock[0]["accepted"],
                         peer_waiting=stock[0]["waiting"])
