import { useState } from "react";
import { avatar_source } from "../player/avatar-source.ts";
import { initials_of } from "../player/initials.ts";

export function Avatar({ name, url }: { name: string; url: string | null }) {
  const [failed_url, set_failed_url] = useState<string | null>(null);
  const picture = url !== failed_url ? avatar_source(url) : null;
  return (
    <span className="avatar" aria-hidden="true">
      {picture ? (
        <img
          src={picture}
          alt=""
          referrerPolicy="no-referrer"
          decoding="async"
          onError={() => set_failed_url(url)}
        />
      ) : (
        initials_of(name)
      )}
    </span>
  );
}
