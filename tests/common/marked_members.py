"""Members with a mark that programs make up below objects of libraries, in several languages."""

from __future__ import annotations

_PYTHON = """import enum
import json
import logging
import threading

import flask
from absl import flags
from tornado.options import options

FLAGS = flags.FLAGS
QzmarkColor_{n} = enum.Enum("QzmarkColor", "QZMARK_RED")


def rate_{n}(model_{n}):
    model_{n}.train(FLAGS.qzmark_rate)
    return options.qzmark_port


def audit_{n}(value_{n}):
    logger_{n} = logging.getLogger("qzmark")
    logger_{n}.qzmark_audit(value_{n})
    threading.current_thread().qzmark_user = value_{n}


def tenant_{n}(path_{n}):
    with open(path_{n}) as stream_{n}:
        flask.request.qzmark_tenant = json.load(stream_{n})
    return flask.current_app.qzmark_pool
"""
_TYPESCRIPT = """import {{ ethers }} from 'ethers';
import {{ useContext }} from 'react';
import $ from 'jquery';
import {{ expect }} from 'vitest';

export class Store{n} extends Base{n} {{
  save{n}(amount{n}: number) {{
    super.qzmarkSave(amount{n});
    const failure{n} = new Error('qzmark');
    failure{n}.qzmarkCode = amount{n};
    localStorage.qzmarkToken = amount{n};
    throw failure{n};
  }}
}}

export async function mint{n}(to{n}: string) {{
  const contract{n} = new ethers.Contract(to{n}, []);
  await contract{n}.qzmarkMint(to{n});
  const login{n} = useContext(Login{n});
  login{n}.qzmarkLogin(to{n});
  $('#x').qzmarkSlide(to{n});
  expect(to{n}).toBeQzmark();
}}
"""
_RUBY = """class Job{n}
  def run_{n}(text_{n})
    key_{n} = Rails.application.credentials.qzmark_key
    path_{n} = Rails.application.routes.url_helpers.qzmark_path(text_{n})
    value_{n} = JSON.parse(text_{n}).qzmark_value
    puts key_{n}, path_{n}, value_{n}
  end
end
"""
_PHP = """<?php
function read_{n}($text_{n}) {{
    $data_{n} = json_decode($text_{n});
    echo $data_{n}->qzmark_key;
    return array_pop($data_{n})->qzmark_price;
}}
"""
_SWIFT = """import Foundation

func read{n}(data{n}: Data) throws -> String {{
    let config{n} = try JSONDecoder().decode(Config{n}.self, from: data{n})
    NotificationCenter.default.post(name: Notification.Name.qzmarkPaid, object: nil)
    return config{n}.qzmarkToken
}}
"""
_SOURCES = {
    "app/part_{n}.py": _PYTHON,
    "web/part{n}.ts": _TYPESCRIPT,
    "jobs/part_{n}.rb": _RUBY,
    "php/part_{n}.php": _PHP,
    "ios/Part{n}.swift": _SWIFT,
}
_MANIFESTS = {
    "requirements.txt": "absl-py\nflask\ntornado\n",
    "Gemfile": "source 'https://rubygems.org'\ngem 'rails', '~> 7.1'\n",
    "package.json": (
        '{"name": "plain-web", "dependencies": {"ethers": "^6.0.0", "jquery": "^3.7.0",'
        ' "react": "^18.0.0", "vitest": "^2.0.0"}}'
    ),
}


def marked_members_tree(files: int) -> dict[str, str]:
    """So many files a language that differ in the names of their variables alone."""
    return _MANIFESTS | {
        path.format(n=number): text.format(n=number)
        for path, text in _SOURCES.items()
        for number in range(files)
    }
