/** The wall: every agent on stage at once, kept up to date by the lobby channel. */
import { element, put_in_order, write } from "../frame/element.ts";
import { wire_theme } from "../frame/theme-button.ts";
import { follow_lobby, until_answered } from "../lobby/follow.ts";
import { load_api } from "../player/config.ts";
import { server_now } from "../player/server-clock.ts";
import { fill_tile, make_tile } from "./tile-view.ts";
import { summary_of, Wall } from "./tiles.ts";

const most_tiles = 200;

export function open_wall(): void {
  const wall = new Wall();
  const rows = new Map<string, HTMLLIElement>();
  let is_loaded = false;
  let trouble: string | null = null;

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
    write(
      element("note", HTMLElement),
      trouble ?? (is_loaded ? summary_of(tiles) : "Looking who is there …"),
    );
    const waiting = tiles.filter(({ kind }) => kind === "waiting").length;
    document.title = waiting > 0 ? `(${waiting}) Wall · Kulti` : "Wall · Kulti";
  };

  const tell = (text: string | null) => {
    trouble = text;
    draw();
  };

  const begin = async () => {
    const api = await until_answered(load_api, tell);
    follow_lobby(api, {
      take(head) {
        wall.take(head);
        draw();
      },
      forget(agent_id) {
        wall.forget(agent_id);
        draw();
      },
      async refresh() {
        await wall.take_live(most_tiles, (max_rows) => api.find_sessions({ live: true, max_rows }));
        is_loaded = true;
      },
      trouble: tell,
    });
  };

  wire_theme();
  // Time goes on, and who says nothing stalls.
  setInterval(draw, 1_000);
  void begin();
}
