"""How well one colour reads on another (WCAG). Pure."""

RGB = tuple[int, int, int]

WHITE: RGB = (255, 255, 255)
BLACK: RGB = (0, 0, 0)


def rgb(color: str) -> RGB:
    """`#rrggbb` as three numbers from 0 to 255. Raises ValueError."""
    if len(color) != 7 or color[0] != "#":
        raise ValueError(f"not a colour: {color!r}")
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)


def hex_of(tone: RGB) -> str:
    return "#{:02x}{:02x}{:02x}".format(*tone)


def contrast(one: RGB, other: RGB) -> float:
    """From 1 to 21."""
    low, high = sorted((_luminance(one), _luminance(other)))
    return (high + 0.05) / (low + 0.05)


def readable_on(color: str) -> str:
    """Black or white, whichever reads better on a colour: with one of the two, 4.5 is always reached."""
    tone = rgb(color)
    return hex_of(max(WHITE, BLACK, key=lambda text: contrast(text, tone)))


def linear(part: int) -> float:
    """A part of an sRGB colour as light, from 0 to 1."""
    share = part / 255
    return share / 12.92 if share <= 0.04045 else float(((share + 0.055) / 1.055) ** 2.4)


def _luminance(tone: RGB) -> float:
    red, green, blue = (linear(part) for part in tone)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
