/** Names that come from outside (of curators, traits, metrics), looked up so that none is taken for an object's own. */

/**
 * What a record holds under a name; "constructor" and "__proto__" are names like any other.
 * @template T
 * @param {Record<string, T>} record
 * @param {string} name
 * @returns {T | undefined}
 */
export const under = (record, name) => (Object.hasOwn(record, name) ? record[name] : undefined);
