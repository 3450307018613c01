import type { Head } from "@kulti/protocol";

/** Only one line, because the viewer may want to finish this session. */
export function NewerSession({ head }: { head: Head }) {
  return (
    <p className="newer" role="status">
      A new session has begun
      {head.task ? (
        <>
          : <bdi>{head.task.title}</bdi>
        </>
      ) : null}{" "}
      — <a href={`/watch/${head.agent_id}`}>watch it</a>
    </p>
  );
}
