import { encodePacket, OpCode, RequestHeader, SetWatches } from '@senbon/zookeeper-embedded/wire';
import { MAX_REQUEST_BYTES } from './requests.ts';
import { WatchKind, type WatchTable } from './watch-table.ts';

export const SET_WATCHES_XID = -8;
/** A server refuses requests of more than a megabyte, so many watches go in several. */
const MAX_PATH_BYTES = 128 * 1024;

/** The packets that make a server hold these watches again. What has happened since `zxid` fires them at once. */
export function setWatches(table: WatchTable, zxid: number): Buffer[] {
  const batches: Record<WatchKind, string[]>[] = [];
  let room = 0;
  for (const kind of Object.values(WatchKind)) {
    for (const path of table.paths(kind)) {
      if (batches.length === 0 || room <= 0) {
        batches.push({ data: [], exist: [], child: [] });
        room = MAX_PATH_BYTES;
      }
      batches.at(-1)?.[kind].push(path);
      room -= path.length;
    }
  }
  return batches.map((batch) =>
    encodePacket(MAX_REQUEST_BYTES, (writer) => {
      RequestHeader.write(writer, { xid: SET_WATCHES_XID, type: OpCode.setWatches });
      const { data: dataWatches, exist: existWatches, child: childWatches } = batch;
      SetWatches.write(writer, { relativeZxid: zxid, dataWatches, existWatches, childWatches });
    }),
  );
}
