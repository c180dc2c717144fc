import {
  drainReportPath,
  type DrainRequest,
  drainRequestPath,
  encodeDrainRecord,
  parseDrainReport,
} from '@senbon/core';
import { ControlError } from '../control-error.ts';
import type { SpaceNodes } from '../nodes.ts';
import type { CommandContext } from './context.ts';
import { DrainEnd, DrainWatch } from './drain-watch.ts';
import { listNodes } from './list-nodes.ts';

/** A gateway answers within a second or two; registering may take as long as service discovery lets it. */
const DEADLINE_MS = 30_000;

/** Asks a draining gateway to take sessions again, and waits until it is registered. Throws ControlError. */
export async function undrainServer(context: CommandContext): Promise<SpaceNodes> {
  const { discovery, clock, request } = context;
  const at = request.at ?? { host: '', port: 0 };
  const address = { space: request.space, ...at };
  const name = `${at.host}:${at.port}`;
  const entry = await discovery.records.get(drainReportPath(address));
  if (entry === null) throw new ControlError(`No server ${name} of ${request.space} is draining`);
  if (parseDrainReport(entry.value)?.canUndo === false) {
    throw new ControlError(`The drain of ${name} cannot be undone: a signal told the process to end`);
  }
  const ask: DrainRequest = { at: clock.now(), action: 'undo', deadlineMs: null };
  await discovery.records.put(drainRequestPath(address), encodeDrainRecord(ask));
  const watch = new DrainWatch({ discovery, address, deadlineMs: DEADLINE_MS, clock, say: () => {} }, true);
  const end = await watch.end();
  if (end !== DrainEnd.undone) await discovery.records.delete(drainRequestPath(address));
  switch (end) {
    case DrainEnd.undone:
      return listNodes(context);
    case DrainEnd.gone:
      throw new ControlError(`${name} has stopped before it heard of it`);
    case DrainEnd.late:
      throw new ControlError(`${name} is still draining; its log says why`);
    case DrainEnd.silent:
      throw new ControlError(`${name} says nothing: it was killed or it hangs`);
  }
}
