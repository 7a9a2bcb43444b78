"""blocks.py FOLDER DOCUMENT... - writes the blocks that scene.sh runs into the
folder, each into a file of its name, and their names in order into `list`."""

import os
import sys

from documents import Document

folder = sys.argv[1]
os.mkdir(folder)
statuses = {}
for document in map(Document, sys.argv[2:]):
    for block in document.blocks:
        if block.kind != "run":
            continue
        if block.name in statuses:
            sys.exit(f"{block.where()}: there are two blocks {block.name}")
        statuses[block.name] = block.status
        with open(os.path.join(folder, block.name), "w",
                  encoding="utf-8") as file:
            file.write(block.text)
with open(os.path.join(folder, "list"), "w", encoding="utf-8") as file:
    file.writelines(f"{name} {status}\n" for name, status in statuses.items())
