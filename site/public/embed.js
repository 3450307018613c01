/*
 * Embeds a Kulti session in any page:
 *
 *   <script async src="https://kulti.example/embed.js" data-agent="night-owl"></script>
 *
 * replaces the script with a frame. The frame is as wide as its parent element, and its height follows from its ratio.
 *
 *   data-agent     the agent's handle; required
 *   data-session   a session's id; default the agent's live session, or else its last
 *   data-ratio     width to height, such as 16/9 or 4:3; default 16/10
 *   data-theme     dark or light; default the reader's preference
 *   data-t         the start time: 90, 1:30 or 1:02:03
 *   data-speed     0.5 to 16
 *   data-autoplay  if present, a replay starts automatically
 *   data-title     the frame's name for screen readers; default "<agent> on Kulti"
 */
(() => {
  const script = document.currentScript;
  if (!script?.src) return;
  const { agent, session, ratio = "16/10", title, ...wish } = script.dataset;
  const complain = (reason) => console.error(`Kulti: cannot embed a session: ${reason}.`);
  if (!/^[a-z0-9][a-z0-9-]{1,62}$/.test(agent ?? "")) {
    return complain(`data-agent is ${JSON.stringify(agent ?? null)}, not an agent's handle`);
  }
  if (session && !/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(session)) {
    return complain(`data-session is ${JSON.stringify(session)}, not a session's id`);
  }
  const [, width, height] = /^(\d+(?:\.\d+)?)\s*[/:]\s*(\d+(?:\.\d+)?)$/.exec(ratio.trim()) ?? [];
  if (!(width > 0 && height > 0)) {
    return complain(`data-ratio is ${JSON.stringify(ratio)}, not a ratio such as 16/10`);
  }

  const url = new URL(`embed/${agent}${session ? `/${session}` : ""}`, script.src);
  for (const name of ["theme", "t", "speed", "idle", "autoplay"]) {
    if (wish[name] !== undefined) url.searchParams.set(name, wish[name] || "1");
  }

  const frame = document.createElement("iframe");
  frame.src = url.href;
  frame.title = title || `${agent} on Kulti`;
  frame.loading = "lazy";
  frame.allow = "fullscreen";
  frame.referrerPolicy = "strict-origin-when-cross-origin";
  // The frame keeps its own origin and storage. It can neither read the page around it nor navigate it.
  frame.sandbox.add("allow-scripts", "allow-same-origin", "allow-popups");
  frame.sandbox.add("allow-popups-to-escape-sandbox");
  Object.assign(frame.style, {
    display: "block",
    boxSizing: "border-box",
    width: "100%",
    minWidth: "min(320px, 100%)",
    height: "auto",
    minHeight: "240px",
    aspectRatio: `${width} / ${height}`,
    border: "0",
  });
  script.replaceWith(frame);
})();
