"""Pictures of a screen as PNG files a third the size of the browser's own."""

import base64
import struct
import zlib
from typing import Any

# Text on a page has few colours, and its edges many. Kept are those that are seen most, then those that are like
# none of these, the hues of small badges among them; any other becomes the nearest of them.
_COUNT_COLOURS = """async picture => {
  const bytes = Uint8Array.from(atob(picture), each => each.charCodeAt(0))
  const bitmap = await createImageBitmap(new Blob([bytes]))
  const { width, height } = bitmap
  const drawing = new OffscreenCanvas(width, height).getContext("2d")
  drawing.drawImage(bitmap, 0, 0)
  const data = drawing.getImageData(0, 0, width, height).data
  const colours = new Uint32Array(width * height)
  const seen = new Map()
  for (let at = 0; at < colours.length; at++) {
    const colour = (data[4 * at] << 16) | (data[4 * at + 1] << 8) | data[4 * at + 2]
    colours[at] = colour
    seen.set(colour, (seen.get(colour) ?? 0) + 1)
  }
  const most = [...seen].sort((one, other) => other[1] - one[1] || one[0] - other[0]).map(each => each[0])
  const distance = (one, other) =>
    [16, 8, 0].reduce((sum, bits) => sum + (((one >> bits) & 255) - ((other >> bits) & 255)) ** 2, 0)
  const palette = most.slice(0, 96)
  for (const colour of most.slice(96)) {
    if (palette.length === 256) break
    if (palette.every(known => distance(colour, known) > 200)) palette.push(colour)
  }
  const nearest = new Map(palette.map((colour, number) => [colour, number]))
  const find = colour => {
    let best = 0
    for (let number = 1; number < palette.length; number++)
      if (distance(colour, palette[number]) < distance(colour, palette[best])) best = number
    nearest.set(colour, best)
    return best
  }
  let numbers = ""
  for (const colour of colours) numbers += String.fromCharCode(nearest.get(colour) ?? find(colour))
  return { width, height, palette, numbers: btoa(numbers) }
}"""
_BITS_PER_PIXEL = 8
_WITH_PALETTE = 3


def small_png(page: Any, picture: bytes) -> bytes:
    """`picture`, a PNG, in at most 256 colours. `page` is one of a browser, which can read it."""
    found = page.evaluate(_COUNT_COLOURS, base64.b64encode(picture).decode())
    width, height = found["width"], found["height"]
    numbers = base64.b64decode(found["numbers"])
    lines = b"".join(b"\0" + numbers[at : at + width] for at in range(0, width * height, width))
    head = struct.pack(">IIBBBBB", width, height, _BITS_PER_PIXEL, _WITH_PALETTE, 0, 0, 0)
    palette = b"".join(struct.pack(">I", colour)[1:] for colour in found["palette"])
    parts = [(b"IHDR", head), (b"PLTE", palette), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_part(*part) for part in parts)


def _part(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
