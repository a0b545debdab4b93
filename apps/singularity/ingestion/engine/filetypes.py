"""What a file's name alone says: not text, packed, or written by a tool."""

from apps.singularity.ingestion.engine.skips import SkipReason

_BINARY_SUFFIXES = """
7z a aac aar ai aiff apk avi avif bin bmp br bz2 cab class crx db dds deb dll dmg doc docx
dylib ear eot epub exe fbx flac flv gif glb gz heic icns ico iso jar jpeg jpg jxl ko lib lz4
lzma m4a m4v mdb mkv mov mp3 mp4 mpeg msi npy npz o odp ods odt ogg ogv onnx otf parquet pb
pdb pdf pickle pkl png ppt pptx psd pt pth pyc pyd pyo rar rlib rmeta rpm safetensors so
sqlite sqlite3 swf tar tflite tgz tif tiff ttc ttf wasm wav webm webp whl wma wmv woff woff2
xls xlsx xz zip zst
"""
_BINARY = frozenset(_BINARY_SUFFIXES.split())


def told_by_name(name: str) -> tuple[SkipReason, str] | None:
    """The reason and its detail if the name is enough to leave the file out, else None."""
    lower = name.lower()
    stem, dot, suffix = lower.rpartition(".")
    if not dot or not stem:
        return None
    if suffix in _BINARY:
        return SkipReason.BINARY, f"files ending in .{suffix} are not text"
    if suffix == "map" and stem.endswith((".js", ".mjs", ".cjs", ".css", ".ts")):
        return SkipReason.GENERATED, "a source map"
    if stem.endswith((".min", "-min")) and suffix in ("js", "mjs", "cjs", "css"):
        return SkipReason.MINIFIED, f"files ending in .min.{suffix} are packed"
    return None
