/** What the views show. */
import type { Head, List, Message, Stage } from "@kulti/protocol";
import type { Chapters } from "./chapters.ts";
import type { Control, Place } from "./control.ts";
import type { Picture } from "./picture.ts";
import type { Connection, Problem } from "./source.ts";

export interface PlayerState extends Picture {
  /** The stage at the live edge, after all received events. */
  readonly edge: Stage;
  readonly control: Control;
  /** The place in the picture. */
  readonly position: Place;
  /** True while the player reads the events of the wanted place. */
  readonly isSeeking: boolean;
  readonly chapters: Chapters;
  readonly head: Head | null;
  readonly messages: List<Message>;
  /** `seq` of the last message from before the viewer came. */
  readonly messagesFrom: number;
  /** The number of messages sent by the moment shown. */
  readonly messagesShown: number;
  readonly connection: Connection;
  readonly problem: Problem | null;
  /** The thought that the viewer asked for last. A new object each time. */
  readonly pointed: { readonly seq: number } | null;
}
