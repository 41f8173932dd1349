"""`make play`: the page to play with, on 127.0.0.1."""

from pathlib import Path

from pipeline.files.owner import owner
from pipeline.serving.play.server import file_server
from pipeline.serving.play.site import make_site
from pipeline.web.desktop import open_on_a_desktop
from pipeline.web.ports import HOST, port_argument, require_free

PORT = 5002


def run(arguments: list[str]) -> None:
    """Make the folder, and serve it until Ctrl-C."""
    port = port_argument(arguments, "play", PORT)
    require_free(port, "make play")
    site = Path("artifacts/play")
    with owner("play"):  # another one would remove networks that are not in place yet
        cells = make_site(Path("artifacts"), site)
    with file_server(site, port) as server:
        address = f"http://{HOST}:{port}/"
        print(f"{address}  to play with {', '.join(cells)}; Ctrl-C ends it", flush=True)
        open_on_a_desktop(address)
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print()
