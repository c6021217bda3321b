using PlantRuntime.Contracts;
using PlantRuntime.Plugins.Nats.Session;
using PlantRuntime.Wire.Tls;

namespace PlantRuntime.Plugins.Nats;

/// <summary>Options in site.toml that the sink and the driver share: the servers and how to connect. Immutable.</summary>
public abstract class NatsOptions : IValidatedOptions
{
    /// <summary>
    /// Servers of one cluster, tried in this order: host names or IP addresses with an optional port, or URLs with <c>nats://</c> or
    /// <c>tls://</c>. Other servers of the cluster are not looked for.
    /// </summary>
    /// <example>servers = ["nats-1:4222", "nats-2:4222"]</example>
    public required IReadOnlyList<string> Servers { get; init; }

    /// <summary>User name at the server.</summary>
    /// <example>user = "edge"</example>
    public string? User { get; init; }

    /// <summary>Password of the user.</summary>
    /// <example>password = { env = "NATS_PASSWORD" }</example>
    public Secret? Password { get; init; }

    /// <summary>Token, for a server that asks for one instead of a user.</summary>
    /// <example>token = { env = "NATS_TOKEN" }</example>
    public Secret? Token { get; init; }

    /// <summary>Seed of an nkey, which begins with SU; it signs the server's challenge and is never sent.</summary>
    /// <example>nkey = { env = "NATS_NKEY" }</example>
    public Secret? Nkey { get; init; }

    /// <summary>File with a user's JWT and seed, as <c>nsc generate creds</c> writes it.</summary>
    /// <example>creds = "edge.creds"</example>
    public string? Creds { get; init; }

    /// <summary>TLS options; without them the connection is in clear text, and a server that requires TLS is refused.</summary>
    public TlsOptions? Tls { get => field is { Enabled: true } ? field : null; init; }

    /// <summary>JetStream domain, for a stream behind a leaf node.</summary>
    /// <example>domain = "hub"</example>
    public string? Domain { get; init; }

    /// <summary>Longest wait for an answer of the servers before the connection is closed as dead; several servers share it.</summary>
    public TimeSpan Timeout { get; init; } = TimeSpan.FromSeconds(5);

    internal IReadOnlyList<ServerAddress> Addresses => [.. Servers.Select(s => ServerAddress.Parse(s, out _)!)];

    internal bool UsesTls(ServerAddress address) => address.IsTls || Tls is not null;

    internal string Endpoint => Addresses[0].ToString();

    /// <inheritdoc/>
    public virtual IEnumerable<(string Key, string Message)> Validate()
    {
        if (Servers.Count == 0) yield return ("servers", "is empty: give the address of at least one server, for instance [\"nats:4222\"]");
        foreach (var server in Servers)
        {
            if (ServerAddress.Parse(server, out var problem) is null) yield return ("servers", problem!);
        }

        string[] ways =
        [
            .. new[] { (User is not null || Password is not null, "user"), (Token is not null, "token"), (Nkey is not null, "nkey"),
                (Creds is not null, "creds") }.Where(w => w.Item1).Select(w => w.Item2),
        ];
        if (ways.Length > 1) yield return (ways[1], $"is a second way to log in beside {ways[0]}: give one of user, token, nkey and creds");
        if (Password is not null && User is null) yield return ("password", "requires user");
        if (User is not null && Password is null) yield return ("user", "requires password");
        if (Creds is not null && string.IsNullOrWhiteSpace(Creds))
            yield return ("creds", "is empty: expected a file such as \"edge.creds\"");
        if (Domain is not null && (Domain.Length == 0 || Domain.AsSpan().IndexOfAny(" .*>\t") >= 0))
            yield return ("domain", "expected one word without dots, for instance \"hub\"");
        foreach (var problem in Tls?.Check() ?? []) yield return problem;
        if (Timeout < TimeSpan.FromMilliseconds(100) || Timeout > TimeSpan.FromSeconds(9))
            yield return ("timeout", "expected \"100ms\" to \"9s\", for instance \"5s\": the host waits 10 s for a call");
    }
}
