/**
 * What the server answers, and what the parts of the page expect of each other: types only, nothing runs here.
 *
 * @typedef {"higher" | "lower" | "neither"} Better
 *
 * @typedef {string | number | boolean} Value of a decision
 *
 * @typedef {Record<string, string | number | null | undefined>} Params what an address holds, by name
 *
 * @typedef {object} Metric
 * @property {string} name
 * @property {[number | null, number | null]} range lowest and highest value that an image has
 * @property {Better} better
 * @property {boolean} ranks whether it says which image is better
 * @property {Defect | null} defect
 *
 * @typedef {object} Defect from where on a metric's number is one
 * @property {string} issue
 * @property {"under" | "over"} side
 * @property {number} threshold as collection.toml has it
 * @property {string} says
 *
 * @typedef {object} Counts
 * @property {number} images
 * @property {number} reviewed
 * @property {number} picked
 * @property {number} rejected
 * @property {number} locked
 * @property {number} duplicates
 * @property {number} selected
 * @property {number} with_issues
 *
 * @typedef {object} SavedView
 * @property {string} name
 * @property {string} query the address of the view
 * @property {string} curator
 *
 * @typedef {object} Published the frozen set
 * @property {number} version 0: none
 * @property {number} tokens
 * @property {Record<string, number>} minted tokens by network
 * @property {{network: string, copies: number, closed: boolean, minted: number} | null} editions copies: most of each image, 0 for any number
 *
 * @typedef {Published & {added: number[], removed: number[]}} PublishedAgainst another set
 *
 * @typedef {object} State GET /api/state
 * @property {{title: string, symbol: string, supply: number}} project
 * @property {string} you
 * @property {"owner" | "curator" | "voter" | "viewer"} role
 * @property {string[]} curators
 * @property {Counts} counts
 * @property {Metric[]} metrics
 * @property {{fewest: number}} percentiles
 * @property {string[]} fields
 * @property {string[]} states
 * @property {string[]} issues
 * @property {string[]} styles
 * @property {Record<string, string[]>} traits values by name
 * @property {string[]} series
 * @property {string[]} tags all that you may know of
 * @property {string[]} reasons to reject an image for, the first by Shift 1
 * @property {Published} published
 * @property {boolean} words whether the encoder knows words
 * @property {number} diversity 0 to 1
 * @property {SavedView[]} views
 * @property {number} version
 *
 * @typedef {"left" | "right" | "up" | "down"} Way
 *
 * @typedef {"left" | "right" | "tie" | "skip"} Outcome of a comparison
 *
 * @typedef {"reroll" | "top-up" | "breed" | "variations" | "generate" | "score" | "dedupe" | "select" | "learn"} Kind of a job
 *
 * @typedef {{asker: string, done: number, total: number}} Choosing how far the server is with a set
 *
 * @typedef {import("./element.js").Child} Child
 *
 * @typedef {(query: string) => void} Show asks for the images of a query
 *
 * @typedef {"pick" | "reject" | "none"} Flag
 *
 * @typedef {object} Own what this curator said of an image
 * @property {Flag} flag
 * @property {number} stars 0 to 5
 * @property {string} colour
 * @property {boolean} locked
 * @property {string} reason why it is rejected, or empty
 * @property {string[]} tags
 *
 * @typedef {object} Others what the others said, by curator
 * @property {Record<string, Flag>} flags
 * @property {Record<string, number>} stars
 * @property {Record<string, string>} colours
 * @property {Record<string, string>} reasons
 * @property {Record<string, string[]>} tags
 * @property {boolean} contested
 *
 * @typedef {{you: Own, others?: Others | null}} ReviewState
 *
 * @typedef {object} Stack
 * @property {number | null} representative null: of another collection
 * @property {string} elsewhere
 * @property {number} size
 * @property {string | null} why
 *
 * @typedef {object} ImageFacts
 * @property {number} id
 * @property {string} label
 * @property {number} width
 * @property {number} height
 * @property {string} thumb
 * @property {string} preview
 * @property {string} image
 * @property {string | null} series
 * @property {number | null} seed
 * @property {Record<string, [number, number | null]>} scores value and percentile, by metric
 * @property {number | null} score mean percentile, 0 to 100
 * @property {string[]} issues
 * @property {Stack | null} stack
 * @property {number | null} selected its place in the set
 * @property {number | null} token its token id, where the set is frozen
 * @property {{size: number | null, minted: number} | null} edition its copies; size: how many there can be at most, null for any number
 *
 * @typedef {ImageFacts & {you: Own, others: Others | null}} Asset what a grid shows of an image
 *
 * @typedef {object} MoreFacts
 * @property {string} prompt
 * @property {Record<string, any> | null} recipe
 * @property {Record<string, string>} traits
 * @property {Record<string, number>} styles weights
 * @property {{curator: string, text: string}[]} notes
 * @property {{id: number, why: string}[]} duplicates
 * @property {string | null} why
 *
 * @typedef {Asset & MoreFacts} AssetDetail all that is known of an image
 *
 * @typedef {object} Decision
 * @property {string} kind flag, stars, colour, lock, apart, note, reason, tag, untag or pair
 * @property {number} asset
 * @property {Value} value
 * @property {number} [other]
 *
 * @typedef {"running" | "done" | "failed" | "cancelled"} JobState
 *
 * @typedef {object} JobResult
 * @property {{image?: number, why: string}[]} [failed]
 * @property {number[]} [added]
 * @property {number} [made]
 * @property {number} [scored]
 * @property {number} [duplicates]
 * @property {number} [selected]
 * @property {number} [supply]
 * @property {Share} [learned]
 * @property {boolean} [better]
 *
 * @typedef {{right: number, votes: number, interval: [number, number]}} Share of held-out votes that were foretold
 *
 * @typedef {{metric: string, votes: number, learned: Share, stock: Share | null, chance: number, better: boolean}} LearnedReport
 *
 * @typedef {{id: number, label: string, strength: number, interval: [number, number], won: number, asked: number}} RankedImage
 *
 * @typedef {object} Job
 * @property {number} id
 * @property {Kind} kind
 * @property {string} by
 * @property {JobState} state
 * @property {string} step
 * @property {number} done
 * @property {number} total
 * @property {JobResult} result
 * @property {string | null} error
 * @property {string | null} hint
 * @property {boolean} [shown] whether its end stands in the strip
 *
 * @typedef {{palette: {colour: string, share: number}[], histogram: Record<"red" | "green" | "blue", number[]>}} ImageColours
 *
 * @typedef {object} MapCluster
 * @property {number} count
 * @property {number} x of its middle, 0 to 10,000
 * @property {number} y
 * @property {string} tag of most of its images, or empty
 * @property {string} shares the trait or series that most of its images have and few others, or empty
 *
 * @typedef {object} ImageMap GET /api/map
 * @property {string} method
 * @property {string} vectors
 * @property {string[]} methods
 * @property {string[]} known vectors
 * @property {number[]} ids
 * @property {number[]} x 0 to 10,000
 * @property {number[]} y
 * @property {number[]} cluster
 * @property {MapCluster[]} clusters
 *
 * @typedef {{values: (number | null)[], words?: string[], range?: [number, number]}} MapColours GET /api/map/colours
 *
 * @typedef {object} Coverage
 * @property {number} farthest
 * @property {number} mean
 *
 * @typedef {object} TraitRarity
 * @property {string} trait
 * @property {string} value
 * @property {number} count
 * @property {number} share
 * @property {number} before
 *
 * @typedef {object} QuotaStatus
 * @property {string} trait
 * @property {string} value
 * @property {number} wanted
 * @property {number} chosen
 * @property {number} eligible
 *
 * @typedef {object} ProposedSet GET /api/set
 * @property {number[]} ids
 * @property {number} diversity
 * @property {number} supply
 * @property {number} eligible
 * @property {boolean} complete
 * @property {number | null} mean_score null where nothing says which image is better
 * @property {number[]} added
 * @property {number[]} removed
 * @property {TraitRarity[]} rarity
 * @property {QuotaStatus[]} quotas
 * @property {{colour: string, share: number}[]} palette
 * @property {boolean} sighted whether it shows what came of others' votes
 * @property {PublishedAgainst} published
 * @property {Coverage | null} [coverage] of GET /api/set/costs
 *
 * @typedef {Map<number, {score: number | null, coverage: Coverage | null}>} Tried by diversity
 *
 * @typedef {object} StackMember
 * @property {number} id
 * @property {string} [why]
 * @property {string | null} [apart] who took it out of its stack
 *
 * @typedef {{representative: number, members: StackMember[], resolved: boolean}} DuplicateStack
 *
 * @typedef {{bits: number, cosines: [number, number], loosest: boolean}} Thresholds
 *
 * @typedef {object} Agreement
 * @property {number | null} alpha
 * @property {[number, number] | null} interval
 * @property {number} units
 * @property {number} equal
 * @property {number} pairs
 *
 * @typedef {object} AgreementReport GET /api/agreement
 * @property {Agreement | null} flags null until you have voted
 * @property {Agreement | null} stars
 * @property {Agreement | null} comparisons
 * @property {Record<string, {equal: number, asked: number}>} repeats
 * @property {string[]} curators
 * @property {Record<string, number>} comparisons_by
 * @property {Record<string, string> | null} links
 * @property {Record<string, string> | null} roles
 * @property {number[]} contested
 * @property {Record<string, number>} votes
 *
 * @typedef {{id: number, label: string, preview: string}} Side
 *
 * @typedef {object} NextComparison GET /api/pair
 * @property {Side | null} left
 * @property {Side | null} right
 * @property {number} asked
 * @property {number} votes
 * @property {{now: number, settled: boolean, votes: number, then: number}} expected_error
 *
 * @typedef {object} Ancestor GET /api/lineage/NUMBER
 * @property {number | null} image
 * @property {string} origin
 * @property {boolean} [above] whether it stands elsewhere in the tree already
 * @property {Ancestor[]} [parents]
 *
 * @typedef {{image: number, origin: string, made: boolean}} ChildImage
 *
 * @typedef {Ancestor & {children: ChildImage[]}} Family
 *
 * @typedef {object} View
 * @property {string} name
 * @property {string} key
 * @property {string} title
 * @property {(place: HTMLElement, app: import("./app.js").App) => () => void} mount returns what ends it
 *
 * @typedef {object} ImageList what a virtual grid walks: all images of the query, or some others
 * @property {ArrayLike<number> & {slice(from: number, to: number): Iterable<number>}} ids
 * @property {Set<number>} selection
 * @property {string} query
 * @property {number | null} cursor
 * @property {import("./api.js").Refusal | null} [refusal]
 * @property {(id: number | null) => number} place
 * @property {(id: number | null) => Asset | undefined} known
 * @property {(ids: number[]) => Promise<Asset[]>} details
 * @property {(id: number) => boolean} moveTo
 * @property {(places: number) => boolean} step
 * @property {(ids: Iterable<number>) => void} select
 * @property {(name: string) => void} tell
 * @property {(view: string) => Promise<void>} go
 * @property {(query: string) => Promise<void>} [ask]
 * @property {[string, string]} [none] what stands where there is no image: a title and what to do
 * @property {(asset: Asset) => string} [said] what stands on a picture in place of its numbers
 * @property {Set<number>} [added] the images that are marked as new
 */
export {};
