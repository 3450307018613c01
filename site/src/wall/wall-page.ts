/** The wall: every agent on stage at once, kept up to date by the lobby channel. */
import { type KultiApi, watchLobby } from "kulti/watch";
import { show_connection } from "../frame/connection.ts";
import { element, put_in_order, write } from "../frame/element.ts";
import { wire_theme } from "../frame/theme-button.ts";
import { load_api } from "../player/config.ts";
import { server_now } from "../player/server-clock.ts";
import { fill_tile, make_tile } from "./tile-view.ts";
import { summary_of, Wall } from "./tiles.ts";

const retry_ms = 5_000;
const most_tiles = 200;

export function open_wall(): void {
  const wall = new Wall();
  const rows = new Map<string, HTMLLIElement>();
  let is_loaded = false;
  let problem: string | null = null;

  const draw = () => {
    const now = server_now();
    const tiles = wall.tiles(now);
    const list = element("tiles", HTMLUListElement);
    const template = element("tile", HTMLTemplateElement);
    const shown = tiles.map((tile) => {
      const { agent_id } = tile.head;
      const row = rows.get(agent_id) ?? make_tile(template);
      rows.set(agent_id, row);
      fill_tile(row, tile, now);
      return row;
    });
    put_in_order(list, shown);
    const known = new Set(tiles.map(({ head }) => head.agent_id));
    for (const agent_id of rows.keys()) if (!known.has(agent_id)) rows.delete(agent_id);
    list.dataset.size = tiles.length > 12 ? "many" : tiles.length > 4 ? "some" : "few";
    element("empty", HTMLElement).hidden = !is_loaded || tiles.length > 0;
    write(element("note", HTMLElement), note_of(is_loaded, problem) ?? summary_of(tiles));
    const waiting = tiles.filter(({ kind }) => kind === "waiting").length;
    document.title = waiting > 0 ? `(${waiting}) Wall · Kulti` : "Wall · Kulti";
  };

  const refresh = async (api: KultiApi) => {
    try {
      for (const head of await api.find_sessions({ live: true, max_rows: most_tiles })) {
        wall.take(head);
      }
      is_loaded = true;
      problem = null;
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
      setTimeout(() => void refresh(api), retry_ms);
    }
    draw();
  };

  const begin = async () => {
    try {
      const api = await load_api();
      void refresh(api);
      watchLobby({
        api,
        handlers: {
          head(head) {
            wall.take(head);
            draw();
          },
          connection: show_connection,
          refresh: () => void refresh(api),
        },
      });
    } catch (error) {
      problem = error instanceof Error ? error.message : String(error);
      draw();
      setTimeout(() => void begin(), retry_ms);
    }
  };

  wire_theme();
  // Time goes on, and who says nothing stalls.
  setInterval(draw, 1_000);
  void begin();
}

function note_of(is_loaded: boolean, problem: string | null): string | null {
  if (problem) return `The server doesn't answer; it is tried again by itself. ${problem}`;
  return is_loaded ? null : "Looking who is there …";
}
