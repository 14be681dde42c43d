/** What is frozen and minted, in words: people read it before they change what was chosen. */

import { counted } from "./element.js";

/** @import { Asset, Published, PublishedAgainst } from "./types.js" */

/** "24 minted on sepolia", or "nothing is minted yet" @param {Published} published */
function minted(published) {
  const places = Object.entries(published.minted).map(([network, count]) => `${count.toLocaleString("en")} minted on ${network}`);
  return places.join(", ") || "none of them minted yet";
}

/**
 * The copies of an image: "edition of 50"; empty where there are none.
 * @param {Asset} asset
 */
export function editionInWords({ edition }) {
  if (!edition) return "";
  return edition.size == null ? "open edition" : edition.size ? `edition of ${edition.size.toLocaleString("en")}` : "no copies";
}

/** " Editions of at most 50 each are on sepolia: 72 copies minted."; empty where there are none. @param {Published} published */
function editionsInWords({ editions }) {
  if (!editions) return "";
  const most = editions.closed ? "closed" : editions.copies ? `at most ${editions.copies.toLocaleString("en")} of each image` : "open";
  return ` Editions on ${editions.network}, ${most}: ${counted(editions.minted, "copy", "copies")} minted.`;
}

/** "Version 1 is frozen: 24 tokens, 24 minted on sepolia."; empty where nothing is. @param {Published} published */
export const frozenInWords = (published) =>
  published.version ? `Version ${published.version} is frozen: ${counted(published.tokens, "token")}, ${minted(published)}.${editionsInWords(published)}` : "";

/**
 * What another choice means for the frozen set; empty where nothing is frozen.
 * @param {PublishedAgainst} published
 */
export function changeInWords(published) {
  if (!published.version) return "";
  const { added, removed } = published;
  if (!added.length && !removed.length) return `${frozenInWords(published)} This choice holds the same images.`;
  const onChain = Object.keys(published.minted).length ? "Tokens that are minted stay as they are, in their contract. " : "";
  const next = `collection freeze makes version ${published.version + 1} of it, for a contract of its own`;
  return `${frozenInWords(published)} This choice differs from it: ${added.length} in, ${removed.length} out. ${onChain}It changes nothing that is frozen: ${next}.`;
}

/**
 * What a decision about images does not change; empty where none of them is a token.
 * @param {Published} published
 * @param {(Asset | undefined)[]} assets
 */
export function staysInWords(published, assets) {
  const tokens = assets.flatMap((asset) => (asset?.token == null ? [] : [asset.token]));
  if (!tokens.length) return "";
  const named = tokens.length === 1 ? `it stays token ${tokens[0]}` : `${counted(tokens.length, "token")} among them stay so`;
  return `${named} of frozen version ${published.version}`;
}
