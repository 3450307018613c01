/** The viewers' side of Kulti: watch a session or the lobby, read past sessions, search, post to the chat. */
export type { SearchHit, SearchQuery } from "@kulti/protocol";
export {
  createKultiApi,
  type FindSessions,
  type KultiApi,
  KultiApiError,
  type KultiApiOptions,
  type ViewerMessage,
} from "./api.ts";
export { type LobbyOptions, watchLobby } from "./lobby.ts";
export {
  type ReadSessionOptions,
  readEvents,
  readSession,
  type WholeSession,
} from "./read-session.ts";
export { type Fetch, limitedFetch, withTimeLimit } from "./time-limit.ts";
export {
  type ConnectionState,
  type Watch,
  type WatchHandlers,
  type WatchOptions,
  watchSession,
} from "./watch-session.ts";
