/** The parts of the stage get the player from the context. Each reads the slice of the state that it shows. */
import type { Player, PlayerState, Store } from "kulti/player";
import { createContext, useContext, useSyncExternalStore } from "react";
import type { Chat } from "../../visit/chat.ts";

export interface OnStage {
  player: Player;
  chat: Chat;
}

export const StageContext = createContext<OnStage | null>(null);

export function useOnStage(): OnStage {
  const onStage = useContext(StageContext);
  if (!onStage) throw new Error("This part of the page needs a session to show.");
  return onStage;
}

export const usePlayer = (): Player => useOnStage().player;

export function useStore<State>(store: Store<State>): State {
  return useSyncExternalStore(store.subscribe, store.get);
}

/** `select` must return the same object as long as nothing has changed. */
export function useSlice<Slice>(select: (state: PlayerState) => Slice): Slice {
  const { store } = usePlayer();
  return useSyncExternalStore(store.subscribe, () => select(store.get()));
}
