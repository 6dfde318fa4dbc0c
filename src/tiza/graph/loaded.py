"""When this package was loaded: what of its source was changed later is not what runs here."""

import time

LOADED = time.time()  # seconds since 1970
