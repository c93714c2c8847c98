# SPDX-License-Identifier: MIT
"""The process that holds an instance together.

It is started in a mount namespace of its own, binds the instance's files over
the machine's there, and starts the servers when `up` asks it to over a unix
socket. It is the reaper of all its descendants, also of those that daemonise,
so that stopping it stops everything. It holds the instance's ports too: each
is bound here without listening, which keeps it from others while a single
server is down, and lets the server listen on it.
"""

import ctypes
import json
import os
import select
import signal
import socket
import subprocess
import sys
import time

from . import processes
from .errors import InstanceError
from .layout import Layout
from .ports import reserve_one

STOP_SECONDS = 15

PR_SET_CHILD_SUBREAPER = 36


class Service:
    """A server that was started."""

    def __init__(self, name, pid, stop_argv, env):
        self.name = name
        self.pid = pid
        self.stop_argv = stop_argv
        self.env = env
        self.exit_status = None

    def describe(self):
        return {"pid": self.pid, "exit_status": self.exit_status}


class Holder:
    def __init__(self, layout, owner):
        self.layout = layout
        self.owner = owner
        self.services = {}  # by name, in the order of their first start
        self.reserved = {}
        self.stop_requested = False
        self.finished = False
        self.wake_read, self.wake_write = os.pipe2(
            os.O_NONBLOCK | os.O_CLOEXEC)

    # ---- children ----

    def reap(self):
        """Collects ended children: servers, and orphans that became ours."""
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            for service in self.services.values():
                if service.pid == pid:
                    service.exit_status = os.waitstatus_to_exitcode(status)

    def wait_for(self, condition, seconds):
        """Waits for a condition that an ending child can make true."""
        deadline = time.monotonic() + seconds
        while True:
            self.reap()
            if condition():
                return True
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            # A signal wakes it; the limit is for what is no child of ours.
            select.select([self.wake_read], [], [], min(left, 0.1))
            self.drain_wakeups()

    def drain_wakeups(self):
        try:
            while os.read(self.wake_read, 512):
                pass
        except BlockingIOError:
            pass

    def spawn(self, argv, env, log):
        output = os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT
                         | os.O_CLOEXEC, 0o644)
        try:
            return os.posix_spawnp(
                argv[0], argv, env,
                file_actions=[
                    (os.POSIX_SPAWN_OPEN, 0, "/dev/null", os.O_RDONLY, 0),
                    (os.POSIX_SPAWN_DUP2, output, 1),
                    (os.POSIX_SPAWN_DUP2, output, 2),
                ],
                setsid=True,
                setsigmask=[],
                setsigdef=[signal.SIGPIPE, signal.SIGXFSZ, signal.SIGINT,
                           signal.SIGTERM, signal.SIGHUP, signal.SIGCHLD],
            )
        finally:
            os.close(output)

    # ---- requests ----

    def is_running(self, name):
        service = self.services.get(name)
        return service is not None and service.exit_status is None

    def start(self, name):
        self.reap()
        if self.is_running(name):
            return self.services[name].describe()
        plan = json.loads(self.layout.services.read_text())[name]
        pid = self.spawn(plan["argv"], plan["env"], self.layout.log_of(name))
        self.services[name] = Service(name, pid, plan.get("stop_argv"),
                                      plan["env"])
        return self.services[name].describe()

    def tree(self, service):
        return [service.pid] + processes.descendants(service.pid)

    def orphans(self):
        """Descendants that no running server is the ancestor of."""
        # Looked at first: what a server makes meanwhile is then only known.
        found = set(processes.descendants(os.getpid()))
        known = set()
        for service in self.services.values():
            if service.exit_status is None:
                known.update(self.tree(service))
        return found - known

    def kill_tree(self, service, others):
        """SIGKILL for a server and its children, leaving others alone."""
        victims = self.tree(service) if service.exit_status is None else []
        for pid in victims:
            self.signal(pid, signal.SIGKILL)

        def is_gone():
            # What it left behind has become ours.
            left = [pid for pid in self.orphans() - others
                    if processes.start_time(pid) is not None]
            for pid in left:
                self.signal(pid, signal.SIGKILL)
            return service.exit_status is not None and not left

        return self.wait_for(is_gone, STOP_SECONDS)

    @staticmethod
    def signal(pid, number):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            pass

    def kill(self, name):
        self.reap()
        service = self.services.get(name)
        if service is None or service.exit_status is not None:
            return {"was_running": False}
        if not self.kill_tree(service, self.orphans()):
            raise RuntimeError(f"{name} did not end after SIGKILL")
        return {"was_running": True}

    def stop(self, name):
        """Lets a server end by itself; by force when it takes too long."""
        self.reap()
        service = self.services.get(name)
        if service is None or service.exit_status is not None:
            return {"was_running": False}
        others = self.orphans()
        if service.stop_argv:
            self.spawn(service.stop_argv, service.env,
                       self.layout.log_of(name))
        else:
            self.signal(service.pid, signal.SIGTERM)
        self.wait_for(lambda: service.exit_status is not None, STOP_SECONDS)
        forced = service.exit_status is None
        if not self.kill_tree(service, others):
            raise RuntimeError(f"{name} did not end after SIGKILL")
        return {"was_running": True, "forced": forced}

    def status(self):
        self.reap()
        return {name: service.describe()
                for name, service in self.services.items()}

    def ports(self, names, wanted):
        """Reserves a port for each name: the wanted one if it is free."""
        for name in names:
            if name not in self.reserved:
                self.reserved[name] = reserve_one(wanted.get(name))
        return {name: self.reserved[name][0].getsockname()[1]
                for name in names}

    def shut_down(self):
        for name in reversed(list(self.services)):
            try:
                self.stop(name)
            except RuntimeError as error:
                print(error, file=sys.stderr, flush=True)

        def is_empty():
            left = [pid for pid in processes.descendants(os.getpid())
                    if processes.start_time(pid) is not None]
            for pid in left:
                self.signal(pid, signal.SIGKILL)
            return not left

        self.wait_for(is_empty, STOP_SECONDS)
        self.finished = True
        return {}

    def answer(self, request):
        operations = {
            "start": lambda: self.start(request["name"]),
            "stop": lambda: self.stop(request["name"]),
            "kill": lambda: self.kill(request["name"]),
            "status": self.status,
            "ports": lambda: self.ports(request["names"], request["wanted"]),
            "shut_down": self.shut_down,
        }
        try:
            return {"result": operations[request["operation"]]()}
        except (OSError, RuntimeError, KeyError, ValueError,
                InstanceError) as error:
            return {"error": f"{type(error).__name__}: {error}"}

    def serve_one(self, listener):
        connection, _ = listener.accept()
        with connection:
            # Only ever asked by ourselves: one line, one answer.
            connection.settimeout(5)
            try:
                with connection.makefile("rw") as stream:
                    line = stream.readline()
                    if not line:
                        return
                    connection.settimeout(None)
                    stream.write(json.dumps(self.answer(json.loads(line)))
                                 + "\n")
            except (OSError, ValueError) as error:
                print(f"control connection: {error}", file=sys.stderr,
                      flush=True)

    def serve(self, listener):
        watched = [listener, self.wake_read]
        owner = None
        if self.owner:
            try:
                owner = os.pidfd_open(self.owner)
                watched.append(owner)
            except ProcessLookupError:
                self.shut_down()
        while not self.finished:
            if self.stop_requested:
                self.shut_down()
                return
            ready, _, _ = select.select(watched, [], [])
            self.drain_wakeups()
            self.reap()
            if listener in ready:
                self.serve_one(listener)
            elif owner in ready:
                print("the owner has ended: shutting down", file=sys.stderr,
                      flush=True)
                self.shut_down()

    def catch_signals(self):
        signal.set_wakeup_fd(self.wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda number, frame: None)

        def request_stop(number, frame):
            # Done by the loop: this may interrupt a request.
            self.stop_requested = True

        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, request_stop)


def bind_files(binds):
    """Binds each (source, target) in this process's mount namespace."""
    for source, target in binds:
        subprocess.run(["mount", "--bind", source, target], check=True)


def main(arguments):
    layout = Layout(arguments[0])
    options = json.loads(arguments[1])
    os.chdir("/")
    os.umask(0o022)

    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) != 0:
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")

    bind_files(options["binds"])

    holder = Holder(layout, options["owner"])
    holder.catch_signals()
    layout.holder_state.write_text(json.dumps(
        {"pid": os.getpid(), "started": processes.start_time(os.getpid())}))
    layout.holder_socket.unlink(missing_ok=True)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(layout.holder_socket))
        layout.holder_socket.chmod(0o600)
        listener.listen()
        holder.serve(listener)
    layout.holder_socket.unlink(missing_ok=True)


if __name__ == "__main__":
    main(sys.argv[1:])
