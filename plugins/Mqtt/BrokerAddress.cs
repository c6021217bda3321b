namespace PlantRuntime.Plugins.Mqtt;

/// <summary>
/// The option <c>host</c>: a name or IP address, or a URL <c>mqtt://</c>, <c>mqtts://</c>, <c>ws://</c> or <c>wss://</c>, whose scheme
/// chooses TLS and WebSockets. Immutable; pure.
/// </summary>
/// <param name="Host">Name or IP address.</param>
/// <param name="Port">Port in the URL; null if it has none or that of its scheme.</param>
/// <param name="IsTls">True or false if the URL decides about TLS; null for a host without a scheme.</param>
/// <param name="WebSocketPath">Path and query of the WebSocket; null for MQTT directly on TCP or TLS.</param>
internal sealed record BrokerAddress(string Host, int? Port = null, bool? IsTls = null, string? WebSocketPath = null)
{
    private const string DefaultPath = "/mqtt";
    private const string Expected =
        "expected a name, an IP address or a URL: mqtt://, mqtts://, ws:// or wss://, for instance \"wss://broker:443/mqtt\"";

    /// <summary>Parses the option. Returns a host without a scheme as it is.</summary>
    /// <param name="text">The value in site.toml.</param>
    /// <param name="problem">The error, or null.</param>
    public static BrokerAddress Parse(string text, out string? problem)
    {
        problem = null;
        var plain = new BrokerAddress(text);
        if (!text.Contains("://", StringComparison.Ordinal)) return plain;
        if (!Uri.TryCreate(text, UriKind.Absolute, out var url) || url.DnsSafeHost.Length == 0
            || url.Scheme is not ("mqtt" or "mqtts" or "ws" or "wss"))
            problem = $"'{text}' is not the address of a broker: {Expected}";
        else if (url.UserInfo.Length > 0)
            problem = "the URL contains a user name: use the options user and password";
        else if (url.Fragment.Length > 0 || (url.Scheme is "mqtt" or "mqtts" && url.PathAndQuery.Length > 1))
            problem = $"the URL has more than a WebSocket's path: {Expected}";
        if (problem is not null) return plain;
        var isWebSocket = url!.Scheme is "ws" or "wss";
        var path = url.PathAndQuery == "/" && !text.EndsWith('/') ? DefaultPath : url.PathAndQuery;
        return new BrokerAddress(
            url.DnsSafeHost, url.IsDefaultPort ? null : url.Port, url.Scheme is "mqtts" or "wss", isWebSocket ? path : null);
    }
}
