# SPDX-License-Identifier: MIT
"""How the tests are shared out among workers (pytest-xdist), each of which has
instances of its own.

A group of tests stays together on one worker: the tests of a file, which share
what is made for the file, or those for one format in which mail is stored, for
which an instance is started. The groups that take longest come first, so that
none is begun when the other workers have nothing left to do.

Tests wait for servers most of the time, so there are more workers than
processors.
"""

import os

import pytest
from xdist.scheduler import LoadGroupScheduling

WORKERS_PER_PROCESSOR = 3
WORKERS_MAX = 8

# The groups that take longest, by name; see group_of().
LONGEST = (
    "maildir", "mdbox", "test_selfservice_rules", "test_restart",
    "test_many_accounts", "test_auth_service", "test_milter_accounting",
    "test_instance", "test_mail_valgrind-maildir", "test_quota_full",
    "test_doctor", "test_milter_store", "test_mail_valgrind-sdbox",
    "test_rspamd", "test_second_postfix", "test_auth_matrix",
    "test_webmail_account", "test_mail_valgrind-mdbox",
    "test_auth_brute_force", "test_quota_publishing", "test_sessions_end",
    "test_trash_formats", "test_trash_command", "test_selfservice_options",
    "test_milter_transactions", "test_alumnictl_import", "test_login",
    "test_selfservice", "test_alumnictl_errors", "test_modules",
)
RANKS = {group: rank for rank, group in enumerate(LONGEST)}
# A worker is given its next group when it begins the last but one test of this
# one. With a group of so few tests, that may be long before its end.
FEW_TESTS = 3


def group_of(item):
    """The name of the group that a test belongs to."""
    parameters = item.callspec.params if hasattr(item, "callspec") else {}
    name = item.path.stem
    if parameters.get("_stored", "sdbox") != "sdbox":
        return parameters["_stored"]
    if "watched" in parameters:
        return f"{name}-{parameters['watched']}"
    return name


class Schedule(LoadGroupScheduling):
    """The longest groups first. A worker has 2 tests in hand at least."""

    def _assign_work_unit(self, node):
        if self._is_in_a_long_test(node):
            group = next(reversed(self.workqueue))
        else:
            group = min(self.workqueue,
                        key=lambda name: RANKS.get(name, len(LONGEST)))
        self.workqueue.move_to_end(group, last=False)
        super()._assign_work_unit(node)

    def _is_in_a_long_test(self, node):
        return any(group in RANKS and len(tests) <= FEW_TESTS
                   and not all(tests.values())
                   for group, tests in self.assigned_work[node].items())

    def remove_node(self, node):
        """The worker has ended. Returns the test that it has died of, or None.
        That has failed and is not tried again; the others are."""
        left = {group: tests
                for group, tests in self.assigned_work.pop(node).items()
                if not all(tests.values())}
        if not left:
            return None
        tests = next(iter(left.values()))
        crashed = next(name for name, done in tests.items() if not done)
        tests[crashed] = True
        self.workqueue.update((group, tests) for group, tests in left.items()
                              if not all(tests.values()))
        for other in self.assigned_work:
            self._reschedule(other)
        return crashed


# ---- with pytest ----

def _tests_are_chosen(option):
    """True if these are some tests that a person looks at."""
    return bool(option.keyword or option.markexpr or option.usepdb
                or option.capture == "no"
                or not all(os.path.isdir(name) for name in
                           option.file_or_dir))


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_auto_num_workers(config):
    """For -n auto: none for chosen tests, which so start no instance that they
    do not need, and print as they go."""
    if _tests_are_chosen(config.option):
        return 0
    return min(WORKERS_MAX,
               WORKERS_PER_PROCESSOR * len(os.sched_getaffinity(0)))


@pytest.hookimpl(tryfirst=True)
def pytest_xdist_make_scheduler(config, log):
    return Schedule(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config, items):
    """Tells the scheduler the groups, in the way that it expects."""
    if hasattr(config, "workerinput"):
        for item in items:
            item._nodeid += f"@{group_of(item)}"
