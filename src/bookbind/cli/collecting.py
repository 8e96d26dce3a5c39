"""How often the web server looks for memory that nothing points to any more."""

import gc

_OBJECTS = 20_000


def collect_seldom() -> None:
    """Look after many objects instead of 700, and never again through what was loaded at the start.

    A page over lists of thousands makes a hundred thousand objects that live as long as the request. Looking
    through them again and again took a third of its time.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(_OBJECTS, 10, 10)
