/** More invented secrets: of vendors, on command lines, in statements, lists and prose. `@` is the place of each. */
import type { Piece, Setting } from "./corpus-pieces.ts";

const uuid: readonly Piece[] = [
  ...([["hex", 8], "-", ["hex", 4], "-", ["hex", 4]] as const),
  ...(["-", ["hex", 4], "-", ["hex", 12]] as const),
];

export const vendorTokens: Record<string, readonly Piece[]> = {
  "pinecone-key": ["pcsk_", ["alphanumeric", 6], "_", ["alphanumeric", 60]],
  "tailscale-key": ["tskey-auth-", ["alphanumeric", 17], "-", ["alphanumeric", 32]],
  "sonar-token": ["sqp_", ["hex", 40]],
  "circleci-token": ["CCIPAT_", ["alphanumeric", 22], "_", ["hex", 40]],
  "launchdarkly-key": ["sdk-", ...uuid],
  "posthog-key": ["phx_", ["alphanumeric", 43]],
  "neon-key": ["napi_", ["small", 60]],
  "render-key": ["rnd_", ["alphanumeric", 28]],
  "alibaba-key-id": ["LTAI", ["alphanumeric", 20]],
  "tencent-key-id": ["AKID", ["alphanumeric", 32]],
  "yandex-key": ["AQVN", ["url", 38]],
  "hubspot-token": ["pat-na1-", ...uuid],
  "artifactory-reference": ["cmVmdGtuO", ["alphanumeric", 55]],
  "sourcegraph-token": ["sgp_", ["hex", 16], "_", ["hex", 40]],
  "lob-key": ["live_", ["hex", 35]],
  "honeycomb-key": ["hcaik_", ["small", 58]],
  "axiom-token": ["xaat-", ...uuid],
  "gitlab-old-runner": ["GR1348941", ["url", 20]],
  "infisical-token": ["st.", ["hex", 24], ".", ["hex", 32], ".", ["hex", 32]],
  "facebook-token": ["EAA", ["alphanumeric", 150]],
  "dropbox-token": ["sl.", ["url", 135]],
  "salesforce-token": ["00D", ["alphanumeric", 12], "!", ["alphanumeric", 96]],
  "trigger-key": ["tr_dev_", ["alphanumeric", 20]],
  "inngest-key": ["signkey-prod-", ["hex", 64]],
  "liveblocks-key": ["sk_prod_", ["url", 60]],
  "elevenlabs-key": ["sk_", ["hex", 48]],
};

const token: readonly Piece[] = [["alphanumeric", 32]];
const password: readonly Piece[] = ["gravel", ["digits", 3], "otter"];
const words = "pistol mirror orbit mango ribbon velvet tundra puzzle harbor canyon ginger falcon";

export const surroundings: Record<string, Setting> = {
  "yaml-blocks": {
    pieces: password,
    texts: [
      "db:\n  password: >-\n    @\n  host: x\n",
      "db:\n  password: |\n    @\n  host: x\n",
      "password: &shared @\nother: *shared\n",
      "password: !!str @\n",
    ],
  },
  "toml-block": { pieces: token, texts: ['token = """@"""\n', 'token = """\n@"""\n'] },
  lists: {
    pieces: token,
    texts: [
      '"tokens": ["@", "x"]\n',
      '"api_keys": [\n  "first-one-is-not-it",\n  "@"\n]\n',
      '"api_keys": ["one", "two", "@"]\n',
      "secrets:\n  - @\n  - other\n",
      "api_keys:\n  - first\n  - @\n",
    ],
  },
  statements: {
    pieces: password,
    texts: [
      "CREATE USER app IDENTIFIED BY '@';\n",
      "ALTER USER app IDENTIFIED WITH mysql_native_password BY '@';\n",
      'GRANT ALL ON x TO u IDENTIFIED BY "@";\n',
      "CREATE LOGIN app WITH PASSWORD = N'@';\n",
      "CREATE USER app IDENTIFIED BY @;\n",
      "sqlplus system/@\u0040db\n",
      "requirepass @\n",
      "masterauth @\n",
    ],
  },
  devices: {
    pieces: password,
    texts: [
      "snmp-server community @ RO\n",
      "enable secret 0 @\n",
      "username admin password 0 @\n",
      'network={\n  ssid="Home"\n  psk="@"\n}\n',
      "nmcli dev wifi connect Home password @\n",
    ],
  },
  "password-hashes": {
    pieces: [["alphanumeric", 53]],
    texts: ["hash: $2b$12$@\n", "root:$6$saltsalt$@:19000:0:99999:7:::\n"],
  },
  commands: {
    pieces: password,
    texts: [
      "mongosh -u admin -p @ --host db\n",
      "ldapsearch -x -D cn=admin -w @ -b dc=x\n",
      "zip -P @ a.zip b\n",
      "7z x a.7z -p@\n",
      "openssl enc -aes-256-cbc -k @ -in x\n",
      "security unlock-keychain -p @ login.keychain\n",
      "keytool -genkey -storepass @\n",
      "keytool -genkey -keypass @\n",
      "smbclient //h/s -U 'ada%@'\n",
      "lftp -u ada,@ sftp.example.com\n",
      "http -a ada:@ GET example.com/y\n",
      "echo @ | docker login --username ada --password-stdin\n",
      "$Password = ConvertTo-SecureString '@' -AsPlainText -Force\n",
    ],
  },
  "command-tokens": {
    pieces: [["hex", 40]],
    texts: [
      "wandb login @\n",
      "snyk auth @\n",
      "gh secret set DEPLOY_KEY --body '@'\n",
      "mvn sonar:sonar -Dsonar.login=@\n",
      "set -gx GITHUB_PAT @\n",
      "Authorization: SSWS @\n",
      "X-Honeycomb-Team: @\n",
    ],
  },
  calls: {
    pieces: token,
    texts: [
      'props.setProperty("password", "@");\n',
      "select set_config('app.jwt_secret', '@', false);\n",
      '.password("@")\n',
      'client.bearer_auth("@")\n',
      'api_key: str = "@"\n',
      'let token: &str = "@";\n',
      'variable "db_password" {\n  default = "@"\n}\n',
    ],
  },
  markup: {
    pieces: token,
    texts: [
      '<string name="api_key">@</string>\n',
      "<key>apiToken</key>\n<string>@</string>\n",
      '{"key":"password","value":"@","type":"string"}\n',
      'Content-Disposition: form-data; name="password"\r\n\r\n@\r\n--b\n',
      "document.cookie = 'session=@'\n",
    ],
  },
  prose: {
    pieces: token,
    texts: [
      "Use API key @ for staging.\n",
      "password for root: @\n",
      "Your temporary password is: @\n",
      "The access token: @\n",
    ],
  },
  "seed-phrase": {
    pieces: [words],
    texts: ["seed phrase: @\n", 'MNEMONIC="@"\n', "The recovery phrase is @\n"],
  },
};
