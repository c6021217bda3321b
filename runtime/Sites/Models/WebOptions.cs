using System.Net;
using PlantRuntime.Contracts;

namespace PlantRuntime.Sites.Models;

/// <summary>The section <c>[web]</c>: the address of the page and the API. Read at the start of the host. Immutable.</summary>
internal sealed record WebOptions : IValidatedOptions
{
    /// <summary>Address and port, for instance <c>"127.0.0.1:9108"</c>; port 0 is one that is free.</summary>
    public required string Listen { get; init; }

    /// <summary>The role of users who have not logged in: <c>"viewer"</c>, on loopback addresses only; null for none.</summary>
    public string? Anonymous { get; init; }

    /// <summary>The tags whose last values are metrics: names as in <c>"press.AI_*"</c>, where <c>*</c> stands for any characters.</summary>
    public IReadOnlyList<string> MetricsTags { get; init; } = [];

    /// <summary>
    /// The program whose metrics the host has beside its own: <c>"edge-agent"</c>, an agent for one S7 data block; null for none.
    /// </summary>
    public string? Compat { get; init; }

    /// <summary>The parsed <see cref="Listen"/>.</summary>
    public IPEndPoint? Address => IPEndPoint.TryParse(Listen, out var address) && Listen.Contains(':') ? address : null;

    /// <inheritdoc/>
    public IEnumerable<(string Key, string Message)> Validate()
    {
        if (Address is null) yield return ("listen", $"expected an address with a port, for instance \"127.0.0.1:9108\", found \"{Listen}\"");
        else if (Anonymous is not null && !IPAddress.IsLoopback(Address.Address))
            yield return ("anonymous", "only a loopback address, such as \"127.0.0.1:9108\", may be read without login");
        if (Anonymous is not (null or "viewer")) yield return ("anonymous", $"expected \"viewer\", found \"{Anonymous}\"");
        if (Compat is not (null or "edge-agent")) yield return ("compat", $"expected \"edge-agent\", found \"{Compat}\"");
        foreach (var pattern in MetricsTags.Where(p => !p.Contains('.')))
            yield return ("metrics_tags", $"expected a device and a tag such as \"press.AI_*\" or \"*.*\", found \"{pattern}\"");
    }
}
