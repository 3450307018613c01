import { rateOf, speeds } from "kulti/player";
import { Check } from "lucide-react";
import { usePlayer, useSlice } from "../hooks/stage-context.ts";
import { Menu } from "../parts/Menu.tsx";

const speedText = (speed: number): string => `${speed}×`.replace("0.5", "½");

/** The speed, whether to shorten idle stretches, and the help on keys. */
export function SpeedMenu({ showHelp }: { showHelp: () => void }) {
  const player = usePlayer();
  const speed = useSlice((state) => state.control.speed);
  const rate = useSlice((state) => rateOf(state.control));
  const skipsIdle = useSlice((state) => state.control.skipsIdle);
  return (
    <Menu
      face={<span className="figure">{speedText(rate)}</span>}
      title="Speed"
      label="Speed"
      testId="speed"
      className="speed"
      data={{ "data-speed": speed }}
    >
      {(close) => (
        <>
          <fieldset className="speeds">
            <legend>Speed</legend>
            {speeds.map((one) => (
              <button
                key={one}
                type="button"
                className="figure"
                aria-current={one === speed}
                onClick={() => {
                  player.send({ kind: "speed", speed: one });
                  close();
                }}
              >
                {speedText(one)}
              </button>
            ))}
          </fieldset>
          <button
            type="button"
            className="menu-entry"
            role="switch"
            aria-checked={skipsIdle}
            data-testid="idle"
            onClick={() => player.send({ kind: "idle", skips: !skipsIdle })}
          >
            <span className="menu-check">{skipsIdle && <Check className="icon" />}</span>
            Shorten idle stretches
          </button>
          <button
            type="button"
            className="menu-entry"
            onClick={() => {
              close();
              showHelp();
            }}
          >
            <span className="menu-check" />
            Keys <kbd>?</kbd>
          </button>
        </>
      )}
    </Menu>
  );
}
