import { EventEmitter } from 'node:events';
import type { ZkHandleConfig, ZkHandleConstructor, ZkHandle, NodeWatcher } from '../client/handle.ts';

type Answer = (rc: number, ...values: readonly unknown[]) => void;

export interface FakeCall {
  readonly operation: string;
  readonly args: readonly unknown[];
  readonly answer: Answer;
  readonly watcher: NodeWatcher | undefined;
}

/** A handle on a string: the test answers its calls and makes its events. */
export class FakeHandle extends EventEmitter {
  readonly config: ZkHandleConfig;
  readonly calls: FakeCall[] = [];
  readonly servers: string[] = [];
  readonly credentials: string[] = [];
  client_id = '1';
  client_password = '00';
  timeout = 3_000;
  isClosed = false;
  /** What issuing an operation returns; anything but 0 means that it was not sent. */
  issueCode = 0;

  constructor(config: ZkHandleConfig) {
    super();
    this.config = config;
  }

  init(): void {}

  async close(): Promise<void> {
    if (this.isClosed) return;
    this.isClosed = true;
    this.emit('close', this, 0);
  }

  connect(): void {
    this.emit('connect', this);
  }

  disconnect(): void {
    this.emit('connecting', this);
  }

  /** An expired handle closes by itself. */
  expire(code = -112): void {
    this.isClosed = true;
    this.emit('close', this, code);
  }

  set_servers(servers: string): number {
    this.servers.push(servers);
    return 0;
  }

  add_auth(scheme: string, auth: string): number {
    this.credentials.push(`${scheme} ${auth}`);
    return 0;
  }

  /** The calls of one kind that wait for an answer. */
  pending(operation: string): readonly FakeCall[] {
    return this.calls.filter((call) => call.operation === operation);
  }

  take(operation: string): FakeCall {
    const index = this.calls.findIndex((call) => call.operation === operation);
    const [call] = index < 0 ? [] : this.calls.splice(index, 1);
    if (call === undefined) throw new Error(`no ${operation} is waiting for an answer`);
    return call;
  }

  issue(operation: string, args: readonly unknown[]): number {
    const done = args.at(-1) as (rc: number, text: string, ...values: unknown[]) => void;
    const watcher = args.find((arg, i) => typeof arg === 'function' && i < args.length - 1);
    const answer: Answer = (rc, ...values) => done(rc, `code ${rc}`, ...values);
    if (this.issueCode === 0) {
      this.calls.push({ operation, args, answer, watcher: watcher as NodeWatcher | undefined });
    }
    return this.issueCode;
  }
}

const operations = [
  'a_create',
  'a_exists',
  'aw_exists',
  'a_get',
  'aw_get',
  'a_get_children',
  'aw_get_children',
  'a_set',
  'a_delete_',
  'a_sync',
  'a_set_acl',
] as const;

for (const operation of operations) {
  Object.defineProperty(FakeHandle.prototype, operation, {
    value(this: FakeHandle, ...args: readonly unknown[]): number {
      return this.issue(operation, args);
    },
  });
}

/** A constructor for `openDiscovery` and the client, and every handle it made. */
export function fakeHandles(): { readonly handle: ZkHandleConstructor; readonly handles: FakeHandle[] } {
  const handles: FakeHandle[] = [];
  const handle = function make(config: ZkHandleConfig): ZkHandle {
    const made = new FakeHandle(config);
    handles.push(made);
    return made as unknown as ZkHandle;
  } as unknown as ZkHandleConstructor;
  return { handle, handles };
}
