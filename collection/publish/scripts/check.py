"""Check a token without Collection: python check.py FOLDER TOKEN, where FOLDER holds images, metadata and proof."""

import json
import sys
from hashlib import sha256
from pathlib import Path

folder, number = Path(sys.argv[1]), sys.argv[2]
manifest = json.loads((folder / "proof/manifest.json").read_bytes())
proof = json.loads((folder / f"proof/tokens/{number}.json").read_bytes())
token, image, pixels, metadata, recipe = proof["leaf"].split(" ")
files = {f"images/{number}.png": image, f"metadata/{number}.json": metadata}
wrong = [name for name, digest in files.items() if sha256((folder / name).read_bytes()).hexdigest() != digest]
node, at, last = sha256(b"\0" + proof["leaf"].encode()).digest(), proof["index"], manifest["tokens"] - 1
for sibling in map(bytes.fromhex, proof["path"]):
    while last and at == last and at % 2 == 0:
        at, last = at >> 1, last >> 1
    node = sha256(b"\1" + (sibling + node if at % 2 else node + sibling)).digest()
    at, last = at >> 1, last >> 1
if wrong or token != number or node.hex() != manifest["merkle_root"]:
    sys.exit(f"token {number} is NOT proven: {wrong or 'its proof does not lead to the root'}")
sys.stdout.write(f"token {number} is proven under the root {node.hex()}\n")
