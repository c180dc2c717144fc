/** What the user has to change; printed as `Error: …` without a stack. */
export class ControlError extends Error {
  override readonly name = 'ControlError';
  /** The command line itself was not understood. */
  readonly isUsage: boolean;

  constructor(message: string, isUsage = false) {
    super(message);
    this.isUsage = isUsage;
  }
}
