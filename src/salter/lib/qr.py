"""QR codes as pictures (segno): SVG for pages, PNG for mail.

The text is always encoded as UTF-8, which the payment code demands and segno wouldn't choose for `é`. Error
correction M, as on printed Serbian bills.
"""

import io
from html import escape

import segno

__all__ = ["png", "svg"]


def _make(payload: str) -> segno.QRCode:
    return segno.make_qr(payload, error="m", encoding="utf-8")


def svg(payload: str, *, label: str = "") -> str:
    """Return the code as an inline SVG without style attributes, black on white in both schemes of the page.

    With a label it is a picture with that name for a screen reader, without one it is hidden from it.

    Raises: segno.DataOverflowError when the text doesn't fit.
    """
    drawn = _make(payload).svg_inline(omitsize=True, svgclass="qr", lineclass=None, dark="#000", light="#fff", border=4)
    described = f'role="img" aria-label="{escape(label)}"' if label else 'aria-hidden="true"'
    return drawn.replace("<svg ", f"<svg {described} ", 1)


def png(payload: str, *, scale: int = 6) -> bytes:
    """Return the code as a PNG with `scale` pixels for each module."""
    out = io.BytesIO()
    _make(payload).save(out, kind="png", scale=scale, border=4)
    return out.getvalue()
