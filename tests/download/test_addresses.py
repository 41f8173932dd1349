"""Where a file may come from: the registry's mirrors by https from the public internet, the user's own from anywhere, credentials to nobody else."""

import datetime
import ipaddress
from collections.abc import Iterator
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from pipeline.data.datasets import DATA_SETS, IdxFile
from pipeline.download import addresses
from pipeline.download.addresses import Place, check_address
from pipeline.download.mirrors import fetch_verified
from pipeline.download.verify import MirrorError
from pipeline.files.errors import DownloadError
from pipeline.settings.params import DownloadSettings
from tests.conftest import Mirror

PATIENT = DownloadSettings(source="mnist", connect_timeout_seconds=20, read_timeout_seconds=20, file_deadline_seconds=60, attempts=1)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for 127.0.0.1 and 127.0.0.2 that nobody but a test trusts, with its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mirror")])
    now = datetime.datetime.now(datetime.UTC)
    hosts = [x509.IPAddress(ipaddress.ip_address(address)) for address in ("127.0.0.1", "127.0.0.2")]
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
    builder = builder.not_valid_before(now - datetime.timedelta(1)).not_valid_after(now + datetime.timedelta(1))
    signed = builder.add_extension(x509.SubjectAlternativeName([*hosts, x509.DNSName("localhost")]), critical=False).sign(key, hashes.SHA256())
    path = tmp_path_factory.mktemp("tls") / "mirror.pem"
    private = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path.write_bytes(private + signed.public_bytes(serialization.Encoding.PEM))
    return path


@pytest.fixture
def secure(idx_files: dict[str, bytes], certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Mirror]:
    """A mirror that speaks https with a certificate that is trusted."""
    server = Mirror(idx_files)
    server.speak_tls(certificate)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    yield server
    server.close()


def failure(files: tuple[IdxFile, ...], place: Place) -> str:
    with pytest.raises(DownloadError) as raised:
        fetch_verified(files, [place], PATIENT)
    return str(raised.value)


def test_every_mirror_of_the_registry_is_https() -> None:
    mirrors = [mirror for data_set in DATA_SETS.values() for mirror in data_set.mirrors]
    assert mirrors
    for mirror in mirrors:
        check_address(mirror, own=False)
        assert mirror.startswith("https://")
        assert mirror.endswith("/")


def test_a_certificate_is_verified(
    secure: Mirror, expected: tuple[IdxFile, ...], idx_files: dict[str, bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert fetch_verified(expected, [Place(secure.url("good"), own=True)], PATIENT) == idx_files
    monkeypatch.delenv("REQUESTS_CA_BUNDLE")
    assert "its certificate is not valid" in failure(expected, Place(secure.url("good"), own=True))


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_mirror_of_the_registry_may_not_lead_to_this_machine(secure: Mirror, expected: tuple[IdxFile, ...], host: str) -> None:
    assert "leads to 127.0.0.1, which is not an address of the public internet" in failure(expected, Place(secure.url("good", host), own=False))
    assert secure.requests == []


@pytest.mark.parametrize(
    ("target", "reason"),
    [
        ("http://127.0.0.1:1/", "redirects to http://127.0.0.1:1/train-images-idx3-ubyte.gz, expected https"),
        ("https://127.0.0.2:1/", "leads to 127.0.0.2, which is not an address of the public internet"),
        ("https://me:secret@[::1]/", "leads to ::1, which"),
        ("ftp://example.org/", "redirects to ftp://example.org/train-images-idx3-ubyte.gz, which is no address of the web"),
        ("file:///etc/passwd?", "which is no address of the web"),
        ("//[", "its answer|expected a web address"),
    ],
)
def test_no_redirect_leads_from_the_registry_to_another_scheme_or_a_private_address(
    secure: Mirror, expected: tuple[IdxFile, ...], monkeypatch: pytest.MonkeyPatch, target: str, reason: str
) -> None:
    monkeypatch.setattr(addresses, "is_public", lambda address: address == "127.0.0.1")  # as if the mirror were on the internet
    secure.target = target
    with pytest.raises(DownloadError, match=reason) as raised:
        fetch_verified(expected, [Place(secure.url("elsewhere"), own=False)], PATIENT)
    assert "secret" not in str(raised.value)
    assert len(secure.requests) == 1
    secure.target = secure.url("good")
    assert fetch_verified(expected, [Place(secure.url("elsewhere"), own=False)], PATIENT)


def test_the_users_own_mirror_may_be_http_and_private_but_https_does_not_go_on_as_http(
    mirror: Mirror, secure: Mirror, expected: tuple[IdxFile, ...], idx_files: dict[str, bytes]
) -> None:
    mirror.target, secure.target = secure.url("good"), mirror.url("good")
    assert fetch_verified(expected, [Place(mirror.url("elsewhere"), own=True)], PATIENT) == idx_files
    assert "redirects to http://127.0.0.1:" in failure(expected, Place(secure.url("elsewhere"), own=True))


def test_credentials_go_to_the_server_that_the_user_named_and_to_no_other(
    mirror: Mirror, expected: tuple[IdxFile, ...], idx_files: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "netrc").write_text("default login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    other = Mirror(idx_files)
    mirror.target = other.url("good")
    named = mirror.url("elsewhere").replace("://", "://me:secret@")
    assert fetch_verified(expected, [Place(named, own=True)], PATIENT) == idx_files
    other.close()
    assert all(mirror.credentials)
    assert other.credentials == [None] * len(expected)
    assert "secret" not in failure(expected, Place(mirror.url("missing").replace("://", "://me:secret@"), own=True))


@pytest.mark.parametrize(
    "address", ["http://example.org/", "https:///mnist/", "mailto:me@example.org", "https://192.168.1.1/", "https://[::ffff:10.0.0.1]/"]
)
def test_an_address_that_the_registry_may_not_have(address: str) -> None:
    with pytest.raises(MirrorError):
        check_address(address, own=False)
