/** Fewer sessions leave too little behind, a few megabytes, to stop the process for. */
const MIN_CLOSED_SESSIONS = 500;

/** Notices that many sessions have been closed and no more are closing. */
export class SessionWave {
  #most = 0;
  #last = 0;

  /** Takes the number of open sessions, now and then; true once after each wave. */
  isOver(sessions: number): boolean {
    const isFalling = sessions < this.#last;
    this.#last = sessions;
    this.#most = Math.max(this.#most, sessions);
    if (isFalling || this.#most - sessions < MIN_CLOSED_SESSIONS) return false;
    this.#most = sessions;
    return true;
  }
}
