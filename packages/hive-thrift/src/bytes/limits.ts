/** Nesting of structs and containers. The deepest message of HiveServer2 (a column type in a schema) has 12. */
export const MAX_DEPTH = 32;

/**
 * Elements of one list, set or map. Far above any row set (clients ask for 100 to 100,000 rows) and low enough for
 * the array of references, 128 MiB, to be no catastrophe. The bytes left in the message bound a count as well.
 */
export const MAX_CONTAINER_ELEMENTS = 1 << 24;

/**
 * Entries of one map. Maps carry the confs of a session or a statement; an entry of ten bytes on the wire becomes some
 * hundred in memory, so that the bound on bytes alone would let one request of 100 MiB take a gigabyte.
 */
export const MAX_MAP_ENTRIES = 1 << 16;

/**
 * Values of one request. The largest that is meant well, a session with `MAX_MAP_ENTRIES` confs, has half as many; to pass
 * over this many takes a server some 30 ms, during which it serves nobody else.
 */
export const MAX_REQUEST_VALUES = 1 << 18;

/** Longest method name in an envelope; the longest of HiveServer2 has 21. */
export const MAX_METHOD_NAME_BYTES = 128;
