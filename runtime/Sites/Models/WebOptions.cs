using System.Net;
using PlantRuntime.Contracts;

namespace PlantRuntime.Sites.Models;

/// <summary>
/// The section <c>[web]</c>: the address of the page and the API, and the access to it. Read at the start of the host. Immutable.
/// </summary>
internal sealed record WebOptions : IValidatedOptions
{
    /// <summary>A value of <see cref="Compat"/>.</summary>
    public const string EdgeAgent = "edge-agent";

    /// <inheritdoc cref="EdgeAgent"/>
    public const string LagoonMonitor = "lagoon-monitor";

    private static readonly TimeSpan s_shortestSession = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_longestSession = TimeSpan.FromHours(12);

    /// <summary>
    /// Address and port, for instance <c>"127.0.0.1:9108"</c>; port 0 is one that is free. Without the section there is no page
    /// (access.md).
    /// </summary>
    /// <example>listen = "127.0.0.1:9108"</example>
    public required string Listen { get; init; }

    /// <summary>
    /// The role of users who have not logged in: <c>"viewer"</c>, on loopback addresses only. Without it everybody logs in.
    /// </summary>
    /// <example>anonymous = "viewer"</example>
    public string? Anonymous { get; init; }

    /// <summary>The tags whose last values are metrics: <c>"press.AI_*"</c>, where <c>*</c> stands for any characters.</summary>
    /// <example>metrics_tags = ["press.AI_*"]</example>
    public IReadOnlyList<string> MetricsTags { get; init; } = [];

    /// <summary>
    /// The program whose paths or metrics the host has beside its own: <c>"edge-agent"</c>, the metrics of an agent for one S7 data block;
    /// <c>"lagoon-monitor"</c>, the paths <c>/data</c> and <c>/events</c> of a page for lagoons.
    /// </summary>
    /// <example>compat = "edge-agent"</example>
    public string? Compat { get; init; }

    /// <summary>
    /// The certificate; an empty table means one that the host creates. Without it there is TLS with a created certificate on addresses
    /// that other machines can reach, and no TLS on loopback or behind a proxy.
    /// </summary>
    public WebTlsOptions? Tls { get; init; }

    /// <summary>True if requests come through a reverse proxy, which has the certificate.</summary>
    public bool BehindProxy { get; init; }

    /// <summary>
    /// Addresses or networks of proxies on other machines whose <c>X-Forwarded-For</c> and <c>X-Forwarded-Proto</c> are believed.
    /// </summary>
    /// <example>proxies = ["192.168.0.2", "172.18.0.0/16"]</example>
    public IReadOnlyList<string> Proxies { get; init; } = [];

    /// <summary>Names under which users reach the page, without port: <c>"gateway.plant"</c>.</summary>
    /// <example>hosts = ["gateway.plant"]</example>
    public IReadOnlyList<string> Hosts { get; init; } = [];

    /// <summary>Time without a request after which a login ends, from 1min to 12h; after 12 h it ends in any case.</summary>
    public TimeSpan Session { get; init; } = TimeSpan.FromMinutes(30);

    /// <summary>The parsed <see cref="Listen"/>.</summary>
    public IPEndPoint? Address => IPEndPoint.TryParse(Listen, out var address) && Listen.Contains(':') ? address : null;

    /// <summary>True if only programs of this machine can reach the address.</summary>
    public bool IsLoopback => Address is { } address && IPAddress.IsLoopback(address.Address);

    /// <summary>True if the address speaks TLS.</summary>
    public bool UsesTls => Tls is not null || (!IsLoopback && !BehindProxy);

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate()
    {
        if (Address is null) yield return ("listen", $"expected an address with a port, for instance \"127.0.0.1:9108\", found \"{Listen}\"");
        else if (Anonymous is not null && !IsLoopback)
            yield return ("anonymous", "only a loopback address, such as \"127.0.0.1:9108\", may be read without login");
        else if (Anonymous is not null && BehindProxy)
            yield return ("anonymous", "contradicts behind_proxy, through which other machines would read without login: delete one of them");
        if (Anonymous is not (null or "viewer")) yield return ("anonymous", $"expected \"viewer\", found \"{Anonymous}\"");
        if (Compat is not (null or EdgeAgent or LagoonMonitor))
            yield return ("compat", $"expected \"{EdgeAgent}\" or \"{LagoonMonitor}\", found \"{Compat}\"");
        foreach (var pattern in MetricsTags.Where(p => !p.Contains('.')))
            yield return ("metrics_tags", $"expected a device and a tag such as \"press.AI_*\" or \"*.*\", found \"{pattern}\"");
        if (Session < s_shortestSession || Session > s_longestSession) yield return ("session", "expected \"1min\" to \"12h\"");
        foreach (var problem in ValidateNames()) yield return problem;
    }

    private IEnumerable<(string Key, string Message)> ValidateNames()
    {
        if (Proxies.Count > 0 && !BehindProxy) yield return ("proxies", "has no effect without behind_proxy = true: add it");
        if (BehindProxy && Proxies.Count == 0 && Address is not null && !IsLoopback && Tls is null)
            yield return ("behind_proxy", "anybody could send passwords without TLS past the proxy: name its addresses, as in "
                + "proxies = [\"192.168.0.2\"], or listen on \"127.0.0.1\" if it runs on this machine");
        foreach (var proxy in Proxies.Where(p => !IPAddress.TryParse(p, out _) && !IPNetwork.TryParse(p, out _)))
            yield return ("proxies", $"expected an address or a network, such as \"192.168.0.2\" or \"172.18.0.0/16\", found \"{proxy}\"");
        foreach (var host in Hosts.Where(h => Uri.CheckHostName(h) is not (UriHostNameType.Dns or UriHostNameType.IPv4)))
            yield return ("hosts", $"expected names without port, such as \"gateway.plant\", found \"{host}\"");
    }
}

/// <summary>
/// The table <c>tls = { certificate = "gateway.pem", key = "gateway.key" }</c> of <c>[web]</c>. Files are PEM; their paths are relative to
/// the site's folder. Immutable.
/// </summary>
internal sealed record WebTlsOptions : IValidatedOptions
{
    /// <summary>File with the certificate, followed by those of its authorities. Without it the host creates one.</summary>
    /// <example>certificate = "gateway.pem"</example>
    public string? Certificate { get; init; }

    /// <summary>File with the unencrypted key. Without it the key is in the file of the certificate.</summary>
    /// <example>key = "gateway.key"</example>
    public string? Key { get; init; }

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate()
    {
        if (string.IsNullOrWhiteSpace(Certificate) && Certificate is not null)
            yield return ("certificate", "is empty: expected a file such as \"gateway.pem\"");
        if (string.IsNullOrWhiteSpace(Key) && Key is not null) yield return ("key", "is empty: expected a file such as \"gateway.key\"");
        if (Key is not null && Certificate is null) yield return ("key", "has no certificate: give certificate = \"gateway.pem\" too");
    }
}
