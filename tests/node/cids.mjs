// Reads a JSON array of directories ({name: base64 content or a directory}) and prints the root CID of each, as the
// JavaScript importer of IPFS computes it by the profile unixfs-v1-2025.
import { MemoryBlockstore } from 'blockstore-core'
import { importer } from 'ipfs-unixfs-importer'

function * files (tree, path) {
  for (const [name, below] of Object.entries(tree)) {
    if (typeof below === 'string') yield { path: `${path}/${name}`, content: Buffer.from(below, 'base64') }
    else yield * files(below, `${path}/${name}`)
  }
}

let input = ''
for await (const piece of process.stdin) input += piece
const roots = []
for (const tree of JSON.parse(input)) {
  let last
  for await (const entry of importer(files(tree, 'root'), new MemoryBlockstore(), { profile: 'unixfs-v1-2025' })) last = entry
  roots.push(last.cid.toString())
}
console.log(JSON.stringify(roots))
