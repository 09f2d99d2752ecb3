// Generated from openapi/openapi.json by `npm run generate`. Do not edit.

export interface paths {
    "/": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the entry points
         * @description Returns the paths of the documentation, the health check and the accounts. With `Accept: text/html`, as sent by browsers, the response is a page.
         */
        get: operations["getAbout"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/live": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check liveness
         * @description Returns 200 while the process is running.
         */
        get: operations["getLiveness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/health/ready": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Check readiness
         * @description Returns 200 when the gateway accepts requests, even if it is degraded, and 503 while it starts or stops.
         */
        get: operations["getReadiness"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get metrics
         * @description Returns the metrics of this process in the text format of Prometheus. With `metrics: {public: true}` in the configuration no key is needed.
         */
        get: operations["getMetrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List providers
         * @description Returns every provider that this gateway supports, the settings of its accounts as JSON Schema, and its capabilities.
         *
         *     Provider calls: none.
         */
        get: operations["listProviders"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List accounts
         * @description Returns the configured accounts that this key may see.
         *
         *     Provider calls: none.
         */
        get: operations["listAccounts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{account}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an account
         * @description Returns one account with its capabilities and its health, as of the last call to the provider.
         *
         *     Provider calls: none.
         */
        get: operations["getAccount"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/servers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List servers of all accounts
         * @description Returns the servers of all accounts that the key may see, or of those in `accounts`, from all providers in parallel.
         *
         *     The response waits no longer than `deadline_ms` for any account. An account that does not answer in time is `error` in `accounts`,
         *     or `stale` if an earlier read is available that no write has outdated. The status is 200 if at least one account answered.
         *     Sorted by `id`, accounts are listed one after another, each in its provider's own order;
         *     an account that fails on one page is left out of the following pages.
         *
         *     With `Accept: application/x-ndjson` every server is streamed as it arrives, as a line `{"server": …}`,
         *     followed by a line `{"account": …}` for each account. A stream takes no `limit`, `cursor` or `sort`
         *     and nothing from a cache; `Hawser-Upstream-Calls` is a trailer.
         *
         *     For each account: Provider calls: up to 1, plus 1 per list page, plus 1 per row, plus up to 3 to sign in, plus retries.
         */
        get: operations["listFleet"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{account}/servers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List servers
         * @description Returns one page of the account's servers, with optional filters and sort order; `page.next_cursor` leads to the next page.
         *
         *     Provider calls: up to 1, plus 1 per list page, plus 1 per row, plus up to 3 to sign in, plus retries.
         */
        get: operations["listServers"];
        put?: never;
        /**
         * Create a server
         * @description Creates a server, which costs money. With an `Idempotency-Key` it can be retried after any failure: one key never buys two servers while the state store keeps what it acknowledged. Returns 202 with an operation once the provider has accepted the request.
         *
         *     Provider calls: up to 3, plus 1 per list page, plus up to 3 to sign in, plus retries.
         */
        post: operations["createServer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{account}/servers/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get a server
         * @description Returns one server in its present state at the provider.
         *
         *     Provider calls: up to 1, plus 1 per list page, plus up to 3 to sign in, plus retries.
         */
        get: operations["getServer"];
        put?: never;
        post?: never;
        /**
         * Delete a server
         * @description Deletes the server and its disks permanently. The operation succeeds when the server is gone. A protected server is refused with 409. Returns 202 with an operation once the provider has accepted the request.
         *
         *     Provider calls: up to 3, plus 1 per list page, plus up to 3 to sign in, plus retries.
         */
        delete: operations["deleteServer"];
        options?: never;
        head?: never;
        /**
         * Update a server
         * @description Changes the name or the deletion protection of a server. Answers 200 with the server if the provider shows the change at once, otherwise 202 with an operation.
         *
         *     Provider calls: up to 5, plus 1 per list page, plus up to 3 to sign in, plus retries.
         */
        patch: operations["changeServer"];
        trace?: never;
    };
    "/v1/{account}/servers/{id}/resize": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Resize a server
         * @description Changes the plan of a server, or its CPUs, memory and disk. A disk never shrinks. Some providers resize only a stopped server: without `restart` the request is refused, or waits until the server is stopped. Some restart a running server in any case (see `note` of the capability). Under `guard.max_monthly_price` of the account, a plan that would cost too much, or whose price is not known, is refused with 403. Returns 202 with an operation once the provider has accepted the request.
         *
         *     Provider calls: up to 5, plus 1 per list page, plus up to 3 to sign in, plus retries.
         */
        post: operations["resizeServer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{account}/servers/{id}/rebuild": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Rebuild a server
         * @description Reinstalls the server from an image. All data on its main disk is lost. Returns 202 with an operation once the provider has accepted the request.
         *
         *     Provider calls: up to 3, plus 1 per list page, plus up to 3 to sign in, plus retries.
         */
        post: operations["rebuildServer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{account}/servers/{id}/rescue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Enter rescue mode
         * @description Boots the server into the provider's rescue system. Returns 202 with an operation once the provider has accepted the request.
         *
         *     Provider calls: up to 4, plus up to 3 to sign in, plus retries.
         */
        post: operations["rescueServer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{account}/servers/{id}/unrescue": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Leave rescue mode
         * @description Boots the server into its own system again. Returns 202 with an operation once the provider has accepted the request.
         *
         *     Provider calls: up to 3, plus up to 3 to sign in, plus retries.
         */
        post: operations["unrescueServer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{account}/servers/{id}/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Set the administrator password
         * @description Sets the password of the administrator. Omit it if the provider generates one: the generated password is returned once, with 200.
         *
         *     Provider calls: up to 3, plus up to 3 to sign in, plus retries.
         */
        post: operations["setPassword"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{account}/servers/{id}/start": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start a server
         * @description Powers the server on. Returns 202 with an operation once the provider has accepted the request.
         *
         *     Provider calls: up to 2, plus up to 3 to sign in, plus retries.
         */
        post: operations["startServer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{account}/servers/{id}/stop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop a server
         * @description Shuts the server down; with `force` it is powered off without involving the guest system, if the provider supports that. Returns 202 with an operation once the provider has accepted the request.
         *
         *     Provider calls: up to 2, plus up to 3 to sign in, plus retries.
         */
        post: operations["stopServer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{account}/servers/{id}/reboot": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Reboot a server
         * @description Restarts the server; with `force` it is reset without involving the guest system, if the provider supports that. Returns 202 with an operation once the provider has accepted the request.
         *
         *     Provider calls: up to 2, plus up to 3 to sign in, plus retries.
         */
        post: operations["rebootServer"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{account}/servers/{id}/console": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Open a console
         * @description Returns a link to the console of a server. The link works without a key: treat it as a secret.
         *
         *     Provider calls: up to 3, plus up to 3 to sign in, plus retries.
         */
        post: operations["openConsole"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{account}/servers/{id}/snapshots": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List snapshots
         * @description Returns one page of the snapshots of a server.
         *
         *     Provider calls: up to 2, plus 1 per list page, plus up to 3 to sign in, plus retries.
         */
        get: operations["listSnapshots"];
        put?: never;
        /**
         * Create a snapshot
         * @description Takes a snapshot of the disks of a server. Returns 202 with an operation once the provider has accepted the request.
         *
         *     Provider calls: up to 3, plus up to 3 to sign in, plus retries.
         */
        post: operations["createSnapshot"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{account}/servers/{id}/snapshots/{snapshot}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Restore a snapshot
         * @description Reverts a server to a snapshot. Everything written since then is lost. Returns 202 with an operation once the provider has accepted the request.
         *
         *     Provider calls: up to 3, plus 1 per list page, plus up to 3 to sign in, plus retries.
         */
        post: operations["restoreSnapshot"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{account}/servers/{id}/snapshots/{snapshot}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Delete a snapshot
         * @description Deletes a snapshot permanently. Returns 202 with an operation once the provider has accepted the request.
         *
         *     Provider calls: up to 3, plus 1 per list page, plus up to 3 to sign in, plus retries.
         */
        delete: operations["deleteSnapshot"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{account}/servers/{id}/addresses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the addresses of a server
         * @description Returns one page of the addresses that are attached to a server.
         *
         *     Provider calls: up to 4, plus 1 per list page, plus up to 3 to sign in, plus retries.
         */
        get: operations["listServerAddresses"];
        put?: never;
        /**
         * Attach addresses
         * @description Attaches addresses of the account to a server. Returns 202 with an operation once the provider has accepted the request.
         *
         *     Provider calls: up to 4, plus 1 per list page, plus 2 per row, plus up to 3 to sign in, plus retries.
         */
        post: operations["attachAddresses"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{account}/addresses": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List addresses
         * @description Returns one page of the addresses of an account, attached to a server or not.
         *
         *     Provider calls: up to 4, plus 1 per list page, plus up to 3 to sign in, plus retries.
         */
        get: operations["listAddresses"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{account}/servers/{id}/addresses/{address}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Detach an address
         * @description Detaches an address from a server. Returns 202 with an operation once the provider has accepted the request.
         *
         *     Provider calls: up to 4, plus 1 per list page, plus up to 3 to sign in, plus retries.
         */
        delete: operations["detachAddress"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{account}/addresses/{address}/ptr": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set the reverse DNS name
         * @description Sets the reverse DNS name (PTR record) of an address.
         *
         *     Provider calls: up to 2, plus 1 per list page, plus up to 3 to sign in, plus retries.
         */
        put: operations["setPtr"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{account}/images": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List images
         * @description Returns one page of the images that the account can use. Their ids are those that a create takes.
         *
         *     Provider calls: up to 1 per list page, plus up to 3 to sign in, plus retries.
         */
        get: operations["listImages"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{account}/plans": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List plans
         * @description Returns one page of the plans that the account can use. Their ids are those that a create takes.
         *
         *     Provider calls: up to 1, plus 1 per list page, plus up to 3 to sign in, plus retries.
         */
        get: operations["listPlans"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{account}/regions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List regions
         * @description Returns one page of the regions that the account can use. Their ids are those that a create takes.
         *
         *     Provider calls: up to 1, plus 1 per list page, plus up to 3 to sign in, plus retries.
         */
        get: operations["listRegions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{account}/ssh-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List SSH keys
         * @description Returns one page of the SSH keys that the account can use. Their ids are those that a create takes.
         *
         *     Provider calls: up to 1 per list page, plus up to 3 to sign in, plus retries.
         */
        get: operations["listSshKeys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{account}/networks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List networks
         * @description Returns one page of the networks that the account can use. Their ids are those that a create takes.
         *
         *     Provider calls: up to 2, plus 1 per list page, plus up to 3 to sign in, plus retries.
         */
        get: operations["listNetworks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{account}/owners": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List owners
         * @description Returns one page of the owners that servers can belong to, such as clients or projects.
         *
         *     Provider calls: up to 1, plus 1 per list page, plus up to 3 to sign in, plus retries.
         */
        get: operations["listOwners"];
        put?: never;
        /**
         * Create an owner
         * @description Creates an owner at the provider.
         *
         *     Provider calls: up to 1, plus 1 per list page, plus up to 3 to sign in, plus retries.
         */
        post: operations["createOwner"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{account}/owners/{owner}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an owner
         * @description Returns one owner.
         *
         *     Provider calls: up to 1, plus 1 per list page, plus up to 3 to sign in, plus retries.
         */
        get: operations["getOwner"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{account}/owners/{owner}/login-link": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Create a login link
         * @description Returns a link that signs an owner in to the provider's panel. The link is returned once.
         *
         *     Provider calls: up to 1, plus up to 3 to sign in, plus retries.
         */
        post: operations["createLoginLink"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{account}/operations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List operations
         * @description Returns one page of the account's operations of the last 24 hours, newest first.
         *
         *     Provider calls: none.
         */
        get: operations["listOperations"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{account}/operations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Get an operation
         * @description Returns the last known state of an operation. The status is 200 regardless of its result. With `Prefer: wait=n` the response is delayed until the operation ends or n seconds have passed. One poller for each account serves all waiting requests.
         *
         *     Provider calls: none.
         */
        get: operations["getOperation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{account}/operations/{id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Follow an operation
         * @description Streams server-sent events: an event `operation` with the present state and another for each change, until the operation ends. With `Last-Event-ID` only later events are sent; intermediate states may be skipped. One poller for each account serves all waiting requests.
         *
         *     Provider calls: none.
         */
        get: operations["followOperation"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/v1/{account}/raw/{path}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Send a GET to the provider's API
         * @description Passes the request through to the provider with the account's credentials, for accounts with `raw: true`. Sign-in paths and dot segments are refused with 403; DELETE also needs the permission `delete`. The query is passed on except for `dry_run`, which the gateway handles.
         *
         *     Provider calls: up to 1, plus up to 3 to sign in, plus retries.
         */
        get: operations["rawGet"];
        /**
         * Send a PUT to the provider's API
         * @description Passes the request through to the provider with the account's credentials, for accounts with `raw: true`. Sign-in paths and dot segments are refused with 403; DELETE also needs the permission `delete`. The query is passed on except for `dry_run`, which the gateway handles.
         *
         *     Provider calls: up to 1, plus up to 3 to sign in, plus retries.
         */
        put: operations["rawPut"];
        /**
         * Send a POST to the provider's API
         * @description Passes the request through to the provider with the account's credentials, for accounts with `raw: true`. Sign-in paths and dot segments are refused with 403; DELETE also needs the permission `delete`. The query is passed on except for `dry_run`, which the gateway handles.
         *
         *     Provider calls: up to 1, plus up to 3 to sign in, plus retries.
         */
        post: operations["rawPost"];
        /**
         * Send a DELETE to the provider's API
         * @description Passes the request through to the provider with the account's credentials, for accounts with `raw: true`. Sign-in paths and dot segments are refused with 403; DELETE also needs the permission `delete`. The query is passed on except for `dry_run`, which the gateway handles.
         *
         *     Provider calls: up to 1, plus up to 3 to sign in, plus retries.
         */
        delete: operations["rawDelete"];
        options?: never;
        head?: never;
        /**
         * Send a PATCH to the provider's API
         * @description Passes the request through to the provider with the account's credentials, for accounts with `raw: true`. Sign-in paths and dot segments are refused with 403; DELETE also needs the permission `delete`. The query is passed on except for `dry_run`, which the gateway handles.
         *
         *     Provider calls: up to 1, plus up to 3 to sign in, plus retries.
         */
        patch: operations["rawPatch"];
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        CreateServerRequest: {
            name: string;
            region?: string;
            /** @description The id of a plan; instead of cpus and memory_mib */
            plan?: string;
            cpus?: number;
            memory_mib?: number;
            /** @description Can be combined with plan if `accepts` lists it */
            disk_gib?: number;
            image: string;
            /** @description Public keys or key ids, depending on the provider; see `note` of the capability */
            ssh_keys?: string[];
            user_data?: string;
            password?: string;
            networks?: string[];
            owner?: string;
            tags?: string[];
            protected?: boolean;
            /** @description Provider-specific options; unknown ones are rejected */
            options?: {
                [key: string]: unknown;
            };
        };
        ResizeServerRequest: {
            /** @description The id of a plan; instead of cpus and memory_mib */
            plan?: string;
            cpus?: number;
            memory_mib?: number;
            /** @description Can be combined with plan if `accepts` lists it */
            disk_gib?: number;
            /** @description Allows the server to be restarted */
            restart?: boolean;
        };
        RebuildServerRequest: {
            image: string;
            password?: string;
            ssh_keys?: string[];
        };
        RescueServerRequest: Record<string, never>;
        UnrescueServerRequest: Record<string, never>;
        SetPasswordRequest: {
            /** @description Omitted only if the provider generates one */
            password?: string;
        };
        ChangeServerRequest: {
            name?: string;
            /** @description Deletion protection */
            protected?: boolean;
        };
        StartRequest: Record<string, never>;
        ForceRequest: {
            /** @description Power off or reset without involving the guest system; 400 if the provider does not support it */
            force?: boolean;
        };
        OpenConsoleRequest: Record<string, never>;
        CreateSnapshotRequest: {
            name: string;
        };
        RestoreSnapshotRequest: Record<string, never>;
        AttachAddressesRequest: {
            /** @description IP addresses, or the provider's ids of addresses */
            addresses: string[];
        };
        SetPtrRequest: {
            /** @description null: reset to the provider's default name, or none */
            ptr: string | null;
        };
        CreateOwnerRequest: {
            name?: string;
            /** Format: email */
            email?: string;
            password?: string;
            /** @description Provider-specific options; unknown ones are rejected */
            options?: {
                [key: string]: unknown;
            };
        };
        CreateLoginLinkRequest: Record<string, never>;
        About: {
            name: string;
            /** @description Interactive documentation of every endpoint */
            docs: string;
            /** @description The OpenAPI 3.1 document */
            openapi: string;
            /** @description The documentation of every problem type */
            problems: string;
            health: string;
            /** @description The accounts that a key may use */
            accounts: string;
        };
        Problem: {
            /**
             * @description The problem type; its page explains what to do
             * @enum {string}
             */
            type: "/problems/invalid-request" | "/problems/unauthenticated" | "/problems/forbidden" | "/problems/account-not-found" | "/problems/server-not-found" | "/problems/operation-not-found" | "/problems/not-found" | "/problems/method-not-allowed" | "/problems/conflict" | "/problems/idempotency-in-progress" | "/problems/payload-too-large" | "/problems/unsupported-media-type" | "/problems/upstream-rejected" | "/problems/quota-exceeded" | "/problems/capacity-exhausted" | "/problems/idempotency-mismatch" | "/problems/rate-limited" | "/problems/upstream-rate-limited" | "/problems/internal" | "/problems/operation-not-supported" | "/problems/upstream-authentication" | "/problems/upstream-forbidden" | "/problems/upstream-malformed" | "/problems/upstream-unreachable" | "/problems/upstream-suspended" | "/problems/upstream-unavailable" | "/problems/circuit-open" | "/problems/overloaded" | "/problems/idempotency-unavailable" | "/problems/upstream-timeout";
            title: string;
            status: number;
            detail: string;
            request_id: string;
            account: string | null;
            provider: string | null;
            /**
             * @description safe: nothing was done and the cause may be temporary. unsafe: a write was sent and its outcome is unknown. no: a retry will not help
             * @enum {string}
             */
            retryable: "safe" | "unsafe" | "no";
            retry_after_s?: number;
            /** @enum {string} */
            side_effect: "none" | "possible" | "certain";
            upstream: {
                status: number | null;
                code: string | number | null;
                message: string | null;
                request_id: string | null;
                details: unknown;
            } | null;
            attempts: number | null;
            errors: {
                path: string;
                message: string;
            }[];
            /** @description The operation that tracks a write whose response was lost */
            operation_id?: string;
        };
        Live: {
            /** @constant */
            status: "ok";
        };
        Ready: {
            /** @enum {string} */
            status: "ok" | "degraded" | "unavailable";
            redis: ("ok" | "lost") | null;
            /**
             * @description The state file; lost: it does not accept writes. Absent if none is configured
             * @enum {string}
             */
            state?: "ok" | "lost";
            /** @description Accounts whose idempotency keys were lost: creates with a key are refused until an operator acknowledges the loss. Absent if there are none */
            flushed_accounts?: string[];
        };
        ProviderPage: {
            data: components["schemas"]["Provider"][];
            page: components["schemas"]["PageInfo"];
        };
        Provider: {
            id: string;
            title: string;
            /** @description JSON Schema of the provider's own account settings */
            settings: {
                [key: string]: unknown;
            };
            capabilities: components["schemas"]["Capabilities"];
        };
        Capabilities: {
            list: components["schemas"]["Capability"];
            get: components["schemas"]["Capability"];
            create: components["schemas"]["Capability"];
            delete: components["schemas"]["Capability"];
            start: components["schemas"]["Capability"];
            stop: components["schemas"]["Capability"];
            reboot: components["schemas"]["Capability"];
            resize: components["schemas"]["Capability"];
            rename: components["schemas"]["Capability"];
            protect: components["schemas"]["Capability"];
            rebuild: components["schemas"]["Capability"];
            rescue: components["schemas"]["Capability"];
            unrescue: components["schemas"]["Capability"];
            password: components["schemas"]["Capability"];
            console: components["schemas"]["Capability"];
            "snapshots.list": components["schemas"]["Capability"];
            "snapshots.create": components["schemas"]["Capability"];
            "snapshots.restore": components["schemas"]["Capability"];
            "snapshots.delete": components["schemas"]["Capability"];
            "addresses.list": components["schemas"]["Capability"];
            "addresses.attach": components["schemas"]["Capability"];
            "addresses.detach": components["schemas"]["Capability"];
            ptr: components["schemas"]["Capability"];
            images: components["schemas"]["Capability"];
            plans: components["schemas"]["Capability"];
            regions: components["schemas"]["Capability"];
            ssh_keys: components["schemas"]["Capability"];
            networks: components["schemas"]["Capability"];
            "owners.list": components["schemas"]["Capability"];
            "owners.create": components["schemas"]["Capability"];
            login_link: components["schemas"]["Capability"];
            raw: components["schemas"]["Capability"];
        };
        Capability: {
            /** @enum {string} */
            support: "native" | "emulated" | "none";
            evidence: ("documented" | "observed" | "inferred") | null;
            /** @description Optional members that this provider supports */
            accepts: string[];
            note: string | null;
        };
        PageInfo: {
            limit: number;
            next_cursor: string | null;
            /** @description Null unless the total is known without reading every page */
            total: number | null;
        };
        AccountPage: {
            data: components["schemas"]["Account"][];
            page: components["schemas"]["PageInfo"];
        };
        Account: {
            id: string;
            title: string | null;
            provider: string;
            read_only: boolean;
            health: components["schemas"]["AccountHealth"];
        };
        AccountHealth: {
            /**
             * @description The result of the last call to the provider; unknown before the first
             * @enum {string}
             */
            status: "ok" | "failing" | "unknown";
            checked_at: string | null;
            /** @description The slug of the problem of the last call; null if it succeeded */
            problem: string | null;
        };
        AccountDetail: {
            id: string;
            title: string | null;
            provider: string;
            read_only: boolean;
            health: components["schemas"]["AccountHealth"];
            capabilities: components["schemas"]["Capabilities"];
        };
        FleetPage: {
            data: components["schemas"]["Server"][];
            page: components["schemas"]["PageInfo"];
            accounts: components["schemas"]["FleetAccount"][];
        };
        Server: {
            /** @description Opaque; the provider's own id as text */
            id: string;
            account: string;
            provider: string;
            name: string;
            status: components["schemas"]["ServerStatus"];
            /** @enum {string} */
            power: "on" | "off" | "unknown";
            /** @description The task in progress, as named by the provider */
            task: string | null;
            /** @description The status exactly as the provider returned it */
            provider_status: string | null;
            /** @description When the provider was asked, RFC 3339 in UTC */
            observed_at: string;
            /** @enum {string} */
            source: "live" | "cache";
            cpus: number | null;
            memory_mib: number | null;
            /** @description Total size of all known disks, or of the main disk */
            disk_gib: number | null;
            addresses: components["schemas"]["Address"][];
            image: components["schemas"]["Reference"] | null;
            plan: components["schemas"]["Reference"] | null;
            region: components["schemas"]["Reference"] | null;
            owner: components["schemas"]["Reference"] | null;
            created_at: string | null;
            tags: string[];
            /** @description The provider refuses changes right now */
            locked: boolean | null;
            /** @description Deletion protection; null where the provider has none */
            protected: boolean | null;
            allowed_actions: ("start" | "stop" | "reboot" | "resize" | "rename" | "rebuild" | "rescue" | "unrescue" | "password" | "console" | "delete")[];
            /** @description With include=raw: the provider's own object with secrets redacted */
            raw?: unknown;
        };
        /** @enum {string} */
        ServerStatus: "provisioning" | "starting" | "running" | "stopping" | "stopped" | "rebooting" | "paused" | "suspended" | "resizing" | "rebuilding" | "migrating" | "rescue" | "deleting" | "deleted" | "error" | "unknown";
        Address: {
            address: string;
            /** @enum {number} */
            family: 4 | 6;
            /** @enum {string} */
            scope: "public" | "private" | "unknown";
            prefix_length: number | null;
            gateway: string | null;
            primary: boolean;
        };
        /** @description A reference to a provider object: its id and, if known, its name */
        Reference: {
            id: string | null;
            name: string | null;
        };
        FleetAccount: {
            account: string;
            /**
             * @description stale: the account does not answer; its servers are from an earlier read that no write has outdated
             * @enum {string}
             */
            status: "ok" | "stale" | "error";
            /** @description The age of its servers in milliseconds; null if the account was not read */
            age_ms: number | null;
            /** @description The number of its servers in this answer */
            count: number;
            problem: components["schemas"]["Problem"] | null;
        };
        /** @description One line of the stream */
        FleetLine: {
            server: components["schemas"]["Server"];
        } | {
            account: components["schemas"]["FleetAccount"];
        };
        ServerPage: {
            data: components["schemas"]["Server"][];
            page: components["schemas"]["PageInfo"];
        };
        OperationWithPasswordOrDryRun: components["schemas"]["OperationWithPassword"] | components["schemas"]["DryRun"];
        OperationWithPassword: {
            id: string;
            account: string;
            provider: string;
            action: string;
            server_id: string | null;
            /**
             * @description unknown: the deadline passed before the result could be determined; see note
             * @enum {string}
             */
            status: "pending" | "running" | "succeeded" | "failed" | "unknown";
            created_at: string;
            updated_at: string;
            finished_at: string | null;
            progress: number | null;
            /** @description Why it failed, in the provider's words where there are any */
            error: string | null;
            note: string | null;
            /** @description The provider's own job, event or task */
            upstream: {
                id: string;
                status: string | null;
            } | null;
            /** @description The generated password, in the first response only: null in a replay, absent if there is none */
            generated_password?: string | null;
        };
        DryRun: {
            calls: {
                method: string;
                url: string;
                /** @description Secrets are redacted */
                headers: {
                    [key: string]: unknown;
                };
                /** @description The body with secrets redacted; null if there is none */
                body: unknown;
                /** @description Indices of the calls that must be answered before this one is sent */
                depends_on?: number[];
            }[];
        };
        OperationOrDryRun: components["schemas"]["Operation"] | components["schemas"]["DryRun"];
        Operation: {
            id: string;
            account: string;
            provider: string;
            action: string;
            server_id: string | null;
            /**
             * @description unknown: the deadline passed before the result could be determined; see note
             * @enum {string}
             */
            status: "pending" | "running" | "succeeded" | "failed" | "unknown";
            created_at: string;
            updated_at: string;
            finished_at: string | null;
            progress: number | null;
            /** @description Why it failed, in the provider's words where there are any */
            error: string | null;
            note: string | null;
            /** @description The provider's own job, event or task */
            upstream: {
                id: string;
                status: string | null;
            } | null;
        };
        PasswordAnswer: components["schemas"]["GeneratedPassword"] | components["schemas"]["Operation"] | components["schemas"]["DryRun"];
        GeneratedPassword: {
            password: string;
        };
        ServerOrOperationOrDryRun: components["schemas"]["Server"] | components["schemas"]["Operation"] | components["schemas"]["DryRun"];
        ConsoleOrDryRun: components["schemas"]["Console"] | components["schemas"]["DryRun"];
        Console: {
            /** @description Console type: novnc, vnc, spice, html5, …; url where the provider does not say */
            type: string;
            /** @description Opens the console for anyone who has it: a secret */
            url: string;
            /** @description Console password; null if none is needed */
            password: string | null;
            expires_at: string | null;
        };
        SnapshotPage: {
            data: components["schemas"]["Snapshot"][];
            page: components["schemas"]["PageInfo"];
        };
        Snapshot: {
            id: string;
            /** @description Display name; the id if the provider has none */
            name: string;
            server_id: string | null;
            /** @enum {string} */
            status: "pending" | "ready" | "restoring" | "deleting" | "error" | "unknown";
            provider_status: string | null;
            size_gib: number | null;
            created_at: string | null;
        };
        AddressPage: {
            data: components["schemas"]["AddressRow"][];
            page: components["schemas"]["PageInfo"];
        };
        AddressRow: {
            /** @description The provider's id where it has one; attach takes it, or the address */
            id: string | null;
            address: string;
            /** @enum {number} */
            family: 4 | 6;
            /** @enum {string} */
            scope: "public" | "private" | "unknown";
            prefix_length: number | null;
            gateway: string | null;
            primary: boolean | null;
            /** @description Null: attached to nothing, or not known */
            server_id: string | null;
            region: string | null;
            /** @description The reverse name; null if there is none or it is not known */
            ptr: string | null;
        };
        PtrOrDryRun: components["schemas"]["Ptr"] | components["schemas"]["DryRun"];
        Ptr: {
            address: string;
            ptr: string | null;
        };
        ImagePage: {
            data: components["schemas"]["Image"][];
            page: components["schemas"]["PageInfo"];
        };
        Image: {
            /** @description The value to use in create and rebuild requests */
            id: string;
            /** @description Display name; the id if the provider has none */
            name: string;
            /** @description The operating system, as named by the provider */
            os: string | null;
            /** @description The id of the only region that has it; null where it is not bound to one */
            region: string | null;
            min_disk_gib: number | null;
            min_memory_mib: number | null;
        };
        PlanPage: {
            data: components["schemas"]["Plan"][];
            page: components["schemas"]["PageInfo"];
        };
        Plan: {
            /** @description The value to use in create and resize requests */
            id: string;
            /** @description Display name; the id if the provider has none */
            name: string;
            cpus: number | null;
            memory_mib: number | null;
            disk_gib: number | null;
            /** @description The region that has it at this price; a plan sold in several regions has one row per region. Null: not bound to a region */
            region: string | null;
            /** @description False: listed, but currently not available */
            available: boolean | null;
            /** @description Null where the provider does not name one */
            price: components["schemas"]["Price"] | null;
        };
        Price: {
            /** @description For one period; without tax where the provider separates it */
            amount: number;
            /** @description ISO 4217 */
            currency: string | null;
            /**
             * @description month where the provider has a monthly price or cap
             * @enum {string}
             */
            period: "hour" | "month";
            /** @description The price of one hour */
            hourly: number | null;
            /** @description The price of one month, or the most that the hours of a month cost */
            monthly: number | null;
        };
        RegionPage: {
            data: components["schemas"]["Region"][];
            page: components["schemas"]["PageInfo"];
        };
        Region: {
            /** @description The value to use in create requests */
            id: string;
            /** @description Display name; the id if the provider has none */
            name: string;
        };
        SshKeyPage: {
            data: components["schemas"]["SshKey"][];
            page: components["schemas"]["PageInfo"];
        };
        SshKey: {
            /** @description The value to use in create requests */
            id: string;
            /** @description Display name; the id if the provider has none */
            name: string;
            public_key: string | null;
            fingerprint: string | null;
        };
        NetworkPage: {
            data: components["schemas"]["Network"][];
            page: components["schemas"]["PageInfo"];
        };
        Network: {
            /** @description The value to use in create requests */
            id: string;
            /** @description Display name; the id if the provider has none */
            name: string;
            region: string | null;
            /** @enum {string} */
            scope: "public" | "private" | "unknown";
            /** @description Address ranges, where they are known */
            cidrs: string[];
        };
        OwnerPage: {
            data: components["schemas"]["Owner"][];
            page: components["schemas"]["PageInfo"];
        };
        Owner: {
            /** @description The value to use as owner in create requests */
            id: string;
            name: string | null;
            email: string | null;
            /** @description The provider's own word */
            status: string | null;
        };
        OwnerOrDryRun: components["schemas"]["Owner"] | components["schemas"]["DryRun"];
        LoginLink: {
            /** @description Signs in anyone who has it: a secret */
            url: string;
            expires_at: string | null;
        };
        OperationPage: {
            data: components["schemas"]["Operation"][];
            page: components["schemas"]["PageInfo"];
        };
    };
    responses: never;
    parameters: {
        /** @description `wait=n` waits up to n seconds, 300 at most, for the operation to end (RFC 7240). Anything else is ignored */
        Prefer: string;
        /** @description 1 to 255 characters. For 24 hours, repeats of a request with this key get its response and do nothing */
        "Idempotency-Key": string;
        /** @description The id of the last event received; only later ones are sent */
        "Last-Event-ID": string;
        /** @description `max-age=n` accepts a cached response up to n seconds old, `no-cache` requires a fresh one; without it, `cache.servers_s` of the account applies */
        "Cache-Control": string;
        /** @description The ETag of an earlier response: 304 without a body if nothing has changed since */
        "If-None-Match": string;
    };
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    getAbout: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Paths of this gateway */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["About"];
                    "text/html": string;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getLiveness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The process is running */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Live"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getReadiness: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Ready, possibly degraded */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ready"];
                };
            };
            /** @description Starting or stopping */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ready"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getMetrics: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The metrics */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain; version=0.0.4": string;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listProviders: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All providers, on one page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ProviderPage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAccounts: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All accounts that this key may see, on one page */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountPage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getAccount: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a configured account */
                account: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The account */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AccountDetail"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listFleet: {
        parameters: {
            query?: {
                /** @description Account ids separated by commas, such as glesys-lab,vm6. Default: all accounts of the key */
                accounts?: string;
                /** @description Milliseconds after which accounts that have not answered are left out; also limits a stream */
                deadline_ms?: number;
                /** @description The number of rows on a page */
                limit?: number;
                /** @description The next_cursor of the previous page; valid for the same account, filters and order only */
                cursor?: string;
                /** @description One or more states, separated by commas: running,stopped */
                status?: string;
                /** @description The exact name */
                name?: string;
                /** @description Substring of the name, the id or an address, case-insensitive */
                q?: string;
                /** @description An address of the server, such as 2.58.28.45 */
                ip?: string;
                /** @description A region's id */
                region?: string;
                /** @description An owner's id */
                owner?: string;
                /** @description A tag */
                tag?: string;
                /** @description Sort order; prefix with - for descending. Servers without a creation time come first */
                sort?: "id" | "-id" | "name" | "-name" | "created_at" | "-created_at";
                /** @description raw adds the provider's own object with secrets redacted */
                include?: "raw";
            };
            header?: {
                /** @description The ETag of an earlier response: 304 without a body if nothing has changed since */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
                /** @description `max-age=n` accepts a cached response up to n seconds old, `no-cache` requires a fresh one; without it, `cache.servers_s` of the account applies */
                "Cache-Control"?: components["parameters"]["Cache-Control"];
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of servers, or all of them as lines */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FleetPage"];
                    "application/x-ndjson": components["schemas"]["FleetLine"];
                };
            };
            /** @description Not modified since that ETag */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listServers: {
        parameters: {
            query?: {
                /** @description The number of rows on a page */
                limit?: number;
                /** @description The next_cursor of the previous page; valid for the same account, filters and order only */
                cursor?: string;
                /** @description One or more states, separated by commas: running,stopped */
                status?: string;
                /** @description The exact name */
                name?: string;
                /** @description Substring of the name, the id or an address, case-insensitive */
                q?: string;
                /** @description An address of the server, such as 2.58.28.45 */
                ip?: string;
                /** @description A region's id */
                region?: string;
                /** @description An owner's id */
                owner?: string;
                /** @description A tag */
                tag?: string;
                /** @description Sort order; prefix with - for descending. Servers without a creation time come first */
                sort?: "id" | "-id" | "name" | "-name" | "created_at" | "-created_at";
                /** @description raw adds the provider's own object with secrets redacted */
                include?: "raw";
            };
            header?: {
                /** @description The ETag of an earlier response: 304 without a body if nothing has changed since */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
                /** @description `max-age=n` accepts a cached response up to n seconds old, `no-cache` requires a fresh one; without it, `cache.servers_s` of the account applies */
                "Cache-Control"?: components["parameters"]["Cache-Control"];
            };
            path: {
                /** @description The id of a configured account */
                account: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of servers */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerPage"];
                };
            };
            /** @description Not modified since that ETag */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createServer: {
        parameters: {
            query?: {
                /** @description true: returns the calls without sending them */
                dry_run?: boolean;
            };
            header?: {
                /** @description `wait=n` waits up to n seconds, 300 at most, for the operation to end (RFC 7240). Anything else is ignored */
                Prefer?: components["parameters"]["Prefer"];
                /** @description 1 to 255 characters. For 24 hours, repeats of a request with this key get its response and do nothing */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                /** @description The id of a configured account */
                account: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateServerRequest"];
            };
        };
        responses: {
            /** @description With `Prefer: wait`, the finished operation; with `dry_run`, the planned calls */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationWithPasswordOrDryRun"];
                };
            };
            /** @description Accepted by the provider; the operation is running */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationWithPassword"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getServer: {
        parameters: {
            query?: {
                /** @description raw adds the provider's own object with secrets redacted */
                include?: "raw";
            };
            header?: {
                /** @description The ETag of an earlier response: 304 without a body if nothing has changed since */
                "If-None-Match"?: components["parameters"]["If-None-Match"];
                /** @description `max-age=n` accepts a cached response up to n seconds old, `no-cache` requires a fresh one; without it, `cache.servers_s` of the account applies */
                "Cache-Control"?: components["parameters"]["Cache-Control"];
            };
            path: {
                /** @description The id of a configured account */
                account: string;
                /** @description The id of a server, as returned by lists */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The server */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Server"];
                };
            };
            /** @description Not modified since that ETag */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteServer: {
        parameters: {
            query?: {
                /** @description true: returns the calls without sending them */
                dry_run?: boolean;
                /** @description The name of the server, as a confirmation; required if the account sets guard.confirm_delete */
                confirm?: string;
                /** @description true: keep its addresses reserved and billed. Supported by: GleSYS */
                keep_addresses?: boolean;
                /** @description true: keep the server in the provider's recycle bin. Supported by: OneCloud (Cloudpods) */
                recycle?: boolean;
            };
            header?: {
                /** @description `wait=n` waits up to n seconds, 300 at most, for the operation to end (RFC 7240). Anything else is ignored */
                Prefer?: components["parameters"]["Prefer"];
                /** @description 1 to 255 characters. For 24 hours, repeats of a request with this key get its response and do nothing */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                /** @description The id of a configured account */
                account: string;
                /** @description The id of a server, as returned by lists */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description With `Prefer: wait`, the finished operation; with `dry_run`, the planned calls */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationOrDryRun"];
                };
            };
            /** @description Accepted by the provider; the operation is running */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    changeServer: {
        parameters: {
            query?: {
                /** @description true: returns the calls without sending them */
                dry_run?: boolean;
            };
            header?: {
                /** @description `wait=n` waits up to n seconds, 300 at most, for the operation to end (RFC 7240). Anything else is ignored */
                Prefer?: components["parameters"]["Prefer"];
                /** @description 1 to 255 characters. For 24 hours, repeats of a request with this key get its response and do nothing */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                /** @description The id of a configured account */
                account: string;
                /** @description The id of a server, as returned by lists */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeServerRequest"];
            };
        };
        responses: {
            /** @description The changed server; with `Prefer: wait`, an operation that has ended without success; with `dry_run`, the calls that would be sent */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServerOrOperationOrDryRun"];
                };
            };
            /** @description Accepted by the provider; the operation is running */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resizeServer: {
        parameters: {
            query?: {
                /** @description true: returns the calls without sending them */
                dry_run?: boolean;
            };
            header?: {
                /** @description `wait=n` waits up to n seconds, 300 at most, for the operation to end (RFC 7240). Anything else is ignored */
                Prefer?: components["parameters"]["Prefer"];
                /** @description 1 to 255 characters. For 24 hours, repeats of a request with this key get its response and do nothing */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                /** @description The id of a configured account */
                account: string;
                /** @description The id of a server, as returned by lists */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ResizeServerRequest"];
            };
        };
        responses: {
            /** @description With `Prefer: wait`, the finished operation; with `dry_run`, the planned calls */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationOrDryRun"];
                };
            };
            /** @description Accepted by the provider; the operation is running */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rebuildServer: {
        parameters: {
            query?: {
                /** @description true: returns the calls without sending them */
                dry_run?: boolean;
                /** @description The name of the server, as a confirmation; required if the account sets guard.confirm_delete */
                confirm?: string;
            };
            header?: {
                /** @description `wait=n` waits up to n seconds, 300 at most, for the operation to end (RFC 7240). Anything else is ignored */
                Prefer?: components["parameters"]["Prefer"];
                /** @description 1 to 255 characters. For 24 hours, repeats of a request with this key get its response and do nothing */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                /** @description The id of a configured account */
                account: string;
                /** @description The id of a server, as returned by lists */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RebuildServerRequest"];
            };
        };
        responses: {
            /** @description With `Prefer: wait`, the finished operation; with `dry_run`, the planned calls */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationWithPasswordOrDryRun"];
                };
            };
            /** @description Accepted by the provider; the operation is running */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationWithPassword"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rescueServer: {
        parameters: {
            query?: {
                /** @description true: returns the calls without sending them */
                dry_run?: boolean;
            };
            header?: {
                /** @description `wait=n` waits up to n seconds, 300 at most, for the operation to end (RFC 7240). Anything else is ignored */
                Prefer?: components["parameters"]["Prefer"];
                /** @description 1 to 255 characters. For 24 hours, repeats of a request with this key get its response and do nothing */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                /** @description The id of a configured account */
                account: string;
                /** @description The id of a server, as returned by lists */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RescueServerRequest"];
            };
        };
        responses: {
            /** @description With `Prefer: wait`, the finished operation; with `dry_run`, the planned calls */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationWithPasswordOrDryRun"];
                };
            };
            /** @description Accepted by the provider; the operation is running */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationWithPassword"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    unrescueServer: {
        parameters: {
            query?: {
                /** @description true: returns the calls without sending them */
                dry_run?: boolean;
            };
            header?: {
                /** @description `wait=n` waits up to n seconds, 300 at most, for the operation to end (RFC 7240). Anything else is ignored */
                Prefer?: components["parameters"]["Prefer"];
                /** @description 1 to 255 characters. For 24 hours, repeats of a request with this key get its response and do nothing */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                /** @description The id of a configured account */
                account: string;
                /** @description The id of a server, as returned by lists */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["UnrescueServerRequest"];
            };
        };
        responses: {
            /** @description With `Prefer: wait`, the finished operation; with `dry_run`, the planned calls */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationOrDryRun"];
                };
            };
            /** @description Accepted by the provider; the operation is running */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setPassword: {
        parameters: {
            query?: {
                /** @description true: returns the calls without sending them */
                dry_run?: boolean;
            };
            header?: {
                /** @description `wait=n` waits up to n seconds, 300 at most, for the operation to end (RFC 7240). Anything else is ignored */
                Prefer?: components["parameters"]["Prefer"];
                /** @description 1 to 255 characters. For 24 hours, repeats of a request with this key get its response and do nothing */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                /** @description The id of a configured account */
                account: string;
                /** @description The id of a server, as returned by lists */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["SetPasswordRequest"];
            };
        };
        responses: {
            /** @description The generated password; with `Prefer: wait`, the finished operation; with `dry_run`, the calls that would be sent */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PasswordAnswer"];
                };
            };
            /** @description Accepted by the provider; the operation is running */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    startServer: {
        parameters: {
            query?: {
                /** @description true: returns the calls without sending them */
                dry_run?: boolean;
            };
            header?: {
                /** @description `wait=n` waits up to n seconds, 300 at most, for the operation to end (RFC 7240). Anything else is ignored */
                Prefer?: components["parameters"]["Prefer"];
                /** @description 1 to 255 characters. For 24 hours, repeats of a request with this key get its response and do nothing */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                /** @description The id of a configured account */
                account: string;
                /** @description The id of a server, as returned by lists */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["StartRequest"];
            };
        };
        responses: {
            /** @description With `Prefer: wait`, the finished operation; with `dry_run`, the planned calls */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationOrDryRun"];
                };
            };
            /** @description Accepted by the provider; the operation is running */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    stopServer: {
        parameters: {
            query?: {
                /** @description true: returns the calls without sending them */
                dry_run?: boolean;
            };
            header?: {
                /** @description `wait=n` waits up to n seconds, 300 at most, for the operation to end (RFC 7240). Anything else is ignored */
                Prefer?: components["parameters"]["Prefer"];
                /** @description 1 to 255 characters. For 24 hours, repeats of a request with this key get its response and do nothing */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                /** @description The id of a configured account */
                account: string;
                /** @description The id of a server, as returned by lists */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ForceRequest"];
            };
        };
        responses: {
            /** @description With `Prefer: wait`, the finished operation; with `dry_run`, the planned calls */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationOrDryRun"];
                };
            };
            /** @description Accepted by the provider; the operation is running */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rebootServer: {
        parameters: {
            query?: {
                /** @description true: returns the calls without sending them */
                dry_run?: boolean;
            };
            header?: {
                /** @description `wait=n` waits up to n seconds, 300 at most, for the operation to end (RFC 7240). Anything else is ignored */
                Prefer?: components["parameters"]["Prefer"];
                /** @description 1 to 255 characters. For 24 hours, repeats of a request with this key get its response and do nothing */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                /** @description The id of a configured account */
                account: string;
                /** @description The id of a server, as returned by lists */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ForceRequest"];
            };
        };
        responses: {
            /** @description With `Prefer: wait`, the finished operation; with `dry_run`, the planned calls */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationOrDryRun"];
                };
            };
            /** @description Accepted by the provider; the operation is running */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    openConsole: {
        parameters: {
            query?: {
                /** @description true: returns the calls without sending them */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                /** @description The id of a configured account */
                account: string;
                /** @description The id of a server, as returned by lists */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["OpenConsoleRequest"];
            };
        };
        responses: {
            /** @description The link; with `dry_run`, the calls that would be sent */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ConsoleOrDryRun"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSnapshots: {
        parameters: {
            query?: {
                /** @description The number of rows on a page */
                limit?: number;
                /** @description The next_cursor of the previous page; valid for the same account, filters and order only */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description The id of a configured account */
                account: string;
                /** @description The id of a server, as returned by lists */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of snapshots */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SnapshotPage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createSnapshot: {
        parameters: {
            query?: {
                /** @description true: returns the calls without sending them */
                dry_run?: boolean;
            };
            header?: {
                /** @description `wait=n` waits up to n seconds, 300 at most, for the operation to end (RFC 7240). Anything else is ignored */
                Prefer?: components["parameters"]["Prefer"];
                /** @description 1 to 255 characters. For 24 hours, repeats of a request with this key get its response and do nothing */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                /** @description The id of a configured account */
                account: string;
                /** @description The id of a server, as returned by lists */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateSnapshotRequest"];
            };
        };
        responses: {
            /** @description With `Prefer: wait`, the finished operation; with `dry_run`, the planned calls */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationOrDryRun"];
                };
            };
            /** @description Accepted by the provider; the operation is running */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    restoreSnapshot: {
        parameters: {
            query?: {
                /** @description true: returns the calls without sending them */
                dry_run?: boolean;
                /** @description The name of the server, as a confirmation; required if the account sets guard.confirm_delete */
                confirm?: string;
            };
            header?: {
                /** @description `wait=n` waits up to n seconds, 300 at most, for the operation to end (RFC 7240). Anything else is ignored */
                Prefer?: components["parameters"]["Prefer"];
                /** @description 1 to 255 characters. For 24 hours, repeats of a request with this key get its response and do nothing */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                /** @description The id of a configured account */
                account: string;
                /** @description The id of a server, as returned by lists */
                id: string;
                /** @description The id of a snapshot, as returned by lists */
                snapshot: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RestoreSnapshotRequest"];
            };
        };
        responses: {
            /** @description With `Prefer: wait`, the finished operation; with `dry_run`, the planned calls */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationOrDryRun"];
                };
            };
            /** @description Accepted by the provider; the operation is running */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    deleteSnapshot: {
        parameters: {
            query?: {
                /** @description true: returns the calls without sending them */
                dry_run?: boolean;
                /** @description The name of the server, as a confirmation; required if the account sets guard.confirm_delete */
                confirm?: string;
            };
            header?: {
                /** @description `wait=n` waits up to n seconds, 300 at most, for the operation to end (RFC 7240). Anything else is ignored */
                Prefer?: components["parameters"]["Prefer"];
                /** @description 1 to 255 characters. For 24 hours, repeats of a request with this key get its response and do nothing */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                /** @description The id of a configured account */
                account: string;
                /** @description The id of a server, as returned by lists */
                id: string;
                /** @description The id of a snapshot, as returned by lists */
                snapshot: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description With `Prefer: wait`, the finished operation; with `dry_run`, the planned calls */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationOrDryRun"];
                };
            };
            /** @description Accepted by the provider; the operation is running */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listServerAddresses: {
        parameters: {
            query?: {
                /** @description The number of rows on a page */
                limit?: number;
                /** @description The next_cursor of the previous page; valid for the same account, filters and order only */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description The id of a configured account */
                account: string;
                /** @description The id of a server, as returned by lists */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of addresses */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AddressPage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    attachAddresses: {
        parameters: {
            query?: {
                /** @description true: returns the calls without sending them */
                dry_run?: boolean;
            };
            header?: {
                /** @description `wait=n` waits up to n seconds, 300 at most, for the operation to end (RFC 7240). Anything else is ignored */
                Prefer?: components["parameters"]["Prefer"];
                /** @description 1 to 255 characters. For 24 hours, repeats of a request with this key get its response and do nothing */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                /** @description The id of a configured account */
                account: string;
                /** @description The id of a server, as returned by lists */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AttachAddressesRequest"];
            };
        };
        responses: {
            /** @description With `Prefer: wait`, the finished operation; with `dry_run`, the planned calls */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationOrDryRun"];
                };
            };
            /** @description Accepted by the provider; the operation is running */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listAddresses: {
        parameters: {
            query?: {
                /** @description The number of rows on a page */
                limit?: number;
                /** @description The next_cursor of the previous page; valid for the same account, filters and order only */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description The id of a configured account */
                account: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of addresses */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AddressPage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    detachAddress: {
        parameters: {
            query?: {
                /** @description true: returns the calls without sending them */
                dry_run?: boolean;
            };
            header?: {
                /** @description `wait=n` waits up to n seconds, 300 at most, for the operation to end (RFC 7240). Anything else is ignored */
                Prefer?: components["parameters"]["Prefer"];
                /** @description 1 to 255 characters. For 24 hours, repeats of a request with this key get its response and do nothing */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                /** @description The id of a configured account */
                account: string;
                /** @description The id of a server, as returned by lists */
                id: string;
                /** @description An IP address */
                address: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description With `Prefer: wait`, the finished operation; with `dry_run`, the planned calls */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationOrDryRun"];
                };
            };
            /** @description Accepted by the provider; the operation is running */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    setPtr: {
        parameters: {
            query?: {
                /** @description true: returns the calls without sending them */
                dry_run?: boolean;
            };
            header?: {
                /** @description 1 to 255 characters. For 24 hours, repeats of a request with this key get its response and do nothing */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                /** @description The id of a configured account */
                account: string;
                /** @description An IP address */
                address: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SetPtrRequest"];
            };
        };
        responses: {
            /** @description The new name; with `dry_run`, the calls that would be sent */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PtrOrDryRun"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listImages: {
        parameters: {
            query?: {
                /** @description The number of rows on a page */
                limit?: number;
                /** @description The next_cursor of the previous page; valid for the same account, filters and order only */
                cursor?: string;
                /** @description The id of a region. Supported by: Heficed Kronos Cloud (required), Fleio, VMmanager 6, DigitalOcean */
                region?: string;
                /** @description linux or windows. Supported by: Heficed Kronos Cloud (required) */
                instance_type?: string;
            };
            header?: never;
            path: {
                /** @description The id of a configured account */
                account: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of images */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ImagePage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listPlans: {
        parameters: {
            query?: {
                /** @description The number of rows on a page */
                limit?: number;
                /** @description The next_cursor of the previous page; valid for the same account, filters and order only */
                cursor?: string;
                /** @description The id of a region. Supported by: Fleio, OneCloud (Cloudpods), Hetzner Cloud, DigitalOcean */
                region?: string;
            };
            header?: never;
            path: {
                /** @description The id of a configured account */
                account: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of plans */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PlanPage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listRegions: {
        parameters: {
            query?: {
                /** @description The number of rows on a page */
                limit?: number;
                /** @description The next_cursor of the previous page; valid for the same account, filters and order only */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description The id of a configured account */
                account: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of regions */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RegionPage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listSshKeys: {
        parameters: {
            query?: {
                /** @description The number of rows on a page */
                limit?: number;
                /** @description The next_cursor of the previous page; valid for the same account, filters and order only */
                cursor?: string;
                /** @description The id of a region. Supported by: VMmanager 6 */
                region?: string;
            };
            header?: never;
            path: {
                /** @description The id of a configured account */
                account: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of SSH keys */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SshKeyPage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listNetworks: {
        parameters: {
            query?: {
                /** @description The number of rows on a page */
                limit?: number;
                /** @description The next_cursor of the previous page; valid for the same account, filters and order only */
                cursor?: string;
                /** @description The id of a region. Supported by: Fleio, VMmanager 6, OneCloud (Cloudpods), DigitalOcean */
                region?: string;
            };
            header?: never;
            path: {
                /** @description The id of a configured account */
                account: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of networks */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NetworkPage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listOwners: {
        parameters: {
            query?: {
                /** @description The number of rows on a page */
                limit?: number;
                /** @description The next_cursor of the previous page; valid for the same account, filters and order only */
                cursor?: string;
            };
            header?: never;
            path: {
                /** @description The id of a configured account */
                account: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of owners */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnerPage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createOwner: {
        parameters: {
            query?: {
                /** @description true: returns the calls without sending them */
                dry_run?: boolean;
            };
            header?: {
                /** @description 1 to 255 characters. For 24 hours, repeats of a request with this key get its response and do nothing */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                /** @description The id of a configured account */
                account: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CreateOwnerRequest"];
            };
        };
        responses: {
            /** @description With `dry_run`, the planned calls */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DryRun"];
                };
            };
            /** @description The owner */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnerOrDryRun"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getOwner: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a configured account */
                account: string;
                /** @description The id of an owner, as returned by lists */
                owner: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The owner */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Owner"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    createLoginLink: {
        parameters: {
            query?: {
                /** @description true: returns the calls without sending them */
                dry_run?: boolean;
            };
            header?: never;
            path: {
                /** @description The id of a configured account */
                account: string;
                /** @description The id of an owner, as returned by lists */
                owner: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CreateLoginLinkRequest"];
            };
        };
        responses: {
            /** @description With `dry_run`, the planned calls */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DryRun"];
                };
            };
            /** @description The link */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LoginLink"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    listOperations: {
        parameters: {
            query?: {
                /** @description The number of rows on a page */
                limit?: number;
                /** @description The next_cursor of the previous page; valid for the same account, filters and order only */
                cursor?: string;
                /** @description One or more states, separated by commas: pending,running */
                status?: string;
                server_id?: string;
                /** @description For example create, stop or snapshots.create */
                action?: string;
            };
            header?: never;
            path: {
                /** @description The id of a configured account */
                account: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page of operations */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OperationPage"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    getOperation: {
        parameters: {
            query?: never;
            header?: {
                /** @description `wait=n` waits up to n seconds, 300 at most, for the operation to end (RFC 7240). Anything else is ignored */
                Prefer?: components["parameters"]["Prefer"];
            };
            path: {
                /** @description The id of a configured account */
                account: string;
                /** @description An operation's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The operation */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Operation"];
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    followOperation: {
        parameters: {
            query?: never;
            header?: {
                /** @description The id of the last event received; only later ones are sent */
                "Last-Event-ID"?: components["parameters"]["Last-Event-ID"];
            };
            path: {
                /** @description The id of a configured account */
                account: string;
                /** @description An operation's id */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The events */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rawGet: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The id of a configured account */
                account: string;
                /** @description The path below the base URL of the provider's API */
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The provider's answer, or the calls of a dry run */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rawPut: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 characters. For 24 hours, repeats of a request with this key get its response and do nothing */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                /** @description The id of a configured account */
                account: string;
                /** @description The path below the base URL of the provider's API */
                path: string;
            };
            cookie?: never;
        };
        /** @description The provider's response with its own status; secrets are replaced */
        requestBody?: {
            content: {
                "application/json": unknown;
            };
        };
        responses: {
            /** @description The provider's answer, or the calls of a dry run */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rawPost: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 characters. For 24 hours, repeats of a request with this key get its response and do nothing */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                /** @description The id of a configured account */
                account: string;
                /** @description The path below the base URL of the provider's API */
                path: string;
            };
            cookie?: never;
        };
        /** @description The provider's response with its own status; secrets are replaced */
        requestBody?: {
            content: {
                "application/json": unknown;
            };
        };
        responses: {
            /** @description The provider's answer, or the calls of a dry run */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rawDelete: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 characters. For 24 hours, repeats of a request with this key get its response and do nothing */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                /** @description The id of a configured account */
                account: string;
                /** @description The path below the base URL of the provider's API */
                path: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The provider's answer, or the calls of a dry run */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    rawPatch: {
        parameters: {
            query?: never;
            header?: {
                /** @description 1 to 255 characters. For 24 hours, repeats of a request with this key get its response and do nothing */
                "Idempotency-Key"?: components["parameters"]["Idempotency-Key"];
            };
            path: {
                /** @description The id of a configured account */
                account: string;
                /** @description The path below the base URL of the provider's API */
                path: string;
            };
            cookie?: never;
        };
        /** @description The provider's response with its own status; secrets are replaced */
        requestBody?: {
            content: {
                "application/json": unknown;
            };
        };
        responses: {
            /** @description The provider's answer, or the calls of a dry run */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": unknown;
                };
            };
            /** @description A problem */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
