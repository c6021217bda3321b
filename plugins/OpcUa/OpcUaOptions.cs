using PlantRuntime.Contracts;
using PlantRuntime.Plugins.OpcUa.Security;
using PlantRuntime.Plugins.OpcUa.Wire.Services;

namespace PlantRuntime.Plugins.OpcUa;

/// <summary>How values come.</summary>
public enum ReadingMode
{
    /// <summary>The server sends changes.</summary>
    Subscribe,

    /// <summary>All values are read at every scan.</summary>
    Poll,
}

/// <summary>Options of an OPC UA device in site.toml.</summary>
public sealed class OpcUaOptions : IValidatedOptions
{
    /// <summary>Name or address of the server.</summary>
    /// <example>host = "192.168.0.30"</example>
    public required string Host { get; init; }

    /// <summary>TCP port.</summary>
    [Bounds(1, 65535)]
    public int Port { get; init; } = 4840;

    /// <summary>Path of the endpoint's URL, for servers that have one: "/UA/Server".</summary>
    /// <example>path = "/UA/Server"</example>
    public string Path { get; init; } = "";

    /// <summary>How values come: subscribe or poll.</summary>
    public ReadingMode Mode { get; init; } = ReadingMode.Subscribe;

    /// <summary>
    /// Security policy: None, Basic256Sha256, Aes128_Sha256_RsaOaep, Aes256_Sha256_RsaPss. Without it the strongest that the server offers,
    /// never None.
    /// </summary>
    /// <example>security = "Basic256Sha256"</example>
    public string? Security { get; init; }

    /// <summary>"Sign" or "SignAndEncrypt"; without it the stronger one that the server offers.</summary>
    /// <example>security_mode = "SignAndEncrypt"</example>
    public string? SecurityMode { get; init; }

    /// <summary>User name; without it and without a user certificate the session is anonymous.</summary>
    /// <example>user = "reader"</example>
    public string? User { get; init; }

    /// <summary>Password of the user.</summary>
    /// <example>password = { env = "OPC_PASSWORD" }</example>
    public Secret? Password { get; init; }

    /// <summary>Sends the password even if nothing encrypts it.</summary>
    public bool PasswordInClear { get; init; }

    /// <summary>Certificate of the user (DER or PEM), instead of a user name.</summary>
    /// <example>user_cert = "user.pem"</example>
    public string? UserCert { get; init; }

    /// <summary>Private key of the user's certificate (PEM).</summary>
    /// <example>user_key = "user.key"</example>
    public string? UserKey { get; init; }

    /// <summary>Password of the private key.</summary>
    /// <example>user_key_password = { env = "USER_KEY_PASSWORD" }</example>
    public Secret? UserKeyPassword { get; init; }

    /// <summary>Folder of the certificates, shared by the OPC UA devices of a site.</summary>
    public string Pki { get; init; } = "pki";

    /// <summary>A name in the server's certificate, if the server is reached under a host that its certificate does not name.</summary>
    /// <example>certificate_host = "gateway.plant"</example>
    public string? CertificateHost { get; init; }

    /// <summary>
    /// URI of this application; by default made of the computer's and the site's name. Counts when the certificate is created.
    /// </summary>
    /// <example>application_uri = "urn:gateway:plant"</example>
    public string? ApplicationUri { get; init; }

    /// <summary>Bits of the key of the application certificate when it is created.</summary>
    [Bounds(2048, 4096)]
    public int KeyBits { get; init; } = 2048;

    /// <summary>How long the server keeps the session after a break.</summary>
    public TimeSpan SessionTimeout { get; init; } = TimeSpan.FromMinutes(2);

    /// <summary>How long a security token is valid; it is renewed at 75 % of that.</summary>
    public TimeSpan ChannelLifetime { get; init; } = TimeSpan.FromHours(1);

    /// <summary>How often changes are sent for tags without a rate of their own.</summary>
    public TimeSpan Publish { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>How often the server samples a tag; without it as often as it sends changes.</summary>
    /// <example>sampling = "100ms"</example>
    public TimeSpan? Sampling { get; init; }

    /// <summary>Values of a tag that the server keeps between two notifications.</summary>
    [Bounds(1, 10_000)]
    public int Queue { get; init; } = 10;

    /// <summary>Least change that is reported: "0.5", or "1%" of the range that the server knows (EURange).</summary>
    /// <example>deadband = "0.5"</example>
    public string? Deadband { get; init; }

    /// <summary>Longest silence of a subscription: the server says within it that it is still there.</summary>
    public TimeSpan KeepAlive { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long the server keeps a subscription, and what it has to say, after a break.</summary>
    public TimeSpan SubscriptionLifetime { get; init; } = TimeSpan.FromMinutes(5);

    /// <summary>Most nodes in one request; the server's own limits hold too.</summary>
    [Bounds(1, 100_000)]
    public int MaxNodesPerCall { get; init; } = 10_000;

    /// <summary>Registers the nodes before they are polled: some controllers answer faster then.</summary>
    public bool Register { get; init; }

    /// <summary>Longest message that is accepted.</summary>
    public ByteSize MaxMessageSize { get; init; } = new(16 << 20);

    /// <summary>Where browsing begins: an address; by default the folder Objects.</summary>
    public string BrowseRoot { get; init; } = "i=85";

    /// <summary>How deep browsing goes.</summary>
    [Bounds(1, 100)]
    public int BrowseDepth { get; init; } = 20;

    internal MessageSecurityMode? MessageMode => SecurityMode?.ToUpperInvariant().Replace("_", "", StringComparison.Ordinal) switch
    {
        "SIGN" => MessageSecurityMode.Sign,
        "SIGNANDENCRYPT" => MessageSecurityMode.SignAndEncrypt,
        _ => null,
    };

    internal SecurityPolicy? Policy => Security is null ? null
        : SecurityPolicy.All.FirstOrDefault(policy => policy.Name.Equals(Security, StringComparison.OrdinalIgnoreCase));

    internal string HostAndPort => Host.Contains(':') ? $"[{Host}]:{Port}" : $"{Host}:{Port}";

    /// <summary>Deadband type of OPC 10000-4, 7.22.2, and its size.</summary>
    internal (uint Type, double Size) DeadbandParts
    {
        get
        {
            if (Deadband is null) return (0, 0);
            var isPercent = Deadband.EndsWith('%');
            return NumberText.TryParse(Deadband.TrimEnd('%'), out var size) && size.Number >= 0 && !(isPercent && size.Number > 100)
                ? (isPercent ? 2u : 1u, size.Number)
                : (uint.MaxValue, 0);
        }
    }

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate()
    {
        if (string.IsNullOrWhiteSpace(Host)) yield return ("host", "is empty: give the name or address of the server");
        if (Host.Contains("://", StringComparison.Ordinal))
            yield return ("host", "is a URL: write host = \"192.168.0.5\", port = 4840 and, if the URL has one, path = \"/UA/Server\"");
        if (Path.Length > 0 && Path[0] != '/') yield return ("path", "expected a '/' at the beginning: \"/UA/Server\"");
        var policies = SecurityPolicy.All.Select(policy => policy.Name).ToList();
        if (Security is not null && Policy is null)
            yield return ("security",
                $"'{Security}' is none of {string.Join(", ", policies.Select(p => $"\"{p}\""))}{Nearest.DidYouMean(Security, policies)}");
        if (SecurityMode is not null && MessageMode is null)
            yield return ("security_mode", $"'{SecurityMode}' is none of \"Sign\", \"SignAndEncrypt\"");
        if (SecurityMode is not null && Policy is { IsSecure: false })
            yield return ("security_mode", "needs a security other than \"None\"");
        if (Password is not null && User is null) yield return ("password", "needs a user too");
        if ((UserCert is null) != (UserKey is null)) yield return ("user_cert", "user_cert and user_key belong together: give both");
        if (User is not null && UserCert is not null) yield return ("user_cert", "give a user or a user certificate, not both");
        if (DeadbandParts.Type == uint.MaxValue)
            yield return ("deadband", $"'{Deadband}' is no deadband: \"0.5\", or \"1%\" of the server's range");
        foreach (var (key, value, least, most) in new[]
        {
            ("session_timeout", SessionTimeout, TimeSpan.FromSeconds(10), TimeSpan.FromDays(1)),
            ("channel_lifetime", ChannelLifetime, TimeSpan.FromSeconds(1), TimeSpan.FromDays(7)),
            ("publish", Publish, TimeSpan.FromMilliseconds(10), TimeSpan.FromDays(1)),
            ("sampling", Sampling ?? Publish, TimeSpan.Zero, TimeSpan.FromDays(1)),
            ("keep_alive", KeepAlive, TimeSpan.FromMilliseconds(100), TimeSpan.FromHours(1)),
            ("subscription_lifetime", SubscriptionLifetime, TimeSpan.FromSeconds(1), TimeSpan.FromDays(7)),
        })
        {
            if (value < least || value > most)
                yield return (key, FormattableString.Invariant($"expected {least} to {most} (hours:minutes:seconds)"));
        }

        if (MaxMessageSize.Bytes is < 64 << 10 or > 256 << 20)
            yield return ("max_message_size", "expected \"64KB\" to \"256MB\", for instance \"16MB\"");
        if (NodeAddressParser.Find(BrowseRoot, out var wrong) is null) yield return ("browse_root", wrong!);
    }
}
