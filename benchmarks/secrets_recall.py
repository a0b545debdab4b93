"""Recall of the secret scrubber on planted secrets, false positives and speed on clean code.

Run `python -m benchmarks.secrets_recall [FOLDER ...]`; without a folder, clean code is the
standard library. Values are assembled at run time: this file holds no secret itself.
"""

import json
import random
import string
import sys
import sysconfig
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from apps.singularity.ingestion.engine.secrets import Scrubber
from apps.singularity.ingestion.engine.source import Source, read_source
from apps.singularity.ingestion.engine.walk import Found, Limits, walk

LOWER, UPPER, DIGITS = string.ascii_lowercase, string.ascii_uppercase, string.digits
ALNUM = LOWER + UPPER + DIGITS
HEX = DIGITS + "abcdef"
REPEATS = 10

Random = random.Random
Plant = Callable[[Random], tuple[str, str]]


def pick(rng: Random, alphabet: str, length: int) -> str:
    """Random characters, at least one digit where the alphabet has some."""
    value = "".join(rng.choices(alphabet, k=length))
    return (
        value
        if not set(alphabet) & set(DIGITS) or set(value) & set(DIGITS)
        else pick(rng, alphabet, length)
    )


def prefixed(template: str, prefix: str, alphabet: str, length: int) -> Plant:
    """A kind whose value starts with `prefix`, put into `template` at %s."""

    def plant(rng: Random) -> tuple[str, str]:
        value = prefix + pick(rng, alphabet, length)
        return template % value, value

    return plant


def pem(kind: str) -> Plant:
    """A private key block of 12 lines."""

    def plant(rng: Random) -> tuple[str, str]:
        body = [pick(rng, ALNUM + "+/", 64) for _ in range(12)]
        dashes = "-" * 5
        lines = [f"{dashes}BEGIN {kind}{dashes}", *body, f"{dashes}END {kind}{dashes}"]
        return "\n".join(lines), body[rng.randrange(12)]

    return plant


def slack(rng: Random) -> tuple[str, str]:
    """A bot token: two numbers and a random part."""
    parts = [pick(rng, DIGITS, 12), pick(rng, DIGITS, 13), pick(rng, ALNUM, 24)]
    value = "-".join(["xox" + "b", *parts])
    return f'slack = "{value}"', value


def jwt(rng: Random) -> tuple[str, str]:
    """Three base64url parts."""
    value = ".".join(["eyJ" + pick(rng, ALNUM, n) for n in (33, 60)] + [pick(rng, ALNUM, 43)])
    return f"session: {value}", value


def gcp(rng: Random) -> tuple[str, str]:
    """A service account's key inside JSON, with escaped line ends."""
    body = "\\n".join(pick(rng, ALNUM + "+/", 64) for _ in range(8))
    dashes = "-" * 5
    head, tail = (f"{dashes}{word} PRIVATE KEY{dashes}" for word in ("BEGIN", "END"))
    return f'"private_key": "{head}\\n{body}\\n{tail}\\n"', body.split("\\n")[3]


def azure(rng: Random) -> tuple[str, str]:
    """A storage connection string."""
    value = pick(rng, ALNUM + "+/", 86) + "=="
    return f'"DefaultEndpointsProtocol=https;AccountName=acme;AccountKey={value};"', value


PLANTS: dict[str, Plant] = {
    "aws access key id alone": prefixed('AWS = "%s"', "AK" + "IA", UPPER + "234567", 16),
    "aws secret key": prefixed('aws_secret_access_key = "%s"', "", ALNUM + "+/", 40),
    "github token": prefixed("git clone with %s", "gh" + "p_", ALNUM, 36),
    "github fine-grained": prefixed('x = "%s"', "github" + "_pat_", ALNUM, 82),
    "gitlab token": prefixed('GITLAB = "%s"', "gl" + "pat-", ALNUM, 20),
    "slack bot token": slack,
    "stripe live key": prefixed('stripe.api_key = "%s"', "sk_" + "live_", ALNUM, 24),
    "google api key": prefixed("maps?key=%s&v=3", "AI" + "za", ALNUM, 35),
    "gcp service account": gcp,
    "azure storage key": azure,
    "npm token": prefixed("//npm.example.org/:_authToken=%s", "npm" + "_", ALNUM, 36),
    "sendgrid key": prefixed('SENDGRID_API_KEY = "%s"', "SG" + ".", ALNUM, 66),
    "twilio auth token": prefixed('TWILIO_AUTH_TOKEN = "%s"', "", HEX, 32),
    "json web token": jwt,
    "bearer header": prefixed('"Authorization": "Bearer %s"', "", ALNUM, 40),
    "basic header": prefixed("Authorization: Basic %s", "", ALNUM, 36),
    "rsa private key": pem("RSA PRIVATE KEY"),
    "ec private key": pem("EC PRIVATE KEY"),
    "pkcs8 private key": pem("PRIVATE KEY"),
    "openssh private key": pem("OPENSSH PRIVATE KEY"),
    "openpgp private key": pem("PGP PRIVATE KEY BLOCK"),
    "postgres url": prefixed("postgres://app:%s@db.internal:5432/app", "", ALNUM, 14),
    "mongodb url": prefixed('uri = "mongodb+srv://app:%s@c0.acme.net"', "", ALNUM, 12),
    "redis url without user": prefixed("REDIS_URL=redis://:%s@cache:6379/0", "", ALNUM, 16),
    "git url with token": prefixed("https://%s@git.acme.dev/a/b.git", "", ALNUM, 40),
    "python password": prefixed('password = "%s"', "", ALNUM + "!#%", 10),
    "weak password": prefixed('"password": "%s"', "", LOWER, 8),
    "env password": prefixed("DB_PASSWORD=%s", "", ALNUM, 9),
    "yaml password": prefixed("  password: %s", "", ALNUM + "!", 14),
    "kubernetes env value": prefixed('- name: DB_PASSWORD\n  value: "%s"', "", ALNUM, 12),
    "java property": prefixed("spring.datasource.password=%s", "", ALNUM, 12),
    "go struct field": prefixed('cfg := Config{APIKey: "%s"}', "", ALNUM, 24),
    "rust constant": prefixed('const API_TOKEN: &str = "%s";', "", ALNUM, 32),
    "php define": prefixed("define('DB_PASSWORD', '%s');", "", ALNUM, 12),
    "typescript client secret": prefixed("clientSecret: '%s',", "", ALNUM, 32),
    "django secret key": prefixed("SECRET_KEY = '%s'", "django-" + "insecure-", ALNUM + "^&*", 50),
    "xml password": prefixed("<password>%s</password>", "", ALNUM, 12),
    "url signature": prefixed("https://x.blob.core/a?sv=1&sig=%s", "", ALNUM, 43),
    "ado.net connection string": prefixed('"Server=db;User Id=sa;Password=%s;"', "", ALNUM, 12),
    "netrc": prefixed("machine api.acme.dev login me password %s", "", ALNUM, 12),
}


def recall(scrubber: Scrubber) -> dict[str, float]:
    """Share of planted values that are gone from the text, for each kind."""
    rng = Random(20)
    shares = {}
    for kind, plant in PLANTS.items():
        gone = 0
        for _ in range(REPEATS):
            text, value = plant(rng)
            gone += value not in scrubber.scrub(f"# größe\nfirst = 1\n{text}\nlast = 2\n").text
        shares[kind] = gone / REPEATS
    return shares


def clean_code(folder: Path) -> Iterator[Source]:
    """All source text below a folder."""
    for found in walk(folder):
        source = read_source(found, Limits()) if isinstance(found, Found) else None
        if isinstance(source, Source):
            yield source


def on_clean_code(scrubber: Scrubber, folder: Path) -> dict[str, object]:
    """Findings for each megabyte, and megabytes a second of one core."""
    sources = list(clean_code(folder))
    size = sum(source.size for source in sources) / 1e6
    start = time.process_time()
    findings = sum(len(scrubber.scrub(source.text).findings) for source in sources)
    seconds = time.process_time() - start
    return {
        "folder": folder.name,
        "mb": round(size, 1),
        "findings_per_mb": round(findings / size, 3),
        "mb_per_second": round(size / seconds, 1),
    }


def main() -> None:
    """Print a table for people and one JSON line for machines."""
    scrubber = Scrubber()
    shares = recall(scrubber)
    for kind, share in shares.items():
        print(f"{kind:28} {share:6.2f}")
    folders = sys.argv[1:] or [sysconfig.get_paths()["stdlib"]]
    clean = [on_clean_code(scrubber, Path(folder)) for folder in folders]
    total = sum(shares.values()) / len(shares)
    report = {"benchmark": "secrets_recall", "kinds": len(shares), "recall": round(total, 4)}
    print(json.dumps(report | {"clean": clean}))


if __name__ == "__main__":
    main()
