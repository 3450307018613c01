/** Everything between a `phx_join` and its answer; checks and texts in the real server's order. */
import { AuthorizeError, may_not_read, type Policies, read_policies } from "./authorize.ts";
import { Channel } from "./channel.ts";
import type { Context } from "./context.ts";
import { type JoinConfig, parse_join_config } from "./join-config.ts";
import type { Peer } from "./peer.ts";
import { schedule_token_check } from "./renew-token.ts";
import { type StoredMessage, stored_messages } from "./replay.ts";
import { is_map, type Ref } from "./serializer.ts";
import { type Claims, TokenError } from "./token.ts";

/** `message` is the reason that the client is told. */
export class JoinRefused extends Error {
  readonly disconnect: boolean;

  constructor(reason: string, disconnect = false) {
    super(reason);
    this.disconnect = disconnect;
  }
}

/** Rejects with JoinRefused. The channel receives broadcasts from the turn in which this resolves. */
export async function join_channel(
  context: Context,
  peer: Peer,
  message: { topic: string; join_ref: Ref; payload: unknown },
): Promise<Channel> {
  const { topic, join_ref, payload } = message;
  const name = topic.slice("realtime:".length);
  if (name === "") throw new JoinRefused("TopicNameRequired: You must provide a topic name");
  if (!is_map(payload)) {
    throw new JoinRefused("UnknownErrorOnChannel: expected the join payload to be a map");
  }
  const config = parse_join_config(payload);
  check_limits(context, peer);
  const token = pick_token(payload, peer.token);
  const claims = await verify(context, token);
  const asker = { topic: name, claims, headers: peer.headers };
  const policies = config.private ? await read_or_refuse(context, asker, config) : null;
  const replayed = await replay_or_refuse(context, name, config, policies);
  if (peer.closed) throw new JoinRefused("the client has gone");
  const channel = new Channel({
    context,
    peer,
    topic,
    name,
    join_ref,
    config,
    token,
    claims,
    policies,
    replayed,
  });
  schedule_token_check(channel);
  return channel;
}

function check_limits({ limits, users, joins }: Context, peer: Peer): void {
  if (!users.has(peer) && users.size >= limits.concurrent_users) {
    throw new JoinRefused("ConnectionRateLimitReached: Too many connected users");
  }
  if (joins.exceeded) {
    throw new JoinRefused("ClientJoinRateLimitReached: Too many joins per second", true);
  }
  joins.add();
  if (peer.channel_count() >= limits.channels_per_client) {
    throw new JoinRefused("ChannelRateLimitReached: Too many channels");
  }
}

/** A publishable key is no JWT: the token of the socket counts then. */
function pick_token({ access_token, user_token }: Record<string, unknown>, socket_token: string) {
  const sent = typeof access_token === "string" ? access_token : user_token;
  if (typeof sent !== "string" || sent.startsWith("sb_")) return socket_token;
  return typeof user_token === "string" ? user_token : sent;
}

async function verify({ verify }: Context, token: string): Promise<Claims> {
  return verify(token).catch((error) => {
    if (!(error instanceof TokenError)) throw error;
    const codes: Partial<Record<TokenError["problem"], string>> = {
      expired_token: "InvalidJWTToken",
      missing_claims: "InvalidJWTToken",
      token_malformed: "MalformedJWT",
      signature_error: "JwtSignatureError",
      error_generating_signer: "JwtSignerError",
    };
    const code = codes[error.problem];
    throw new JoinRefused(code ? `${code}: ${error.message}` : "Unknown Error on Channel");
  });
}

async function read_or_refuse(
  context: Context,
  asker: { topic: string; claims: Claims; headers: Record<string, string> },
  config: JoinConfig,
): Promise<Policies> {
  const denied = `Unauthorized: ${may_not_read(asker.topic)}`;
  const policies = await read_policies(context.lanes, asker, config.presence_enabled).catch(
    (error) => {
      if (!(error instanceof AuthorizeError)) throw error;
      if (error.kind === "rls") context.log(`RlsPolicyError: ${error.message}`);
      const reasons = {
        rls: denied,
        query_canceled: `QueryCanceled: ${error.message}`,
        missing_partition: `MissingPartition: ${error.message}`,
        unavailable: `UnableToConnectToProject: ${error.message}`,
      };
      throw new JoinRefused(reasons[error.kind]);
    },
  );
  if (!policies.broadcast.read && !policies.presence.read) throw new JoinRefused(denied);
  return policies;
}

async function replay_or_refuse(
  context: Context,
  name: string,
  { replay, ...config }: JoinConfig,
  policies: Policies | null,
): Promise<StoredMessage[]> {
  if (replay === undefined) return [];
  if (policies?.broadcast.read === false) {
    throw new JoinRefused(`Unauthorized: ${may_not_read(name)}`);
  }
  if (!config.private) {
    throw new JoinRefused("UnableToReplayMessages: Replay is not allowed for public channels");
  }
  if (!is_map(replay)) return [];
  const messages = await stored_messages(context.lanes, name, replay).catch((error) => {
    context.log(`UnableToReplayMessages: ${error.message}`);
    throw new JoinRefused("UnableToReplayMessages: Realtime was unable to replay messages");
  });
  if (!messages) throw new JoinRefused("UnableToReplayMessages: Replay params are not valid");
  return messages;
}
