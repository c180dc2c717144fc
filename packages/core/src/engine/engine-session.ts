import type { Handle } from '../session/handle.ts';
import type { Engine } from './engine-directory.ts';

/** A session as its engine knows it. */
export interface EngineSession {
  readonly engine: Engine;
  /** The engine's own handle; patched over ours in relayed requests. */
  readonly handle: Handle;
  /** The user its connections authenticate as. */
  readonly user: string;
}
