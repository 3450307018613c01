import { useState } from "react";
import { avatarSource } from "../player/avatar-source.ts";
import { initialsOf } from "../player/initials.ts";

export function Avatar({ name, url }: { name: string; url: string | null }) {
  const [failedUrl, setFailedUrl] = useState<string | null>(null);
  const picture = url !== failedUrl ? avatarSource(url) : null;
  return (
    <span className="avatar" aria-hidden="true">
      {picture ? (
        <img
          src={picture}
          alt=""
          referrerPolicy="no-referrer"
          decoding="async"
          onError={() => setFailedUrl(url)}
        />
      ) : (
        initialsOf(name)
      )}
    </span>
  );
}
