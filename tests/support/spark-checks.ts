/** Spark keeps no keys, and two quotes in a text are to it the end of one text and the begin of the next. */
const NOT_SPARKS = ['primary-keys', 'cross-reference', 'quotes'];

/** The checks of a client that a Spark engine can pass. */
export function onSpark(checks: readonly string[]): readonly string[] {
  return checks.filter((check) => !NOT_SPARKS.includes(check));
}
