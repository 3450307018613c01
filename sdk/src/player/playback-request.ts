/** What a link asks of the player: the moment to show and how to play from there. */
export interface PlaybackRequest {
  /** Session time. */
  ms: number | null;
  seq: number | null;
  speed: number | null;
  skipsIdle: boolean | null;
  autoplay: boolean;
}

export const noRequest: PlaybackRequest = {
  ms: null,
  seq: null,
  speed: null,
  skipsIdle: null,
  autoplay: false,
};
