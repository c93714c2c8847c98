# SPDX-License-Identifier: MIT
"""A tap between mail processes and the dict service."""

import contextlib
import socket
import threading


class DictTap:
    """Listens in place of the dict service, and passes everything on to it.

    From the first commit of a connection on, its answers are held back until
    the tap is closed, so that the connection stays open for what comes next.
    """

    def __init__(self, path):
        self.said = []  # what each connection has sent
        self._path = path
        self._service = path.with_name("dict.behind-tap")
        self._released = threading.Event()
        path.rename(self._service)
        self._listener = socket.socket(socket.AF_UNIX)
        self._listener.bind(str(path))
        path.chmod(0o666)
        self._listener.listen(16)
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._released.set()
        # Wakes accept(), which close() alone would not.
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._service.rename(self._path)

    def told(self):
        """The connections that have sent a key of an account."""
        return [bytes(said) for said in self.said if b"priv/" in said]

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                service = socket.socket(socket.AF_UNIX)
                service.connect(str(self._service))
                said = bytearray()
                self.said.append(said)
                for target in (self._ask, self._answer):
                    threading.Thread(target=target, daemon=True,
                                     args=(client, service, said)).start()

    def _ask(self, client, service, said):
        with contextlib.suppress(OSError):
            while data := client.recv(65536):
                said += data
                service.sendall(data)
            service.shutdown(socket.SHUT_WR)

    def _answer(self, client, service, said):
        with contextlib.suppress(OSError):
            while data := service.recv(65536):
                if b"\nC" in said:
                    self._released.wait()
                client.sendall(data)
            client.shutdown(socket.SHUT_WR)
