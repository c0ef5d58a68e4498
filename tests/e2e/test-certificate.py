#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""The certificate that Signalbox makes, as clients see it that trust it and nothing else."""
import asyncio
import os
import socket
import ssl
import stat
import subprocess
import unittest
import warnings

import websockets

import tap
from signalbox import DEADLINE, Server

NODE = """
const WebSocket = require("ws"), fs = require("fs");
const [, , url, ca, token] = process.argv;
const client = new WebSocket(url, { ca: fs.readFileSync(ca), headers: { Authorization: "Bearer " + token } });
client.on("open", () => { console.log("open " + client._socket.getProtocol()); client.close(); });
client.on("error", error => { console.log("error " + error.code); process.exit(1); });
"""


class TlsServer(Server):
    """Makes its certificate before it starts."""

    def start(self):
        self.made = self.ctl("certificate", "make")
        self.ca = os.path.join(self.directory, "given-to-clients.pem")
        with open(self.ca, "w") as file:
            file.write(self.made["pem"])
        return super().start()

    def context(self, ca=None):
        return ssl.create_default_context(cafile=ca or self.ca)


def connect(server, host, context, token):
    """Opens a connection to 127.0.0.1 that is called host; gives the certificate seen."""
    async def run():
        raw = socket.create_connection(("127.0.0.1", server.port), DEADLINE)
        async with websockets.connect(f"wss://{host}:{server.port}/", sock=raw, ssl=context, server_hostname=host,
                                      additional_headers={"Authorization": "Bearer " + token}) as client:
            await client.ping()
            return client.transport.get_extra_info("ssl_object").getpeercert(True)
    return asyncio.run(run())


class TestCertificate(unittest.TestCase):
    def test_file_and_answer(self):
        with TlsServer() as server:
            path = os.path.join(server.directory, "certificate.pem")
            self.assertEqual(server.made["path"], path)
            self.assertEqual(stat.S_IMODE(os.stat(path).st_mode), 0o600)
            self.assertRegex(server.made["fingerprint"], r"^([0-9A-F]{2}:){31}[0-9A-F]{2}$")
            shown = server.ctl("certificate", "show")
            self.assertEqual(shown["fingerprint"], server.made["fingerprint"])
            self.assertTrue(shown["in_use"])
            self.assertNotIn("PRIVATE", shown["pem"])
            text = subprocess.run(["openssl", "x509", "-noout", "-text"], input=shown["pem"], text=True,
                                  capture_output=True, check=True, timeout=DEADLINE).stdout
            self.assertIn("ASN1 OID: prime256v1", text)
            self.assertIn("ecdsa-with-SHA256", text)
            self.assertRegex(text, r"CA:FALSE")
            self.assertIn("TLS Web Server Authentication", text)

    def test_python_by_name_and_address(self):
        with TlsServer() as server:
            token, _ = server.issue("x")
            for host in ("localhost", "127.0.0.1", socket.gethostname().lower()):
                with self.subTest(host):
                    self.assertIn(host, server.made["names"])
                    connect(server, host, server.context(), token)
            with self.assertRaisesRegex(ssl.SSLCertVerificationError, "doesn't match|mismatch"):
                connect(server, "elsewhere.example", server.context(), token)
            with self.assertRaisesRegex(ssl.SSLCertVerificationError, "self-signed"):
                connect(server, "localhost", ssl.create_default_context(), token)

    def test_node(self):
        with TlsServer() as server:
            token, _ = server.issue("x")
            for host, status, said in (("localhost", 0, r"open TLSv1\.3\n"), ("127.0.0.1", 0, r"open TLSv1\.3\n")):
                done = subprocess.run(["node", "-e", NODE, "-", f"wss://{host}:{server.port}/", server.ca, token],
                                      capture_output=True, text=True, timeout=DEADLINE,
                                      env={**os.environ, "NODE_PATH": "/usr/share/nodejs"})
                self.assertEqual((done.returncode, done.stderr), (status, ""))
                self.assertRegex(done.stdout, said)

    def test_versions(self):
        warnings.simplefilter("ignore", DeprecationWarning)  # of the versions that must not work
        with TlsServer() as server:
            token, _ = server.issue("x")
            for version, taken in ((ssl.TLSVersion.TLSv1, False), (ssl.TLSVersion.TLSv1_1, False),
                                   (ssl.TLSVersion.TLSv1_2, True), (ssl.TLSVersion.TLSv1_3, True)):
                with self.subTest(version.name):
                    context = server.context()
                    # So that OpenSSL would speak the old ones itself.
                    context.set_ciphers("DEFAULT:@SECLEVEL=0")
                    context.minimum_version = context.maximum_version = version
                    if taken:
                        connect(server, "localhost", context, token)
                    else:
                        # The alert may be overtaken by the end of the connection.
                        with self.assertRaises((ssl.SSLError, ConnectionResetError)):
                            connect(server, "localhost", context, token)

    def test_new_one_drops_nobody(self):
        async def run(server, token):
            headers = {"Authorization": "Bearer " + token}
            async with websockets.connect(f"wss://localhost:{server.port}/", ssl=server.context(),
                                          additional_headers=headers) as before:
                made = await asyncio.to_thread(server.ctl, "certificate", "make")
                self.assertNotEqual(made["fingerprint"], server.made["fingerprint"])
                self.assertTrue(made["in_use"])
                new = os.path.join(server.directory, "new.pem")
                with open(new, "w") as file:
                    file.write(made["pem"])
                async with websockets.connect(f"wss://localhost:{server.port}/", ssl=server.context(new),
                                              additional_headers=headers) as after:
                    await before.send('"from before"')
                    self.assertEqual(await after.recv(), '"from before"')
                    await after.send('"from after"')
                    self.assertEqual(await before.recv(), '"from after"')

        with TlsServer() as server:
            token, _ = server.issue("x")
            asyncio.run(run(server, token))


if __name__ == "__main__":
    tap.main()
