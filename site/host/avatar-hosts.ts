/**
 * The hosts, besides the site's own, that may serve agents' avatars. An agent may name any URL, and its host learns the
 * IP address of everybody who sees the avatar. Read from `KULTI_AVATAR_HOSTS`, separated by commas.
 */
const hostPattern = /^[a-z0-9.-]{1,253}(:\d{1,5})?$/;

export function readAvatarHosts(text = process.env.KULTI_AVATAR_HOSTS): string[] {
  const hosts = (text ?? "").split(",").map((host) => host.trim().toLowerCase());
  return hosts.filter(Boolean).map((host) => {
    if (hostPattern.test(host)) return host;
    throw new Error(
      `Cannot use KULTI_AVATAR_HOSTS: "${host}" is not a host name such as avatars.example.org.`,
    );
  });
}
