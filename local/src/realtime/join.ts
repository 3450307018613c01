/** Handles a `phx_join`, with the checks and messages of the real server in its order. */
import { AuthorizeError, mayNotRead, type Policies, readPolicies } from "./authorize.ts";
import { Channel } from "./channel.ts";
import type { Context } from "./context.ts";
import { type JoinConfig, parseJoinConfig } from "./join-config.ts";
import type { Peer } from "./peer.ts";
import { scheduleTokenCheck } from "./renew-token.ts";
import { type StoredMessage, storedMessages } from "./replay.ts";
import { isMap, type Ref } from "./serializer.ts";
import { type Claims, TokenError } from "./token.ts";

/** `message` is the reason for the client. */
export class JoinRefused extends Error {
  readonly disconnect: boolean;

  constructor(reason: string, disconnect = false) {
    super(reason);
    this.disconnect = disconnect;
  }
}

/** Rejects with JoinRefused. The channel receives broadcasts from the turn in which this resolves. */
export async function joinChannel(
  context: Context,
  peer: Peer,
  message: { topic: string; joinRef: Ref; payload: unknown },
): Promise<Channel> {
  const { topic, joinRef, payload } = message;
  const name = topic.slice("realtime:".length);
  if (name === "") throw new JoinRefused("TopicNameRequired: You must provide a topic name");
  if (!isMap(payload)) {
    throw new JoinRefused("UnknownErrorOnChannel: expected the join payload to be a map");
  }
  const config = parseJoinConfig(payload);
  checkLimits(context, peer);
  const token = pickToken(payload, peer.token);
  const claims = await verify(context, token);
  const asker = { topic: name, claims, headers: peer.headers };
  const policies = config.private ? await readOrRefuse(context, asker, config) : null;
  const replayed = await replayOrRefuse(context, name, config, policies);
  if (peer.closed) throw new JoinRefused("the client has gone");
  const channel = new Channel({
    context,
    peer,
    topic,
    name,
    joinRef,
    config,
    token,
    claims,
    policies,
    replayed,
  });
  scheduleTokenCheck(channel);
  return channel;
}

function checkLimits({ limits, users, joins }: Context, peer: Peer): void {
  if (!users.has(peer) && users.size >= limits.concurrentUsers) {
    throw new JoinRefused("ConnectionRateLimitReached: Too many connected users");
  }
  if (joins.exceeded) {
    throw new JoinRefused("ClientJoinRateLimitReached: Too many joins per second", true);
  }
  joins.add();
  if (peer.channelCount() >= limits.channelsPerClient) {
    throw new JoinRefused("ChannelRateLimitReached: Too many channels");
  }
}

/** A publishable key is not a JWT: the socket's token then applies. */
function pickToken(
  { access_token: accessToken, userToken }: Record<string, unknown>,
  socketToken: string,
) {
  const sent = typeof accessToken === "string" ? accessToken : userToken;
  if (typeof sent !== "string" || sent.startsWith("sb_")) return socketToken;
  return typeof userToken === "string" ? userToken : sent;
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

async function readOrRefuse(
  context: Context,
  asker: { topic: string; claims: Claims; headers: Record<string, string> },
  config: JoinConfig,
): Promise<Policies> {
  const denied = `Unauthorized: ${mayNotRead(asker.topic)}`;
  const policies = await readPolicies(context.lanes, asker, config.presenceEnabled).catch(
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

async function replayOrRefuse(
  context: Context,
  name: string,
  { replay, ...config }: JoinConfig,
  policies: Policies | null,
): Promise<StoredMessage[]> {
  if (replay === undefined) return [];
  if (policies?.broadcast.read === false) {
    throw new JoinRefused(`Unauthorized: ${mayNotRead(name)}`);
  }
  if (!config.private) {
    throw new JoinRefused("UnableToReplayMessages: Replay is not allowed for public channels");
  }
  if (!isMap(replay)) return [];
  const messages = await storedMessages(context.lanes, name, replay).catch((error) => {
    context.log(`UnableToReplayMessages: ${error.message}`);
    throw new JoinRefused("UnableToReplayMessages: Realtime was unable to replay messages");
  });
  if (!messages) throw new JoinRefused("UnableToReplayMessages: Replay params are not valid");
  return messages;
}
