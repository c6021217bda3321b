using System.Globalization;

namespace PlantRuntime.Plugins.Nats.Session;

/// <summary>The address of one NATS server. Immutable; parsing performs no I/O.</summary>
/// <param name="Host">Host name or IP address, without brackets.</param>
/// <param name="Port">TCP port.</param>
/// <param name="IsTls">True for a URL with tls://.</param>
internal sealed record ServerAddress(string Host, int Port, bool IsTls)
{
    private const int DefaultPort = 4222;
    private const string Expected = "expected \"nats:4222\", \"nats://nats:4222\" or \"tls://nats:4222\"";

    /// <summary>The URL for the library.</summary>
    public string Url => $"{(IsTls ? "tls" : "nats")}://{this}";

    /// <summary>Returns the address, or null and the problem. A problem never contains a user or password.</summary>
    public static ServerAddress? Parse(string text, out string? problem)
    {
        problem = null;
        var hasScheme = text.Contains("://", StringComparison.Ordinal);
        if (!Uri.TryCreate(hasScheme ? text : $"nats://{text}", UriKind.Absolute, out var uri) || uri.Host.Length == 0)
            problem = $"'{(text.Contains('@') ? "…" : text)}' is not an address: {Expected}";
        else if (uri.UserInfo.Length > 0)
            problem = "an address must not contain a user, password or token: use the keys user and password, or token";
        else if (uri.Scheme is not ("nats" or "tls"))
            problem = $"'{text}' has the scheme {uri.Scheme}, which is not supported: {Expected}";
        else if (uri.PathAndQuery is not ("/" or ""))
            problem = $"'{text}' has something behind the port: {Expected}";
        return problem is not null ? null : new ServerAddress(uri!.DnsSafeHost, uri.Port < 0 ? DefaultPort : uri.Port, uri.Scheme == "tls");
    }

    public override string ToString() =>
        string.Create(CultureInfo.InvariantCulture, $"{(Host.Contains(':') ? $"[{Host}]" : Host)}:{Port}");
}
