/** One node of a gateway, as it is looked for. */
export interface ServerAddress {
  /** Path of the server space. */
  readonly space: string;
  readonly host: string;
  readonly port: number;
}
