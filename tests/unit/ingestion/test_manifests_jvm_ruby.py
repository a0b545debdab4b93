"""What Maven, Gradle and Ruby manifests declare, and that no text of any kind breaks a parser."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.singularity.ingestion.engine.manifests import is_lock, is_manifest, parse_manifest

Row = tuple[str, str, str, int | None]

POM = """<?xml version="1.0"?>
<project xmlns="http://maven.apache.org/POM/4.0.0">
  <parent>
    <groupId>org.springframework.boot</groupId>
    <artifactId>spring-boot-starter-parent</artifactId>
    <version>3.2.1</version>
  </parent>
  <groupId>com.acme</groupId>
  <artifactId>shop</artifactId>
  <properties><jackson.version>2.${minor}</jackson.version><minor>16.0</minor></properties>
  <dependencyManagement><dependencies>
    <dependency><groupId>org.junit</groupId><artifactId>junit-bom</artifactId>
      <version>5.10.1</version><type>pom</type><scope>import</scope></dependency>
    <dependency><groupId>com.google.guava</groupId><artifactId>guava</artifactId>
      <version>33.0.0-jre</version></dependency>
  </dependencies></dependencyManagement>
  <dependencies>
    <!-- <dependency><groupId>no</groupId><artifactId>no</artifactId></dependency> -->
    <dependency><groupId>com.fasterxml.jackson.core</groupId><artifactId>jackson-databind</artifactId>
      <version>${jackson.version}</version>
      <exclusions><exclusion><groupId>x</groupId><artifactId>y</artifactId></exclusion></exclusions>
    </dependency>
    <dependency><groupId>com.google.guava</groupId><artifactId>guava</artifactId></dependency>
    <dependency><groupId>${project.groupId}</groupId><artifactId>core</artifactId>
      <version>${project.version}</version></dependency>
    <dependency><groupId>a</groupId><artifactId>b</artifactId><version>${not.here}</version>
      <scope>test</scope></dependency>
    <dependency><groupId>c</groupId><artifactId>d</artifactId><scope>provided</scope></dependency>
    <dependency><groupId>e</groupId><artifactId>f</artifactId><optional>true</optional></dependency>
  </dependencies>
  <build><plugins>
    <plugin><artifactId>maven-surefire-plugin</artifactId><version>3.2.3</version></plugin>
  </plugins></build>
</project>
"""
GRADLE = """// implementation 'no:no:1'
def slf4jVersion = '2.0.9'
plugins {
    id 'java'
    id 'org.springframework.boot' version '3.2.0'
}
apply plugin: 'com.android.application'
/* dependencies { implementation 'no:no:2' } */
dependencies {
    implementation 'com.google.guava:guava:33.0.0-jre' // why
    implementation "org.slf4j:slf4j-api:${slf4jVersion}"
    implementation platform('org.junit:junit-bom:5.10.1')
    testImplementation group: 'junit', name: 'junit', version: '4.13.2'
    compileOnly('org.projectlombok:lombok') { transitive = false }
    annotationProcessor 'org.projectlombok:lombok:1.18.30'
    implementation project(':core')
    implementation libs.okhttp
    exclude group: 'x', module: 'y'
}
println 'implementation "no:no:3"'
"""
KOTLIN = """plugins {
    kotlin("jvm") version "1.9.21"
    id("io.ktor.plugin") version "2.3.7"
}
val ktor: String = "2.3.7"
dependencies {
    implementation("io.ktor:ktor-server-core:$ktor")
    testImplementation(kotlin("test"))
    runtimeOnly(group = "org.postgresql", name = "postgresql", version = "42.7.1")
}
"""
CATALOG = """[versions]
okhttp = "4.12.0"
rich = { strictly = "[1, 2)" }
[libraries]
okhttp = { module = "com.squareup.okhttp3:okhttp", version.ref = "okhttp" }
gson = "com.google.code.gson:gson:2.10.1"
moshi = { group = "com.squareup.moshi", name = "moshi", version.ref = "rich" }
[plugins]
kotlin = { id = "org.jetbrains.kotlin.jvm", version = "1.9.21" }
"""
GEMFILE = """source "https://example.org"
# gem "no"
gem "rails", "~> 7.1", ">= 7.1.2"
gem 'pg', :require => false
gem "sidekiq", group: :worker
group :development, :test do
  gem "rspec-rails"
end
group(:test) { gem "capybara", ["~> 3.0", "< 4"] }
gem "rubocop", group: [:development], require: false
gem "icons", github: "acme/icons"
gem "own", path: "engines/own"
gem computed
gem "a-#{b}"
puts <<~TEXT
  gem "no"
TEXT
if ENV["X"]
  gem "pry"
end
"""
GEMSPEC = """Gem::Specification.new do |spec|
  spec.name = "mine"
  spec.add_dependency "rack", ">= 2", "< 4"
  spec.add_runtime_dependency("thor", "~> 1.0")
  spec.add_development_dependency 'minitest'
  # spec.add_dependency "no"
  names.each { |name| spec.add_dependency name }
end
"""
GEMFILE_LOCK = """PATH
  remote: .
  specs:
    mine (0.1.0)
      rack (>= 2, < 4)

GIT
  remote: https://example.org/icons.git
  specs:
    icons (1.2.0)

GEM
  remote: https://example.org/
  specs:
    nokogiri (1.16.0-x86_64-linux)
      racc (~> 1.4)
    rack (3.0.8)

DEPENDENCIES
  mine!
  rack (3.0.8)
"""
GRADLE_LOCK = """# This is a Gradle generated file.
com.google.guava:guava:33.0.0-jre=compileClasspath,testCompileClasspath
junit:junit:4.13.2=testCompileClasspath
empty=annotationProcessor
"""

DECLARED: list[tuple[str, str, list[Row]]] = [
    (
        "pom.xml",
        POM,
        [
            ("org.springframework.boot/spring-boot-starter-parent", "3.2.1", "build", 3),
            ("org.junit/junit-bom", "5.10.1", "workspace", 12),
            ("com.google.guava/guava", "33.0.0-jre", "workspace", 14),
            ("com.fasterxml.jackson.core/jackson-databind", "2.16.0", "runtime", 19),
            ("com.google.guava/guava", "33.0.0-jre", "runtime", 23),
            ("com.acme/core", "3.2.1", "runtime", 24),
            ("a/b", "${not.here}", "test", 26),
            ("c/d", "", "peer", 28),
            ("e/f", "", "optional", 29),
            ("org.apache.maven.plugins/maven-surefire-plugin", "3.2.3", "build", 32),
        ],
    ),
    (
        "app/build.gradle",
        GRADLE,
        [
            ("com.google.guava/guava", "33.0.0-jre", "runtime", 10),
            ("org.slf4j/slf4j-api", "2.0.9", "runtime", 11),
            ("org.junit/junit-bom", "5.10.1", "runtime", 12),
            ("org.projectlombok/lombok", "", "peer", 14),
            ("org.projectlombok/lombok", "1.18.30", "build", 15),
            ("junit/junit", "4.13.2", "test", 13),
            ("com.android.application/com.android.application.gradle.plugin", "", "build", 7),
            (
                "org.springframework.boot/org.springframework.boot.gradle.plugin",
                "3.2.0",
                "build",
                5,
            ),
        ],
    ),
    (
        "build.gradle.kts",
        KOTLIN,
        [
            ("io.ktor/ktor-server-core", "2.3.7", "runtime", 7),
            ("org.postgresql/postgresql", "42.7.1", "runtime", 9),
            ("org.jetbrains.kotlin/kotlin-test", "", "test", 8),
            (
                "org.jetbrains.kotlin.jvm/org.jetbrains.kotlin.jvm.gradle.plugin",
                "1.9.21",
                "build",
                2,
            ),
            ("io.ktor.plugin/io.ktor.plugin.gradle.plugin", "2.3.7", "build", 3),
        ],
    ),
    (
        "gradle/libs.versions.toml",
        CATALOG,
        [
            ("com.squareup.okhttp3/okhttp", "4.12.0", "workspace", 5),
            ("com.google.code.gson/gson", "2.10.1", "workspace", 6),
            ("com.squareup.moshi/moshi", "[1, 2)", "workspace", 7),
            (
                "org.jetbrains.kotlin.jvm/org.jetbrains.kotlin.jvm.gradle.plugin",
                "1.9.21",
                "build",
                9,
            ),
        ],
    ),
    (
        "Gemfile",
        GEMFILE,
        [
            ("rails", "~> 7.1, >= 7.1.2", "runtime", 3),
            ("pg", "", "runtime", 4),
            ("sidekiq", "", "runtime", 5),
            ("rspec-rails", "", "dev", 7),
            ("capybara", "~> 3.0, < 4", "test", 9),
            ("rubocop", "", "dev", 10),
            ("icons", "acme/icons", "runtime", 11),
            ("own", "engines/own", "runtime", 12),
            ("pry", "", "runtime", 19),
        ],
    ),
    (
        "mine.gemspec",
        GEMSPEC,
        [
            ("rack", ">= 2, < 4", "runtime", 3),
            ("thor", "~> 1.0", "runtime", 4),
            ("minitest", "", "dev", 5),
        ],
    ),
]
LOCKED: list[tuple[str, str, list[str]]] = [
    ("Gemfile.lock", GEMFILE_LOCK, ["gem/icons@1.2.0", "gem/nokogiri@1.16.0", "gem/rack@3.0.8"]),
    (
        "gradle.lockfile",
        GRADLE_LOCK,
        ["maven/com.google.guava/guava@33.0.0-jre", "maven/junit/junit@4.13.2"],
    ),
]
MANIFESTS = sorted({(path, text) for path, text, _ in [*DECLARED, *LOCKED]})


@pytest.mark.parametrize(("path", "text", "expected"), DECLARED, ids=[row[0] for row in DECLARED])
def test_declared_dependencies(path: str, text: str, expected: list[Row]) -> None:
    parsed = parse_manifest(path, text)
    kind = "pkg:gem/" if path.lower().startswith(("gem", "mine")) else "pkg:maven/"
    assert parsed.problem is None
    assert [
        (one.purl.removeprefix(kind), one.requirement, one.scope, one.line)
        for one in parsed.dependencies
    ] == expected
    assert not any(declared.locked for declared in parsed.dependencies)


@pytest.mark.parametrize(("path", "text", "expected"), LOCKED, ids=[row[0] for row in LOCKED])
def test_locked_versions(path: str, text: str, expected: list[str]) -> None:
    parsed = parse_manifest(path, text)
    assert parsed.problem is None
    assert [one.purl.removeprefix("pkg:") for one in parsed.dependencies] == expected
    assert all(declared.locked for declared in parsed.dependencies)


def test_a_version_that_only_tests_are_locked_to_has_their_scope() -> None:
    scopes = [one.scope for one in parse_manifest("gradle.lockfile", GRADLE_LOCK).dependencies]
    assert scopes == ["runtime", "test"]


@pytest.mark.parametrize("path", [path for path, _ in MANIFESTS])
def test_manifests_are_known_by_name(path: str) -> None:
    assert is_manifest(path)
    assert is_lock(path) == path.endswith(("Gemfile.lock", "gradle.lockfile"))


ENTITIES = """<!DOCTYPE project [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;&a;">]>
<project><dependencies><dependency><groupId>&b;</groupId><artifactId>x</artifactId></dependency>
</dependencies></project>"""
EXTERNAL = """<!DOCTYPE project [<!ENTITY a SYSTEM "file:///etc/hostname">]>
<project><artifactId>&a;</artifactId></project>"""


@pytest.mark.parametrize("text", [ENTITIES, EXTERNAL], ids=["expanding", "external"])
def test_a_pom_with_entities_is_refused(text: str) -> None:
    parsed = parse_manifest("pom.xml", text)
    assert parsed.problem == "it declares entities"
    assert parsed.dependencies == ()


@pytest.mark.parametrize(
    ("path", "text", "says"),
    [
        ("pom.xml", "<project>", "not well-formed"),
        ("pom.xml", "<settings/>", "no project"),
        ("pom.xml", "<a>" * 100_000, "nested too deeply"),
        (
            "pom.xml",
            "<project><dependencies>\n<dependency/></dependencies></project>",
            "line 2: a dependency lacks",
        ),
        ("libs.versions.toml", "[", "Invalid"),
        ("libs.versions.toml", "libraries = 1", "not a table"),
        ("Gemfile", "group :test do", "syntax errors"),
        ("x.gemspec", "do |", "syntax errors"),
    ],
)
def test_malformed_text_is_a_problem(path: str, text: str, says: str) -> None:
    assert says in (parse_manifest(path, text).problem or "")


def test_properties_that_refer_to_each_other_end() -> None:
    text = (
        "<project><properties><a>${b}${b}</a><b>${a}${a}</b></properties><dependencies>"
        "<dependency><groupId>g</groupId><artifactId>n</artifactId><version>${a}</version>"
        "</dependency></dependencies></project>"
    )
    assert len(parse_manifest("pom.xml", text).dependencies[0].requirement) <= 500


@settings(max_examples=150, deadline=None)
@given(manifest=st.sampled_from(MANIFESTS), data=st.data())
def test_damaged_manifests_never_raise(manifest: tuple[str, str], data: st.DataObject) -> None:
    path, text = manifest
    start = data.draw(st.integers(0, len(text)))
    end = data.draw(st.integers(start, len(text)))
    parse_manifest(path, text[:start] + data.draw(st.text(max_size=8)) + text[end:])
    parse_manifest(path, text[:start])


@settings(max_examples=100, deadline=None)
@given(path=st.sampled_from([path for path, _ in MANIFESTS]), text=st.text(max_size=60))
def test_arbitrary_text_never_raises(path: str, text: str) -> None:
    parse_manifest(path, text)
