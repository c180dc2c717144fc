/** The time and its timers, injected so that tests can move them. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Calls `fn` once after `ms`. The timer does not keep the process alive. */
  after(ms: number, fn: () => void): Timer;
  /** Calls `fn` every `ms`. The timer does not keep the process alive. */
  every(ms: number, fn: () => void): Timer;
}

export interface Timer {
  cancel(): void;
}
