"""The chart library that pages load from this server: the Vega bundle that vl-convert-python ships, made once.

Vega runs here without eval: its expressions are interpreted (`ast`), so that the pages' Content-Security-Policy holds
for charts too.
"""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from typing import Any

import vl_convert
from litestar import Request, Response, get
from litestar.datastructures import CacheControlHeader

SNIPPET = "window.vegaEmbed = vegaEmbed;"


@lru_cache(maxsize=1)
def _bundle() -> tuple[bytes, bytes]:
    """The bundle, plain and packed."""
    plain = vl_convert.javascript_bundle(SNIPPET).encode()
    return plain, gzip.compress(plain, 6, mtime=0)


@lru_cache(maxsize=1)
def bundle_address() -> str:
    """Where pages find the bundle; the address changes with the library's version, so browsers may keep it."""
    versions = f"{vl_convert.get_vega_version()} {SNIPPET}"
    return f"/charts/vega.js?v={hashlib.sha256(versions.encode()).hexdigest()[:12]}"


@get("/charts/vega.js", sync_to_thread=True, include_in_schema=False)
def vega(request: Request[Any, Any, Any]) -> Response[bytes]:
    """The chart library."""
    plain, packed = _bundle()
    accepts = "gzip" in request.headers.get("accept-encoding", "")
    headers = {"vary": "accept-encoding", **({"content-encoding": "gzip"} if accepts else {})}
    cache = CacheControlHeader(max_age=31536000, immutable=True, private=True).to_header()
    return Response(
        packed if accepts else plain, media_type="text/javascript", headers={**headers, "cache-control": cache}
    )


HANDLERS = [vega]
