import { ControlError } from './control-error.ts';
import { actions, type CtlAction, type CtlResource, type OptionRow, optionsOf, REST_ONLY } from './syntax.ts';

/** What was asked for on the command line; nothing is checked yet beyond its form. */
export interface CtlArguments {
  readonly action: CtlAction;
  readonly resource: CtlResource;
  readonly wantsHelp: boolean;
  /** Values by the option's long name. */
  readonly values: ReadonlyMap<string, string>;
  /** The `k=v` of every `--conf`. */
  readonly conf: readonly string[];
}

interface State {
  action: CtlAction | null;
  resource: CtlResource | null;
  wantsHelp: boolean;
  readonly values: Map<string, string>;
  readonly conf: string[];
}

/** Reads options before, between and after the two words, as scopt does for Kyuubi's own. Throws ControlError. */
export function parseCtlArguments(argv: readonly string[]): CtlArguments {
  const state: State = { action: null, resource: null, wantsHelp: false, values: new Map(), conf: [] };
  const words = argv.values();
  for (const word of words) {
    if (word.startsWith('-') && word !== '-') takeOption(state, word, () => words.next().value ?? null);
    else takeWord(state, word);
  }
  const { action, resource, wantsHelp, values, conf } = state;
  if (action === null && !wantsHelp) {
    throw new ControlError('Must specify action command: [create|get|delete|list|log|submit].', true);
  }
  return { action: action ?? 'list', resource: resource ?? 'server', wantsHelp, values, conf };
}

function takeWord(state: State, word: string): void {
  if (state.action === null) {
    if (REST_ONLY.actions.has(word)) throw needsRest(word);
    if (!Object.hasOwn(actions, word)) throw new ControlError(`Unknown argument '${word}'`, true);
    state.action = word as CtlAction;
    return;
  }
  if (state.resource !== null) throw new ControlError(`Unknown argument '${word}'`, true);
  if (REST_ONLY.resources.has(word)) throw needsRest(`${state.action} ${word}`);
  if (!Object.hasOwn(actions[state.action].resources, word)) {
    throw new ControlError(`Unknown argument '${word}'`, true);
  }
  state.resource = word as CtlResource;
}

function takeOption(state: State, word: string, next: () => string | null): void {
  const equals = word.indexOf('=');
  const name = equals < 0 ? word : word.slice(0, equals);
  const row = findOption(state, name);
  if (row === undefined) throw new ControlError(`Unknown option ${word}`, true);
  if (row.long === 'help') {
    state.wantsHelp = true;
    return;
  }
  const value = row.hasValue ? (equals < 0 ? next() : word.slice(equals + 1)) : 'true';
  if (value === null) throw new ControlError(`Missing value after ${name}`, true);
  if (row.long === 'conf') state.conf.push(confPair(value));
  else state.values.set(row.long, value);
}

function findOption(state: State, name: string): OptionRow | undefined {
  return optionsOf(state.action, state.resource).find(
    ({ long, short }) => name === `--${long}` || (short !== undefined && name === `-${short}`),
  );
}

function confPair(pair: string): string {
  if (pair.indexOf('=') > 0) return pair;
  // What stands behind a leading `=` may be a secret.
  throw new ControlError(`Kyuubi config without '=': ${pair.startsWith('=') ? '' : pair}`, true);
}

function needsRest(what: string): ControlError {
  return new ControlError(`kyuubi-ctl ${what} works through the REST API, which this release does not have`);
}
