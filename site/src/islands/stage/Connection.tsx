import { lastActivityAt } from "kulti/player";
import { agoText, dateAndClockText } from "../../text/time.ts";
import { useSlice } from "../hooks/stage-context.ts";
import { useConnectionStatus } from "../hooks/use-connection-status.ts";
import { useNow } from "../hooks/use-now.ts";

const explanations = {
  connecting: "Joining the session's channel",
  "catching up": "Reading the events so far",
  live: "Showing everything so far",
  rewound: "Showing an earlier moment; the session continues",
  replay: "The session is over; showing an earlier moment",
  reconnecting: "The connection was lost; the page will catch up once it is back",
  offline: "The server doesn't answer; retrying automatically",
  ended: "The session is over",
};

export function Connection() {
  const status = useConnectionStatus();
  const last = useSlice((state) => lastActivityAt(state.edge, state.head));
  const now = useNow(30_000);
  return (
    <span className="connection-fact">
      <span
        className="connection"
        data-testid="connection"
        data-state={status.replace(" ", "_")}
        title={explanations[status]}
      >
        {status}
      </span>
      {status === "ended" && last !== null && (
        <time
          className="fact"
          dateTime={new Date(last).toISOString()}
          title={dateAndClockText(new Date(last).toISOString())}
        >
          {agoText(now - last)}
        </time>
      )}
    </span>
  );
}
