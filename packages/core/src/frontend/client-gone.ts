import type { ServerResponse } from 'node:http';

/** Aborted when the connection of `response` closes before all of it has left. */
export function goneBefore(response: ServerResponse): AbortSignal {
  const left = new AbortController();
  const onClose = () => {
    if (!response.writableFinished) left.abort();
  };
  if (response.destroyed) onClose();
  else response.once('close', onClose);
  return left.signal;
}
