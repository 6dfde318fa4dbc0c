"""An array as a PNG inside a page: the format is small enough to write with zlib alone."""

import base64
import io
import struct
import zlib

import numpy as np

from tiza.errors import ArgumentError

SIGNATURE = b"\x89PNG\r\n\x1a\n"
FEW_PIXELS = 500  # of width: each shown as a square of its own


def to_bytes(picture: np.ndarray) -> np.ndarray:
    """An image of any numeric dtype as uint8 (h, w) or (h, w, 3).

    uint8 stays as it is; values within 0 … 1 are multiplied by 255; others are stretched from
    their least to their largest.

    Shapes: (h, w), (h, w, 1), (h, w, 3), (1, h, w) or (3, h, w).
    """
    image = np.asarray(picture)
    if image.ndim == 3 and image.shape[0] in (1, 3) and image.shape[-1] not in (1, 3):
        image = np.moveaxis(image, 0, -1)
    if image.ndim == 3 and image.shape[-1] == 1:
        image = image[..., 0]
    if image.ndim not in (2, 3) or (image.ndim == 3 and image.shape[-1] != 3) or not image.size:
        raise ArgumentError("picture-shape", shape=np.shape(picture))
    if image.dtype == np.uint8:
        return image
    real = np.nan_to_num(image.astype(np.float64))
    low, high = (0.0, 1.0) if real.min() >= 0 and real.max() <= 1 else (real.min(), real.max())
    scaled: np.ndarray = np.rint((real - low) / ((high - low) or 1.0) * 255).astype(np.uint8)
    return scaled


def png(picture: np.ndarray) -> bytes:
    r"""The PNG file of an image.

    Source: W3C, Portable Network Graphics (third edition): chunks IHDR, IDAT, IEND.

    >>> png(np.zeros((2, 2), np.uint8))[:4]
    b'\x89PNG'
    """
    image = to_bytes(picture)
    height, width = image.shape[:2]
    colour = 2 if image.ndim == 3 else 0
    lines = image.reshape(height, -1)
    raw = np.concatenate([np.zeros((height, 1), np.uint8), lines], axis=1).tobytes()
    header = struct.pack(">IIBBBBB", width, height, 8, colour, 0, 0, 0)
    return SIGNATURE + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        for kind, body in ((b"IHDR", header), (b"IDAT", zlib.compress(raw, 9)), (b"IEND", b""))
    )


def data_uri(picture: np.ndarray) -> str:
    """The PNG as a `data:` address."""
    return "data:image/png;base64," + base64.b64encode(png(picture)).decode()


def to_file(picture: object) -> tuple[str, bytes]:
    """The ending and the bytes of a picture's file: an array, a PNG, an SVG, or a figure.

    Errors: ArgumentError for anything else.

    >>> to_file("<svg/>"), to_file(np.zeros((2, 2)))[0]
    (('svg', b'<svg/>'), 'png')
    """
    if isinstance(picture, str) and picture.lstrip().startswith("<"):
        return "svg", picture.encode()
    if isinstance(picture, bytes):
        return "png", picture
    save = getattr(picture, "savefig", None)
    if save is not None:
        held = io.BytesIO()
        save(held, format="png", dpi=120, bbox_inches="tight")
        return "png", held.getvalue()
    if hasattr(picture, "svg"):  # a drawing of tiza
        return "svg", str(picture.svg).encode()
    return "png", png(np.asarray(picture))


def as_html(ending: str, content: bytes) -> str:
    """A picture's file inside a page; few pixels are shown large and square.

    >>> as_html("svg", b"<svg/>")
    '<svg/>'
    """
    if ending == "svg":
        text = content.decode()
        return text[text.index("<svg") :] if "<svg" in text else text
    width = struct.unpack(">I", content[16:20])[0] if content[:8] == SIGNATURE else FEW_PIXELS
    kind = ' class="pixels"' if width < FEW_PIXELS else ""
    held = base64.b64encode(content).decode()
    return f'<img alt=""{kind} src="data:image/png;base64,{held}">'
