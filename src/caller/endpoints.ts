// Generated from openapi/openapi.json by `npm run generate`. Do not edit.
import type { Endpoint } from './endpoint.ts'

export const endpoints: readonly Endpoint[] = [{
  words: ["providers"], method: "GET", path: "/v1/providers",
  summary: "List providers", traits: ["page"],
  query: [], body: null
}, {
  words: ["accounts"], method: "GET", path: "/v1/accounts",
  summary: "List accounts", traits: ["page"],
  query: [], body: null
}, {
  words: ["account","get"], method: "GET", path: "/v1/{account}",
  summary: "Get an account", traits: [],
  query: [], body: null
}, {
  words: ["servers"], method: "GET", path: "/v1/servers",
  summary: "List servers of all accounts", traits: ["page","limits"],
  query: [
    {"name":"accounts","kind":"text","about":"Account ids separated by commas, such as glesys-lab,vm6. Default: all accounts of the key"},
    {"name":"deadline_ms","kind":"number","about":"Milliseconds after which accounts that have not answered are left out; also limits a stream"},
    {"name":"status","kind":"text","about":"One or more states, separated by commas: running,stopped"},
    {"name":"name","kind":"text","about":"The exact name"},
    {"name":"q","kind":"text","about":"Substring of the name, the id or an address, case-insensitive"},
    {"name":"ip","kind":"text","about":"An address of the server, such as 2.58.28.45"},
    {"name":"region","kind":"text","about":"A region's id"},
    {"name":"owner","kind":"text","about":"An owner's id"},
    {"name":"tag","kind":"text","about":"A tag"},
    {"name":"sort","kind":"text","about":"Sort order; prefix with - for descending. Servers without a creation time come first","choices":["id","-id","name","-name","created_at","-created_at"]},
    {"name":"include","kind":"text","about":"raw adds the provider's own object with secrets redacted","choices":["raw"]}
  ],
  body: null
}, {
  words: ["servers"], method: "GET", path: "/v1/{account}/servers",
  summary: "List servers", traits: ["page","limits"],
  query: [
    {"name":"status","kind":"text","about":"One or more states, separated by commas: running,stopped"},
    {"name":"name","kind":"text","about":"The exact name"},
    {"name":"q","kind":"text","about":"Substring of the name, the id or an address, case-insensitive"},
    {"name":"ip","kind":"text","about":"An address of the server, such as 2.58.28.45"},
    {"name":"region","kind":"text","about":"A region's id"},
    {"name":"owner","kind":"text","about":"An owner's id"},
    {"name":"tag","kind":"text","about":"A tag"},
    {"name":"sort","kind":"text","about":"Sort order; prefix with - for descending. Servers without a creation time come first","choices":["id","-id","name","-name","created_at","-created_at"]},
    {"name":"include","kind":"text","about":"raw adds the provider's own object with secrets redacted","choices":["raw"]}
  ],
  body: null
}, {
  words: ["server","create"], method: "POST", path: "/v1/{account}/servers",
  summary: "Create a server", traits: ["plans","waits","keyed"],
  query: [], body: [
    {"name":"name","kind":"text","about":"","isRequired":true},
    {"name":"region","kind":"text","about":""},
    {"name":"plan","kind":"text","about":"The id of a plan; instead of cpus and memory_mib"},
    {"name":"cpus","kind":"number","about":""},
    {"name":"memory_mib","kind":"number","about":""},
    {"name":"disk_gib","kind":"number","about":"Can be combined with plan if `accepts` lists it"},
    {"name":"image","kind":"text","about":"","isRequired":true},
    {"name":"ssh_keys","kind":"list","about":"Public keys or key ids, depending on the provider; see `note` of the capability"},
    {"name":"user_data","kind":"text","about":""},
    {"name":"password","kind":"text","about":"","isSecret":true},
    {"name":"networks","kind":"list","about":""},
    {"name":"owner","kind":"text","about":""},
    {"name":"tags","kind":"list","about":""},
    {"name":"protected","kind":"flag","about":""},
    {"name":"options","kind":"json","about":"Provider-specific options; unknown ones are rejected"}
  ]
}, {
  words: ["server","get"], method: "GET", path: "/v1/{account}/servers/{id}",
  summary: "Get a server", traits: [],
  query: [
    {"name":"include","kind":"text","about":"raw adds the provider's own object with secrets redacted","choices":["raw"]}
  ],
  body: null
}, {
  words: ["server","delete"], method: "DELETE", path: "/v1/{account}/servers/{id}",
  summary: "Delete a server", traits: ["plans","waits","keyed","destroys"],
  query: [
    {"name":"confirm","kind":"text","about":"The name of the server, as a confirmation; required if the account sets guard.confirm_delete"},
    {"name":"keep_addresses","kind":"flag","about":"true: keep its addresses reserved and billed. Supported by: GleSYS"},
    {"name":"recycle","kind":"flag","about":"true: keep the server in the provider's recycle bin. Supported by: OneCloud (Cloudpods)"}
  ],
  body: null
}, {
  words: ["server","change"], method: "PATCH", path: "/v1/{account}/servers/{id}",
  summary: "Update a server", traits: ["plans","waits","keyed"],
  query: [], body: [
    {"name":"name","kind":"text","about":""},
    {"name":"protected","kind":"flag","about":"Deletion protection"}
  ]
}, {
  words: ["server","resize"], method: "POST", path: "/v1/{account}/servers/{id}/resize",
  summary: "Resize a server", traits: ["plans","waits","keyed"],
  query: [], body: [
    {"name":"plan","kind":"text","about":"The id of a plan; instead of cpus and memory_mib"},
    {"name":"cpus","kind":"number","about":""},
    {"name":"memory_mib","kind":"number","about":""},
    {"name":"disk_gib","kind":"number","about":"Can be combined with plan if `accepts` lists it"},
    {"name":"restart","kind":"flag","about":"Allows the server to be restarted"}
  ]
}, {
  words: ["server","rebuild"], method: "POST", path: "/v1/{account}/servers/{id}/rebuild",
  summary: "Rebuild a server", traits: ["plans","waits","keyed","destroys"],
  query: [
    {"name":"confirm","kind":"text","about":"The name of the server, as a confirmation; required if the account sets guard.confirm_delete"}
  ],
  body: [
    {"name":"image","kind":"text","about":"","isRequired":true},
    {"name":"password","kind":"text","about":"","isSecret":true},
    {"name":"ssh_keys","kind":"list","about":""}
  ]
}, {
  words: ["server","rescue"], method: "POST", path: "/v1/{account}/servers/{id}/rescue",
  summary: "Enter rescue mode", traits: ["plans","waits","keyed"],
  query: [], body: []
}, {
  words: ["server","unrescue"], method: "POST", path: "/v1/{account}/servers/{id}/unrescue",
  summary: "Leave rescue mode", traits: ["plans","waits","keyed"],
  query: [], body: []
}, {
  words: ["server","password"], method: "POST", path: "/v1/{account}/servers/{id}/password",
  summary: "Set the administrator password", traits: ["plans","waits","keyed"],
  query: [], body: [
    {"name":"password","kind":"text","about":"Omitted only if the provider generates one","isSecret":true}
  ]
}, {
  words: ["server","start"], method: "POST", path: "/v1/{account}/servers/{id}/start",
  summary: "Start a server", traits: ["plans","waits","keyed"],
  query: [], body: []
}, {
  words: ["server","stop"], method: "POST", path: "/v1/{account}/servers/{id}/stop",
  summary: "Stop a server", traits: ["plans","waits","keyed"],
  query: [], body: [
    {"name":"force","kind":"flag","about":"Power off or reset without involving the guest system; 400 if the provider does not support it"}
  ]
}, {
  words: ["server","reboot"], method: "POST", path: "/v1/{account}/servers/{id}/reboot",
  summary: "Reboot a server", traits: ["plans","waits","keyed"],
  query: [], body: [
    {"name":"force","kind":"flag","about":"Power off or reset without involving the guest system; 400 if the provider does not support it"}
  ]
}, {
  words: ["server","console"], method: "POST", path: "/v1/{account}/servers/{id}/console",
  summary: "Open a console", traits: ["plans"],
  query: [], body: []
}, {
  words: ["snapshots"], method: "GET", path: "/v1/{account}/servers/{id}/snapshots",
  summary: "List snapshots", traits: ["page","limits"],
  query: [], body: null
}, {
  words: ["snapshot","create"], method: "POST", path: "/v1/{account}/servers/{id}/snapshots",
  summary: "Create a snapshot", traits: ["plans","waits","keyed"],
  query: [], body: [
    {"name":"name","kind":"text","about":"","isRequired":true}
  ]
}, {
  words: ["snapshot","restore"], method: "POST", path: "/v1/{account}/servers/{id}/snapshots/{snapshot}/restore",
  summary: "Restore a snapshot", traits: ["plans","waits","keyed","destroys"],
  query: [
    {"name":"confirm","kind":"text","about":"The name of the server, as a confirmation; required if the account sets guard.confirm_delete"}
  ],
  body: []
}, {
  words: ["snapshot","delete"], method: "DELETE", path: "/v1/{account}/servers/{id}/snapshots/{snapshot}",
  summary: "Delete a snapshot", traits: ["plans","waits","keyed","destroys"],
  query: [
    {"name":"confirm","kind":"text","about":"The name of the server, as a confirmation; required if the account sets guard.confirm_delete"}
  ],
  body: null
}, {
  words: ["addresses"], method: "GET", path: "/v1/{account}/servers/{id}/addresses",
  summary: "List the addresses of a server", traits: ["page","limits"],
  query: [], body: null
}, {
  words: ["address","attach"], method: "POST", path: "/v1/{account}/servers/{id}/addresses",
  summary: "Attach addresses", traits: ["plans","waits","keyed"],
  query: [], body: [
    {"name":"addresses","kind":"list","about":"IP addresses, or the provider's ids of addresses","isRequired":true}
  ]
}, {
  words: ["addresses"], method: "GET", path: "/v1/{account}/addresses",
  summary: "List addresses", traits: ["page","limits"],
  query: [], body: null
}, {
  words: ["address","detach"], method: "DELETE", path: "/v1/{account}/servers/{id}/addresses/{address}",
  summary: "Detach an address", traits: ["plans","waits","keyed"],
  query: [], body: null
}, {
  words: ["address","ptr"], method: "PUT", path: "/v1/{account}/addresses/{address}/ptr",
  summary: "Set the reverse DNS name", traits: ["plans","keyed"],
  query: [], body: [
    {"name":"ptr","kind":"text","about":"null: reset to the provider's default name, or none","isRequired":true,"isNullable":true}
  ]
}, {
  words: ["images"], method: "GET", path: "/v1/{account}/images",
  summary: "List images", traits: ["page","limits"],
  query: [
    {"name":"region","kind":"text","about":"The id of a region. Supported by: Heficed Kronos Cloud (required), Fleio, VMmanager 6, DigitalOcean"},
    {"name":"instance_type","kind":"text","about":"linux or windows. Supported by: Heficed Kronos Cloud (required)"}
  ],
  body: null
}, {
  words: ["plans"], method: "GET", path: "/v1/{account}/plans",
  summary: "List plans", traits: ["page","limits"],
  query: [
    {"name":"region","kind":"text","about":"The id of a region. Supported by: Fleio, OneCloud (Cloudpods), Hetzner Cloud, DigitalOcean"}
  ],
  body: null
}, {
  words: ["regions"], method: "GET", path: "/v1/{account}/regions",
  summary: "List regions", traits: ["page","limits"],
  query: [], body: null
}, {
  words: ["ssh-keys"], method: "GET", path: "/v1/{account}/ssh-keys",
  summary: "List SSH keys", traits: ["page","limits"],
  query: [
    {"name":"region","kind":"text","about":"The id of a region. Supported by: VMmanager 6"}
  ],
  body: null
}, {
  words: ["networks"], method: "GET", path: "/v1/{account}/networks",
  summary: "List networks", traits: ["page","limits"],
  query: [
    {"name":"region","kind":"text","about":"The id of a region. Supported by: Fleio, VMmanager 6, OneCloud (Cloudpods), DigitalOcean"}
  ],
  body: null
}, {
  words: ["owners"], method: "GET", path: "/v1/{account}/owners",
  summary: "List owners", traits: ["page","limits"],
  query: [], body: null
}, {
  words: ["owner","create"], method: "POST", path: "/v1/{account}/owners",
  summary: "Create an owner", traits: ["plans","keyed"],
  query: [], body: [
    {"name":"name","kind":"text","about":""},
    {"name":"email","kind":"text","about":""},
    {"name":"password","kind":"text","about":"","isSecret":true},
    {"name":"options","kind":"json","about":"Provider-specific options; unknown ones are rejected"}
  ]
}, {
  words: ["owner","get"], method: "GET", path: "/v1/{account}/owners/{owner}",
  summary: "Get an owner", traits: [],
  query: [], body: null
}, {
  words: ["owner","login-link"], method: "POST", path: "/v1/{account}/owners/{owner}/login-link",
  summary: "Create a login link", traits: ["plans"],
  query: [], body: []
}, {
  words: ["operations"], method: "GET", path: "/v1/{account}/operations",
  summary: "List operations", traits: ["page","limits"],
  query: [
    {"name":"status","kind":"text","about":"One or more states, separated by commas: pending,running"},
    {"name":"server_id","kind":"text","about":""},
    {"name":"action","kind":"text","about":"For example create, stop or snapshots.create"}
  ],
  body: null
}, {
  words: ["operation","get"], method: "GET", path: "/v1/{account}/operations/{id}",
  summary: "Get an operation", traits: [],
  query: [], body: null
}]
