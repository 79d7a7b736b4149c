"""People's own colours, so that they can be seen in light and in dark. Pure Python."""

_SHEETS = {"light": "#ffffff", "dark": "#1a1c1f"}
_ENOUGH = 3.0
_STEPS = 20


def in_both_themes(color: str) -> str:
    """`color` (#rrggbb) as a CSS colour: itself where it stands out, and where it does not, as near to it as does.

    It may stand in an SVG attribute. Three to one is what accessibility asks of lines.
    """
    return f"light-dark({_seen(color, _SHEETS['light'], '#000000')}, {_seen(color, _SHEETS['dark'], '#ffffff')})"


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def _seen(color: str, sheet: str, towards: str) -> str:
    mixtures = (_mixed(color, towards, step / _STEPS) for step in range(_STEPS + 1))
    return next(mixture for mixture in mixtures if contrast(mixture, sheet) >= _ENOUGH)


def _channels(color: str) -> list[int]:
    return list(bytes.fromhex(color.removeprefix("#")))


def _mixed(color: str, other: str, share: float) -> str:
    pairs = zip(_channels(color), _channels(other), strict=True)
    return "#" + bytes(round(one + (two - one) * share) for one, two in pairs).hex()


def _luminance(color: str) -> float:
    """How bright a colour is to the eye, as WCAG defines it."""
    linear = (
        share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4
        for share in (channel / 255 for channel in _channels(color))
    )
    return sum(weight * channel for weight, channel in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
