"""The page to play with: trained networks as ONNX, a runtime for the browser, and a folder of plain files that holds both.

command.py    `make play`: make the folder, serve it
cells.py      the trained cells that can be played with, the best first
export.py     the networks of a cell as ONNX, and what the page must know of them
directions.py the directions of latent space in which samples change most
browser.py    onnxruntime-web from npm, the two files of it that the page loads
site.py       the folder: the page, the runtime and the networks
server.py     a plain server of files
page/         HTML, CSS and JavaScript modules
runtime/      package.json, its lock and npm's settings
"""
