/** Runs calls about a path; what they throw is seen as the port has it. */
export type Translated = <T>(path: string, run: () => Promise<T>) => Promise<T>;

export function translator(portError: (error: unknown, path: string) => unknown): Translated {
  return async (path, run) => {
    try {
      return await run();
    } catch (error) {
      throw portError(error, path);
    }
  };
}
