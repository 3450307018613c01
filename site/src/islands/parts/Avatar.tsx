import { useState } from "react";
import { initialsOf } from "../../text/initials.ts";
import { avatarSource } from "../../visit/avatar-source.ts";

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
