import { ErrorCode, RequestError } from '../wire/error-code.ts';
import { OpCode } from '../wire/op-code.ts';
import { ErrorResponse, PathTypeRequest, SetWatches, SetWatches2 } from '../wire/records.ts';
import type { Read } from './reads.ts';

const setWatches: Read = ({ database, client }, reader) => {
  const request = { ...SetWatches.read(reader), persistentWatches: [], persistentRecursiveWatches: [] };
  database.watches.rearm(request, database.tree, client);
  return null;
};

const setWatches2: Read = ({ database, client }, reader) => {
  database.watches.rearm(SetWatches2.read(reader), database.tree, client);
  return null;
};

const addWatch: Read = ({ database, client }, reader) => {
  const { path, type: mode } = PathTypeRequest.read(reader);
  database.watches.watchForGood(path, client, mode);
  return (writer) => ErrorResponse.write(writer, { err: ErrorCode.ok });
};

const checkWatches: Read = ({ database, client }, reader) => {
  const { path, type } = PathTypeRequest.read(reader);
  if (!database.watches.has(path, client, type)) throw new RequestError(ErrorCode.noWatcher);
  return null;
};

const removeWatches: Read = ({ database, client }, reader) => {
  const { path, type } = PathTypeRequest.read(reader);
  if (!database.watches.remove(path, client, type)) throw new RequestError(ErrorCode.noWatcher);
  return null;
};

export const WATCH_REQUESTS: ReadonlyMap<number, Read> = new Map([
  [OpCode.setWatches, setWatches],
  [OpCode.setWatches2, setWatches2],
  [OpCode.addWatch, addWatch],
  [OpCode.checkWatches, checkWatches],
  [OpCode.removeWatches, removeWatches],
]);
