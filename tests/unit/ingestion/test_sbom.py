"""What code bases are made of, by command, over REST and from their pages."""

from __future__ import annotations

import json
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator
from django.conf import settings
from django.core.management import CommandError, call_command
from django.test import Client

from apps.shared.access.roles import Role
from apps.singularity.ingestion.models import Codebase
from apps.singularity.ingestion.services import codebase_ingest, codebase_open
from tests.common.people import person
from tests.common.trees import write_tree

pytestmark = pytest.mark.django_db

SHOP = {
    "package.json": '{"name": "shop", "dependencies": {"left-pad": "^1.0.0"},'
    ' "devDependencies": {"@types/node": "*"}}',
    "package-lock.json": json.dumps(
        {
            "name": "shop",
            "lockfileVersion": 3,
            "packages": {
                "": {"name": "shop"},
                "node_modules/left-pad": {"version": "1.3.0"},
                "node_modules/deep": {"version": "2.0.0"},
                "node_modules/left-pad/node_modules/deep": {"version": "1.0.0"},
            },
        }
    ),
    "go.mod": "module example.org/shop\n\ngo 1.22\n\nrequire github.com/a/b v1.2.3\n",
    "main.py": "print(1)\n",
}
BARE = {"main.py": "print(1)\n"}


def ingested(folder: Path, files: dict[str, str]) -> Codebase:
    codebase = codebase_open(instance=settings.INSTANCE_ID, path=write_tree(folder, files))
    codebase_ingest(codebase=codebase)
    return codebase


@pytest.fixture
def shop(tmp_path: Path) -> Codebase:
    return ingested(tmp_path / "shop", SHOP)


def said(*arguments: Any) -> tuple[str, str]:
    out, err = StringIO(), StringIO()
    call_command("sbom", *arguments, stdout=out, stderr=err)
    return out.getvalue(), err.getvalue()


def checked(text: str) -> dict[str, Any]:
    assert JsonStrictValidator(SchemaVersion.V1_6).validate_str(text) is None
    made: dict[str, Any] = json.loads(text)
    return made


def versions(made: dict[str, Any]) -> set[str]:
    return {one["purl"] for one in made["components"]}


def test_manifests_and_lock_files_are_one_bill(shop: Codebase) -> None:
    made = checked(said()[0])
    assert made["metadata"]["component"]["name"] == settings.INSTANCE_ID
    assert versions(made) == {
        "pkg:golang/github.com/a/b",
        "pkg:npm/%40types/node",
        "pkg:npm/deep@1.0.0",
        "pkg:npm/deep@2.0.0",
        "pkg:npm/left-pad@1.3.0",
    }
    found = {one["purl"]: one for one in made["components"]}
    types = found["pkg:npm/%40types/node"]
    assert (types["scope"], "version" in types) == ("optional", False)
    padding = [(one["name"], one["value"]) for one in found["pkg:npm/left-pad@1.3.0"]["properties"]]
    assert ("singularity:version", "pinned") in padding
    assert ("singularity:requirement", "^1.0.0") in padding


def test_one_code_base_by_name(shop: Codebase, tmp_path: Path) -> None:
    ingested(tmp_path / "other", {"requirements.txt": "django==5.2\n"})
    assert "pkg:pypi/django" not in said("shop")[0]
    assert "pkg:pypi/django" in said()[0]
    assert checked(said("shop")[0])["metadata"]["component"]["name"] == "shop"
    with pytest.raises(CommandError, match="no code base is called 'shap'; known: other, shop"):
        said("shap")


def test_a_file_is_replaced_whole_or_not_at_all(shop: Codebase, tmp_path: Path) -> None:
    file = tmp_path / "shop.cdx.json"
    file.write_text("before")
    assert said("--output", file)[0].strip() == f"Written to {file}."
    checked(file.read_text())
    assert [one.name for one in tmp_path.iterdir()].count("shop.cdx.json") == 1
    with pytest.raises(CommandError, match="cannot be written: No such file or directory"):
        said("--output", tmp_path / "missing" / "shop.json")


def test_where_nothing_is_declared_the_bill_says_so(tmp_path: Path) -> None:
    made, told = said()
    assert "components" not in checked(made)
    assert "It has no component" in told
    bare = ingested(tmp_path / "bare", BARE)
    assert "It has no component" in said(bare.name)[1]


def test_over_rest_it_is_a_file_of_this_instance_alone(shop: Codebase, client: Client) -> None:
    address = f"/api/v1/codebases/{shop.pk}/sbom"
    assert client.get(address).status_code == 401
    client.force_login(person(Role.VIEWER))
    for accepted in ("*/*", "application/json", "application/vnd.cyclonedx+json"):
        response = client.get(address, headers={"accept": accepted})
        assert response["Content-Type"].startswith("application/vnd.cyclonedx+json")
        assert response["Content-Disposition"] == 'attachment; filename="shop.cdx.json"'
        assert "pkg:npm/left-pad@1.3.0" in versions(checked(response.content.decode()))
    Codebase.objects.filter(pk=shop.pk).update(instance="theirs")
    assert client.get(address).status_code == 404


def test_the_page_of_a_code_base_leads_to_it(shop: Codebase, admin_client: Client) -> None:
    html = admin_client.get(f"/admin/ingestion/codebase/{shop.pk}/change/").content.decode()
    assert f'href="/api/v1/codebases/{shop.pk}/sbom"' in html
