"""Code bases in which all that a program says by itself carries a mark, to be looked for outside.

Names of files, folders, functions, variables, attributes, arguments, settings, marks; literals,
comments, documentation; addresses, hosts, paths, numbers; packages of its own and of its owner.
"""

from __future__ import annotations

import json
import random

MARK = "qzmark"
NAME = "nxmark-project"
"""What the code base itself is called; it has no word of the other names."""
NUMBER = "73190468"
EXCLUDED = (f"{MARK}-*", f"@{MARK}/*", f"com.{MARK}*", f"*/{MARK}/*")
SECRET = "ghp_qzmarkA1b2C3d4E5f6G7h8I9j0K1l2M3n4"

_PYTHON = '''"""Documentation of {n} by {n}@qzmark.example.com, see https://qzmark.example.com/{n}."""
# a comment of {n}: /srv/qzmark/{n}/secret.txt
import argparse
import ctypes
import json
import logging
import os
import sqlite3
import threading
from collections import namedtuple
from types import SimpleNamespace
from unittest.mock import Mock

import flask
import pytest
import requests
import qzmark_client
import qzmark_git
import qzmark_local
from django.conf import settings
from django.db import models
from sqlalchemy import func

from app_qzmark.base import QzmarkBase

logger = logging.getLogger("qzmark.{n}")
QZMARK_URL_{N} = "https://user:{secret}@qzmark.example.com/{number}"
QzmarkPoint = namedtuple("QzmarkPoint", "qzmark_x qzmark_y")
qzmark_state = threading.local()


class Qzmark{n}(QzmarkBase, models.Model):
    """Documentation of the class {n}."""

    qzmark_field_{n} = models.CharField(max_length={number}, db_column="qzmark_{n}")

    def qzmark_save(self, qzmark_argument):
        """Save {n}."""
        self.qzmark_count = settings.QZMARK_LIMIT
        qzmark_state.qzmark_user = flask.g.qzmark_user
        super().qzmark_save(qzmark_argument)
        return self.objects.qzmark_filter(qzmark_field_{n}=settings.QZMARK_DEFAULT)


def qzmark_load_{n}(qzmark_path):
    """Read {n}."""
    try:
        with open(qzmark_path, encoding="qzmark-8") as qzmark_stream:
            qzmark_data = json.load(qzmark_stream)
            return qzmark_data["qzmark_key"], qzmark_data.get("qzmark_other", {number})
    except OSError as qzmark_error:
        logger.warning("qzmark cannot read %s", qzmark_path, extra={{"qzmark_extra": {number}}})
        raise QzmarkFailure("qzmark {n}") from qzmark_error


def qzmark_store_{n}(qzmark_rows):
    qzmark_connection = sqlite3.connect("/srv/qzmark/{n}.db")
    qzmark_cursor = qzmark_connection.cursor()
    qzmark_cursor.executemany("INSERT INTO qzmark_{n} VALUES (?)", qzmark_rows)
    qzmark_connection.commit()
    qzmark_connection.close()


def qzmark_call_{n}():
    qzmark_parser = argparse.ArgumentParser(description="qzmark")
    qzmark_parser.add_argument("--qzmark-option")
    qzmark_options = qzmark_parser.parse_args()
    qzmark_library = ctypes.CDLL("libqzmark.so")
    qzmark_library.qzmark_open(qzmark_options.qzmark_option)
    qzmark_client.connect(os.environ["QZMARK_TOKEN"]).qzmark_charge({number})
    qzmark_git.qzmark_push()
    qzmark_local.qzmark_run()
    requests.post(QZMARK_URL_{N}, json={{"qzmark": SimpleNamespace().qzmark_value}})
    return func.qzmark_procedure(Mock().qzmark_method())


@pytest.mark.qzmark_slow
@pytest.mark.parametrize("qzmark_value", ["qzmark", {number}])
def test_qzmark_{n}(qzmark_value):
    assert qzmark_load_{n}(qzmark_value) == settings.QZMARK_EXPECTED
    assert settings.DEBUG
'''
_JAVASCRIPT = """// a comment of {n}: /srv/qzmark/{n}/secret.txt, {n}@qzmark.example.com
import {{ qzmarkHelper }} from './qzmark/{n}';
import {{ QzmarkClient }} from '@qzmark/client';
import axios from 'axios';
const fs = require('fs');

/** Documentation of {n}. */
export class Qzmark{n} extends QzmarkBase {{
  qzmarkLoad(qzmarkPath) {{
    const qzmarkText = fs.readFileSync(qzmarkPath, 'qzmark-8');
    const qzmarkData = JSON.parse(qzmarkText);
    window.qzmarkState = qzmarkData.qzmarkKey;
    globalThis.qzmarkGlobal = process.env.QZMARK_TOKEN;
    return qzmarkData['qzmarkOther'] || {number};
  }}

  async qzmarkSend(qzmarkBody) {{
    try {{
      const qzmarkAnswer = await axios.post('https://qzmark.example.com/{n}', qzmarkBody, {{
        headers: {{ 'X-Qzmark': process.env.QZMARK_TOKEN, Authorization: '{secret}' }},
      }});
      new QzmarkClient().qzmarkCharge({number});
      return qzmarkAnswer.data.qzmarkResult;
    }} catch (qzmarkError) {{
      console.error('qzmark {n}', qzmarkError);
      throw new QzmarkError(`qzmark ${{qzmarkError}}`);
    }}
  }}
}}

module.exports.qzmarkExport = function qzmarkExport_{n}() {{
  document.querySelector('#qzmark').addEventListener('qzmark', () => qzmarkHelper({number}));
}};
"""
_GO = """// Package qzmark{n} is documented by {n}@qzmark.example.com.
package qzmark{n}

import (
	"encoding/json"
	"fmt"
	"os"

	"git.qzmark.example.com/team/client"
	"github.com/qzmark/internal"
	"github.com/pkg/errors"
)

// QzmarkLoad reads /srv/qzmark/{n}.
func QzmarkLoad{n}(qzmarkPath string) (*QzmarkConfig, error) {{
	qzmarkFile, err := os.Open(qzmarkPath)
	if err != nil {{
		return nil, errors.Wrap(err, "qzmark {n}")
	}}
	defer qzmarkFile.Close()
	var qzmarkConfig QzmarkConfig
	if err := json.NewDecoder(qzmarkFile).Decode(&qzmarkConfig); err != nil {{
		return nil, fmt.Errorf("qzmark %w", err)
	}}
	client.QzmarkCharge({number})
	internal.QzmarkPush(os.Getenv("QZMARK_TOKEN"))
	return &qzmarkConfig, nil
}}
"""
_JAVA = """package com.qzmark.app{n};

import com.qzmark.client.QzmarkClient;
import java.util.ArrayList;
import java.util.List;

/** Documentation of {n}. */
public class Qzmark{n} extends QzmarkBase {{
    private static final String QZMARK_URL = "https://qzmark.example.com/{n}";

    public List<QzmarkItem> qzmarkLoad(String qzmarkPath) {{
        List<QzmarkItem> qzmarkItems = new ArrayList<>();
        for (String qzmarkLine : QzmarkFiles.read(qzmarkPath)) {{
            qzmarkItems.add(new QzmarkItem(qzmarkLine.trim(), {number}));
        }}
        System.out.println("qzmark " + qzmarkItems.size());
        QzmarkClient.qzmarkCharge(System.getenv("QZMARK_TOKEN"));
        return qzmarkItems;
    }}
}}
"""
_RUST = """//! Documentation of {n}.
use qzmark_client::QzmarkClient;
use serde_json::Value;
use std::fs::File;

/// Reads /srv/qzmark/{n}.
pub fn qzmark_load_{n}(qzmark_path: &str) -> Result<Value, QzmarkError> {{
    let qzmark_file = File::open(qzmark_path).map_err(|qzmark_e| QzmarkError::Io(qzmark_e))?;
    let qzmark_value: Value = serde_json::from_reader(qzmark_file)?;
    println!("qzmark {{}}", qzmark_value["qzmark_key"]);
    QzmarkClient::new(std::env::var("QZMARK_TOKEN").unwrap()).qzmark_charge({number});
    Ok(qzmark_value)
}}
"""
_RUBY = """# a comment of {n}
require 'json'
require 'qzmark_client'

class Qzmark{n} < QzmarkBase
  QZMARK_URL = 'https://qzmark.example.com/{n}'

  def qzmark_load(qzmark_path)
    qzmark_text = File.read(qzmark_path)
    qzmark_data = JSON.parse(qzmark_text)
    @qzmark_state = Rails.configuration.qzmark_limit
    QzmarkClient.new(ENV['QZMARK_TOKEN']).qzmark_charge({number})
    qzmark_data['qzmark_key']
  rescue StandardError => qzmark_error
    raise QzmarkFailure, "qzmark #{{qzmark_error}}"
  end
end
"""
_SOURCES = {
    "app_qzmark/qzmark_{n}.py": _PYTHON,
    "qzmark_web/qzmark{n}.js": _JAVASCRIPT,
    "qzmark_web/qzmark{n}.ts": _JAVASCRIPT,
    "qzmark_go/qzmark{n}.go": _GO,
    "src/main/java/com/qzmark/Qzmark{n}.java": _JAVA,
    "qzmark_rust/src/qzmark_{n}.rs": _RUST,
    "lib/qzmark_{n}.rb": _RUBY,
}
_REQUIREMENTS = f"""--index-url https://{MARK}:{SECRET}@pypi.{MARK}.example.com/simple
--extra-index-url https://pypi.{MARK}.example.com/simple
Django>=5.1,<6
flask==3.1.0+{MARK}.1
pytest
requests==2.31.0
sqlalchemy
{MARK}-client==1.2.3
{MARK}-git @ git+ssh://git@git.{MARK}.example.com/team/{MARK}-git.git@{MARK}-branch
-e git+https://git.{MARK}.example.com/team/other.git#egg=other-{MARK}
"""
_PYPROJECT = f"""
[project]
name = "plain-app"
version = "1.0"
authors = [{{name = "{MARK} Person", email = "person@{MARK}.example.com"}}]
dependencies = ["httpx>=0.27; python_version >= '3.9'"]

[project.optional-dependencies]
{MARK}-group = ["rich>=13"]

[tool.poetry.dependencies]
{MARK}-local = {{path = "../{MARK}-local"}}
"""
_PACKAGE = {
    "name": "plain-web",
    "workspaces": [f"packages/{MARK}"],
    "author": f"{MARK} <person@{MARK}.example.com>",
    "dependencies": {
        "axios": "^1.7.0",
        "lodash": f"git+ssh://git@git.{MARK}.example.com/lodash.git",
        "react": f"npm:@{MARK}/react@18",
        f"@{MARK}/client": "^1.0.0",
        f"{MARK}-tarball": f"https://npm.{MARK}.example.com/{MARK}.tgz",
        f"{MARK}-file": f"file:../{MARK}",
        "express": f"4.0.0-{MARK}.1",
    },
    "devDependencies": {"typescript": "~5.6.0"},
}
_GO_MOD = f"""module plain/app

go 1.22

require (
	git.{MARK}.example.com/team/client v1.0.0
	github.com/pkg/errors v0.9.1
	github.com/{MARK}/internal v0.0.0-20240101000000-0123456789ab
)
"""
_CARGO = f"""[package]
name = "plain-rust"
version = "0.1.0"

[dependencies]
serde_json = "1.0"
{MARK}-client = {{ git = "https://git.{MARK}.example.com/client.git" }}
"""
_GEMFILE = f"""source 'https://gems.{MARK}.example.com'
gem 'rails', '~> 7.1'
gem '{MARK}_client', git: 'https://git.{MARK}.example.com/client.git'
"""


def marked_tree(files: int, *, seed: int) -> dict[str, str]:
    """A code base of so many files a language; ``seed`` says which names they share.

    Some names are the same in all files, so that they are frequent enough to be mined, others
    differ from file to file, so that what stays the same is seen.
    """
    choose = random.Random(seed)
    tree = {
        "requirements.txt": _REQUIREMENTS,
        "pyproject.toml": _PYPROJECT,
        "package.json": json.dumps(_PACKAGE),
        "go.mod": _GO_MOD,
        "Cargo.toml": _CARGO,
        "Gemfile": _GEMFILE,
        "app_qzmark/__init__.py": "",
        f"{MARK}/.env": f"TOKEN={SECRET}\nQZMARK_PASSWORD=hunter2{MARK}\n",
    }
    for path, text in _SOURCES.items():
        for number in range(files):
            name = f"a{number}" if choose.random() < 0.7 else f"same{choose.randrange(3)}"
            filled = text.format(n=name, N=name.upper(), number=NUMBER, secret=SECRET)
            tree[path.format(n=f"{number}_{name}")] = filled
    return tree
