# SPDX-License-Identifier: MIT
"""What may answer where a directory should: nobody, somebody who answers
wrongly or never, or the true one with something in between."""

import select
import socket
import ssl
import subprocess
import threading

# LDAPMessage { 1, extended response { success } }: yes to StartTLS.
START_TLS_YES = b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00"
# LDAPMessage { 1, bind response { success } }.
BIND_YES = b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00"
# The beginning of a search entry that says it has 100 octets.
HALF_ENTRY = b"\x30\x64\x02\x01\x02\x64\x5f\x04\x05uid=a"

CHUNK_BYTES = 65536
CONNECT_SECONDS = 10


class Listener:
    """Accepts connections, each in a thread of its own."""

    def __init__(self, address="127.0.0.1"):
        self.listener = socket.create_server((address, 0))
        self.address, self.port = self.listener.getsockname()
        self.accepted = 0
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.accepted += 1
            threading.Thread(target=self._serve, args=(connection,),
                             daemon=True).start()

    def _serve(self, connection):
        with connection:
            try:
                self.talk(connection)
            except OSError:
                pass

    def talk(self, connection):
        raise NotImplementedError

    def close(self):
        # accept() in another thread ends by shutdown(), not by close().
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()


class FakeDirectory(Listener):
    """Gives one answer to each message that it is sent, as long as there are
    any."""

    def __init__(self, *answers):
        self.answers = answers
        super().__init__()

    def talk(self, connection):
        answers = list(self.answers)
        while connection.recv(4096):
            if answers:
                connection.sendall(answers.pop(0))


class Forwarder(Listener):
    """Passes everything on to the instance's slapd and back; with a
    certificate, as a server for ldaps:// does."""

    def __init__(self, instance, certificate=None, address="127.0.0.1"):
        """certificate: paths of the certificate and its key."""
        self.target = int(instance.endpoints["ldap"].rpartition(":")[2])
        self.context = None
        if certificate is not None:
            self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            self.context.load_cert_chain(*certificate)
        super().__init__(address)

    def talk(self, connection):
        if self.context is not None:
            connection = self.context.wrap_socket(connection,
                                                  server_side=True)
        with connection, socket.create_connection(
                ("127.0.0.1", self.target), CONNECT_SECONDS) as server:
            other = {connection: server, server: connection}
            while True:
                # What TLS has read already, select() does not tell.
                ready = [connection] if getattr(
                    connection, "pending", int)() else select.select(
                        list(other), [], [])[0]
                for side in ready:
                    data = side.recv(CHUNK_BYTES)
                    if not data:
                        return
                    other[side].sendall(data)


def expired_certificate(instance, folder):
    """Paths of one that the instance's authority signed long ago, for its
    own key and name."""
    tls = instance.state / "etc/tls"
    certificate = folder / "expired.pem"
    subprocess.run(["faketime", "-f", "-400d", "openssl", "x509", "-req",
                    "-in", tls / "request.pem", "-CA", tls / "ca.pem",
                    "-CAkey", tls / "ca.key", "-CAcreateserial",
                    "-CAserial", folder / "serial",
                    "-extfile", tls / "openssl.cnf", "-extensions", "server",
                    "-days", "30", "-out", certificate],
                   check=True, capture_output=True)
    return certificate, tls / "key.pem"
