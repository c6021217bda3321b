using PlantRuntime.Sites.Text;

namespace PlantRuntime.Sites.Models;

/// <summary>The key <c>lease</c> of <c>[site]</c>: where the lease is, and how a host waits for it. Immutable.</summary>
/// <param name="Plugin">Plugin of the sink.</param>
/// <param name="Sink">Sink whose server keeps the lease.</param>
/// <param name="Expiry">Time after the last confirmation at which the lease ends.</param>
/// <param name="IsCold">True if a host that waits compiles no recipes and tests no devices.</param>
internal sealed record LeaseModel(string Plugin, string Sink, TimeSpan Expiry, bool IsCold)
{
    private const string ExpiryKey = "expiry";
    private const string StandbyKey = "standby";
    private static readonly TimeSpan s_least = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan s_most = TimeSpan.FromSeconds(60);

    /// <summary>Reads a table; null if it does not name one server.</summary>
    public static LeaseModel? From(IReadOnlyDictionary<string, string> table)
    {
        if (Server(table).ToArray() is not [var (plugin, sink)]) return null;
        return new LeaseModel(
            plugin, sink, table.TryGetValue(ExpiryKey, out var expiry) && Parse(expiry) is { } parsed ? parsed : s_least,
            table.GetValueOrDefault(StandbyKey) == "cold");
    }

    /// <summary>Returns the errors of a table.</summary>
    public static IEnumerable<string> Check(IReadOnlyDictionary<string, string> table)
    {
        if (table.Count > 0 && Server(table).Count() != 1) yield return "is one server, for instance { postgres = \"store\" }";
        if (table.TryGetValue(ExpiryKey, out var expiry) && (Parse(expiry) is not { } time || time < s_least || time > s_most))
            yield return $"expiry: expected \"3s\" to \"60s\", found \"{expiry}\"";
        if (table.TryGetValue(StandbyKey, out var standby) && standby is not ("warm" or "cold"))
            yield return $"standby: expected \"warm\" or \"cold\", found \"{standby}\"";
    }

    private static IEnumerable<KeyValuePair<string, string>> Server(IReadOnlyDictionary<string, string> table) =>
        table.Where(e => e.Key is not (ExpiryKey or StandbyKey));

    private static TimeSpan? Parse(string text) => DurationText.TryParse(text, out var time, out _) ? time : null;
}
