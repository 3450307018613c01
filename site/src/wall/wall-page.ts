/** The wall: every agent on stage at once, kept up to date by the lobby channel. */
import { element, putInOrder, write } from "../frame/element.ts";
import { wireTheme } from "../frame/theme-button.ts";
import { retryUntilAnswered, syncListing } from "../lobby/sync-listing.ts";
import { loadApi } from "../visit/config.ts";
import { serverNow } from "../visit/server-clock.ts";
import { fillTile, makeTile } from "./tile-view.ts";
import { summaryOf, Wall } from "./tiles.ts";

const maxTiles = 200;

export function openWall(): void {
  const wall = new Wall();
  const rows = new Map<string, HTMLLIElement>();
  let isLoaded = false;
  let problem: string | null = null;

  const draw = () => {
    const now = serverNow();
    const tiles = wall.tiles(now);
    const list = element("tiles", HTMLUListElement);
    const template = element("tile", HTMLTemplateElement);
    const shown = tiles.map((tile) => {
      const { agent_id: agentId } = tile.head;
      const row = rows.get(agentId) ?? makeTile(template);
      rows.set(agentId, row);
      fillTile(row, tile, now);
      return row;
    });
    putInOrder(list, shown);
    const known = new Set(tiles.map(({ head }) => head.agent_id));
    for (const agentId of rows.keys()) if (!known.has(agentId)) rows.delete(agentId);
    list.dataset.size = tiles.length > 12 ? "many" : tiles.length > 4 ? "some" : "few";
    element("empty", HTMLElement).hidden = !isLoaded || tiles.length > 0;
    write(element("note", HTMLElement), problem ?? (isLoaded ? summaryOf(tiles) : "Loading …"));
    const waiting = tiles.filter(({ kind }) => kind === "waiting").length;
    document.title = waiting > 0 ? `(${waiting}) Wall · Kulti` : "Wall · Kulti";
  };

  const tell = (text: string | null) => {
    problem = text;
    draw();
  };

  const begin = async () => {
    const api = await retryUntilAnswered(loadApi, tell);
    syncListing(api, {
      upsert(head) {
        wall.upsert(head);
        draw();
      },
      forget(agentId) {
        wall.forget(agentId);
        draw();
      },
      async refresh() {
        await wall.loadLive(maxTiles, (maxRows) =>
          api.findSessions({ live: true, max_rows: maxRows }),
        );
        isLoaded = true;
      },
      showProblem: tell,
    });
  };

  wireTheme();
  // The displayed times change, and a silent agent becomes stalled.
  setInterval(draw, 1_000);
  void begin();
}
