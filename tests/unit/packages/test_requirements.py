"""What requirements allow, by the examples that each ecosystem's own documentation gives."""

from __future__ import annotations

import pytest

from apps.shared.packages.versions import allows

NPM = """
1.2.3           1.2.3                          | 1.2.4 1.2.2
=1.2.3          1.2.3                          | 1.2.4
>=1.2.7 <1.3.0  1.2.7 1.2.8 1.2.99             | 1.2.6 1.3.0 1.1.0
1.2.7 || >=1.2.9 <2.0.0  1.2.7 1.2.9 1.4.6     | 1.2.8 2.0.0
>1.2.3-alpha.3  1.2.3-alpha.7 3.4.5            | 3.4.5-alpha.9
1.2.3 - 2.3.4   1.2.3 2.3.4                    | 2.3.5 1.2.2
1.2 - 2.3.4     1.2.0                          | 1.1.9
1.2.3 - 2.3     2.3.9                          | 2.4.0
1.2.3 - 2       2.9.9                          | 3.0.0 3.0.0-0
*               0.0.0 9.9.9                    | 1.0.0-a
1.x             1.0.0 1.9.9                    | 2.0.0 2.0.0-a
1.2.x           1.2.9                          | 1.3.0
~1.2.3          1.2.3 1.2.9                    | 1.3.0 1.2.2
~1.2            1.2.0 1.2.9                    | 1.3.0
~1              1.9.9                          | 2.0.0
~0.2.3          0.2.9                          | 0.3.0
~1.2.3-beta.2   1.2.3-beta.4 1.2.4             | 1.2.4-beta.2 1.2.3-beta.1
^1.2.3          1.2.3 1.9.9                    | 2.0.0 2.0.0-0 1.2.2
^0.2.3          0.2.3 0.2.9                    | 0.3.0
^0.0.3          0.0.3                          | 0.0.4
^1.2.3-beta.2   1.2.3-beta.4 1.2.3 1.9.9       | 1.2.4-beta.2 2.0.0
^0.0.3-beta     0.0.3-pr.2 0.0.3               | 0.0.4
^1.2.x          1.2.0 1.9.0                    | 2.0.0
^0.0.x          0.0.9                          | 0.1.0
^0.0            0.0.1                          | 0.1.0
^1.x            1.0.0                          | 2.0.0
^0.x            0.9.0                          | 1.0.0
>1.2            1.3.0                          | 1.2.9
<=1.2           1.2.9                          | 1.3.0
<1.2            1.1.9                          | 1.2.0 1.2.0-a
>= 1.0.0        1.0.0                          | 0.9.0
v1.2.3          1.2.3                          | 1.2.4
"""
CARGO = """
1.2.3           1.2.3 1.9.0                    | 2.0.0 1.2.2
1.2             1.2.0 1.9.0                    | 2.0.0 1.1.0
1               1.0.0                          | 2.0.0
0.2.3           0.2.3 0.2.9                    | 0.3.0
0.2             0.2.0                          | 0.3.0
0.0.3           0.0.3                          | 0.0.4
0.0             0.0.9                          | 0.1.0
0               0.9.0                          | 1.0.0
^1.2.3          1.9.0                          | 2.0.0
~1.2.3          1.2.9                          | 1.3.0
~1.2            1.2.9                          | 1.3.0
~1              1.9.0                          | 2.0.0
*               3.0.0                          | 3.0.0-alpha
1.*             1.9.0                          | 2.0.0
1.2.*           1.2.9                          | 1.3.0
>= 1.2.0        1.2.0 2.0.0                    | 1.1.0
> 1             2.0.0                          | 1.9.0
< 2             1.9.0                          | 2.0.0
= 1.2.3         1.2.3 1.2.3+build              | 1.2.4
=1.2            1.2.9                          | 1.3.0
>= 1.2, < 1.5   1.4.0                          | 1.5.0
1.0.0-rc.1      1.0.0-rc.2 1.0.0 1.1.0         | 1.1.0-rc.1 2.0.0
"""
HEX = """
2.0.0           2.0.0                          | 2.0.1
== 2.0.0        2.0.0                          | 2.0.1
!= 2.0.0        2.0.1                          | 2.0.0
> 2.0.0         2.0.1                          | 2.0.0 2.1.0-rc.0
>= 2.0.0 and < 2.1.0  2.0.0 2.0.9              | 2.1.0
~> 2.0.0        2.0.9                          | 2.1.0
~> 2.1.2        2.1.3                          | 2.2.0 2.1.1
~> 2.1.3-dev    2.1.3-dev 2.1.3 2.1.9          | 2.2.0 2.2.0-rc.0
~> 2.0          2.9.0                          | 3.0.0
~> 2.1          2.1.0 2.9.0                    | 3.0.0 2.0.9 3.0.0-rc.0
~> 1.0 or ~> 2.0  1.5.0 2.5.0                  | 3.0.0
"""
PYPI = """
~=2.2           2.2 2.9                        | 3.0 2.1
~=1.4.5         1.4.9                          | 1.5.0
~=2.2.post3     2.3                            | 2.2 3.0
==1.1.*         1.1 1.1.9 1.1.post1            | 1.2
==1.1           1.1 1.1.0                      | 1.1.post1 1.1a1
!=1.1.*         1.2                            | 1.1.9
>1.7            1.7.1 1.8                      | 1.7 1.7.0.post1
>=1.0,!=1.3.4.*,<2.0  1.3.5                    | 1.3.4.1 2.0
>=2.0b1         2.0b2 2.0                      | 2.0a1
===1.0+local    1.0+local                      | 1.0
^1.2.3          1.2.3 1.9                      | 2.0 2.0a1
^0.2.3          0.2.9                          | 0.3
^0.0.3          0.0.3                          | 0.0.4
^0.0            0.0.9                          | 0.1
~1.2            1.2.9                          | 1.3
~1              1.9                            | 2.0
1.*             1.9                            | 2.0
^1.0 || ^2.0    2.5                            | 3.0
*               3.0                            | 3.0a1
>=1.2 <2        1.9                            | 2.0
"""
GEM = """
~> 2.2          2.2 2.9                        | 3.0 2.1
~> 2.2.0        2.2.9                          | 2.3.0
~> 3.0.3        3.0.9                          | 3.1 3.0.2
~> 1.a          1.b 1.9                        | 2.0
>= 1, < 3       2.9                            | 3.0 2.0.rc1
>= 2.0.a        2.0.rc1 2.0                    | 1.9
1.0             1.0.0                          | 1.0.1
!= 1.0          1.1                            | 1.0
"""
MAVEN = """
1.0             1.0 1                          | 1.1
[1.0]           1.0                            | 1.1
(,1.0]          0.9 1.0                        | 1.1
[1.2,1.3]       1.2 1.3                        | 1.4
[1.0,2.0)       1.5                            | 2.0
[1.5,)          1.5 9                          | 1.4
(,1.0],[1.2,)   0.9 1.2                        | 1.1
(,1.1),(1.1,)   1.0 1.2                        | 1.1
1.+             1.5                            | 2.0
[1.7, 1.8[      1.7                            | 1.8
latest.release  3.0                            | 3.0-SNAPSHOT
"""
COMPOSER = """
1.0.2           1.0.2                          | 1.0.3
>=1.0 <1.1 || >=1.2  1.0.5 1.3.0               | 1.1.0
>=1.0,<1.1      1.0.5                          | 1.1.0
1.0 - 2.0       2.0.5                          | 2.1.0
1.0.0 - 2.1.0   2.1.0                          | 2.1.1
1.0.*           1.0.9                          | 1.1.0
~1.2            1.9.0                          | 2.0.0
~1.2.3          1.2.9                          | 1.3.0
^1.2.3          v1.9.0                         | 2.0.0
^0.3            0.3.9                          | 0.4.0
^1.0@beta       1.0.0                          | 2.0.0
"""
GOLANG = """
v1.2.3          v1.2.3 v1.9.0                  | v1.2.2 v2.0.0+incompatible
"""
TABLES = {
    "npm": NPM,
    "cargo": CARGO,
    "hex": HEX,
    "pypi": PYPI,
    "gem": GEM,
    "maven": MAVEN,
    "composer": COMPOSER,
    "golang": GOLANG,
}


def _cases() -> list[tuple[str, str, str, bool]]:
    """Ecosystem, requirement, version, and whether it is allowed."""
    cases = []
    for ecosystem, table in TABLES.items():
        for line in table.strip().splitlines():
            left, _, outside = line.rpartition("|")
            requirement, _, inside = left.strip().rpartition("  ")
            cases += [(ecosystem, requirement.strip(), one, True) for one in inside.split()]
            cases += [(ecosystem, requirement.strip(), one, False) for one in outside.split()]
    return cases


@pytest.mark.parametrize(("ecosystem", "requirement", "version", "allowed"), _cases())
def test_a_requirement_allows_what_its_documentation_says(
    ecosystem: str, requirement: str, version: str, allowed: bool
) -> None:
    assert allows(ecosystem, requirement, version) is allowed


@pytest.mark.parametrize(
    ("ecosystem", "requirement"),
    [
        ("npm", "git+ssh://host/a.git"),
        ("npm", "workspace:*"),
        ("npm", "next"),
        ("npm", "file:../a"),
        ("cargo", "branch main"),
        ("cargo", ">= one"),
        ("hex", "github: a/b"),
        ("pypi", "@ file:///a.whl"),
        ("pypi", ">=one"),
        ("gem", "~> main"),
        ("maven", "[1.0"),
        ("composer", "dev-main"),
        ("golang", "main"),
        ("swift", "from 1.0"),
    ],
)
def test_a_requirement_that_is_none_is_not_understood(ecosystem: str, requirement: str) -> None:
    assert allows(ecosystem, requirement, "1.0.0") is None


def test_a_version_that_is_none_is_not_understood() -> None:
    assert allows("npm", "*", "latest") is None
    assert allows("pypi", "", "2004d") is None


@pytest.mark.parametrize("ecosystem", ["npm", "cargo", "hex", "pypi", "gem", "maven"])
def test_no_requirement_allows_every_release(ecosystem: str) -> None:
    assert allows(ecosystem, "", "0.0.1") is True
