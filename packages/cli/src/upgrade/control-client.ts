import { request } from 'node:http';
import { text } from 'node:stream/consumers';
import {
  type GatewayStatus,
  gatewayStatus,
  STATUS_PATH,
  UPGRADE_PATH,
  type UpgradeReply,
  upgradeReply,
  type UpgradeRequest,
} from './protocol.ts';

const STATUS_TIMEOUT_MS = 5_000;
/** Longer than the running gateway gives its successor. */
const UPGRADE_TIMEOUT_MS = 90_000;

/** Throws when nobody answers at `socketPath`. */
export async function askToUpgrade(socketPath: string, wanted: UpgradeRequest): Promise<UpgradeReply> {
  const body = JSON.stringify(wanted);
  return upgradeReply.parse(
    await ask({ socketPath, path: UPGRADE_PATH, timeoutMs: UPGRADE_TIMEOUT_MS, body }),
  );
}

/** Throws when nobody answers at `socketPath`. */
export async function statusOf(socketPath: string): Promise<GatewayStatus> {
  return gatewayStatus.parse(
    await ask({ socketPath, path: STATUS_PATH, timeoutMs: STATUS_TIMEOUT_MS, body: '' }),
  );
}

/** `null` when nobody answers. */
export async function askForStatus(socketPath: string): Promise<GatewayStatus | null> {
  try {
    return await statusOf(socketPath);
  } catch {
    return null;
  }
}

interface Question {
  readonly socketPath: string;
  readonly path: string;
  readonly timeoutMs: number;
  readonly body: string;
}

async function ask({ socketPath, path, timeoutMs, body }: Question): Promise<unknown> {
  const signal = AbortSignal.timeout(timeoutMs);
  return new Promise((resolve, rejectWith) => {
    const reject = (error: unknown): void =>
      rejectWith(
        signal.aborted ? new Error(`it hangs: no answer within ${timeoutMs / 1000} seconds`) : error,
      );
    const call = request({ socketPath, path, method: 'POST', signal, agent: false }, (response) => {
      text(response).then((answer) => resolve(JSON.parse(answer)), reject);
    });
    call.on('error', reject);
    call.end(body);
  });
}
