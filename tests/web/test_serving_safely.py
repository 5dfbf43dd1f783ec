"""The doors themselves: certificates, a server in front, and what is written down of a request."""

import datetime as dt
import http.client
import ipaddress
import signal
import socket
import ssl
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

ORIGIN = "https://clinic.example.org"
HOST = {"Host": "clinic.example.org"}


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a production clinic and a certificate for this machine."""
    place = tmp_path_factory.mktemp("production")
    command = [sys.executable, "-m", "backloop", "clinic", "init", "clinic", "--origin", ORIGIN]
    subprocess.run(command, cwd=place, check=True, capture_output=True)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(tz=dt.UTC)
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    build = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    build = build.serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(days=1))
    signed = build.not_valid_after(now + dt.timedelta(days=1)).add_extension(names, critical=False)
    (place / "clinic.crt").write_bytes(signed.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM))
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (place / "clinic.key").write_bytes(key.private_bytes(*plain))
    return place


@pytest.fixture
def serve(made: Path) -> Callable[..., object]:
    """Serve the clinic with some more lines of settings; what it says goes to the file `said`."""
    settings = made / "clinic" / "clinic.toml"
    before = settings.read_text(encoding="utf-8")

    @contextmanager
    def run(more: str, *, tls: ssl.SSLContext | None = None) -> Iterator[Callable[..., http.client.HTTPResponse]]:
        settings.write_text(before + more, encoding="utf-8")
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            port = int(probe.getsockname()[1])
        command = [sys.executable, "-m", "backloop", "serve", "--folder", "clinic", "--port", str(port)]
        with (made / "said").open("w") as said:
            server = subprocess.Popen(command, cwd=made, stdout=said, stderr=said)

        def ask(path: str, **told: object) -> http.client.HTTPResponse:
            kind = http.client.HTTPSConnection if tls else http.client.HTTPConnection
            wire = kind("localhost", port, timeout=20, **({"context": tls} if tls else {}))
            headers = told.pop("headers", {})
            try:
                wire.request(str(told.pop("method", "GET")), path, headers=HOST | headers, **told)
                answer = wire.getresponse()
                answer.read()
            finally:
                wire.close()
            return answer

        try:
            _wait(ask, server, made / "said")
            yield ask
        finally:
            server.send_signal(signal.SIGTERM)
            server.wait(timeout=30)
            settings.write_text(before, encoding="utf-8")

    return run


def _wait(ask: Callable[..., object], server: subprocess.Popen[bytes], said: Path) -> None:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        try:
            ask("/alive/")
        except OSError:
            assert server.poll() is None, said.read_text()
            time.sleep(0.1)
        else:
            return
    pytest.fail("the clinic did not answer within a minute: " + said.read_text())


def _cookie(answer: http.client.HTTPResponse) -> str:
    return str(answer.headers.get("Set-Cookie", ""))


def test_the_clinic_serves_its_own_certificate(made: Path, serve: Callable[..., object]):
    """With a certificate named its pages come over TLS, and browsers are asked to stay with it."""
    more = f'certificate = "{made / "clinic.crt"}"\ncertificate_key = "{made / "clinic.key"}"\n'
    trusting = ssl.create_default_context(cafile=str(made / "clinic.crt"))
    with serve(more, tls=trusting) as ask:  # type: ignore[attr-defined]
        page = ask("/account/login/")
        assert page.status == 200
        assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
        assert "__Host-csrf" in _cookie(page)
        assert "Secure" in _cookie(page)
        assert page.headers.get("Server") is None


def test_a_proxy_that_was_named_is_believed_and_nothing_is_said_of_anybody(made: Path, serve: Callable[..., object]):
    """Behind a server on this machine https in front counts; search words, links, forms and cookies leave no line."""
    safe = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.7"}
    with serve("behind_proxy = true\nprocesses = 1\n") as ask:  # type: ignore[attr-defined]
        page, plain = ask("/account/login/", headers=safe), ask("/account/login/")
        form = {"Content-Type": "application/x-www-form-urlencoded", **safe}
        for path in ("/clinic/?q=Wang-Xiaoming", "/join/a-secret-link/", "/nowhere/?phone=13800138000"):
            ask(path, headers=safe)
            ask(path, method="POST", body="name=Wang-Xiaoming&password=horse-battery", headers=form)
        ask("/account/login/", headers={**safe, "Cookie": "__Host-session=stolen-session"})
        ask("/", headers={**safe, "Host": "evil.example.org"})
    said = (made / "said").read_text()

    assert (page.status, plain.status) == (200, 301)
    assert page.headers["Strict-Transport-Security"] == "max-age=31536000"
    assert plain.headers["Location"] == f"{ORIGIN}/account/login/"
    assert "Not Found" in said
    assert "Forbidden" in said
    for secret in ("Wang-Xiaoming", "a-secret-link", "13800138000", "horse-battery", "stolen-session"):
        assert secret not in said


@pytest.mark.parametrize("more", ["processes = 1\n", 'behind_proxy = true\nprocesses = 1\nproxies = ["192.0.2.1"]\n'])
def test_anybody_else_is_not_believed(more: str, serve: Callable[..., object]):
    """Without a proxy, or from another machine than the one named, the same header counts for nothing."""
    with serve(more) as ask:  # type: ignore[attr-defined]
        page = ask("/account/login/", headers={"X-Forwarded-Proto": "https", "X-Forwarded-For": "198.51.100.7"})

    assert page.status == 301
