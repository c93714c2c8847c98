# SPDX-License-Identifier: MIT
"""Logins with the directory's password, 32 at a time, 5 ms from the directory.

Beside stock Dovecot with `passdb ldap` and auth_bind as it is documented, and
beside the same with blocking = yes and as many workers as ours.
"""

from bench import logins, result, say

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
        for number in range(logins.ROUNDS):
            say(f"round {number + 1} of {logins.ROUNDS}")
            ours.append(world.load(world.socket, people))
            with world.stock("plain", [world.stock_ldap(uri, "no")]) as path:
                plain.append(world.load(path, people))
            with world.stock("tuned", [world.stock_ldap(uri, "yes")],
                             WORKERS) as path:
                tuned.append(world.load(path, people))
    for name, peer, wanted in (("auth-directory", plain, 10),
                               ("auth-directory-tuned", tuned, 1)):
        yield result(name, logins.median(ours, "per_second"),
                     logins.median(peer, "per_second"), "logins/s",
                     wanted=("at least", wanted),
                     ours_p50_msecs=logins.median(ours, "p50_msecs"),
                     ours_p99_msecs=logins.median(ours, "p99_msecs"),
                     peer_p50_msecs=logins.median(peer, "p50_msecs"),
                     peer_p99_msecs=logins.median(peer, "p99_msecs"))
