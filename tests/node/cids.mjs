// Reads a JSON array of directories ({name: base64 content or a directory}) and prints the root CID of each, as the
// JavaScript importer of IPFS computes it by the profile that is named: unixfs-v1-2025, unixfs-v0-2015 or kubo-cid-v1.
import { MemoryBlockstore } from 'blockstore-core'
import { importer } from 'ipfs-unixfs-importer'
import { fixedSize } from 'ipfs-unixfs-importer/chunker'
import { balanced } from 'ipfs-unixfs-importer/layout'

const kubo = {
  cidVersion: 1, rawLeaves: true, chunker: fixedSize({ chunkSize: 262144 }),
  layout: balanced({ maxChildrenPerNode: 174 }), shardSplitStrategy: 'links-bytes', shardSplitThresholdBytes: 262144
}
const profile = process.argv[2]
const options = profile === 'kubo-cid-v1' ? kubo : { profile }

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
  for await (const entry of importer(files(tree, 'root'), new MemoryBlockstore(), options)) last = entry
  roots.push(last.cid.toString())
}
console.log(JSON.stringify(roots))
