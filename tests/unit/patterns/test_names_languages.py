"""The same facts in every language: imports, calls by qualified names, tests, entry points."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest

from apps.singularity.ingestion.engine.languages import LANGUAGES, grammar_of
from apps.singularity.patterns.engine.facts import NameFacts
from apps.singularity.patterns.engine.names import read_names
from apps.singularity.patterns.engine.names.tables import table_of

NO_NAMES = {"html", "css", "sql", "proto"}


@dataclass(frozen=True)
class Sample:
    language: str
    text: str
    imports: list[str]
    calls: dict[str, list[str]]
    types: dict[str, tuple[str, ...]] = field(default_factory=dict)
    tests: list[str] = field(default_factory=list)
    entry: int | None = None
    path: str = "x"


SAMPLES = [
    Sample(
        "javascript",
        """import fs, { readFile as rf } from 'node:fs';
import * as path from "path";
import local from './local';
const { q, r: s } = require('m');
const fp = require('lodash').fp;
export { u } from './v';
class Store extends fs.Base {
  open(a) { this.db = fs.openSync(a); }
  close() { this.db.close(); local.x(); }
}
const f = async (a, parseInt) => {
  const h = await fs.promises.open(a);
  for (const k of h) { k.push(1); }
  parseInt(a); s(); rf(path.join(a, 'b')); fp.map({ push: 1 });
  return JSON.parse(a);
};
console.log(f);
""",
        ["node:fs", "path", "./local", "m", "lodash", "./v"],
        {
            "Store.open": ["fs.openSync"],
            "Store.close": ["fs.openSync().close"],
            "f": [
                "fs.promises.open",
                "fs.promises.open()[].push",
                "m.r",
                "fs.readFile",
                "path.join",
                "lodash.fp.map",
                "JSON.parse",
            ],
            "": ["console.log"],
        },
        {"Store": ("fs.Base",)},
    ),
    Sample(
        "typescript",
        """import type { T } from 'types';
import { Client } from '@scope/db/sub';
@Injectable()
export class A implements T<string> {
  constructor(private a: Client, b?: number) { a.connect(); new Map<string, T>().set(1, 2); }
}
function g(c: Client): void { c.query<T>('x')!.rows(); }
""",
        ["types", "@scope/db/sub"],
        {
            "A.constructor": ["@scope/db/sub.Client().connect", "Map", "Map().set"],
            "g": ["@scope/db/sub.Client().query", "@scope/db/sub.Client().query().rows"],
        },
        {"A": ("types.T",)},
    ),
    Sample(
        "tsx",
        """import React, { useState } from 'react';
export function App({ a }: P) {
  const [n, setN] = useState<number>(0);
  React.useEffect(() => { setN(1); });
  return <div onClick={() => console.log(n)}>{a}</div>;
}
""",
        ["react"],
        {"App": ["react.useState", "react.useEffect", "console.log"]},
    ),
    Sample(
        "go",
        """package main
import (
	"fmt"
	h "net/http"
	"os"
	"github.com/gin-gonic/gin/v2"
)
type Server struct {
	h.Handler
	fmt int
}
func (s *Server) Open(a string, r *h.Request) error {
	f, err := os.Open(a)
	if err != nil {
		return fmt.Errorf("open: %w", err)
	}
	defer f.Close()
	r.FormValue(a)
	func(len int) { len(1); fmt.Println(cap(f)) }(1)
	return gin.New().Run()
}
func main() { os.Exit(1) }
""",
        ["fmt", "net/http", "os", "github.com/gin-gonic/gin/v2"],
        {
            "Server.Open": [
                "os.Open",
                "fmt.Errorf",
                "os.Open().Close",
                "net/http.Request().FormValue",
                "fmt.Println",
                "cap",
                "github.com/gin-gonic/gin/v2.New",
                "github.com/gin-gonic/gin/v2.New().Run",
            ],
            "main": ["os.Exit"],
        },
        {"Server": ("net/http.Handler",)},
        entry=22,
    ),
    Sample(
        "rust",
        """use std::{fs::{self, File}, io::Read as R};
use crate::own::Thing;
mod m;
#[tokio::test]
async fn f<T: R>(a: &str, file: &mut File) -> std::io::Result<()> {
    let mut x = Vec::<u8>::new();
    let s = File::open(a)?.read(&mut x).await?;
    let t = fs::read_to_string(a).unwrap();
    t.lines();
    let t = Thing::new();
    t.lines();
    if let Some(y) = x.get(0) { println!("{}", y.len()); }
    file.sync_all()?;
    m::go(serde_json::from_str::<Value>(a)?);
    Ok(())
}
impl std::fmt::Display for Thing {}
fn main() {}
""",
        ["std", "std::fs", "std::io", "crate::own", "self::m"],
        {
            "f": [
                "Vec::new",
                "std::fs::File::open",
                "std::fs::File::open().read",
                "std::fs::read_to_string",
                "std::fs::read_to_string().unwrap",
                "std::fs::read_to_string().lines",
                "Vec::new().get",
                "println",
                "std::fs::File().sync_all",
                "serde_json::from_str",
                "Ok",
            ]
        },
        {"Thing": ("std::fmt::Display",)},
        ["f"],
        18,
    ),
    Sample(
        "java",
        """package p;
import java.util.*;
import java.io.FileReader;
import java.sql.Connection;
import static org.junit.Assert.assertEquals;
import org.junit.Test;
public class A extends ArrayList<String> implements Own {
  private Connection db;
  @Test public void f(@NotNull String a, int... b) {
    var x = new FileReader(System.in);
    x.read();
    List<String> y = List.of();
    for (String s : y) { s.trim().length(); }
    y.forEach(q -> q.foo());
    db.commit(); this.db.rollback();
    assertEquals(1, a.length());
  }
  public static void main(String[] args) { System.out.println(Integer.parseInt("1")); }
}
""",
        [
            "java.util",
            "java.io.FileReader",
            "java.sql.Connection",
            "org.junit.Assert",
            "org.junit.Test",
        ],
        {
            "A.f": [
                "java.io.FileReader",
                "java.io.FileReader().read",
                "java.util.List.of",
                "java.lang.String().trim",
                "java.lang.String().trim().length",
                "java.util.List().forEach",
                "java.sql.Connection().commit",
                "java.sql.Connection().rollback",
                "org.junit.Assert.assertEquals",
                "java.lang.String().length",
            ],
            "A.main": ["java.lang.System.out.println", "java.lang.Integer.parseInt"],
        },
        {"A": ("java.util.ArrayList", "Own")},
        ["A.f"],
        18,
    ),
    Sample(
        "kotlin",
        """import java.io.File as F
import java.util.*
import org.junit.Test
class A(private val x: F) : Closeable {
  @Test fun f(a: String): Int {
    var r = F(a).readText(); for (i in a) { println(i) }
    val u = Scanner(a); u.nextLine(); x.delete()
    list.map { it.foo(println = 1) }
    return 1
  }
}
fun main() { println("x") }
""",
        ["java.io.File", "java.util", "org.junit.Test"],
        {
            "A.f": [
                "java.io.File",
                "java.io.File().readText",
                "println",
                "java.util.Scanner",
                "java.util.Scanner().nextLine",
                "java.io.File().delete",
            ],
            "main": ["println"],
        },
        {"A": ("Closeable",)},
        ["A.f"],
        12,
    ),
    Sample(
        "csharp",
        """using System.IO;
using X = System.Text.StringBuilder;
using Xunit;
namespace N;
public class A : Stream {
  private readonly FileStream own = new FileStream("a");
  [Fact] public async Task F(string a, FileInfo info) {
    var s = new StreamReader(a); s.ReadLine();
    using var t = File.Open(a); t.Close(); info.Delete(); own.Flush();
    Console.WriteLine($"{a}"); new X().Append(File: 1);
  }
  static void Main(string[] args) {}
}
""",
        ["System.IO", "System.Text.StringBuilder", "Xunit"],
        {
            "A.F": [
                "System.IO.StreamReader",
                "System.IO.StreamReader().ReadLine",
                "System.IO.File.Open",
                "System.IO.File.Open().Close",
                "System.IO.FileInfo().Delete",
                "System.IO.FileStream().Flush",
                "System.Console.WriteLine",
                "System.Text.StringBuilder",
                "System.Text.StringBuilder().Append",
            ]
        },
        {"A": ("System.IO.Stream",)},
        ["A.F"],
        12,
    ),
    Sample(
        "scala",
        """import java.io.{File, Reader => R}
import scala.collection.mutable
class A(val x: File) extends R {
  def f(a: String): Int = {
    val z = new File("a"); z.delete(); x.exists()
    for (i <- a) println(i)
    mutable.Map.empty[Int](1)
  }
}
object M extends App {}
""",
        ["java.io", "scala.collection.mutable"],
        {
            "A.f": [
                "java.io.File",
                "java.io.File().delete",
                "java.io.File().exists",
                "println",
                "scala.collection.mutable.Map.empty",
            ]
        },
        {"A": ("java.io.Reader",), "M": ("App",)},
        entry=10,
    ),
    Sample(
        "swift",
        """import Foundation
import XCTest
class A: XCTestCase {
  let x: URL
  func testF(a b: String, _ u: URL) -> Int {
    let d = try FileManager.default.contents(atPath: b)
    for i in c { print(i) }
    let e = JSONDecoder(); e.decode(d); u.standardized(); self.x.resolve()
    return 1
  }
}
""",
        ["Foundation", "XCTest"],
        {
            "A.testF": [
                "Foundation.FileManager.default.contents",
                "print",
                "Foundation.JSONDecoder",
                "Foundation.JSONDecoder().decode",
                "Foundation.URL().standardized",
                "Foundation.URL().resolve",
            ]
        },
        {"A": ("XCTest.XCTestCase",)},
        ["A.testF"],
        path="Tests/a.swift",
    ),
    Sample(
        "ruby",
        """require 'json'
require_relative "foo"
class A < Net::HTTP
  def f(a, b = 1)
    x = File.open(a, "r")
    x.read
    File.open(a) { |g| g.each_line do |l| puts l.strip end }
    @db = Net::HTTP.new(1)
    JSON.parse x.read
  end
  def g
    format = 1
    @db.get(format)
  end
end
""",
        ["json", "./foo"],
        {
            "A.f": [
                "File.open",
                "File.open().read",
                "File.open",
                "puts",
                "Net::HTTP.new",
                "JSON.parse",
                "File.open().read",
            ],
            "A.g": ["Net::HTTP.new().get"],
        },
        {"A": ("Net::HTTP",)},
    ),
    Sample(
        "php",
        """<?php
namespace App;
use Foo\\Bar;
use Foo\\{Baz, Qux as Q};
class A extends Baz implements Q {
  public function __construct() { $this->y = new Bar(1); }
  function f(Bar $a) {
    $d = new Bar(1); $d->go(); $this->y->m(); Bar::make()->x(); strlen($a); $a->k();
    throw new \\RuntimeException(1);
  }
}
""",
        ["Foo\\Bar", "Foo"],
        {
            "A.f": [
                "Foo\\Bar",
                "Foo\\Bar().go",
                "Foo\\Bar().m",
                "Foo\\Bar::make",
                "Foo\\Bar::make().x",
                "strlen",
                "Foo\\Bar().k",
                "RuntimeException",
            ]
        },
        {"A": ("Foo\\Baz", "Foo\\Qux")},
    ),
    Sample(
        "c",
        """#include <stdio.h>
#include "u.h"
static int f(const char *a) {
  FILE *g = fopen(a, "r"); printf("%d", mine(a)); s->close(g); fclose(g);
}
static int h(int (*free)(int)) { int abs = 1; return abs(free); }
int main(void) { return f(0); }
""",
        ["<stdio.h>", '"u.h"'],
        {"f": ["fopen", "printf", "fclose"], "h": []},
        entry=7,
    ),
    Sample(
        "cpp",
        """#include <vector>
using namespace std;
using std::string;
class A : public B, std::vector<int> {
  void f(const std::string& a) {
    std::vector<int> v; v.push_back(1); auto x = std::make_unique<Foo>(1); x->go();
    a.size(); string s; s.c_str(); sort(v.begin());
  }
};
""",
        ["<vector>", "std", "std::string"],
        {
            "A.f": [
                "std::vector().push_back",
                "std::make_unique",
                "std::string().size",
                "std::string().c_str",
                "std::sort",
                "std::vector().begin",
            ]
        },
        {"A": ("B", "std::vector")},
    ),
    Sample(
        "elixir",
        """defmodule A.B do
  use GenServer
  alias Foo.Bar
  alias Foo.{Baz, Qux}
  alias X.Y, as: Z
  import Ecto.Query, only: [from: 2]
  def f(a, %{b: c}) when is_list(a) do
    x = Bar.new(a)
    a |> Enum.map(fn q -> q.id end) |> Enum.sum()
    Z.go(Baz.Deep.go(x))
    {:ok, File.read!(a), :ets.new(:a, [])}
    from(p in X, select: length(a))
  end
end
""",
        ["GenServer", "Foo.Bar", "Foo", "X.Y", "Ecto.Query"],
        {
            "A.B.f/2": [
                "is_list",
                "Foo.Bar.new",
                "Enum.map",
                "Enum.sum",
                "X.Y.go",
                "Foo.Baz.Deep.go",
                "File.read!",
                ":ets.new",
                "Ecto.Query.from",
                "length",
            ]
        },
    ),
    Sample(
        "erlang",
        """-module(a).
-import(lists, [map/2]).
f(A, [H|T]) -> X = lists:map(fun(Q) -> Q + 1 end, A), gen_server:call(X, T),
  length(A), map(A, g(H)).
x_test() -> f(1, 2).
""",
        ["lists"],
        {"f/2": ["lists:map", "gen_server:call", "length", "lists:map"], "x_test/0": []},
        tests=["x_test/0"],
    ),
    Sample(
        "lua",
        """local json = require("cjson")
function M.f(a, tostring)
  local t = io.open(a); t:read("*a")
  for i, v in ipairs(a) do print(v) end
  table.insert(a, { print = 1 }); json.decode(a); tostring(a)
end
""",
        ["cjson"],
        {
            "M.f": [
                "io.open",
                "io.open().read",
                "ipairs",
                "print",
                "table.insert",
                "cjson.decode",
            ]
        },
    ),
    Sample(
        "haskell",
        """module A where
import qualified Data.Map as M
import Data.List (sort, nub)
f x = M.insert x (sort x)
h lines = do { a <- readFile x; putStrLn (lines a) }
main = h
""",
        ["Data.Map", "Data.List"],
        {"f": ["Data.Map.insert", "Data.List.sort"], "h": ["readFile", "putStrLn"]},
        entry=6,
    ),
    Sample(
        "ocaml",
        """open Printf
module L = List
let f x y = let z = List.map (fun q -> q) x in printf "%d" (L.length z); String.concat "," y
let () = print_endline "x"
""",
        ["Printf", "List"],
        {"f": ["List.map", "Printf.printf", "List.length", "String.concat"]},
        entry=4,
    ),
    Sample("ocaml_interface", "open List\nval f : int -> string\n", ["List"], {"f": []}),
    Sample(
        "bash",
        """#!/bin/bash
source ./x.sh
f() { local a=$1; grep -q "$a" file | sed s/a/b/; echo $(date); mine 1; }
""",
        ["./x.sh"],
        {"f": ["grep", "sed", "echo", "date"]},
        entry=1,
    ),
]


def read(sample: Sample) -> NameFacts:
    return facts_of(sample.text, sample.language, sample.path)


def facts_of(text: str, language: str, path: str = "x") -> NameFacts:
    grammar = grammar_of(language)
    assert grammar is not None
    source = text.encode()
    tree = grammar.parse(source)
    assert tree is not None
    return read_names(tree.root_node, source, language=language, path=path)


samples = pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.language)


@samples
def test_imports(sample: Sample) -> None:
    assert [one.module for one in read(sample).imports] == sample.imports


@samples
def test_calls_by_qualified_names(sample: Sample) -> None:
    found = {one.symbol: [call.name for call in one.calls] for one in read(sample).functions}
    assert {symbol: found.get(symbol) for symbol in sample.calls} == sample.calls


@samples
def test_types_with_their_bases(sample: Sample) -> None:
    found = {one.symbol: one.bases for one in read(sample).types}
    assert {symbol: found.get(symbol) for symbol in sample.types} == sample.types


@samples
def test_tests_and_entry_points(sample: Sample) -> None:
    facts = read(sample)
    assert [one.symbol for one in facts.functions if one.is_test] == sample.tests
    assert facts.entry_line == sample.entry


@samples
def test_spans_are_nodes_of_the_tree(sample: Sample) -> None:
    """What resolves is a whole expression, so that whoever walks the tree meets it."""
    source = sample.text.encode()
    grammar = grammar_of(sample.language)
    tree = grammar.parse(source) if grammar else None
    assert tree is not None
    nodes, stack = set(), [tree.root_node]
    while stack:
        node = stack.pop()
        nodes.add((node.start_byte, node.end_byte))
        stack += node.children
    missing = [source[start:end] for start, end in set(read(sample).resolved) - nodes]
    assert missing == []


def test_an_import_is_told_once_wherever_it_stands() -> None:
    text = """
describe('x', () => { const a = require('a'); it('y', () => { require('b'); }); });
module.exports = require('c');
export class D { e() { return "taken from 'f'"; } }
"""
    assert [one.module for one in facts_of(text, "javascript").imports] == ["a", "b", "c"]


def test_every_grammar_with_names_has_a_table_and_a_sample() -> None:
    grammars = {name for name, language in LANGUAGES.items() if language.grammar is not None}
    tables = {name for name in grammars if table_of(name) is not None}
    assert grammars - tables == NO_NAMES
    assert {sample.language for sample in SAMPLES} == tables - {"python"}


@pytest.mark.parametrize("language", sorted(NO_NAMES))
def test_markup_and_schemas_have_no_names(language: str) -> None:
    assert facts_of("x { y: 1 }", language) == NameFacts()


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.language)
def test_node_types_are_those_of_the_grammar(sample: Sample) -> None:
    """A misspelt node type would be silently never met."""
    grammar, table = grammar_of(sample.language), table_of(sample.language)
    assert grammar is not None
    assert table is not None
    language = grammar.parser.language
    assert language is not None
    known = {language.node_kind_for_id(number) for number in range(language.node_kind_count)}
    assert table.kinds() | table.names | table.members | table.leaves <= known


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: sample.language)
@pytest.mark.parametrize("nest", ["(", "[", "{", "a(", "a.b(", "x."])
def test_no_nest_is_too_deep_and_no_file_too_broken(sample: Sample, nest: str) -> None:
    facts_of(sample.text + nest * 3_000, sample.language)
