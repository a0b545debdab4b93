"""Licences as SPDX expressions."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from license_expression import (  # type: ignore[import-untyped]  # it has none
    get_spdx_licensing,
)

from apps.shared.packages.licences import licence_expression, licence_ids


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("MIT", "MIT"),
        ("mit", "MIT"),
        ("MIT License", "MIT"),
        ("The MIT License (MIT)", "MIT"),
        ("(MIT OR Apache-2.0)", "MIT OR Apache-2.0"),
        ("MIT/Apache-2.0", "MIT OR Apache-2.0"),
        ("Apache-2.0 / MIT", "Apache-2.0 OR MIT"),
        ("Apache 2.0", "Apache-2.0"),
        ("Apache License, Version 2.0", "Apache-2.0"),
        ("Apache Software License", "Apache-2.0"),
        ("Apache-2.0 WITH LLVM-exception", "Apache-2.0 WITH LLVM-exception"),
        ("BSD", "LicenseRef-BSD"),
        ("BSD 3-Clause License", "BSD-3-Clause"),
        ('BSD 3-Clause "New" or "Revised" License', "BSD-3-Clause"),
        ("3-Clause BSD License", "BSD-3-Clause"),
        ("New BSD License", "BSD-3-Clause"),
        ("BSD or Apache License, Version 2.0", "LicenseRef-BSD OR Apache-2.0"),
        ("MIT and BSD-3-Clause", "MIT AND BSD-3-Clause"),
        ("MPL 2.0", "MPL-2.0"),
        ("GPL-3.0", "GPL-3.0-only"),
        ("GPLv2+", "GPL-2.0-or-later"),
        ("ISC license", "ISC"),
        ("LicenseRef-Company", "LicenseRef-Company"),
        ("\n  MIT License\n\nCopyright (c) A. Person\n\nPermission is hereby granted", "MIT"),
    ],
)
def test_a_licence_is_read_as_people_write_it(text: str, expression: str) -> None:
    assert licence_expression(text) == expression


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   ",
        "UNKNOWN",
        "UNLICENSED",
        "SEE LICENSE IN LICENSE.md",
        "Proprietary",
        "MIT OR",
        "((MIT",
        "MIT OR my own",
        "MIT, see LICENSE",
        "GPL-2.0-or-later WITH MIT",
        "MIT\x00",
        "MIT " * 200,
        "Permission is hereby granted, free of charge, to any person",
    ],
)
def test_what_is_no_licence_stays_unknown(text: str) -> None:
    assert licence_expression(text) == ""


@pytest.mark.parametrize(
    ("classifier", "expression"),
    [
        ("License :: OSI Approved :: MIT License", "MIT"),
        ("License :: OSI Approved :: BSD License", "LicenseRef-BSD"),
        ("License :: OSI Approved :: Mozilla Public License 2.0 (MPL 2.0)", "MPL-2.0"),
        ("License :: OSI Approved :: GNU General Public License v3 (GPLv3)", "GPL-3.0-only"),
        (
            "License :: OSI Approved :: GNU Lesser General Public License v3 or later (LGPLv3+)",
            "LGPL-3.0-or-later",
        ),
        ("License :: OSI Approved :: Python Software Foundation License", "PSF-2.0"),
        ("License :: OSI Approved :: MIT No Attribution License (MIT-0)", "MIT-0"),
        ("License :: Public Domain", "LicenseRef-Public-Domain"),
        ("License :: OSI Approved", ""),
        ("License :: Other/Proprietary License", ""),
        ("Programming Language :: Rust", ""),
    ],
)
def test_a_classifier_names_a_licence(classifier: str, expression: str) -> None:
    assert licence_expression("", [classifier]) == expression


def test_a_text_is_believed_before_classifiers_and_these_all_hold() -> None:
    classifiers = [
        "License :: OSI Approved :: MIT License",
        "License :: OSI Approved :: ISC License",
    ]
    assert licence_expression("Apache-2.0", classifiers) == "Apache-2.0"
    assert licence_expression("something", classifiers) == "MIT AND ISC"


def test_the_identifiers_of_an_expression() -> None:
    expression = "(MIT OR Apache-2.0 WITH LLVM-exception) AND MIT"
    assert licence_ids(expression) == ("Apache-2.0", "LLVM-exception", "MIT")
    assert licence_ids("") == ()


@given(
    st.lists(
        st.sampled_from(
            ["MIT", "BSD", "Apache 2.0", "gplv3+", "or", "AND", "/", ",", "(", ")", "with", "&"]
        ),
        max_size=8,
    ).map(" ".join)
    | st.text(max_size=60)
)
def test_what_comes_out_is_always_an_expression_that_stays_itself(text: str) -> None:
    expression = licence_expression(text)
    assert licence_expression(expression) == expression
    parsed = get_spdx_licensing().parse(expression, strict=True) if expression else None
    known = licence_ids(expression)
    assert (parsed is not None) == bool(known)
