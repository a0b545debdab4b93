"""Languages that are cut by their layout, without a grammar."""

from apps.singularity.ingestion.engine.languages.model import Language

LANGUAGES = (
    Language(
        name="markdown",
        extensions=(".md", ".markdown", ".mdx", ".qmd", ".rmd"),
        layout="markdown",
    ),
    Language(name="rst", extensions=(".rst", ".rest"), layout="rst"),
    Language(
        name="toml",
        extensions=(".toml",),
        filenames=("Cargo.lock", "poetry.lock", "uv.lock", "Pipfile"),
        layout="ini",
    ),
    Language(
        name="ini",
        extensions=(".ini", ".cfg", ".conf", ".properties", ".editorconfig"),
        filenames=(".editorconfig", ".gitconfig", ".npmrc"),
        layout="ini",
    ),
    Language(name="yaml", extensions=(".yaml", ".yml")),
    Language(
        name="json",
        extensions=(".json", ".jsonc", ".json5", ".webmanifest", ".geojson"),
        filenames=(".eslintrc", ".prettierrc", ".babelrc", "composer.lock", "Pipfile.lock"),
    ),
    Language(name="jsonl", extensions=(".jsonl", ".ndjson")),
    Language(
        name="dockerfile",
        extensions=(".dockerfile",),
        filenames=("Dockerfile", "Containerfile"),
    ),
    Language(
        name="make",
        extensions=(".mk", ".mak"),
        filenames=("Makefile", "makefile", "GNUmakefile", "Justfile", "justfile"),
        shebangs=("make",),
    ),
    Language(name="cmake", extensions=(".cmake",), filenames=("CMakeLists.txt",)),
    Language(name="vue", extensions=(".vue",)),
    Language(name="svelte", extensions=(".svelte",)),
    Language(name="astro", extensions=(".astro",)),
    Language(name="scss", extensions=(".scss", ".sass", ".less")),
    Language(
        name="xml",
        extensions=(".xml", ".xsd", ".xsl", ".xslt", ".plist", ".svg"),
        layout="paragraphs",
    ),
    Language(name="graphql", extensions=(".graphql", ".gql")),
    Language(name="terraform", extensions=(".tf", ".tfvars", ".hcl")),
    Language(name="nix", extensions=(".nix",), layout="paragraphs"),
    Language(
        name="groovy",
        extensions=(".groovy", ".gradle"),
        filenames=("Jenkinsfile",),
        layout="paragraphs",
    ),
    Language(name="perl", extensions=(".pl", ".pm", ".t"), shebangs=("perl",)),
    Language(name="r", extensions=(".r",), shebangs=("rscript",)),
    Language(name="julia", extensions=(".jl",), shebangs=("julia",)),
    Language(name="dart", extensions=(".dart",)),
    Language(name="zig", extensions=(".zig",)),
    Language(name="clojure", extensions=(".clj", ".cljs", ".cljc", ".edn")),
    Language(name="lisp", extensions=(".el", ".lisp", ".scm")),
    Language(
        name="powershell", extensions=(".ps1", ".psm1"), shebangs=("pwsh",), layout="paragraphs"
    ),
    Language(name="fish", extensions=(".fish",), shebangs=("fish",)),
    Language(name="objective_c", extensions=(".m", ".mm")),
    Language(name="fsharp", extensions=(".fs", ".fsx", ".fsi")),
    Language(name="assembly", extensions=(".s", ".asm")),
    Language(name="heex", extensions=(".heex", ".eex", ".leex")),
    Language(
        name="template",
        extensions=(".j2", ".jinja", ".jinja2", ".erb", ".mustache"),
        layout="paragraphs",
    ),
    Language(name="text", extensions=(".txt", ".text", ".log"), layout="paragraphs"),
)
