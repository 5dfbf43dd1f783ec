"""A hospital's sign-in (OpenID Connect) on this machine, for tests: it can also misbehave in every way that matters.

Run as ``python hospital.py FOLDER``: it writes ``ca.pem`` there and says its port. Whoever opens ``/authorize`` adds
``person`` (who signs in) and ``fault`` (what is wrong with the answer) to the address.
"""

import base64
import datetime as dt
import hashlib
import ipaddress
import json
import secrets
import ssl
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import jwt
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

CLIENT, SECRET = "backloop", "a secret of the two"
ONE, OTHER = (rsa.generate_private_key(public_exponent=65537, key_size=2048) for _ in range(2))
PEM = ONE.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
GIVEN: dict[str, dict[str, str]] = {}


def make_certificate(folder: Path) -> None:
    """Make a certificate for this machine, which is its own authority."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = dt.datetime.now(tz=dt.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(OTHER.public_key())
    made = made.serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(days=1))
    made = made.not_valid_after(now + dt.timedelta(days=1)).add_extension(
        x509.SubjectAlternativeName(names), critical=False
    )
    signed = made.add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True).sign(
        OTHER, hashes.SHA256()
    )
    (folder / "ca.pem").write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    plain = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (folder / "key.pem").write_bytes(OTHER.private_bytes(*plain))


class Hospital(BaseHTTPRequestHandler):
    """Discovery, keys, authorisation with PKCE, and tokens, right or wrong."""

    def do_GET(self) -> None:
        """Say who we are, show the keys, or let somebody sign in."""
        parts = urlsplit(self.path)
        told = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path.endswith("/.well-known/openid-configuration"):
            ends = {"authorization_endpoint": "authorize", "token_endpoint": "token", "jwks_uri": "keys"}
            config = {name: f"{self.base}/{end}" for name, end in ends.items()}
            self.say({**config, "issuer": self.base, "token_endpoint_auth_methods_supported": ["client_secret_post"]})
        elif parts.path == "/keys":
            key = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(ONE.public_key()))
            self.say({"keys": [{**key, "kid": "one", "alg": "RS256", "use": "sig"}]})
        elif parts.path == "/authorize":
            code = secrets.token_urlsafe(16)
            GIVEN[code] = told
            self.send_response(302)
            self.send_header("Location", f"{told['redirect_uri']}?{urlencode({'code': code, 'state': told['state']})}")
            self.end_headers()

    def do_POST(self) -> None:
        """Give the tokens for a code, once, to who proves to have asked for it."""
        length = int(self.headers["Content-Length"])
        told = {name: values[0] for name, values in parse_qs(self.rfile.read(length).decode()).items()}
        asked = GIVEN.pop(told.get("code", ""), {})
        digest = hashlib.sha256(told.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        is_client = (told.get("client_id"), told.get("client_secret")) == (CLIENT, SECRET)
        if not is_client or asked.get("code_challenge") != proof:
            self.say({"error": "invalid_grant"}, status=400)
            return
        tokens = {"access_token": secrets.token_urlsafe(16), "token_type": "Bearer"}
        fault = asked.get("fault", "")
        self.say(tokens if fault == "no token" else {**tokens, "id_token": self.sign(asked, fault)})

    def sign(self, asked: dict[str, str], fault: str) -> str:
        """Sign who it was; wrongly where that was asked for."""
        now = int(time.time())
        claims: dict[str, Any] = {"iss": self.base, "aud": CLIENT, "sub": asked.get("person", "anna"), "iat": now}
        claims |= {
            "exp": now + 300,
            "nonce": asked.get("nonce", ""),
            "name": "Anna Secret",
            "email": "anna@example.org",
        }
        claims |= {
            "issuer": {"iss": "https://elsewhere.example.org"},
            "audience": {"aud": "another-client"},
            "nonce": {"nonce": "of another sign-in"},
            "old": {"iat": now - 7200, "exp": now - 3600},
        }.get(fault, {})
        for name in {"no nonce": ["nonce"], "endless": ["exp"]}.get(fault, []):
            claims.pop(name)
        kid = {"kid": "two" if fault == "unknown key" else "one"}
        if fault == "unsigned":
            return jwt.encode(claims, None, algorithm="none", headers=kid)
        if fault == "shared key":
            # The public key as if it were a shared secret; written by hand, since the library refuses to.
            return _hmac_token(claims, kid)
        return jwt.encode(claims, OTHER if fault == "signature" else ONE, algorithm="RS256", headers=kid)

    def say(self, told: dict[str, Any], status: int = 200) -> None:
        """Answer in JSON."""
        body = json.dumps(told).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    @property
    def base(self) -> str:
        """The address it is known by."""
        return f"https://localhost:{self.server.server_port}"  # type: ignore[attr-defined]

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def _hmac_token(claims: dict[str, Any], kid: dict[str, str]) -> str:
    import hmac

    def pack(part: dict[str, Any]) -> bytes:
        return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=")

    signed = pack({"alg": "HS256", "typ": "JWT", **kid}) + b"." + pack(claims)
    return (signed + b"." + base64.urlsafe_b64encode(hmac.new(PEM, signed, "sha256").digest()).rstrip(b"=")).decode()


if __name__ == "__main__":
    place = Path(sys.argv[1])
    make_certificate(place)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Hospital)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(place / "ca.pem", place / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()
